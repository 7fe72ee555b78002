//! Which function of the old file is which of the new one: by name, by what it is made of, by who refers to it, by its neighbours.
//!
//! Key type: [`Pairing`]. A pair says "the same function in two versions", not that it is unchanged.

use alloc::vec;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::analysis::{Analysis, Function};
use super::classes;
use super::extents::Basis;
use super::similar;
use super::targets::{Target, external_hash};
use crate::addr::Vaddr;
use crate::binary::base_name;

/// Pairs of functions, by index on both sides.
pub struct Pairing {
    pub new_of: Vec<Option<usize>>,
    pub old_of: Vec<Option<usize>>,
}

/// How often pairs that have been found may lead to further ones.
const ROUNDS: usize = 6;

impl Pairing {
    pub fn new(old: &Analysis, new: &Analysis) -> Self {
        let mut pairing = Pairing { new_of: vec![None; old.functions.len()], old_of: vec![None; new.functions.len()] };
        pairing.by_key(old, new, |analysis, function| analysis.names_of(function).next());
        pairing.by_key(old, new, |analysis, function| analysis.names_of(function).next().map(base_name));
        pairing.by_key(old, new, |analysis, function| analysis.import_of_stub(function));
        // all stubs look alike, or differ by their number in the table
        let code =
            |analysis: &Analysis, function: &Function| analysis.slot_of_stub(function).is_none().then_some(function.fingerprint);
        pairing.by_key(old, new, |analysis, function| Some((code(analysis, function)?, external_hash(analysis, function))));
        pairing.by_key(old, new, code);
        pairing.by_classes(old, new);
        let shape = |analysis: &Analysis, function: &Function| {
            let may_be = analysis.slot_of_stub(function).is_none() && is_nameless(analysis, function);
            may_be.then_some((function.shape, function.size))
        };
        pairing.by_key(old, new, shape);
        for _ in 0..ROUNDS {
            let found = pairing.by_references(old, new) + pairing.by_neighbours(old, new);
            if found == 0 && similar::pair(&mut pairing, old, new) == 0 {
                break;
            }
        }
        pairing
    }

    pub(super) fn pair(&mut self, old: usize, new: usize) -> bool {
        let is_free = self.new_of[old].is_none() && self.old_of[new].is_none();
        if is_free {
            (self.new_of[old], self.old_of[new]) = (Some(new), Some(old));
        }
        is_free
    }

    /// Pairs what has the same key, which nothing else that is left has on either side.
    fn by_key<'x, K: core::hash::Hash + Eq>(
        &mut self,
        old: &'x Analysis,
        new: &'x Analysis,
        key: impl Fn(&'x Analysis, &'x Function) -> Option<K>,
    ) {
        let mut keys: HashMap<K, [Only; 2]> = HashMap::new();
        let sides = [(old, &self.new_of), (new, &self.old_of)];
        for (side, (analysis, partner)) in sides.into_iter().enumerate() {
            for (index, function) in analysis.functions.iter().enumerate().filter(|&(index, _)| partner[index].is_none()) {
                if let Some(key) = key(analysis, function) {
                    keys.entry(key).or_default()[side].add(index);
                }
            }
        }
        for found in keys.into_values() {
            if let [Only::One(old), Only::One(new)] = found {
                self.pair(old, new);
            }
        }
    }

    /// Virtual functions in the same slot of the same class that look alike.
    fn by_classes(&mut self, old: &Analysis, new: &Analysis) {
        let tables = classes::by_class(new);
        for (key, before) in classes::by_class(old) {
            let Some(after) = tables.get(&key).filter(|after| after.count == before.count) else { continue };
            for index in 0..before.count {
                let function = |analysis: &Analysis, slots: Vaddr| {
                    let at = analysis.relocation_at(slots + 8 * index)?.relative_target()?;
                    let (index, _) = analysis.function_at(at).filter(|&(_, offset)| offset == 0)?;
                    is_nameless(analysis, &analysis.functions[index]).then_some(index)
                };
                if let (Some(a), Some(b)) = (function(old, before.slots), function(new, after.slots))
                    && old.functions[a].shape == new.functions[b].shape
                {
                    self.pair(a, b);
                }
            }
        }
    }

    /// Two functions of the same kinds of instructions refer, in the same order, to functions that are the same.
    fn by_references(&mut self, old: &Analysis, new: &Analysis) -> usize {
        let mut found = 0;
        for (index, function) in old.functions.iter().enumerate() {
            let Some(partner) = self.new_of[index].map(|new_index| &new.functions[new_index]) else { continue };
            if partner.shape != function.shape {
                continue;
            }
            for (before, after) in old.references(function).iter().zip(new.references(partner)) {
                if let (Some(a), Some(b)) = (start_of_function(old, before), start_of_function(new, after)) {
                    let is_nameless = old.names_of(&old.functions[a]).next().is_none();
                    found += usize::from(is_nameless && self.pair(a, b));
                }
            }
        }
        found
    }

    /// Between two pairs as many functions are left on both sides: they are the same, in order.
    fn by_neighbours(&mut self, old: &Analysis, new: &Analysis) -> usize {
        let mut found = 0;
        let mut index = 0;
        while index < self.new_of.len() {
            if self.new_of[index].is_some() {
                index += 1;
                continue;
            }
            let end = (index..self.new_of.len()).find(|&at| self.new_of[at].is_some()).unwrap_or(self.new_of.len());
            let run = index..end;
            index = end;
            let first = match run.start.checked_sub(1) {
                Some(before) => self.new_of[before].map(|new| new + 1),
                None => Some(0),
            };
            let last = self.new_of.get(end).map_or(Some(self.old_of.len()), |&new| new);
            let (Some(first), Some(last)) = (first, last) else { continue };
            if last < first || last - first != run.len() || (first..last).any(|at| self.old_of[at].is_some()) {
                continue;
            }
            // several functions of a file may have one name
            let may_be = |a: &Function, b: &Function| {
                let is_named_alike = old.names_of(a).next().map(base_name) == new.names_of(b).next().map(base_name);
                let binds = old.import_of_stub(a).is_some() || new.import_of_stub(b).is_some();
                is_named_alike && !binds && (a.basis == Basis::Stub) == (b.basis == Basis::Stub)
            };
            if run.clone().zip(first..last).all(|(a, b)| may_be(&old.functions[a], &new.functions[b])) {
                found += run.zip(first..last).filter(|&(a, b)| self.pair(a, b)).count();
            }
        }
        found
    }
}

/// Two functions with different names are different functions, however alike they are.
pub(super) fn is_nameless(analysis: &Analysis, function: &Function) -> bool {
    analysis.names_of(function).next().is_none()
}

fn start_of_function(analysis: &Analysis, reference: &super::Reference) -> Option<usize> {
    match analysis.target_of(reference) {
        Target::Function { index, offset: 0 } => Some(index),
        Target::Slot(at) => analysis.function_at(at).filter(|&(_, offset)| offset == 0).map(|(index, _)| index),
        _ => None,
    }
}

/// How many functions have a key.
#[derive(Clone, Copy, Default)]
enum Only {
    #[default]
    None,
    One(usize),
    Several,
}

impl Only {
    fn add(&mut self, index: usize) {
        *self = match self {
            Only::None => Only::One(index),
            _ => Only::Several,
        };
    }
}
