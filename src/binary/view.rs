//! One file as the comparison sees it: bytes by link-time address, shared data, symbols, relocations. Everything is read once and
//! checked; a file that is shorter than its own headers say is [`Unreadable::NotReady`], because somebody may still be writing it.
//!
//! Key types: [`FileView`], [`Place`]. Symbols are in [`super::symbols`], relocations in [`super::relocations`].

use alloc::vec::Vec;
use core::ops::Range;

use goblin::elf64::header::Header as RawHeader;
use goblin::elf64::section_header::{SHT_NOBITS, SectionHeader};

use super::relocations::{self, Relocation};
use super::sections::{self, Section};
use super::symbols::{Symbol, SymbolTables};
use crate::addr::{Vaddr, align_down};
use crate::arch::PAGE_SIZE;
use crate::elf;
use crate::elf::dynamic::{Dynamic, Table};
use crate::elf::header::Header;
use crate::elf::segments::{self, PT_DYNAMIC, PT_GNU_RELRO, PT_GNU_STACK, PT_LOAD, PT_TLS, Permissions, ProgramHeader};
use crate::elf::strings::Strings;

/// Why a file cannot be compared; both carry a sentence about the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It ends before what its headers announce: wait for the next event.
    NotReady(&'static str),
    /// It is no object of this machine, or a damaged one.
    Unsupported(&'static str),
}

/// A file's bytes with its tables.
pub struct FileView<'a> {
    bytes: &'a [u8],
    pub header: Header,
    pub segments: Vec<ProgramHeader>,
    /// Empty when the file has no section headers.
    pub sections: Vec<Section<'a>>,
    pub dynamic: Dynamic,
    pub symbols: SymbolTables<'a>,
    /// Sorted by address; `R_X86_64_NONE` is left out.
    pub relocations: Vec<Relocation>,
    /// The relocations of `DT_JMPREL` in the order of the table: entry i belongs to PLT slot i.
    pub plt_slots: Vec<Relocation>,
    shared: Vec<SharedRange>,
}

/// A piece of the shared data: the writable part of one `PT_LOAD` without the pages that become read-only after relocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharedRange {
    pub start: Vaddr,
    /// Length in memory, in bytes.
    pub size: u64,
    /// `p_align` of the segment.
    pub align: u64,
    pub permissions: Permissions,
}

/// Where an address of a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Code,
    ReadOnly,
    /// Writable, but private to each version: read-only after relocation.
    Relro,
    /// Index of the shared range and offset from its start in bytes.
    Shared {
        range: usize,
        offset: u64,
    },
    Outside,
}

impl<'a> FileView<'a> {
    /// Reads all tables of a file.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Unreadable> {
        let may_become_elf = bytes.iter().zip(b"\x7fELF").all(|(have, want)| have == want);
        let header = Header::parse(bytes, crate::arch::MACHINE).map_err(|what| match what {
            "file too short" if may_become_elf => Unreadable::NotReady(what),
            "file too short" => Unreadable::Unsupported("invalid ELF header"),
            _ => Unreadable::Unsupported(what),
        })?;
        let segments = read_segments(bytes, &header)?;
        let sections = read_sections(bytes)?;
        let dynamic = read_dynamic(bytes, &segments)?;
        let shared = shared_ranges(&segments);
        let mut view = FileView {
            bytes,
            header,
            segments,
            sections: sections::named(bytes, &sections),
            dynamic,
            symbols: SymbolTables::default(),
            relocations: Vec::new(),
            plt_slots: Vec::new(),
            shared,
        };
        (view.relocations, view.plt_slots) = relocations::read(&view).map_err(Unreadable::Unsupported)?;
        let referenced = view.relocations.iter().map(|relocation| relocation.symbol).max().unwrap_or(0);
        view.symbols = SymbolTables::read(&view, &sections, referenced).map_err(Unreadable::Unsupported)?;
        Ok(view)
    }

    /// The file with a symbol table from elsewhere, such as its separate debug file.
    pub fn with_symbols(mut self, symbols: Vec<Symbol<'a>>) -> Self {
        self.symbols.all = Some(symbols);
        self
    }

    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The pieces of the shared data by address.
    pub fn shared_ranges(&self) -> &[SharedRange] {
        &self.shared
    }

    /// `PT_TLS`
    pub fn tls(&self) -> Option<&ProgramHeader> {
        self.segments.iter().find(|segment| segment.kind == PT_TLS)
    }

    /// Whether the file asks for an executable stack.
    pub fn wants_executable_stack(&self) -> bool {
        let stack = self.segments.iter().find(|segment| segment.kind == PT_GNU_STACK);
        stack.is_none_or(|segment| segment.permissions.contains(Permissions::EXECUTE))
    }

    pub fn soname(&self) -> Option<&'a [u8]> {
        self.strings().get(self.dynamic.soname?)
    }

    /// `DT_NEEDED` names in order.
    pub fn needed(&self) -> impl Iterator<Item = &'a [u8]> {
        let strings = self.strings();
        self.dynamic.needed.iter().filter_map(move |&offset| strings.get(offset))
    }

    /// `DT_STRTAB`
    pub fn strings(&self) -> Strings<'a> {
        Strings::new(self.table(self.dynamic.strtab).unwrap_or_default())
    }

    /// The file's bytes from `vaddr` to the end of the file part of its segment.
    pub fn tail(&self, vaddr: Vaddr) -> Option<&'a [u8]> {
        let segment = self.loads().find(|load| load.contains_in_file(vaddr, 1))?;
        let start = segment.offset.0.checked_add(vaddr.0 - segment.vaddr.0)?;
        let end = segment.offset.0.checked_add(segment.filesz)?;
        self.bytes.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
    }

    /// The bytes of a table; `None` when it is not wholly in one segment's file part.
    pub fn table(&self, table: Table) -> Option<&'a [u8]> {
        self.tail(table.vaddr)?.get(..usize::try_from(table.size).ok()?)
    }

    /// The part of `[start, start + size)` that the file holds; what follows in memory is zero.
    pub fn initialised(&self, start: Vaddr, size: u64) -> &'a [u8] {
        let tail = self.tail(start).unwrap_or_default();
        &tail[..usize::try_from(size).unwrap_or(usize::MAX).min(tail.len())]
    }

    /// The 64-bit word at `vaddr` before relocation.
    pub fn word(&self, vaddr: Vaddr) -> Option<u64> {
        let bytes = self.tail(vaddr)?;
        Some(u64::from_le_bytes(*bytes.first_chunk()?))
    }

    /// The 32-bit word at `vaddr` before relocation.
    pub fn word32(&self, vaddr: Vaddr) -> Option<u32> {
        Some(u32::from_le_bytes(*self.tail(vaddr)?.first_chunk()?))
    }

    /// Where `vaddr` is. The address one past a range belongs to the range when nothing else begins there, as C allows such
    /// pointers.
    pub fn place(&self, vaddr: Vaddr) -> Place {
        let shared = |end: u64| {
            self.shared.iter().enumerate().find_map(|(range, shared)| {
                let offset = vaddr.0.wrapping_sub(shared.start.0);
                (offset < shared.size.saturating_add(end)).then_some(Place::Shared { range, offset })
            })
        };
        let segment = |len: u64| self.loads().find(|load| load.contains(vaddr, len)).map(Self::kind_of_segment);
        shared(0).or_else(|| segment(1)).or_else(|| shared(1)).or_else(|| segment(0)).unwrap_or(Place::Outside)
    }

    fn kind_of_segment(segment: &ProgramHeader) -> Place {
        if segment.permissions.contains(Permissions::WRITE) {
            Place::Relro
        } else if segment.permissions.contains(Permissions::EXECUTE) {
            Place::Code
        } else {
            Place::ReadOnly
        }
    }

    /// The relocations that begin in `[start, start + size)`.
    pub fn relocations_in(&self, start: Vaddr, size: u64) -> &[Relocation] {
        let first = self.relocations.partition_point(|relocation| relocation.at < start);
        let end = self.relocations.partition_point(|relocation| relocation.at.0 < start.0.saturating_add(size));
        &self.relocations[first..end.max(first)]
    }

    fn loads(&self) -> impl Iterator<Item = &ProgramHeader> {
        self.segments.iter().filter(|segment| segment.kind == PT_LOAD)
    }
}

/// How many `PT_LOAD`s a file may have, and how often they may map its bytes in the mean: each address is looked for in all of them,
/// and each byte is looked at wherever it is mapped.
const MOST_LOADS: usize = 128;
const MOST_COPIES: u64 = 4;

fn read_segments(bytes: &[u8], header: &Header) -> Result<Vec<ProgramHeader>, Unreadable> {
    let (offset, size) = header.program_header_range();
    let range = file_range(offset, size as u64).ok_or(Unreadable::Unsupported("program headers at an impossible offset"))?;
    let table = bytes.get(range).ok_or(Unreadable::NotReady("file ends before its program headers"))?;
    let segments: Vec<ProgramHeader> = segments::parse(table).collect();
    let loads = || segments.iter().filter(|segment| segment.kind == PT_LOAD);
    let held = loads().fold(0, |sum: u64, segment| sum.saturating_add(segment.filesz));
    if loads().count() > MOST_LOADS || held > (bytes.len() as u64).saturating_mul(MOST_COPIES) {
        return Err(Unreadable::Unsupported("more segments than any linker makes"));
    }
    for segment in segments.iter().filter(|segment| segment.kind == PT_LOAD) {
        let range =
            file_range(segment.offset.0, segment.filesz).ok_or(Unreadable::Unsupported("segment offset is impossible"))?;
        if segment.end().is_none() || segment.filesz > segment.memsz || segment.align & segment.align.wrapping_sub(1) != 0 {
            return Err(Unreadable::Unsupported("segment with an impossible size or alignment"));
        }
        if range.end > bytes.len() {
            return Err(Unreadable::NotReady("file ends before its last segment"));
        }
    }
    Ok(segments)
}

/// The section headers; none when the file has none. They are the last thing a linker writes.
fn read_sections(bytes: &[u8]) -> Result<Vec<SectionHeader>, Unreadable> {
    let header: RawHeader = elf::copy_at(bytes, 0).ok_or(Unreadable::NotReady("file too short"))?;
    if header.e_shoff == 0 || usize::from(header.e_shentsize) != size_of::<SectionHeader>() {
        return Ok(Vec::new());
    }
    let size = u64::from(header.e_shnum) * size_of::<SectionHeader>() as u64;
    let range = file_range(header.e_shoff, size).ok_or(Unreadable::Unsupported("section headers at an impossible offset"))?;
    let table = bytes.get(range).ok_or(Unreadable::NotReady("file ends before its section headers"))?;
    let sections: Vec<SectionHeader> = entries(table).collect();
    let fits = |section: &SectionHeader| {
        section.sh_type == SHT_NOBITS
            || file_range(section.sh_offset, section.sh_size).is_some_and(|range| range.end <= bytes.len())
    };
    // the null section may carry counts
    if !sections.iter().skip(1).all(fits) {
        return Err(Unreadable::NotReady("file ends before its last section"));
    }
    Ok(sections)
}

fn read_dynamic(bytes: &[u8], segments: &[ProgramHeader]) -> Result<Dynamic, Unreadable> {
    let segment = segments.iter().find(|segment| segment.kind == PT_DYNAMIC);
    let segment = segment.ok_or(Unreadable::Unsupported("object file has no dynamic section"))?;
    let section = file_range(segment.offset.0, segment.filesz).and_then(|range| bytes.get(range));
    Dynamic::parse(section.ok_or(Unreadable::NotReady("file ends before its dynamic section"))?).map_err(Unreadable::Unsupported)
}

/// The writable part of the segments behind RELRO. As mprotect works on whole pages, a page that RELRO fills only in part stays
/// writable.
fn shared_ranges(segments: &[ProgramHeader]) -> Vec<SharedRange> {
    let relro = segments.iter().find(|segment| segment.kind == PT_GNU_RELRO);
    let (relro_start, relro_end) = match relro.and_then(|segment| Some((segment.vaddr.0, segment.end()?.0))) {
        Some((start, end)) => (align_down(start, PAGE_SIZE), align_down(end, PAGE_SIZE)),
        None => (0, 0),
    };
    let mut ranges = Vec::new();
    for load in segments.iter().filter(|s| s.kind == PT_LOAD && s.permissions.contains(Permissions::WRITE)) {
        let (start, end) = (load.vaddr.0, load.vaddr.0.saturating_add(load.memsz));
        let mut add = |start: u64, end: u64| {
            if start < end {
                let size = end - start;
                ranges.push(SharedRange { start: Vaddr(start), size, align: load.align, permissions: load.permissions });
            }
        };
        if relro_start < relro_end {
            add(start, end.min(relro_start));
            add(start.max(relro_end), end);
        } else {
            add(start, end);
        }
    }
    ranges
}

/// Copies of the entries of a table, whatever its alignment.
pub(super) fn entries<T: plain::Plain + Default>(table: &[u8]) -> impl Iterator<Item = T> + '_ {
    table.chunks_exact(size_of::<T>()).filter_map(|entry| elf::copy_at(entry, 0))
}

pub(super) fn file_range(offset: u64, size: u64) -> Option<Range<usize>> {
    let start = usize::try_from(offset).ok()?;
    Some(start..start.checked_add(usize::try_from(size).ok()?)?)
}
