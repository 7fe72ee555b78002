//! Rules 2, 3 and 7: shared data, thread-local images and copied variables must have the same layout, the same relocations and, but
//! for relocated words, the same initial content. Pointers may move with what they point to.
//!
//! Key type: [`Region`], a piece of memory that both files describe. Neighbours: [`super::compare`] calls, [`super::relink`] uses the
//! same regions to list the pointers that move.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::compare::{Pair, Usage, text, versioned};
use super::evidence::is_same_function;
use super::verdict::{Difference, Verdict};
use crate::addr::Vaddr;
use crate::arch::PAGE_SIZE;
use crate::arch::reloc::{R_X86_64_64, R_X86_64_JUMP_SLOT};
use crate::binary::Relocation;
use crate::binary::symbols::{AddressNames, Symbol, base_name};
use crate::binary::{FileView, Place, SharedRange};

/// The same memory in both files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Region {
    pub old: Vaddr,
    pub new: Vaddr,
    /// Bytes
    pub size: u64,
}

/// Rule 2. Variables come first, because they explain best why sizes and bytes differ.
pub(super) fn compare_shared(pair: &Pair, verdict: &mut Verdict) {
    compare_variables(pair, shared_variable, |difference| difference, verdict);
    let (old, new) = (pair.old.shared_ranges(), pair.new.shared_ranges());
    if old.len() != new.len() {
        return verdict.refuse(None, None, Difference::SharedRanges(old.len(), new.len()));
    }
    for (old, new) in old.iter().zip(new) {
        compare_shape(old, new, verdict);
        if old.size == new.size {
            compare_region(pair, Region { old: old.start, new: new.start, size: old.size }, Difference::Content, verdict);
        }
    }
}

/// Rule 7: lazily bound code pushes the number of its slot, so slot i must mean the same function in both versions.
pub(super) fn compare_plt_slots(pair: &Pair, verdict: &mut Verdict) {
    let is_shared =
        |view: &FileView, slots: &[Relocation]| slots.iter().any(|slot| matches!(view.place(slot.at), Place::Shared { .. }));
    let (old, new) = (&pair.old.plt_slots, &pair.new.plt_slots);
    if !is_shared(pair.old, old) && !is_shared(pair.new, new) {
        return;
    }
    if old.len() != new.len() {
        verdict.refuse(None, None, Difference::PltSlots(old.len(), new.len()));
    }
    for (old, new) in old.iter().zip(new) {
        let (before, after) = (symbol_name(pair.old, old), symbol_name(pair.new, new));
        if before != after {
            let offset = match pair.old.place(old.at) {
                Place::Shared { offset, .. } => Some(offset),
                _ => None,
            };
            return verdict.refuse(None, offset, Difference::PltSlot(before, after));
        }
    }
}

/// Rule 3.
pub(super) fn compare_tls(pair: &Pair, verdict: &mut Verdict) {
    let (old, new) = match (pair.old.tls(), pair.new.tls()) {
        (None, None) => return,
        (Some(old), Some(new)) => (old, new),
        (old, new) => return verdict.refuse(None, None, Difference::TlsSegment(old.is_some(), new.is_some())),
    };
    compare_variables(pair, thread_local_variable, thread_local, verdict);
    if old.memsz != new.memsz {
        verdict.refuse(None, None, Difference::TlsSize(old.memsz, new.memsz));
    }
    if old.align != new.align {
        verdict.refuse(None, None, Difference::TlsAlignment(old.align, new.align));
    }
    if old.filesz != new.filesz {
        return verdict.refuse(None, None, Difference::TlsContent);
    }
    compare_region(pair, Region { old: old.vaddr, new: new.vaddr, size: old.filesz }, Difference::TlsContent, verdict);
}

/// What an executable has copied must have begun with the same content.
pub(super) fn compare_copied(pair: &Pair, usage: &Usage, verdict: &mut Verdict) {
    let is_private = |region: &Region| !matches!(pair.old.place(region.old), Place::Shared { .. });
    for region in copied_regions(pair.old, pair.new, usage.copied).into_iter().filter(is_private) {
        compare_region(pair, region, Difference::CopyContent, verdict);
    }
}

/// The variables with these names, where sizes agree.
pub(super) fn copied_regions<'a>(old: &FileView<'a>, new: &FileView<'a>, names: &[&[u8]]) -> Vec<Region> {
    let wanted = |symbol: &&Symbol| names.contains(&symbol.name) && symbol.is_data();
    let key = |symbol: &Symbol<'a>| (symbol.name, symbol.version, symbol.size);
    let after: BTreeMap<_, Vaddr> = new.symbols.exports().filter(wanted).map(|symbol| (key(symbol), symbol.value)).collect();
    let before = old.symbols.exports().filter(wanted);
    let mut regions: Vec<Region> = before
        .filter_map(|symbol| Some(Region { old: symbol.value, new: *after.get(&key(symbol))?, size: symbol.size }))
        .collect();
    // versions of one variable
    regions.sort_unstable();
    regions.dedup();
    regions
}

fn compare_shape(old: &SharedRange, new: &SharedRange, verdict: &mut Verdict) {
    let page_offset = |range: &SharedRange| range.start.0 % PAGE_SIZE;
    if old.permissions != new.permissions {
        verdict.refuse(None, None, Difference::SharedPermissions);
    }
    if old.size != new.size {
        verdict.refuse(None, None, Difference::SharedSize(old.size, new.size));
    }
    if old.align != new.align {
        verdict.refuse(None, None, Difference::SharedAlignment(old.align, new.align));
    }
    if page_offset(old) != page_offset(new) {
        verdict.refuse(None, None, Difference::SharedPageOffset(page_offset(old), page_offset(new)));
    }
}

/// Where a variable is: index of the shared range and offset (0 and offset for thread-local ones); `None` when it is not concerned.
type Position = Option<(usize, u64)>;

fn shared_variable(view: &FileView, symbol: &Symbol) -> Position {
    match view.place(symbol.value) {
        Place::Shared { range, offset } if symbol.is_data() => Some((range, offset)),
        _ => None,
    }
}

fn thread_local_variable(_: &FileView, symbol: &Symbol) -> Position {
    symbol.is_thread_local().then_some((0, symbol.value.0))
}

fn thread_local(difference: Difference) -> Difference {
    Difference::ThreadLocal(Box::new(difference))
}

/// Variables by name: none gone, none new, each at its place with its size. Several variables may have the same name.
/// `wrap` says in which memory they are.
fn compare_variables(
    pair: &Pair,
    position: fn(&FileView, &Symbol) -> Position,
    wrap: fn(Difference) -> Difference,
    verdict: &mut Verdict,
) {
    let old = variables(pair.old, pair.old.symbols.comparable(&pair.new.symbols), position);
    let new = variables(pair.new, pair.new.symbols.comparable(&pair.old.symbols), position);
    let mut report = |name: &[u8], offset: u64, difference| verdict.refuse(Some(text(name)), Some(offset), wrap(difference));
    for (from, to, difference) in [(&old, &new, Difference::DataMissing), (&new, &old, Difference::DataNew)] {
        for (name, places) in from {
            for &((_, offset), _) in places.iter().skip(to.get(name).map_or(0, Vec::len)) {
                report(name, offset, difference.clone());
            }
        }
    }
    for (name, places) in &old {
        let others = new.get(name).map_or(&[][..], Vec::as_slice);
        for (&(before, old_size), &(after, new_size)) in places.iter().zip(others) {
            if before != after {
                report(name, before.1, Difference::DataMoved(before.1, after.1));
            } else if old_size != new_size {
                report(name, before.1, Difference::DataSize(old_size, new_size));
            }
        }
    }
}

/// Place and size of each variable by name, in address order.
type Variables<'a> = BTreeMap<&'a [u8], Vec<((usize, u64), u64)>>;

fn variables<'a>(view: &FileView, symbols: &[Symbol<'a>], position: fn(&FileView, &Symbol) -> Position) -> Variables<'a> {
    let mut variables = Variables::new();
    for symbol in symbols.iter().filter(|symbol| symbol.has_place()) {
        if let Some(place) = position(view, symbol) {
            variables.entry(base_name(symbol.name)).or_default().push((place, symbol.size));
        }
    }
    for places in variables.values_mut() {
        places.sort_unstable();
        // one variable may have several versions of its name
        places.dedup();
    }
    variables
}

/// Relocations and content of one region; `content` is the difference to report for other bytes.
fn compare_region(pair: &Pair, region: Region, content: Difference, verdict: &mut Verdict) {
    let wrap = if content == Difference::TlsContent { thread_local } else { |difference| difference };
    compare_relocations(pair, region, wrap, verdict);
    let (old, new) = (masked(pair.old, region.old, region.size), masked(pair.new, region.new, region.size));
    let byte = |bytes: &[u8], at: usize| bytes.get(at).copied().unwrap_or(0);
    let mut seen_nameless = false;
    let mut at = 0;
    while at < old.len().max(new.len()) {
        if byte(&old, at) == byte(&new, at) {
            at += 1;
            continue;
        }
        let vaddr = region.old + at as u64;
        match pair.old_names.at(vaddr).first() {
            Some(symbol) => {
                verdict.refuse(Some(text(symbol.name)), Some(at as u64), content.clone());
                let rest = symbol.value.0.saturating_add(symbol.size.max(1)).saturating_sub(vaddr.0);
                at += usize::try_from(rest).unwrap_or(1).max(1);
            }
            None => {
                if !seen_nameless {
                    verdict.refuse(None, Some(at as u64), content.clone());
                }
                seen_nameless = true;
                at += 1;
            }
        }
    }
}

/// The initial content with zeros for every relocated word and for the reserved words of a lazily bound GOT; what follows in memory
/// is zero.
fn masked(view: &FileView, start: Vaddr, size: u64) -> Vec<u8> {
    let mut bytes = view.initialised(start, size).to_vec();
    let reserved = view.dynamic.pltgot.map(|pltgot| (pltgot, RESERVED_GOT_BYTES));
    let relocated = view.relocations_in(start, size).iter().map(|relocation| (relocation.at, relocation.width()));
    for (at, width) in relocated.chain(reserved.filter(|(pltgot, _)| pltgot.0 >= start.0)) {
        let from = usize::try_from(at.0 - start.0).unwrap_or(usize::MAX).min(bytes.len());
        let to = from.saturating_add(width as usize).min(bytes.len());
        bytes[from..to].fill(0);
    }
    bytes
}

/// psABI "Global Offset Table": `_DYNAMIC`, the object, the binder.
const RESERVED_GOT_BYTES: u64 = 24;

/// Both lists are sorted by address: walk them side by side.
fn compare_relocations(pair: &Pair, region: Region, wrap: fn(Difference) -> Difference, verdict: &mut Verdict) {
    let mut old = pair.old.relocations_in(region.old, region.size).iter().peekable();
    let mut new = pair.new.relocations_in(region.new, region.size).iter().peekable();
    loop {
        let old_offset = old.peek().map(|relocation| relocation.at.0 - region.old.0);
        let new_offset = new.peek().map(|relocation| relocation.at.0 - region.new.0);
        let offset = match (old_offset, new_offset) {
            (None, None) => return,
            (Some(old), Some(new)) => old.min(new),
            (old, new) => old.or(new).unwrap_or_default(),
        };
        let before = old.next_if(|_| old_offset == Some(offset));
        let after = new.next_if(|_| new_offset == Some(offset));
        let difference = match (before, after) {
            (Some(old), Some(new)) => compare_relocation(pair, old, new),
            (Some(slot), None) | (None, Some(slot)) if is_counted_slot(pair, slot) => None,
            (Some(_), None) => Some(Difference::RelocationMissing),
            _ => Some(Difference::RelocationNew),
        };
        if let Some(difference) = difference {
            let symbol = pair.old_names.at(region.old + offset).first().map(|symbol| text(symbol.name));
            verdict.refuse(symbol, Some(offset), wrap(difference));
        }
    }
}

fn compare_relocation(pair: &Pair, old: &Relocation, new: &Relocation) -> Option<Difference> {
    if let (Some(old_target), Some(new_target)) = (plain_target(pair.old, old), plain_target(pair.new, new))
        && old.kind == new.kind
    {
        return compare_target(pair, old_target, new_target);
    }
    let same_symbol = symbol_identity(pair.old, old) == symbol_identity(pair.new, new);
    if old.kind == new.kind && old.addend == new.addend && (same_symbol || is_same_slot(pair, old, new)) {
        return None;
    }
    Some(Difference::Relocation(describe(pair.old, old), describe(pair.new, new)))
}

/// Whether both are the slot of one number: what it is bound to is the business of rule 7, which says it once.
fn is_same_slot(pair: &Pair, old: &Relocation, new: &Relocation) -> bool {
    let other = pair.slot_numbers.get(&old.at).and_then(|&number| pair.new.plt_slots.get(number));
    old.kind == R_X86_64_JUMP_SLOT && other.is_some_and(|slot| slot.at == new.at)
}

/// Whether the relocation is a slot that only one file has, and rule 7 says that there are more or fewer of them.
fn is_counted_slot(pair: &Pair, slot: &Relocation) -> bool {
    let (old, new) = (&pair.old.plt_slots, &pair.new.plt_slots);
    slot.kind == R_X86_64_JUMP_SLOT && old.len() != new.len() && (old.contains(slot) || new.contains(slot))
}

/// The link-time address the relocation stores, when no symbol is looked up for it.
pub(super) fn plain_target(view: &FileView, relocation: &Relocation) -> Option<Vaddr> {
    if let Some(target) = relocation.relative_target() {
        return Some(target);
    }
    let symbol = view.symbols.dynamic.get(relocation.symbol as usize)?;
    let is_local = relocation.kind == R_X86_64_64 && relocation.symbol != 0 && symbol.name.is_empty();
    is_local.then(|| symbol.value + relocation.addend)
}

/// A pointer may move with what it points to, but must not come to point to something else.
fn compare_target(pair: &Pair, old: Vaddr, new: Vaddr) -> Option<Difference> {
    let places = (pair.old.place(old), pair.new.place(new));
    let is_read_only = |place| matches!(place, Place::ReadOnly | Place::Relro);
    match places {
        (Place::Code, Place::Code) => {}
        (before, after) if is_read_only(before) && is_read_only(after) => {}
        (Place::Shared { .. }, Place::Shared { .. }) if places.0 == places.1 => return None,
        (Place::Outside, Place::Outside) if old == new => return None,
        (before, after) => return Some(Difference::TargetPlace(before, after)),
    }
    let (old_names, new_names) = (named(&pair.old_names, old), named(&pair.new_names, new));
    if old_names.iter().any(|name| new_names.contains(name)) {
        return None;
    }
    // a constant without name is what the same word of the new version points to; a function must be the same one
    let is_same = match places.0 {
        Place::Code => is_same_function(pair, old, new),
        _ => old_names.is_empty() && new_names.is_empty(),
    };
    if is_same {
        return None;
    }
    Some(Difference::Target(name_of(&old_names), name_of(&new_names)))
}

/// Names of an address with the distance from the symbol's start.
fn named<'a>(names: &AddressNames<'_, 'a>, vaddr: Vaddr) -> Vec<(&'a [u8], u64)> {
    names.at(vaddr).iter().map(|symbol| (base_name(symbol.name), vaddr.0 - symbol.value.0)).collect()
}

fn name_of(names: &[(&[u8], u64)]) -> String {
    match names.first() {
        None => "something without name".into(),
        Some((name, 0)) => text(name),
        Some((name, distance)) => format!("{}+{distance:#x}", text(name)),
    }
}

fn symbol_identity<'a>(view: &FileView<'a>, relocation: &Relocation) -> Option<(&'a [u8], &'a [u8])> {
    let symbol = view.symbols.dynamic.get(relocation.symbol as usize)?;
    Some((symbol.name, symbol.version))
}

fn symbol_name(view: &FileView, relocation: &Relocation) -> String {
    let (name, version) = symbol_identity(view, relocation).unwrap_or_default();
    versioned(name, version)
}

fn describe(view: &FileView, relocation: &Relocation) -> String {
    format!("type {} against `{}' plus {:#x}", relocation.kind, symbol_name(view, relocation), relocation.addend)
}
