//! [`Analysis`]: the functions of one file with everything they refer to, and where read-only data may begin.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::ops::Range;

use super::decode::{self, Image, Print, Reference, Scratch, Way};
use super::extents::{self, Basis, Extent};
use crate::addr::Vaddr;
use crate::arch::reloc::{R_X86_64_GLOB_DAT, R_X86_64_JUMP_SLOT};
use crate::binary::{AddressNames, FileView, Place, Symbol};
use crate::elf::header::Kind;
use crate::elf::segments::PT_LOAD;

/// One function, or a piece of code that is looked at as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    pub start: Vaddr,
    /// Bytes
    pub size: u64,
    pub basis: Basis,
    /// Of its bytes, without what depends on where it, or anything else, lies.
    pub fingerprint: u64,
    /// Of the kinds of its instructions alone.
    pub shape: u64,
    references: Range<usize>,
}

/// What a file is made of.
pub struct Analysis<'v, 'a> {
    pub view: &'v FileView<'a>,
    /// Ascending
    pub functions: Vec<Function>,
    references: Vec<Reference>,
    names: AddressNames<'v, 'a>,
    /// Addresses outside code that something refers to, ascending.
    borders: Vec<Vaddr>,
}

/// How often the targets of branches may divide the code further before what is left stays as it is.
const ROUNDS: usize = 8;

impl<'v, 'a> Analysis<'v, 'a> {
    pub fn new(view: &'v FileView<'a>) -> Self {
        let mut extents = extents::find(view);
        let (mut functions, mut references) = decode_all(view, &extents);
        let starts = extents::starts(view, &extents);
        for _ in 0..ROUNDS {
            let mut targets = branch_targets(&references);
            targets.extend(&starts);
            if !extents::split(view, &mut extents, &targets) {
                break;
            }
            (functions, references) = decode_all(view, &extents);
        }
        let symbols = view.symbols.all.as_deref().unwrap_or(&view.symbols.dynamic);
        let borders = borders(view, &references);
        Analysis { view, functions, references, names: AddressNames::new(symbols), borders }
    }

    /// The index of the function that holds an address, and the distance from its start.
    pub fn function_at(&self, vaddr: Vaddr) -> Option<(usize, u64)> {
        let index = self.functions.partition_point(|function| function.start <= vaddr).checked_sub(1)?;
        let into = vaddr.0 - self.functions[index].start.0;
        (into < self.functions[index].size).then_some((index, into))
    }

    pub fn references(&self, function: &Function) -> &[Reference] {
        &self.references[function.references.clone()]
    }

    /// How many references the whole file has.
    pub fn reference_count(&self) -> usize {
        self.references.len()
    }

    pub fn bytes(&self, function: &Function) -> &'a [u8] {
        self.view.initialised(function.start, function.size)
    }

    /// The symbols that begin at an address, or the one that holds it.
    pub fn names_at(&self, vaddr: Vaddr) -> &[&'v Symbol<'a>] {
        self.names.at(vaddr)
    }

    /// The names of a function: those of the symbols that begin where it does.
    pub fn names_of(&self, function: &Function) -> impl Iterator<Item = &'a [u8]> + '_ {
        let start = function.start;
        self.names.at(start).iter().filter(move |symbol| symbol.value == start).map(|symbol| symbol.name)
    }

    /// The piece of code that execution goes on in behind this one: where nothing tells the extents, a function may be in pieces.
    pub fn continuation(&self, index: usize) -> Option<usize> {
        let function = &self.functions[index];
        let is_guess = |function: &Function| matches!(function.basis, Basis::Start | Basis::Gap);
        let next = self.functions.get(index + 1).filter(|next| is_guess(next) || is_guess(function))?;
        (next.basis != Basis::Stub && decode::falls_through(self.bytes(function))).then_some(index + 1)
    }

    /// The slot that a PLT stub jumps through.
    pub fn slot_of_stub(&self, function: &Function) -> Option<Vaddr> {
        const LONGEST_STUB: u64 = 16;
        // of larger ones the references are not counted: each call would count them again
        if function.size > LONGEST_STUB {
            return None;
        }
        let mut others = self.references(function).iter().filter(|reference| reference.way != Way::Branch);
        let (Some(only), None) = (others.next(), others.next()) else { return None };
        let kind = |at| self.relocation_at(at).map(|relocation| relocation.kind);
        let is_slot = |at| matches!(kind(at), Some(R_X86_64_GLOB_DAT | R_X86_64_JUMP_SLOT));
        // a small function that reads a variable of another object has one such operand, too
        let jumps = self.bytes(function).get(only.at as usize..).is_some_and(decode::is_jump_through_memory);
        (only.way == Way::Access(8) && jumps && is_slot(only.target)).then_some(only.target)
    }

    /// Name and version of what a PLT stub binds to.
    pub fn import_of_stub(&self, function: &Function) -> Option<(&'a [u8], &'a [u8])> {
        let relocation = self.relocation_at(self.slot_of_stub(function)?)?;
        let symbol = self.view.symbols.dynamic.get(relocation.symbol as usize)?;
        (!symbol.name.is_empty()).then_some((symbol.name, symbol.version))
    }

    /// Where the datum at `vaddr` ends at the latest: the end of its symbol, else the next address that anything refers to, or the
    /// end of the section or segment.
    pub fn end_of_data(&self, vaddr: Vaddr) -> Vaddr {
        let around = self.names.at(vaddr).iter().map(|symbol| Vaddr(symbol.value.0.saturating_add(symbol.size)));
        if let Some(end) = around.max().filter(|&end| end > vaddr) {
            return end;
        }
        let next = self.borders.partition_point(|&border| border <= vaddr);
        let sections = &self.view.sections;
        let before = sections.partition_point(|section| section.vaddr <= vaddr).checked_sub(1);
        let section = before.map(|index| &sections[index]).filter(|section| vaddr < section.end());
        let container = section.map(|section| section.end()).or_else(|| {
            let load = self.view.segments.iter().find(|segment| segment.kind == PT_LOAD && segment.contains(vaddr, 1))?;
            load.end()
        });
        let end = container.unwrap_or(vaddr);
        self.borders.get(next).map_or(end, |&border| border.min(end))
    }

    pub fn image(&self) -> Image {
        image_of(self.view)
    }
}

/// The addresses that operands may refer to.
fn image_of(view: &FileView) -> Image {
    let loads = || view.segments.iter().filter(|segment| segment.kind == PT_LOAD);
    let start = loads().map(|segment| segment.vaddr).min().unwrap_or_default();
    // one past the end is referred to as well, such as `_end`
    let end = loads().filter_map(|segment| segment.end()).max().unwrap_or_default() + 1;
    Image { start, end, is_fixed: view.header.kind == Kind::Executable && start.0 != 0 }
}

fn decode_all(view: &FileView, extents: &[Extent]) -> (Vec<Function>, Vec<Reference>) {
    let image = image_of(view);
    let mut scratch = Scratch::default();
    let mut references = Vec::new();
    let mut functions = Vec::with_capacity(extents.len());
    for extent in extents {
        let bytes = extents::bytes_of(view, extent);
        // what only a section header claims to be there
        if bytes.is_empty() {
            continue;
        }
        let first = references.len();
        let Print { fingerprint, shape } = decode::function(bytes, extent.start, image, &mut scratch, &mut references);
        functions.push(Function {
            start: extent.start,
            size: bytes.len() as u64,
            basis: extent.basis,
            fingerprint,
            shape,
            references: first..references.len(),
        });
    }
    (functions, references)
}

fn branch_targets(references: &[Reference]) -> BTreeSet<Vaddr> {
    references.iter().filter(|reference| reference.way == Way::Branch).map(|reference| reference.target).collect()
}

fn borders(view: &FileView, references: &[Reference]) -> Vec<Vaddr> {
    let named = view.symbols.all.as_deref().unwrap_or(&view.symbols.dynamic);
    let named = named.iter().filter(|symbol| symbol.is_data() && symbol.has_place()).map(|symbol| symbol.value);
    let pointed = view.relocations.iter().filter_map(|relocation| relocation.relative_target());
    let used = references.iter().filter(|reference| reference.way != Way::Branch).map(|reference| reference.target);
    let mut borders: Vec<Vaddr> = named.chain(pointed).chain(used).collect();
    borders.sort_unstable();
    borders.dedup();
    borders.retain(|&vaddr| view.place(vaddr) != Place::Code);
    borders
}
