//! What has become of each function: same, moved, changed, new or gone.
//!
//! Key types: [`Comparison`], [`Change`].

use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::Cell;

use hashbrown::HashMap;

use super::analysis::{Analysis, Function};
use super::decode::{self, Piece};
use super::equal::Equality;
use super::pairing::Pairing;
use super::targets::Target;

/// What has become of a function of the old file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Same code at the same address, and everything it refers to means the same.
    Same,
    /// The same at another address.
    Moved,
    /// Its own code, or what it refers to, is different.
    Changed,
    /// It is the same, but something that it calls, directly or not, has changed.
    Depends,
    /// The new file has no such function.
    Gone,
}

/// Both files function by function.
pub struct Comparison<'p, 'v, 'a> {
    pub equality: Equality<'p, 'v, 'a>,
    /// By index of the old file's functions.
    pub changes: Vec<Change>,
    /// Cells of tables that [`Comparison::aligned`] may still fill.
    cells: Cell<usize>,
}

impl<'p, 'v, 'a> Comparison<'p, 'v, 'a> {
    pub fn new(old: &'p Analysis<'v, 'a>, new: &'p Analysis<'v, 'a>, pairing: &'p Pairing) -> Self {
        let equality = Equality::new(old, new, pairing);
        let changes = (0..old.functions.len()).map(|index| change(&equality, index)).collect();
        /// For all functions together: about a second's work.
        const CELLS: usize = 1 << 28;
        Comparison { equality, changes, cells: Cell::new(CELLS) }
    }

    /// The functions of the new file that the old one has not.
    pub fn new_functions(&self) -> impl Iterator<Item = &Function> + '_ {
        let partners = &self.equality.pairing.old_of;
        self.equality.new.functions.iter().zip(partners).filter(|(_, partner)| partner.is_none()).map(|(function, _)| function)
    }

    /// Bytes; the pieces of a function take some ten times as many.
    const LARGEST_ALIGNED: u64 = 1 << 20;

    /// Marks functions that call changed ones, through any number of others, as [`Change::Depends`].
    pub fn follow_dependencies(&mut self) {
        let old = self.equality.old;
        let exports = exported_functions(old);
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); old.functions.len()];
        // a call means what its stub binds to, so the stub itself depends on nothing
        let calling = old.functions.iter().enumerate().filter(|(_, function)| old.slot_of_stub(function).is_none());
        for (index, function) in calling {
            for reference in old.references(function) {
                let used = match old.target_of(reference) {
                    Target::Function { index, .. } => Some(index),
                    Target::Slot(at) => old.function_at(at).map(|(index, _)| index),
                    // bound by name, as a rule to the file's own definition
                    Target::Import { name, .. } => exports.get(name).copied(),
                    _ => None,
                };
                if let Some(used) = used {
                    users[used].push(index);
                }
            }
        }
        let is_changed = |change: Change| matches!(change, Change::Changed | Change::Gone);
        let mut due: Vec<usize> = (0..self.changes.len()).filter(|&index| is_changed(self.changes[index])).collect();
        while let Some(index) = due.pop() {
            for &user in &users[index] {
                if matches!(self.changes[user], Change::Same | Change::Moved) {
                    self.changes[user] = Change::Depends;
                    due.push(user);
                }
            }
        }
    }

    /// Instructions of either function that correspond to none of the other; `None` when the functions are too different to tell.
    pub fn rewritten(&self, old: &Function, new: &Function) -> Option<Vec<Piece>> {
        let pairs = self.aligned(old, new);
        if pairs.is_empty() {
            return None;
        }
        let rest = |analysis: &Analysis, function: &Function, kept: BTreeSet<u32>| {
            pieces_of(analysis, function).into_iter().filter(move |piece| !kept.contains(&piece.at))
        };
        let before = rest(self.equality.old, old, pairs.iter().map(|(piece, _)| piece.at).collect());
        let after = rest(self.equality.new, new, pairs.iter().map(|(_, piece)| piece.at).collect());
        Some(before.chain(after).collect())
    }

    /// As [`Self::aligned`]; where too few instructions are alike, those of the same kind count, whatever registers and numbers they
    /// have, if nearly all of both functions correspond so.
    pub fn aligned_by_kind(&self, old: &Function, new: &Function) -> Vec<(Piece, Piece)> {
        let exact = self.aligned(old, new);
        if !exact.is_empty() || old.size.max(new.size) > Self::LARGEST_ALIGNED {
            return exact;
        }
        let pieces = |analysis: &Analysis, function: &Function| {
            let pieces = pieces_of(analysis, function).into_iter();
            pieces.map(|piece| Piece { fingerprint: u64::from(piece.code), ..piece }).collect::<Vec<_>>()
        };
        let (before, after) = (pieces(self.equality.old, old), pieces(self.equality.new, new));
        let pairs = align_within(&before, &after, &self.cells);
        if pairs.len() * 4 >= before.len().max(after.len()) * 3 { pairs } else { Vec::new() }
    }

    /// Instructions of two functions that correspond to each other, in order; none when most of them do not.
    pub fn aligned(&self, old: &Function, new: &Function) -> Vec<(Piece, Piece)> {
        if old.size.max(new.size) > Self::LARGEST_ALIGNED {
            return Vec::new();
        }
        let (before, after) = (pieces_of(self.equality.old, old), pieces_of(self.equality.new, new));
        let pairs = align_within(&before, &after, &self.cells);
        // single instructions are alike by chance
        if pairs.len() * 2 >= before.len().max(after.len()) { pairs } else { Vec::new() }
    }
}

/// The functions that a file exports, by name.
pub fn exported_functions<'a>(analysis: &Analysis<'_, 'a>) -> HashMap<&'a [u8], usize> {
    let functions = analysis.view.symbols.exports().filter(|symbol| symbol.is_function());
    functions.filter_map(|symbol| Some((symbol.name, analysis.function_at(symbol.value)?.0))).collect()
}

fn pieces_of(analysis: &Analysis, function: &Function) -> Vec<Piece> {
    decode::pieces(analysis.bytes(function), function.start, analysis.image())
}

fn change(equality: &Equality, index: usize) -> Change {
    let (old, new) = (equality.old, equality.new);
    let Some(partner) = equality.pairing.new_of[index] else { return Change::Gone };
    let (before, after) = (&old.functions[index], &new.functions[partner]);
    let (references, others) = (old.references(before), new.references(after));
    let is_equal = before.fingerprint == after.fingerprint
        && before.size == after.size
        && references.len() == others.len()
        && references.iter().zip(others).all(|(a, b)| equality.references(a, b));
    // a stub has its number in the table in its code
    let import = old.import_of_stub(before);
    match is_equal || import.is_some() && import == new.import_of_stub(after) {
        false => Change::Changed,
        true if before.start == after.start => Change::Same,
        true => Change::Moved,
    }
}

/// The instructions that two functions have in common, in order: what begins and ends alike directly, of the middle the longest common
/// subsequence, if the table for it is small enough.
pub fn align(old: &[Piece], new: &[Piece]) -> Vec<(Piece, Piece)> {
    align_within(old, new, &Cell::new(usize::MAX))
}

/// The same while there are cells left for tables.
fn align_within(old: &[Piece], new: &[Piece], cells: &Cell<usize>) -> Vec<(Piece, Piece)> {
    /// Cells of the table
    const LARGEST: usize = 4 << 20;
    let same = |(a, b): &(&Piece, &Piece)| a.fingerprint == b.fingerprint;
    let front = old.iter().zip(new).take_while(same).count();
    let back = old[front..].iter().rev().zip(new[front..].iter().rev()).take_while(same).count();
    let (old_middle, new_middle) = (&old[front..old.len() - back], &new[front..new.len() - back]);
    let mut pairs: Vec<(Piece, Piece)> = old[..front].iter().copied().zip(new[..front].iter().copied()).collect();
    let needed = old_middle.len().saturating_mul(new_middle.len());
    if needed <= LARGEST.min(cells.get()) {
        cells.set(cells.get() - needed);
        pairs.extend(common(old_middle, new_middle));
    }
    pairs.extend(old[old.len() - back..].iter().copied().zip(new[new.len() - back..].iter().copied()));
    pairs
}

fn common(old: &[Piece], new: &[Piece]) -> Vec<(Piece, Piece)> {
    let width = new.len() + 1;
    let mut longest = vec![0u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i * width + j] = if old[i].fingerprint == new[j].fingerprint {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        if old[i].fingerprint == new[j].fingerprint {
            pairs.push((old[i], new[j]));
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}
