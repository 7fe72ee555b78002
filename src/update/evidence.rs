//! What the code itself tells of variables that have no names: a function that is the same in both files must find them where they
//! were. And C++ classes: objects that exist keep their old vtable, so new code must find each function in the slot where it was.
//!
//! Neighbours: [`crate::code`] matches functions and references; [`super::data`] compares variables that have names.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;

use super::compare::{Pair, text};
use super::verdict::{Difference, Verdict};
use crate::arch::reloc::R_X86_64_DTPMOD64;
use crate::binary::Place;
use crate::code::classes;
use crate::code::decode::{Piece, Way};
use crate::code::{Analysis, Function, Reference, Target};

/// A variable's place: index of the shared range and offset, or the offset in the thread-local segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Variable {
    Shared(usize, u64),
    ThreadLocal(u64),
}

/// Where references to a variable of the old file lead in the new one.
#[derive(Default)]
struct Seen {
    new: BTreeSet<Variable>,
    /// A function that refers to it.
    by: String,
}

/// Variables by what refers to them. Where both files have a symbol table the names have said more.
pub(super) fn compare_variables(pair: &Pair, verdict: &mut Verdict) {
    if pair.old.symbols.all.is_some() && pair.new.symbols.all.is_some() {
        return;
    }
    let (old, new) = (pair.code.equality.old, pair.code.equality.new);
    let mut seen = seen_in(pair);
    let used_by_new: BTreeSet<Variable> = variables_of(new).map(|(variable, _)| variable).collect();
    for (variable, function) in variables_of(old) {
        let known = seen.entry(variable).or_default();
        if known.by.is_empty() {
            known.by = name_of(old, function);
        }
    }
    let explained: BTreeSet<Variable> = seen.values().flat_map(|seen| seen.new.iter().copied()).collect();
    // a variable at a place that the old code does not use may be new, or one that has moved
    let is_unexplained = |variable: &&Variable| !explained.contains(*variable) && !seen.contains_key(*variable);
    let any_unexplained = used_by_new.iter().any(|variable| is_unexplained(&variable));
    for (&variable, Seen { new: places, by }) in &seen {
        let difference = match places.first() {
            Some(_) if places.contains(&variable) => continue,
            Some(&moved) => Difference::VariableMoved(offset_of(variable), offset_of(moved)),
            None if used_by_new.contains(&variable) || any_unexplained => Difference::VariableUnverified,
            None => continue,
        };
        verdict.refuse(Some(by.clone()), Some(offset_of(variable)), difference);
    }
    check_module_offsets(pair, verdict);
}

/// Code that asks for its module's thread-local block adds the variables' offsets as plain numbers. Where the bytes of such a function
/// change, the instructions with such numbers must have stayed; where one is gone and another one is new, nothing shows the offsets.
fn check_module_offsets(pair: &Pair, verdict: &mut Verdict) {
    const ONE_VARIABLE: u64 = 8;
    let Some(size) = pair.old.tls().map(|tls| tls.memsz).filter(|&size| size > ONE_VARIABLE) else { return };
    let (old, new) = (pair.code.equality.old, pair.code.equality.new);
    let any_new = pair.code.new_functions().any(|function| asks_for_module(new, function));
    let partners = &pair.code.equality.pairing.new_of;
    let is_unverified = |function: &Function, partner: Option<usize>| match partner.map(|index| &new.functions[index]) {
        None => any_new,
        Some(after) if function.fingerprint == after.fingerprint => false,
        Some(after) => {
            let is_offset = |piece: &Piece| piece.displacement.is_some_and(|displacement| displacement < size);
            pair.code.rewritten(function, after).is_none_or(|pieces| pieces.iter().any(is_offset))
        }
    };
    let asking = old.functions.iter().zip(partners).filter(|(function, _)| asks_for_module(old, function));
    if let Some((function, _)) = asking.into_iter().find(|(function, partner)| is_unverified(function, **partner)) {
        verdict.refuse(Some(name_of(old, function)), None, Difference::VariableUnverified);
    }
}

fn asks_for_module(analysis: &Analysis, function: &Function) -> bool {
    let is_module = |target| matches!(target, Target::ThreadLocal { kind: R_X86_64_DTPMOD64, .. });
    analysis.references(function).iter().any(|reference| is_module(analysis.target_of(reference)))
}

/// From pairs of functions: all references of those with equal code, of the others those of instructions that correspond.
fn seen_in(pair: &Pair) -> BTreeMap<Variable, Seen> {
    let (old, new) = (pair.code.equality.old, pair.code.equality.new);
    let mut seen: BTreeMap<Variable, Seen> = BTreeMap::new();
    for (index, before) in old.functions.iter().enumerate() {
        let Some(after) = pair.code.equality.pairing.new_of[index].map(|partner| &new.functions[partner]) else { continue };
        if !old.references(before).iter().any(|reference| variable_of(old, reference).is_some()) {
            continue;
        }
        let mut note = |a: &Reference, b: &Reference| {
            if let (Some(from), Some(to)) = (variable_of(old, a), variable_of(new, b)) {
                let seen = seen.entry(from).or_default();
                seen.new.insert(to);
                seen.by = name_of(old, before);
            }
        };
        if before.fingerprint == after.fingerprint {
            old.references(before).iter().zip(new.references(after)).for_each(|(a, b)| note(a, b));
        } else {
            for (a, b) in pair.code.aligned_by_kind(before, after) {
                if let (Some(a), Some(b)) = (a.reference, b.reference) {
                    note(&a, &b);
                }
            }
        }
    }
    seen
}

fn variables_of<'x>(analysis: &'x Analysis) -> impl Iterator<Item = (Variable, &'x Function)> {
    analysis.functions.iter().flat_map(move |function| {
        let references = analysis.references(function).iter();
        references.filter_map(move |reference| Some((variable_of(analysis, reference)?, function)))
    })
}

fn variable_of(analysis: &Analysis, reference: &Reference) -> Option<Variable> {
    match analysis.target_of(reference) {
        Target::Shared { range, offset } => Some(Variable::Shared(range, offset)),
        Target::ThreadLocal { offset, .. } => Some(Variable::ThreadLocal(offset)),
        Target::Slot(at) => match analysis.view.place(at) {
            Place::Shared { range, offset } => Some(Variable::Shared(range, offset)),
            _ => None,
        },
        _ => None,
    }
}

fn offset_of(variable: Variable) -> u64 {
    match variable {
        Variable::Shared(_, offset) | Variable::ThreadLocal(offset) => offset,
    }
}

pub(super) fn name_of(analysis: &Analysis, function: &Function) -> String {
    match analysis.names_of(function).next() {
        Some(name) => text(name),
        None => alloc::format!("the function at {:#x}", function.start.0),
    }
}

/// Classes that both files have: as many virtual functions, each in its slot.
pub(super) fn compare_classes(pair: &Pair, verdict: &mut Verdict) {
    let equality = &pair.code.equality;
    let new = classes::by_class(equality.new);
    for (key, before) in classes::by_class(equality.old) {
        let Some(after) = new.get(&key) else { continue };
        if before.count != after.count {
            verdict.refuse(Some(text(before.class)), None, Difference::VirtualFunctions(before.count, after.count));
            continue;
        }
        let differs = |&index: &u64| !equality.same_bytes(before.slots + 8 * index, after.slots + 8 * index, 8);
        if let Some(index) = (0..before.count).find(differs) {
            verdict.refuse(Some(text(before.class)), None, Difference::VirtualSlot(index));
        }
    }
}

/// Whether two addresses of code are the same function: by a name that both have, else by what the code is.
pub(super) fn is_same_function(pair: &Pair, old: crate::addr::Vaddr, new: crate::addr::Vaddr) -> bool {
    pair.code.equality.addresses(old, new, Way::Address)
}
