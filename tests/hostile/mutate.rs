//! Changes to an ELF file that its reader must survive: every field of its headers and of its dynamic section with values
//! that hurt, random places in its tables, and the file cut at every boundary.

use std::fmt;
use std::ops::Range;

use luci::elf::dynamic::{Dynamic, ENTRY_SIZE};
use luci::elf::header::Header;
use luci::elf::segments::{self, PT_DYNAMIC, PT_LOAD, PT_NOTE, PT_TLS, ProgramHeader};

use super::dice::Dice;

/// What is done to a file.
#[derive(Clone, Debug)]
pub enum Mutation {
    Cut(usize),
    Edits(Vec<Edit>),
}

/// One little-endian number, replaced.
#[derive(Clone, Debug)]
pub struct Edit {
    place: String,
    at: usize,
    width: usize,
    value: u64,
}

impl Mutation {
    pub fn apply(&self, file: &[u8]) -> Vec<u8> {
        let mut bytes = file.to_vec();
        match self {
            Mutation::Cut(len) => bytes.truncate(*len),
            Mutation::Edits(edits) => {
                for edit in edits {
                    bytes[edit.at..edit.at + edit.width].copy_from_slice(&edit.value.to_le_bytes()[..edit.width]);
                }
            }
        }
        bytes
    }
}

impl fmt::Display for Mutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mutation::Cut(len) => write!(f, "cut to {len} bytes"),
            Mutation::Edits(edits) => {
                let text = |edit: &Edit| format!("{} (offset {:#x}) = {:#x}", edit.place, edit.at, edit.value);
                f.write_str(&edits.iter().map(text).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// The parts of a file that its loader reads.
struct Anatomy<'f> {
    file: &'f [u8],
    header: Header,
    headers: Vec<ProgramHeader>,
    dynamic: Range<usize>,
    /// Tables by name, as file ranges with the size of their numbers.
    tables: Vec<(&'static str, Range<usize>, usize)>,
}

/// All mutations of a file, `random` of them at places in its tables that the seed decides.
pub fn mutations(file: &[u8], random: usize, seed: u64) -> Vec<Mutation> {
    let anatomy = Anatomy::of(file);
    let mut all = anatomy.cuts();
    all.extend(anatomy.header_edits().into_iter().map(|edit| Mutation::Edits(vec![edit])));
    let mut dice = Dice(seed);
    all.extend((0..random).map(|_| {
        let count = 1 + dice.below(3);
        Mutation::Edits((0..count).map(|_| anatomy.table_edit(&mut dice)).collect())
    }));
    all
}

impl<'f> Anatomy<'f> {
    fn of(file: &'f [u8]) -> Self {
        let header = Header::parse(file, luci::arch::MACHINE).expect("the compiler makes good files");
        let (offset, len) = header.program_header_range();
        let headers: Vec<_> = segments::parse(&file[offset as usize..offset as usize + len]).collect();
        let section = headers.iter().find(|header| header.kind == PT_DYNAMIC).expect("a dynamic section");
        let start = section.offset.0 as usize;
        let dynamic = start..start + section.filesz as usize;
        let mut anatomy = Anatomy { file, header, headers, dynamic: dynamic.clone(), tables: Vec::new() };
        let decoded = Dynamic::parse(&file[dynamic]).expect("the compiler makes good files");
        anatomy.find_tables(&decoded);
        anatomy
    }

    fn find_tables(&mut self, dynamic: &Dynamic) {
        let Dynamic { strtab, rela, jmprel, relr, init_array, fini_array, .. } = dynamic;
        const UNKNOWN: u64 = 0x200;
        let at = |vaddr: Option<luci::addr::Vaddr>| vaddr.map_or(0, |vaddr| vaddr.0);
        let symbols = at(dynamic.symtab);
        let wanted = [
            ("symbol", symbols, strtab.vaddr.0.saturating_sub(symbols).min(0x1000), 8),
            ("string", strtab.vaddr.0, strtab.size, 1),
            ("gnu hash", at(dynamic.gnu_hash), UNKNOWN, 4),
            ("hash", at(dynamic.hash), UNKNOWN, 4),
            ("versym", at(dynamic.versym), UNKNOWN, 2),
            ("verdef", at(dynamic.verdef), 0x60, 4),
            ("verneed", at(dynamic.verneed), 0x60, 4),
            ("rela", rela.vaddr.0, rela.size, 8),
            ("jmprel", jmprel.vaddr.0, jmprel.size, 8),
            ("relr", relr.vaddr.0, relr.size, 8),
            ("init array", init_array.vaddr.0, init_array.size, 8),
            ("fini array", fini_array.vaddr.0, fini_array.size, 8),
            ("got", at(dynamic.pltgot), 0x80, 8),
        ];
        for (name, vaddr, size, width) in wanted {
            let holder =
                self.headers.iter().find(|header| header.kind == PT_LOAD && header.contains_in_file(luci::addr::Vaddr(vaddr), 8));
            let Some(holder) = holder.filter(|_| vaddr != 0 && size >= width as u64) else { continue };
            let into = vaddr - holder.vaddr.0;
            let start = (holder.offset.0 + into) as usize;
            self.tables.push((name, start..start + size.min(holder.filesz - into) as usize, width));
        }
        for (name, kind) in [("note", PT_NOTE), ("TLS image", PT_TLS)] {
            for header in self.headers.iter().filter(|header| header.kind == kind && header.filesz >= 8) {
                let start = header.offset.0 as usize;
                self.tables.push((name, start..start + header.filesz as usize, 4));
            }
        }
        self.tables.push(("dynamic section", self.dynamic.clone(), 8));
    }

    /// The file cut at every boundary that the headers and tables have, and beside it.
    fn cuts(&self) -> Vec<Mutation> {
        let mut at = vec![0, 1, 4, 15, 16, 63, 64, self.file.len() - 1];
        let (offset, len) = self.header.program_header_range();
        at.extend((offset as usize..=offset as usize + len).step_by(ProgramHeader::SIZE));
        for header in &self.headers {
            let (start, len) = (header.offset.0 as usize, header.filesz as usize);
            at.extend([start, start + 1, start + len / 2, (start + len).saturating_sub(1), start + len]);
        }
        at.extend(self.tables.iter().flat_map(|(_, range, _)| [range.start, range.end - 1, range.end]));
        at.extend((0..self.file.len()).step_by(4096));
        at.sort();
        at.dedup();
        at.retain(|&len| len < self.file.len());
        at.into_iter().map(Mutation::Cut).collect()
    }

    /// Every field of the file header, the program headers and the dynamic section with each value that hurts.
    fn header_edits(&self) -> Vec<Edit> {
        const FILE_HEADER: [(usize, usize); 20] = [
            (0, 4),
            (4, 1),
            (5, 1),
            (6, 1),
            (7, 1),
            (8, 1),
            (9, 4),
            (16, 2),
            (18, 2),
            (20, 4),
            (24, 8),
            (32, 8),
            (40, 8),
            (48, 4),
            (52, 2),
            (54, 2),
            (56, 2),
            (58, 2),
            (60, 2),
            (62, 2),
        ];
        const PROGRAM_HEADER: [(&str, usize, usize); 8] = [
            ("p_type", 0, 4),
            ("p_flags", 4, 4),
            ("p_offset", 8, 8),
            ("p_vaddr", 16, 8),
            ("p_paddr", 24, 8),
            ("p_filesz", 32, 8),
            ("p_memsz", 40, 8),
            ("p_align", 48, 8),
        ];
        let mut fields: Vec<(String, usize, usize)> =
            FILE_HEADER.iter().map(|&(at, width)| (format!("file header +{at}"), at, width)).collect();
        for index in 0..self.headers.len() {
            let start = self.header.phoff as usize + index * ProgramHeader::SIZE;
            fields.extend(PROGRAM_HEADER.map(|(name, at, width)| (format!("program header {index} {name}"), start + at, width)));
        }
        for at in self.dynamic.clone().step_by(ENTRY_SIZE) {
            let tag = self.number(at, 8);
            fields.push((format!("tag of dynamic entry {tag:#x}"), at, 8));
            fields.push((format!("value of dynamic entry {tag:#x}"), at + 8, 8));
            if tag == 0 {
                break;
            }
        }
        let edits = |(place, at, width): (String, usize, usize)| {
            let values = self.hurtful(self.number(at, width), width);
            values.into_iter().map(move |value| Edit { place: place.clone(), at, width, value })
        };
        fields.into_iter().flat_map(edits).collect()
    }

    fn table_edit(&self, dice: &mut Dice) -> Edit {
        let (name, range, width) = &self.tables[dice.below(self.tables.len())];
        let at = range.start + dice.below(range.len() / width) * width;
        let values = self.hurtful(self.number(at, *width), *width);
        let value = if dice.below(4) == 0 { dice.next() } else { values[dice.below(values.len())] };
        Edit { place: name.to_string(), at, width: *width, value }
    }

    fn number(&self, at: usize, width: usize) -> u64 {
        let mut bytes = [0; 8];
        bytes[..width].copy_from_slice(&self.file[at..at + width]);
        u64::from_le_bytes(bytes)
    }

    /// Values that trip careless readers, without the one that is there.
    fn hurtful(&self, old: u64, width: usize) -> Vec<u64> {
        let mask = u64::MAX >> (64 - 8 * width);
        let mut values =
            vec![0, 1, 7, u64::MAX, u64::MAX / 2, 1 << 31, old.wrapping_add(1), old.wrapping_sub(1), old ^ 1 << (8 * width - 1)];
        if width == 8 {
            let loads = self.headers.iter().filter(|header| header.kind == PT_LOAD);
            let wide = [old.wrapping_add(4096), old.wrapping_sub(4096), old.wrapping_mul(8), 1 << 47, 1 << 40, u64::MAX - 4095];
            values.extend(wide.into_iter().chain(loads.map(|header| header.vaddr.0)));
        }
        values.iter_mut().for_each(|value| *value &= mask);
        values.sort();
        values.dedup();
        values.retain(|value| *value != old);
        values
    }
}
