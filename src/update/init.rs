//! Rule 4: constructors of a new version are not run, so the old ones must have done what the new ones would do: the same
//! functions, with the same code, which refers to the same, and whose calls, directly or not, lead to the same.
//!
//! Key type: [`Callees`]. Functions whose address a constructor only stores may change: the pointers follow the new version.

use alloc::vec;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::compare::Pair;
use super::evidence::{is_same_function, name_of};
use super::verdict::{Difference, Verdict};
use crate::addr::Vaddr;
use crate::binary::FileView;
use crate::code::change::exported_functions;
use crate::code::decode::Way;
use crate::code::{Change, Reference, Target};
use crate::elf::dynamic::{Dynamic, Table};

/// Size of an entry of the arrays in bytes.
const ENTRY: u64 = 8;

pub(super) fn compare(pair: &Pair, verdict: &mut Verdict) {
    let mut callees = Callees::new(pair);
    for (tag, select) in FUNCTIONS {
        match (select(&pair.old.dynamic), select(&pair.new.dynamic)) {
            (Some(old), Some(new)) => compare_function(&mut callees, tag, old, new, verdict),
            (None, None) => {}
            _ => verdict.refuse(None, None, Difference::InitPresence(tag)),
        }
    }
    for (tag, select) in ARRAYS {
        compare_array(&mut callees, tag, select(&pair.old.dynamic), select(&pair.new.dynamic), verdict);
    }
}

type Select<T> = fn(&Dynamic) -> T;

const FUNCTIONS: [(&str, Select<Option<Vaddr>>); 2] = [("DT_INIT", |d| d.init), ("DT_FINI", |d| d.fini)];

const ARRAYS: [(&str, Select<Table>); 3] =
    [("DT_PREINIT_ARRAY", |d| d.preinit_array), ("DT_INIT_ARRAY", |d| d.init_array), ("DT_FINI_ARRAY", |d| d.fini_array)];

fn compare_array(callees: &mut Callees, tag: &'static str, old: Table, new: Table, verdict: &mut Verdict) {
    let pair = callees.pair;
    if old.size != new.size {
        return verdict.refuse(None, None, Difference::InitCount(tag, old.size / ENTRY, new.size / ENTRY));
    }
    let entries = |view: &FileView, table: Table| view.initialised(table.vaddr, table.size).len() as u64 / ENTRY;
    for index in 0..entries(pair.old, old).min(entries(pair.new, new)) {
        let function = |view: &FileView, table: Table| function_of_entry(view, table.vaddr + index * ENTRY);
        if let (Some(old), Some(new)) = (function(pair.old, old), function(pair.new, new)) {
            compare_function(callees, tag, old, new, verdict);
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

fn compare_function(callees: &mut Callees, tag: &'static str, old: Vaddr, new: Vaddr, verdict: &mut Verdict) {
    let pair = callees.pair;
    let (before, after) = (pair.code.equality.old, pair.code.equality.new);
    let (Some((index, _)), Some((other, _))) = (before.function_at(old), after.function_at(new)) else {
        return verdict.refuse(None, None, Difference::InitUnknown(tag));
    };
    let name = name_of(before, &before.functions[index]);
    if !is_same_function(pair, old, new) {
        verdict.refuse(None, None, Difference::InitFunction(tag, name, name_of(after, &after.functions[other])));
    } else if callees.is_changed(index) {
        verdict.refuse(Some(name), None, Difference::InitCode(tag));
    } else if RUN_BEFORE.contains(&tag)
        && let Some(callee) = callees.first_changed(index)
    {
        verdict.refuse(Some(name_of(before, &before.functions[callee])), None, Difference::InitCallee(tag));
    }
}

/// What has run when a version is replaced; destructors will be the new version's, with all that they call.
const RUN_BEFORE: [&str; 3] = ["DT_INIT", "DT_PREINIT_ARRAY", "DT_INIT_ARRAY"];

/// The functions of the old file that constructors call.
struct Callees<'p, 'v, 'a> {
    pair: &'p Pair<'v, 'a>,
    /// Functions that others can bind to, and calls from inside through the PLT are bound to.
    exports: HashMap<&'a [u8], usize>,
    /// By index of function: all of its calls have been followed.
    seen: Vec<bool>,
}

impl<'p, 'v, 'a> Callees<'p, 'v, 'a> {
    fn new(pair: &'p Pair<'v, 'a>) -> Self {
        let exports = exported_functions(pair.code.equality.old);
        Callees { pair, exports, seen: vec![false; pair.code.changes.len()] }
    }

    fn is_changed(&self, function: usize) -> bool {
        !matches!(self.pair.code.changes[function], Change::Same | Change::Moved)
    }

    /// The first changed function that `function`, or what it calls, calls; what was seen before is passed over.
    fn first_changed(&mut self, function: usize) -> Option<usize> {
        let old = self.pair.code.equality.old;
        let mut due = vec![function];
        while let Some(index) = due.pop() {
            if core::mem::replace(&mut self.seen[index], true) {
                continue;
            }
            if self.is_changed(index) {
                return Some(index);
            }
            due.extend(old.continuation(index));
            due.extend(old.references(&old.functions[index]).iter().rev().filter_map(|reference| self.called(reference)));
        }
        None
    }

    /// The function of this file that a call or a jump leads to, directly, through the PLT or a slot of the GOT.
    fn called(&self, reference: &Reference) -> Option<usize> {
        let old = self.pair.code.equality.old;
        let at = match old.target_of(reference) {
            Target::Function { index, .. } if reference.way == Way::Branch => return Some(index),
            Target::Slot(at) => at,
            Target::Import { name, .. } => return self.exports.get(name).copied(),
            _ => return None,
        };
        old.function_at(at).map(|(index, _)| index)
    }
}
