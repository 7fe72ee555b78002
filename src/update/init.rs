//! Rule 4: constructors of a new version are not run, so the old ones must have done what the new ones would do: the same
//! functions, with the same code, which refers to the same.

use super::compare::Pair;
use super::evidence::{is_same_function, name_of};
use super::verdict::{Difference, Verdict};
use crate::addr::Vaddr;
use crate::binary::FileView;
use crate::code::Change;
use crate::elf::dynamic::{Dynamic, Table};

/// Size of an entry of the arrays in bytes.
const ENTRY: u64 = 8;

pub(super) fn compare(pair: &Pair, verdict: &mut Verdict) {
    for (tag, select) in FUNCTIONS {
        match (select(&pair.old.dynamic), select(&pair.new.dynamic)) {
            (Some(old), Some(new)) => compare_function(pair, tag, old, new, verdict),
            (None, None) => {}
            _ => verdict.refuse(None, None, Difference::InitPresence(tag)),
        }
    }
    for (tag, select) in ARRAYS {
        compare_array(pair, tag, select(&pair.old.dynamic), select(&pair.new.dynamic), verdict);
    }
}

type Select<T> = fn(&Dynamic) -> T;

const FUNCTIONS: [(&str, Select<Option<Vaddr>>); 2] = [("DT_INIT", |d| d.init), ("DT_FINI", |d| d.fini)];

const ARRAYS: [(&str, Select<Table>); 3] =
    [("DT_PREINIT_ARRAY", |d| d.preinit_array), ("DT_INIT_ARRAY", |d| d.init_array), ("DT_FINI_ARRAY", |d| d.fini_array)];

fn compare_array(pair: &Pair, tag: &'static str, old: Table, new: Table, verdict: &mut Verdict) {
    if old.size != new.size {
        return verdict.refuse(None, None, Difference::InitCount(tag, old.size / ENTRY, new.size / ENTRY));
    }
    let entries = |view: &FileView, table: Table| view.initialised(table.vaddr, table.size).len() as u64 / ENTRY;
    for index in 0..entries(pair.old, old).min(entries(pair.new, new)) {
        let function = |view: &FileView, table: Table| function_of_entry(view, table.vaddr + index * ENTRY);
        if let (Some(old), Some(new)) = (function(pair.old, old), function(pair.new, new)) {
            compare_function(pair, tag, old, new, verdict);
        }
    }
}

/// The function an entry points to, when the entry's relocation names no symbol.
fn function_of_entry(view: &FileView, at: Vaddr) -> Option<Vaddr> {
    let index = view.relocations.binary_search_by_key(&at, |relocation| relocation.at).ok()?;
    let relocation = view.relocations[index];
    match relocation.relative_target() {
        Some(target) => Some(target),
        None => {
            let symbol = view.symbols.dynamic.get(relocation.symbol as usize)?;
            symbol.is_defined().then(|| symbol.value + relocation.addend)
        }
    }
}

fn compare_function(pair: &Pair, tag: &'static str, old: Vaddr, new: Vaddr, verdict: &mut Verdict) {
    let (before, after) = (pair.code.equality.old, pair.code.equality.new);
    let (Some((index, _)), Some((other, _))) = (before.function_at(old), after.function_at(new)) else {
        return verdict.refuse(None, None, Difference::InitUnknown(tag));
    };
    let name = name_of(before, &before.functions[index]);
    if !is_same_function(pair, old, new) {
        verdict.refuse(None, None, Difference::InitFunction(tag, name, name_of(after, &after.functions[other])));
    } else if !matches!(pair.code.changes[index], Change::Same | Change::Moved) {
        verdict.refuse(Some(name), None, Difference::InitCode(tag));
    }
}
