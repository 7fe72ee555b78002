//! C++ classes with virtual functions (Itanium C++ ABI 2.5 and 2.9): their vtables, found by the type information that every one
//! leads to, in stripped files too.
//!
//! Key type: [`VirtualTable`].

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::analysis::Analysis;
use crate::addr::Vaddr;
use crate::binary::{Place, Relocation};

/// One vtable, or one part of the vtable of a class with several bases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualTable<'a> {
    /// The mangled name of the class.
    pub class: &'a [u8],
    /// The distance of this base from the start of the object.
    pub offset_to_top: i64,
    /// The address of the first function's slot.
    pub slots: Vaddr,
    /// How many slots hold pointers to functions.
    pub count: u64,
}

/// Vtables by class and base, in address order where a class has several for one base.
pub type Tables<'a> = BTreeMap<(&'a [u8], i64, usize), VirtualTable<'a>>;

/// The vtables so that those of two files can be compared.
pub fn by_class<'a>(analysis: &Analysis<'_, 'a>) -> Tables<'a> {
    let mut counts: BTreeMap<(&'a [u8], i64), usize> = BTreeMap::new();
    let mut tables = Tables::new();
    for table in virtual_tables(analysis) {
        let count = counts.entry((table.class, table.offset_to_top)).or_default();
        tables.insert((table.class, table.offset_to_top, *count), table);
        *count += 1;
    }
    tables
}

/// All vtables whose type information lies in this file, in address order.
pub fn virtual_tables<'a>(analysis: &Analysis<'_, 'a>) -> Vec<VirtualTable<'a>> {
    let infos = type_infos(analysis);
    let points_to_info = |relocation: &&Relocation| pointed(analysis, relocation).is_some_and(|at| name_of(&infos, at).is_some());
    let candidates = analysis.view.relocations.iter().filter(points_to_info);
    candidates.filter_map(|relocation| table_at(analysis, &infos, relocation)).collect()
}

/// Type information by address, with the name of the type.
type Infos<'a> = Vec<(Vaddr, &'a [u8])>;

fn name_of<'a>(infos: &Infos<'a>, at: Vaddr) -> Option<&'a [u8]> {
    let index = infos.binary_search_by_key(&at, |&(at, _)| at).ok()?;
    Some(infos[index].1)
}

/// Type information begins with a pointer into the vtable of one of the ABI's own classes, followed by one to the name.
fn type_infos<'a>(analysis: &Analysis<'_, 'a>) -> Infos<'a> {
    const ABI_CLASSES: &[u8] = b"_ZTVN10__cxxabiv1";
    let view = analysis.view;
    let of_abi = |relocation: &&Relocation| {
        let symbol = view.symbols.dynamic.get(relocation.symbol as usize);
        symbol.is_some_and(|symbol| symbol.name.starts_with(ABI_CLASSES))
    };
    // names are no longer than the file together, unless it is made to waste time
    let mut left = view.bytes().len();
    let mut name = |at: Vaddr| {
        let text = view.tail(pointed(analysis, analysis.relocation_at(at + 8)?)?)?;
        let text = &text[..text.len().min(left)];
        let end = text.iter().position(|&byte| byte == 0);
        left -= end.unwrap_or(text.len());
        Some(&text[..end?])
    };
    view.relocations.iter().filter(of_abi).filter_map(|relocation| Some((relocation.at, name(relocation.at)?))).collect()
}

/// The address in this file that a relocated word holds.
fn pointed(analysis: &Analysis, relocation: &Relocation) -> Option<Vaddr> {
    if let Some(target) = relocation.relative_target() {
        return Some(target);
    }
    let symbol = analysis.view.symbols.dynamic.get(relocation.symbol as usize)?;
    (symbol.is_defined() && relocation.symbol != 0).then(|| symbol.value + relocation.addend)
}

/// The vtable whose pointer to type information this relocation stores. The word before it is a distance, the words behind it point
/// to functions; derived type information, which points to that of its base, does neither.
fn table_at<'a>(analysis: &Analysis<'_, 'a>, infos: &Infos<'a>, relocation: &Relocation) -> Option<VirtualTable<'a>> {
    const FARTHEST: u64 = 1 << 24;
    let class = name_of(infos, pointed(analysis, relocation)?)?;
    let before = Vaddr(relocation.at.0.checked_sub(8)?);
    if analysis.relocation_at(before).is_some() {
        return None;
    }
    let offset_to_top = analysis.view.word(before)?.cast_signed();
    let slots = relocation.at + 8;
    let mut count = 0;
    while is_function_slot(analysis, infos, slots + 8 * count) {
        count += 1;
    }
    let is_table = offset_to_top <= 0 && offset_to_top.unsigned_abs() < FARTHEST && count > 0;
    is_table.then_some(VirtualTable { class, offset_to_top, slots, count })
}

/// Whether a word holds the address of a function, of this file or, like that of a pure virtual one, of another.
fn is_function_slot(analysis: &Analysis, infos: &Infos, at: Vaddr) -> bool {
    let Some(relocation) = analysis.relocation_at(at) else { return false };
    if let Some(target) = pointed(analysis, relocation) {
        // the next vtable begins with its type information, wherever that lies
        return analysis.view.place(target) == Place::Code && name_of(infos, target).is_none();
    }
    let symbol = analysis.view.symbols.dynamic.get(relocation.symbol as usize);
    symbol.is_some_and(|symbol| !symbol.is_defined() && !symbol.name.starts_with(b"_ZT"))
}
