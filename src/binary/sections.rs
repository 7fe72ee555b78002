//! The section headers of one file. A loader needs none of them, and a file may have none; where they are, they say what lies where.

use alloc::vec::Vec;

use goblin::elf64::header::Header as RawHeader;
use goblin::elf64::section_header::{SHT_NOBITS, SectionHeader};

use super::view::file_range;
use crate::addr::Vaddr;
use crate::elf;
use crate::elf::strings::Strings;

/// `SHF_ALLOC`, `SHF_EXECINSTR`, `SHF_TLS`
const ALLOC: u64 = 2;
const EXECUTE: u64 = 4;
const THREAD_LOCAL: u64 = 0x400;

/// One section that is in memory when the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section<'a> {
    pub name: &'a [u8],
    pub vaddr: Vaddr,
    /// Bytes in memory
    pub size: u64,
    /// Bytes of one entry (`sh_entsize`), 0 where it is no table.
    pub entry_size: u64,
    flags: u64,
}

impl Section<'_> {
    pub fn is_code(&self) -> bool {
        self.flags & EXECUTE != 0
    }

    pub fn end(&self) -> Vaddr {
        Vaddr(self.vaddr.0.saturating_add(self.size))
    }

    /// Whether it holds stubs of the procedure linkage table, all of one size.
    pub fn is_plt(&self) -> bool {
        self.is_code() && (self.name.starts_with(b".plt") || self.name == b".iplt")
    }
}

/// The sections with names, ascending by address. What overlaps a section before it is left out, so that no byte is looked at
/// twice; `.tbss` has an address but no memory there.
pub(super) fn named<'a>(bytes: &'a [u8], headers: &[SectionHeader]) -> Vec<Section<'a>> {
    let names = elf::copy_at::<RawHeader>(bytes, 0)
        .and_then(|header| headers.get(usize::from(header.e_shstrndx)))
        .and_then(|table| bytes.get(file_range(table.sh_offset, table.sh_size)?))
        .map(Strings::new)
        .unwrap_or_default();
    let is_tbss = |header: &SectionHeader| header.sh_type == SHT_NOBITS && header.sh_flags & THREAD_LOCAL != 0;
    let in_memory = headers.iter().filter(|header| header.sh_flags & ALLOC != 0 && header.sh_addr != 0 && !is_tbss(header));
    let mut sections: Vec<Section> = in_memory
        .map(|header| Section {
            name: names.get(u64::from(header.sh_name)).unwrap_or_default(),
            vaddr: Vaddr(header.sh_addr),
            size: header.sh_size,
            entry_size: header.sh_entsize,
            flags: header.sh_flags,
        })
        .collect();
    sections.sort_by_key(|section| section.vaddr);
    let mut end = Vaddr(0);
    sections.retain(|section| {
        let fits = section.vaddr >= end;
        if fits {
            end = section.end();
        }
        fits
    });
    sections
}
