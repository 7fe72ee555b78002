//! Where functions begin and end: by symbols, unwind tables, PLT sections, the entry points of the dynamic section, and, where all of
//! that leaves a gap, by what the code in the gap looks like and what refers into it.
//!
//! Key type: [`Extent`]. [`super::analysis`] decodes them and comes back with what their branches lead to ([`split`]).

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::{decode, frames};
use crate::addr::Vaddr;
use crate::binary::{FileView, Symbol};
use crate::elf::dynamic::Table;
use crate::elf::segments::{PT_LOAD, Permissions};

/// A piece of code that is looked at as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    pub start: Vaddr,
    pub end: Vaddr,
    pub basis: Basis,
}

/// Why an extent is taken for a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// A symbol or an unwind table gives start and size.
    Told,
    /// A symbol without size, an entry point, or a target of references gives the start; the end is where the next one begins.
    Start,
    /// Code that nothing refers to.
    Gap,
    /// A stub of the procedure linkage table.
    Stub,
}

/// Half-open ranges of addresses.
type Range = (u64, u64);

/// All code of the file, ascending, without overlaps and padding.
pub fn find(view: &FileView) -> Vec<Extent> {
    let mut extents = stubs(view);
    let stub_ranges: Vec<Range> =
        view.sections.iter().filter(|section| section.is_plt()).map(|s| (s.vaddr.0, s.end().0)).collect();
    let starts = weak_starts(view);
    let claims = claims(view);
    for range in without(&code_ranges(view), &stub_ranges) {
        let inside = claims.partition_point(|claim| claim.0.0 < range.0)..claims.partition_point(|claim| claim.0.0 < range.1);
        let told = settle(&claims[inside], range);
        let mut at = range.0;
        for extent in &told {
            fill_gap(view, (at, extent.start.0), &starts, &mut extents);
            at = extent.end.0;
        }
        fill_gap(view, (at, range.1), &starts, &mut extents);
        extents.extend(told);
    }
    extents.sort_unstable_by_key(|extent| extent.start);
    extents
}

/// The file's bytes of an extent.
pub fn bytes_of<'a>(view: &FileView<'a>, extent: &Extent) -> &'a [u8] {
    view.initialised(extent.start, extent.end.0 - extent.start.0)
}

/// Where functions seem to begin according to the code of extents whose end is a guess.
pub fn starts(view: &FileView, extents: &[Extent]) -> BTreeSet<Vaddr> {
    let mut starts = BTreeSet::new();
    for extent in extents.iter().filter(|extent| extent.is_open()) {
        decode::starts(bytes_of(view, extent), extent.start, &mut starts);
    }
    starts
}

impl Extent {
    /// Nothing tells that it is one function.
    fn is_open(&self) -> bool {
        matches!(self.basis, Basis::Gap | Basis::Start) && self.end.0 - self.start.0 > 1
    }
}

/// Divides extents whose end is a guess where a branch leads into them.
pub fn split(view: &FileView, extents: &mut Vec<Extent>, targets: &BTreeSet<Vaddr>) -> bool {
    let mut result = Vec::with_capacity(extents.len());
    for extent in extents.iter() {
        let inside = (extent.start + 1)..extent.end;
        if !extent.is_open() || targets.range(inside.clone()).next().is_none() {
            result.push(*extent);
            continue;
        }
        let mut start = extent.start;
        let ends = targets.range(inside).copied().chain([extent.end]);
        for end in ends {
            let len = decode::without_padding(view.initialised(start, end.0 - start.0)) as u64;
            if len > 0 {
                let basis = if start == extent.start { extent.basis } else { Basis::Start };
                result.push(Extent { start, end: start + len, basis });
            }
            start = end;
        }
    }
    let is_changed = result.len() != extents.len();
    *extents = result;
    is_changed
}

/// Where instructions are: the executable sections, or, without section headers, the executable segments.
fn code_ranges(view: &FileView) -> Vec<Range> {
    let sections: Vec<Range> = view.sections.iter().filter(|s| s.is_code()).map(|s| (s.vaddr.0, s.end().0)).collect();
    if !sections.is_empty() {
        return sections;
    }
    let is_code = |permissions: Permissions| permissions.contains(Permissions::EXECUTE);
    let code = view.segments.iter().filter(|segment| segment.kind == PT_LOAD && is_code(segment.permissions));
    apart(code.map(|segment| (segment.vaddr.0, segment.vaddr.0.saturating_add(segment.filesz))).collect())
}

/// Ascending and without overlaps, which only damaged files have.
fn apart(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.sort_unstable();
    let mut end = 0;
    for range in &mut ranges {
        range.0 = range.0.max(end);
        end = end.max(range.1);
    }
    ranges.retain(|(start, end)| start < end);
    ranges
}

/// `ranges` without what lies in `holes`.
fn without(ranges: &[Range], holes: &[Range]) -> Vec<Range> {
    let mut rest: Vec<Range> = ranges.to_vec();
    for hole in holes {
        rest = rest.iter().flat_map(|&(start, end)| [(start, end.min(hole.0)), (start.max(hole.1), end)]).collect();
        rest.retain(|(start, end)| start < end);
    }
    rest
}

fn stubs(view: &FileView) -> Vec<Extent> {
    const USUAL_SIZE: u64 = 16;
    let mut stubs = Vec::new();
    for section in view.sections.iter().filter(|section| section.is_plt()) {
        let size = if (8..=64).contains(&section.entry_size) { section.entry_size } else { USUAL_SIZE };
        let held = view.initialised(section.vaddr, section.size).len() as u64;
        for index in 0..held / size {
            let start = section.vaddr + index * size;
            stubs.push(Extent { start, end: start + size, basis: Basis::Stub });
        }
    }
    stubs
}

/// A start with its size, 0 when that is not told.
type Claim = (Vaddr, u64);

fn claims(view: &FileView) -> Vec<Claim> {
    let is_function = |symbol: &&Symbol| symbol.is_function() && symbol.has_place();
    let all = view.symbols.all.as_deref().unwrap_or_default().iter().chain(&view.symbols.dynamic).filter(is_function);
    let mut claims: Vec<Claim> = all.map(|symbol| (symbol.value, symbol.size)).collect();
    claims.extend(frames::read(view).into_iter().map(|frame| (frame.start, frame.size)));
    claims.extend([view.dynamic.init, view.dynamic.fini].into_iter().flatten().map(|vaddr| (vaddr, 0)));
    if view.header.entry != 0 {
        claims.push((Vaddr(view.header.entry), 0));
    }
    // of several sizes for one start the largest
    claims.sort_unstable_by_key(|&(start, size)| (start, core::cmp::Reverse(size)));
    claims.dedup_by_key(|&mut (start, _)| start);
    claims
}

/// Extents of the claims: each ends where it says, but not behind the start of the next.
fn settle(claims: &[Claim], range: Range) -> Vec<Extent> {
    let mut extents = Vec::with_capacity(claims.len());
    for (index, &(start, size)) in claims.iter().enumerate() {
        let next = claims.get(index + 1).map_or(range.1, |&(next, _)| next.0);
        if size > 0 {
            let end = Vaddr(start.0.saturating_add(size).min(next).min(range.1));
            extents.push(Extent { start, end, basis: Basis::Told });
        }
    }
    extents
}

/// Addresses that relocations point to, and that start functions without size.
fn weak_starts(view: &FileView) -> BTreeSet<Vaddr> {
    let mut starts: BTreeSet<Vaddr> = view.relocations.iter().filter_map(|relocation| relocation.relative_target()).collect();
    let dynamic = &view.dynamic;
    starts.extend([dynamic.init, dynamic.fini].into_iter().flatten());
    starts.insert(Vaddr(view.header.entry));
    for array in [dynamic.init_array, dynamic.fini_array, dynamic.preinit_array] {
        starts.extend(words(view, array));
    }
    let all = view.symbols.all.as_deref().unwrap_or_default().iter().chain(&view.symbols.dynamic);
    starts.extend(all.filter(|symbol| symbol.is_function() && symbol.has_place()).map(|symbol| symbol.value));
    starts
}

fn words<'a>(view: &FileView<'a>, array: Table) -> impl Iterator<Item = Vaddr> + 'a {
    view.initialised(array.vaddr, array.size).as_chunks::<8>().0.iter().map(|word| Vaddr(u64::from_le_bytes(*word)))
}

/// What is in a gap besides padding, divided where something is known to begin.
fn fill_gap(view: &FileView, (start, end): Range, starts: &BTreeSet<Vaddr>, extents: &mut Vec<Extent>) {
    if start >= end {
        return;
    }
    let bytes = view.initialised(Vaddr(start), end - start);
    let first = Vaddr(start) + decode::leading_padding(bytes) as u64;
    let known = starts.range(first..Vaddr(end)).copied().collect::<Vec<_>>();
    let mut borders = Vec::with_capacity(known.len() + 2);
    borders.push(first);
    borders.extend(known.iter().copied().filter(|&vaddr| vaddr != first));
    borders.push(Vaddr(start) + bytes.len() as u64);
    for pair in borders.windows(2) {
        let len = decode::without_padding(view.initialised(pair[0], pair[1].0.saturating_sub(pair[0].0))) as u64;
        if len > 0 {
            let basis = if starts.contains(&pair[0]) { Basis::Start } else { Basis::Gap };
            extents.push(Extent { start: pair[0], end: pair[0] + len, basis });
        }
    }
}
