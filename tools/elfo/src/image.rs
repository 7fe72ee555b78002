//! One file by its raw headers, for what the loader does not read: any type of file, section headers, tables by file offset. No
//! length, offset or count of the file is trusted; what is damaged becomes a sentence in [`Image::problems`].
//!
//! Key type: [`Image`].

use goblin::elf::header::{ELFCLASS64, ELFDATA2LSB, ELFMAG, EM_X86_64};
use goblin::elf64::header::Header;
use goblin::elf64::program_header::{PT_DYNAMIC, PT_LOAD, ProgramHeader};
use goblin::elf64::section_header::{SHT_DYNAMIC, SHT_NOBITS, SectionHeader};
use luci::addr::Vaddr;
use luci::elf::dynamic::{Dynamic, ENTRY_SIZE, Table};
use luci::elf::strings::Strings;

/// A file with its header tables.
pub struct Image<'a> {
    pub bytes: &'a [u8],
    pub header: Header,
    pub segments: Vec<ProgramHeader>,
    pub sections: Vec<SectionHeader>,
    /// Of section names; as `e_shstrndx` says, or section 0 for it.
    pub names: Strings<'a>,
    pub problems: Vec<String>,
    /// How many bytes of names may still be shown.
    names_left: usize,
}

/// Names may overlap in a table, so that a crafted file could have far more of them than bytes; a real one has less than this many
/// times its size.
const NAMES_PER_BYTE: usize = 64;

/// Marks of `e_phnum` and `e_shstrndx` whose real value is in section 0.
const PN_XNUM: u16 = 0xffff;
const SHN_XINDEX: u16 = 0xffff;

impl<'a> Image<'a> {
    /// Reads the headers. An error: this is no 64-bit x86-64 ELF file.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, &'static str> {
        if !bytes.starts_with(ELFMAG) {
            return Err("invalid ELF header");
        }
        let header: Header = luci::elf::copy_at(bytes, 0).ok_or("file too short")?;
        if header.e_ident[4] != ELFCLASS64 {
            return Err(if header.e_ident[4] == 1 { "wrong ELF class: ELFCLASS32" } else { "invalid ELF header" });
        }
        if header.e_ident[5] != ELFDATA2LSB {
            return Err("ELF file data encoding not little-endian");
        }
        if header.e_machine != EM_X86_64 {
            return Err(luci::elf::header::WRONG_MACHINE);
        }
        let mut image = Image {
            bytes,
            header,
            segments: Vec::new(),
            sections: Vec::new(),
            names: Strings::default(),
            problems: Vec::new(),
            names_left: bytes.len().saturating_mul(NAMES_PER_BYTE),
        };
        image.read_sections();
        image.read_segments();
        Ok(image)
    }

    fn read_sections(&mut self) {
        let header = self.header;
        if header.e_shoff == 0 {
            return;
        }
        if usize::from(header.e_shentsize) != size_of::<SectionHeader>() {
            return self.problem("e_shentsize is not the size of Elf64_Shdr");
        }
        let first: Option<SectionHeader> = self.entries(header.e_shoff, 1).and_then(|all| all.first().copied());
        let Some(first) = first else { return self.problem("section headers lie outside the file") };
        let count = if header.e_shnum == 0 { first.sh_size } else { u64::from(header.e_shnum) };
        match self.entries(header.e_shoff, count) {
            Some(sections) => self.sections = sections,
            None => return self.problem("section headers lie outside the file"),
        }
        let index = if header.e_shstrndx == SHN_XINDEX { first.sh_link } else { u32::from(header.e_shstrndx) };
        let names = self.sections.get(index as usize).filter(|_| index != 0).map(|section| self.section_bytes(section));
        match names {
            Some(Some(bytes)) => self.names = Strings::new(bytes),
            None if index == 0 => {}
            _ => self.problem("the table of section names lies outside the file"),
        }
    }

    fn read_segments(&mut self) {
        let header = self.header;
        if header.e_phnum == 0 {
            return;
        }
        if usize::from(header.e_phentsize) != size_of::<ProgramHeader>() {
            return self.problem("ELF file's phentsize not the expected size");
        }
        let real = self.sections.first().filter(|_| header.e_phnum == PN_XNUM).map(|section| u64::from(section.sh_info));
        match self.entries(header.e_phoff, real.unwrap_or(u64::from(header.e_phnum))) {
            Some(segments) => self.segments = segments,
            None => self.problem("program headers lie outside the file"),
        }
    }

    pub fn problem(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        if !self.problems.contains(&sentence) {
            self.problems.push(sentence);
        }
    }

    /// The name, as long as names do not add up to something absurd; then nothing.
    pub fn bounded<N: AsRef<[u8]> + Default>(&mut self, name: N) -> N {
        match self.names_left.checked_sub(name.as_ref().len()) {
            Some(left) => {
                self.names_left = left;
                name
            }
            None => {
                self.problem("its names are far longer than the file, so that some are left out");
                N::default()
            }
        }
    }

    /// A part of the file.
    pub fn slice(&self, offset: u64, size: u64) -> Option<&'a [u8]> {
        let start = usize::try_from(offset).ok()?;
        self.bytes.get(start..start.checked_add(usize::try_from(size).ok()?)?)
    }

    /// Copies of the entries of a table in the file.
    pub fn entries<T: plain::Plain + Default>(&self, offset: u64, count: u64) -> Option<Vec<T>> {
        let bytes = self.slice(offset, count.checked_mul(size_of::<T>() as u64)?)?;
        Some(copies(bytes))
    }

    /// What a section holds; `None` when it is not wholly in the file.
    pub fn section_bytes(&self, section: &SectionHeader) -> Option<&'a [u8]> {
        if section.sh_type == SHT_NOBITS {
            return Some(&[]);
        }
        self.slice(section.sh_offset, section.sh_size)
    }

    /// What a segment holds.
    pub fn segment_bytes(&self, segment: &ProgramHeader) -> Option<&'a [u8]> {
        self.slice(segment.p_offset, segment.p_filesz)
    }

    pub fn section_name(&self, section: &SectionHeader) -> &'a [u8] {
        self.names.get(u64::from(section.sh_name)).unwrap_or_default()
    }

    pub fn segment(&self, kind: u32) -> Option<&ProgramHeader> {
        self.segments.iter().find(|segment| segment.p_type == kind)
    }

    pub fn section(&self, kind: u32) -> Option<&SectionHeader> {
        self.sections.iter().find(|section| section.sh_type == kind)
    }

    pub fn loads(&self) -> impl Iterator<Item = &ProgramHeader> {
        self.segments.iter().filter(|segment| segment.p_type == PT_LOAD)
    }

    /// The file's bytes from a link-time address to the end of the file part of its segment.
    pub fn tail(&self, vaddr: Vaddr) -> Option<&'a [u8]> {
        let inside = |load: &&ProgramHeader| vaddr.0 >= load.p_vaddr && vaddr.0 - load.p_vaddr < load.p_filesz;
        let load = self.loads().find(inside)?;
        let into = vaddr.0 - load.p_vaddr;
        let end = usize::try_from(load.p_offset.checked_add(load.p_filesz)?).ok()?.min(self.bytes.len());
        self.bytes.get(usize::try_from(load.p_offset.checked_add(into)?).ok()?..end)
    }

    /// A table of the dynamic section.
    pub fn table(&self, table: Table) -> Option<&'a [u8]> {
        if table.size == 0 {
            return Some(&[]);
        }
        self.tail(table.vaddr)?.get(..usize::try_from(table.size).ok()?)
    }

    /// The bytes of the dynamic section; `None` when the file has none or it lies outside.
    pub fn dynamic_bytes(&self) -> Option<&'a [u8]> {
        match self.segment(PT_DYNAMIC) {
            Some(segment) => self.segment_bytes(segment),
            None => self.section_bytes(self.section(SHT_DYNAMIC)?),
        }
    }

    /// The dynamic section as the loader decodes it; `None` when the file has none.
    pub fn dynamic(&self) -> Option<Result<Dynamic, &'static str>> {
        let has_one = self.segment(PT_DYNAMIC).is_some() || self.section(SHT_DYNAMIC).is_some_and(|s| s.sh_type != SHT_NOBITS);
        match self.dynamic_bytes() {
            Some(bytes) if bytes.len() >= ENTRY_SIZE => Some(Dynamic::parse(bytes)),
            Some(_) => None,
            None => has_one.then_some(Err("the dynamic section lies outside the file")),
        }
    }

    /// `DT_STRTAB`
    pub fn strings(&self, dynamic: &Dynamic) -> Strings<'a> {
        Strings::new(self.table(dynamic.strtab).unwrap_or_default())
    }
}

/// Copies of the whole entries in `bytes`, whatever their alignment.
pub fn copies<T: plain::Plain + Default>(bytes: &[u8]) -> Vec<T> {
    bytes.chunks_exact(size_of::<T>()).filter_map(|entry| luci::elf::copy_at(entry, 0)).collect()
}

/// The 32-bit words of a table.
pub fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect()
}

/// The 64-bit words of a table.
pub fn longs(bytes: &[u8]) -> Vec<u64> {
    bytes.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word)).collect()
}
