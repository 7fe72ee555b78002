//! The relocations of one file in one list: `DT_RELA`, `DT_RELR` and `DT_JMPREL`, each with its width and addend.

use alloc::vec::Vec;

use super::view::{FileView, entries};
use crate::addr::Vaddr;
use crate::arch::reloc::*;
use crate::elf::Rela;
use crate::elf::dynamic::Table;
use crate::elf::relocs;

/// One relocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relocation {
    pub at: Vaddr,
    /// `R_X86_64_*`
    pub kind: u32,
    /// Index in the dynamic symbol table; 0 for none.
    pub symbol: u32,
    /// For RELATIVE the link-time address it points to.
    pub addend: u64,
}

impl Relocation {
    /// How many bytes it writes; COPY counts as none because its size is the symbol's.
    pub fn width(&self) -> u64 {
        match self.kind {
            R_X86_64_NONE | R_X86_64_COPY => 0,
            R_X86_64_TLSDESC => 16,
            R_X86_64_32 | R_X86_64_32S | R_X86_64_PC32 | R_X86_64_PLT32 | R_X86_64_SIZE32 | R_X86_64_DTPOFF32
            | R_X86_64_TPOFF32 => 4,
            _ => 8,
        }
    }

    /// The link-time address that the relocation stores without asking any symbol.
    pub fn relative_target(&self) -> Option<Vaddr> {
        matches!(self.kind, R_X86_64_RELATIVE | R_X86_64_RELATIVE64 | R_X86_64_IRELATIVE).then_some(Vaddr(self.addend))
    }
}

/// All relocations sorted by address, and those of the PLT in table order.
pub(super) fn read(view: &FileView) -> Result<(Vec<Relocation>, Vec<Relocation>), &'static str> {
    let bytes_of = |table: Table| match table.size {
        0 => Ok(&[][..]),
        _ => view.table(table).ok_or("relocation table outside the file's segments"),
    };
    let plt_slots: Vec<Relocation> = rela(bytes_of(view.dynamic.jmprel)?).collect();
    let mut all: Vec<Relocation> = rela(bytes_of(view.dynamic.rela)?).collect();
    let words: Vec<u64> = entries(bytes_of(view.dynamic.relr)?).collect();
    for at in relocs::relr(&words) {
        let addend = view.word(at).ok_or("packed relative relocation outside the file's segments")?;
        all.push(Relocation { at, kind: R_X86_64_RELATIVE, symbol: 0, addend });
    }
    all.extend(&plt_slots);
    all.retain(|relocation| relocation.kind != R_X86_64_NONE);
    all.sort_unstable();
    // some linkers let DT_RELA include DT_JMPREL
    all.dedup();
    Ok((all, plt_slots))
}

fn rela(table: &[u8]) -> impl Iterator<Item = Relocation> + '_ {
    entries::<Rela>(table).map(|rela| Relocation {
        at: Vaddr(rela.r_offset),
        kind: relocs::kind(&rela),
        symbol: relocs::symbol(&rela),
        addend: rela.r_addend as u64,
    })
}
