//! Which words of shared data hold addresses of the old version: the commit replaces each that still has its old value, so that
//! what the program changed stays.
//!
//! Key types: [`PointerMove`], [`Value`]. For pairs of files that [`super::compare`] has accepted; words that only one of the files
//! relocates are left alone.

use alloc::vec::Vec;

use super::data::{Region, copied_regions, plain_target};
use crate::addr::Vaddr;
use crate::arch::reloc::{R_X86_64_64, R_X86_64_GLOB_DAT, R_X86_64_IRELATIVE, R_X86_64_JUMP_SLOT};
use crate::binary::FileView;
use crate::binary::Relocation;

/// One word that is relocated in both versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PointerMove {
    /// Its link-time address in the old file; both versions' mappings show the same memory there.
    pub at_old: Vaddr,
    /// Its link-time address in the new file.
    pub at_new: Vaddr,
    pub old: Value,
    pub new: Value,
}

/// What a relocation stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// The version's bias plus this address.
    Address(Vaddr),
    /// What the IFUNC resolver at this address answers.
    Resolver(Vaddr),
    /// The address of the dynamic symbol with this index, plus the addend.
    Symbol { index: u32, addend: u64 },
    /// A PLT slot: first the version's bias plus `stub`, once bound the address of the symbol.
    Slot { index: u32, stub: Vaddr },
}

/// The pointers inside shared data, in address order.
pub fn pointer_moves(old: &FileView, new: &FileView) -> Vec<PointerMove> {
    let ranges = old.shared_ranges().iter().zip(new.shared_ranges());
    ranges.flat_map(|(a, b)| moves_in(old, new, Region { old: a.start, new: b.start, size: a.size.min(b.size) })).collect()
}

/// The pointers inside variables that the executable has copied: they are in the executable's memory, `at_old` minus the old
/// symbol's address into the copy.
pub fn copied_pointer_moves(old: &FileView, new: &FileView, copied: &[&[u8]]) -> Vec<PointerMove> {
    copied_regions(old, new, copied).into_iter().flat_map(|region| moves_in(old, new, region)).collect()
}

fn moves_in(old: &FileView, new: &FileView, region: Region) -> Vec<PointerMove> {
    let after = new.relocations_in(region.new, region.size);
    let mut moves = Vec::new();
    for before in old.relocations_in(region.old, region.size) {
        let at_new = region.new + (before.at.0 - region.old.0);
        let Ok(index) = after.binary_search_by_key(&at_new, |relocation| relocation.at) else { continue };
        if after[index].kind != before.kind {
            continue;
        }
        if let (Some(old), Some(new)) = (value(old, before), value(new, &after[index])) {
            moves.push(PointerMove { at_old: before.at, at_new, old, new });
        }
    }
    moves
}

/// `None` for relocations whose value is the same in every version: module numbers, thread-local offsets, sizes, copies.
fn value(view: &FileView, relocation: &Relocation) -> Option<Value> {
    let index = relocation.symbol;
    match relocation.kind {
        R_X86_64_IRELATIVE => Some(Value::Resolver(Vaddr(relocation.addend))),
        R_X86_64_JUMP_SLOT => Some(Value::Slot { index, stub: Vaddr(view.word(relocation.at)?) }),
        _ if plain_target(view, relocation).is_some() => plain_target(view, relocation).map(Value::Address),
        R_X86_64_64 | R_X86_64_GLOB_DAT => Some(Value::Symbol { index, addend: relocation.addend }),
        _ => None,
    }
}
