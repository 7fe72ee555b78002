//! Whether two addresses mean the same in both files: the paired function, the same import, the same place in shared data, or a
//! constant with the same content, pointers in it compared likewise.
//!
//! Key type: [`Equality`], which remembers what it has found out.

use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use hashbrown::HashMap;

use super::analysis::Analysis;
use super::decode::{Reference, Way};
use super::pairing::Pairing;
use super::targets::{Target, content};
use crate::addr::Vaddr;
use crate::binary::{Place, Relocation};

pub struct Equality<'p, 'v, 'a> {
    pub old: &'p Analysis<'v, 'a>,
    pub new: &'p Analysis<'v, 'a>,
    pub pairing: &'p Pairing,
    /// Constants by both addresses and the bytes compared; while a pair is being compared it counts as equal.
    known: RefCell<HashMap<Constants, bool>>,
    /// What has been found equal while other pairs, to which it may lead back, were still being compared.
    assumed: RefCell<Vec<Constants>>,
    /// What is assumed to be equal and still has to be compared.
    deferred: RefCell<Vec<Constants>>,
    depth: Cell<usize>,
    /// How much may still be compared, in bytes: constants that overlap would cost the square of the file's size.
    left: Cell<u64>,
}

/// Both addresses of a constant, and how it is used.
type Constants = (Vaddr, Vaddr, Way);

impl<'p, 'v, 'a> Equality<'p, 'v, 'a> {
    /// Chains of pointers between constants are followed so far at once; what comes behind waits until the stack is free again.
    const DEPTH: usize = 32;

    pub fn new(old: &'p Analysis<'v, 'a>, new: &'p Analysis<'v, 'a>, pairing: &'p Pairing) -> Self {
        /// Of the files' sizes.
        const FACTOR: u64 = 64;
        let left = Cell::new((old.view.bytes().len() + new.view.bytes().len()) as u64 * FACTOR);
        Equality {
            old,
            new,
            pairing,
            known: RefCell::default(),
            assumed: RefCell::default(),
            deferred: RefCell::default(),
            depth: Cell::new(0),
            left,
        }
    }

    /// Whether two references mean the same.
    pub fn references(&self, old: &Reference, new: &Reference) -> bool {
        old.way == new.way && self.addresses(old.target, new.target, old.way)
    }

    /// Whether two addresses mean the same to an instruction, or a pointer, that uses them in this way.
    pub fn addresses(&self, old: Vaddr, new: Vaddr, way: Way) -> bool {
        match (self.old.target(old, way), self.new.target(new, way)) {
            (Target::Function { index, offset }, Target::Function { index: other, offset: into }) => {
                self.pairing.new_of[index] == Some(other) && offset == into
            }
            (Target::Slot(a), Target::Slot(b)) => self.addresses(a, b, Way::Address),
            (Target::Constant(a), Target::Constant(b)) => self.constants(a, b, way),
            (Target::Import { name: a, version: of, kind }, Target::Import { name: b, version: other, kind: k }) => {
                // a file that was linked without its libraries asks for no version, which means the same
                a == b && kind == k && (of == other || of.is_empty() || other.is_empty())
            }
            (a, b) => a == b,
        }
    }

    fn constants(&self, old: Vaddr, new: Vaddr, way: Way) -> bool {
        let key = (old, new, way);
        if let Some(&known) = self.known.borrow().get(&key) {
            return known;
        }
        self.known.borrow_mut().insert(key, true);
        let first = self.assumed.borrow().len();
        self.assumed.borrow_mut().push(key);
        if self.depth.get() >= Self::DEPTH {
            self.deferred.borrow_mut().push(key);
            return true;
        }
        let mut equal = self.compare(key);
        while equal && self.depth.get() == 0 {
            let Some(next) = self.deferred.borrow_mut().pop() else { break };
            equal = self.compare(next);
        }
        self.conclude(key, equal, first);
        equal
    }

    fn compare(&self, (old, new, way): Constants) -> bool {
        self.depth.set(self.depth.get() + 1);
        let equal = match way {
            Way::Access(size) if size > 0 => self.same_bytes(old, new, u64::from(size)),
            _ => self.tables(old, new).unwrap_or_else(|| self.data(old, new)),
        };
        self.depth.set(self.depth.get() - 1);
        equal
    }

    /// A pair that is not equal takes back what rests on the assumption that it is; when no pair is open any more, nothing does.
    fn conclude(&self, key: Constants, equal: bool, first: usize) {
        let (mut known, mut assumed) = (self.known.borrow_mut(), self.assumed.borrow_mut());
        if !equal {
            for other in assumed.drain(first..) {
                known.remove(&other);
            }
            known.insert(key, false);
            // whatever waits belongs to a pair that is not equal now either
            self.deferred.borrow_mut().clear();
        } else if self.depth.get() == 0 {
            assumed.clear();
        }
    }

    /// Whether so much may still be compared.
    fn spend(&self, cost: u64) -> bool {
        let left = self.left.get().checked_sub(cost);
        self.left.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Constants of which only the start is known: equal lengths, but for zeros that may be padding.
    fn data(&self, old: Vaddr, new: Vaddr) -> bool {
        let (before, after) = (content(self.old, old), content(self.new, new));
        let common = before.len().min(after.len());
        if !self.spend((before.len().max(after.len()) - common) as u64) {
            return false;
        }
        let is_padding = |bytes: &[u8]| bytes[common..].iter().all(|&byte| byte == 0);
        is_padding(before) && is_padding(after) && self.same_bytes(old, new, common as u64)
    }

    /// The same relocations, and the same bytes between them.
    pub fn same_bytes(&self, old: Vaddr, new: Vaddr, size: u64) -> bool {
        let (before, after) = (self.old.view.initialised(old, size), self.new.view.initialised(new, size));
        let (relocations, others) = (self.old.view.relocations_in(old, size), self.new.view.relocations_in(new, size));
        const COST: u64 = 16;
        let cost = before.len() as u64 + relocations.len() as u64 * COST;
        if relocations.len() != others.len() || before.len() != after.len() || !self.spend(cost) {
            return false;
        }
        let mut at = 0;
        for (a, b) in relocations.iter().zip(others) {
            let offset = (a.at.0 - old.0) as usize;
            if b.at.0 - new.0 != a.at.0 - old.0 || a.kind != b.kind || !self.relocated(a, b) {
                return false;
            }
            if before.get(at..offset) != after.get(at..offset) {
                return false;
            }
            at = (offset + a.width() as usize).max(at);
        }
        before.get(at..).unwrap_or_default() == after.get(at..).unwrap_or_default()
    }

    /// Whether two relocations of the same type store the same.
    fn relocated(&self, old: &Relocation, new: &Relocation) -> bool {
        if let (Some(a), Some(b)) = (old.relative_target(), new.relative_target()) {
            return self.addresses(a, b, Way::Address);
        }
        let symbol = |analysis: &Analysis<'v, 'a>, relocation: &Relocation| {
            analysis.view.symbols.dynamic.get(relocation.symbol as usize).map(|symbol| (symbol.name, symbol.version))
        };
        old.addend == new.addend && symbol(self.old, old) == symbol(self.new, new)
    }

    /// Jump tables hold distances from their own start to places in code. `None` when the address is no such table.
    fn tables(&self, old: Vaddr, new: Vaddr) -> Option<bool> {
        const COST: u64 = 16;
        let is_code = |analysis: &Analysis, at: Vaddr| analysis.view.place(at) == Place::Code;
        let (ends, mut at) = ([self.old.end_of_data(old), self.new.end_of_data(new)], 0);
        loop {
            let entry = |analysis: &Analysis, table: Vaddr, end: Vaddr| {
                let place = table + at;
                if place.0.checked_add(4)? > end.0 {
                    return None;
                }
                let distance = analysis.view.word32(place)?.cast_signed();
                Some(Vaddr(table.0.wrapping_add_signed(i64::from(distance))))
                    .filter(|&target| distance != 0 && is_code(analysis, target))
            };
            match (entry(self.old, old, ends[0]), entry(self.new, new, ends[1])) {
                (Some(a), Some(b)) if self.spend(COST) && self.addresses(a, b, Way::Address) => at += 4,
                (None, None) if at == 0 => return None,
                (None, None) => return Some(true),
                _ => return Some(false),
            }
        }
    }
}
