//! What an address of a file means: a function, something of another object, a variable, a constant.
//!
//! Key types: [`Target`]; [`external_hash`] makes a number of all that a function refers to, for one file alone.

use alloc::vec::Vec;

use xxhash_rust::xxh3::xxh3_64;

use super::analysis::{Analysis, Function};
use super::decode::{Reference, Way};
use crate::addr::Vaddr;
use crate::arch::reloc::{R_X86_64_DTPMOD64, R_X86_64_GLOB_DAT, R_X86_64_JUMP_SLOT, R_X86_64_TLSDESC, R_X86_64_TPOFF64};
use crate::binary::{Place, Relocation};

/// The meaning of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// Index in [`Analysis::functions`] and distance from its start in bytes.
    Function {
        index: usize,
        offset: u64,
    },
    /// Code that belongs to no function.
    Code,
    /// A definition of whatever object provides it: by a PLT stub or a slot of the GOT.
    Import {
        name: &'a [u8],
        version: &'a [u8],
        kind: u32,
    },
    /// A slot that holds an address of this file.
    Slot(Vaddr),
    /// A slot with the place of a thread-local variable: the relocation's type and the offset in the thread-local segment.
    ThreadLocal {
        kind: u32,
        offset: u64,
    },
    /// The writable data that all versions share.
    Shared {
        range: usize,
        offset: u64,
    },
    /// Data that no version writes to when it runs.
    Constant(Vaddr),
    Outside,
}

impl<'a> Analysis<'_, 'a> {
    /// What `reference` refers to.
    pub fn target_of(&self, reference: &Reference) -> Target<'a> {
        self.target(reference.target, reference.way)
    }

    /// What `vaddr` means to an instruction that uses it in this way.
    pub fn target(&self, vaddr: Vaddr, way: Way) -> Target<'a> {
        if let Some(relocation) = self.relocation_at(vaddr)
            && let Some(slot) = self.slot(relocation, way)
        {
            return slot;
        }
        match self.view.place(vaddr) {
            Place::Code => self.code(vaddr),
            Place::ReadOnly | Place::Relro => Target::Constant(vaddr),
            Place::Shared { range, offset } => Target::Shared { range, offset },
            Place::Outside => Target::Outside,
        }
    }

    fn code(&self, vaddr: Vaddr) -> Target<'a> {
        let Some((index, offset)) = self.function_at(vaddr) else { return Target::Code };
        let slot = if offset == 0 { self.slot_of_stub(&self.functions[index]) } else { None };
        match slot.and_then(|slot| self.relocation_at(slot)) {
            Some(relocation) => self.import(relocation),
            None => Target::Function { index, offset },
        }
    }

    /// What the slot with this relocation stands for; `None` when it is only the first word of a larger datum.
    fn slot(&self, relocation: &Relocation, way: Way) -> Option<Target<'a>> {
        let is_private = self.view.place(relocation.at) == Place::Relro;
        match relocation.kind {
            R_X86_64_TPOFF64 | R_X86_64_TLSDESC => Some(self.thread_local(relocation, relocation.addend)),
            // the word behind the module's number is the offset, unless that is relocated too
            R_X86_64_DTPMOD64 => Some(self.thread_local(relocation, self.view.word(relocation.at + 8).unwrap_or(0))),
            R_X86_64_GLOB_DAT | R_X86_64_JUMP_SLOT => Some(self.import(relocation)),
            _ if way == Way::Access(8) && is_private => match relocation.relative_target() {
                Some(target) => Some(Target::Slot(target)),
                None => Some(self.import(relocation)),
            },
            _ => None,
        }
    }

    fn import(&self, relocation: &Relocation) -> Target<'a> {
        let symbol = self.view.symbols.dynamic.get(relocation.symbol as usize);
        let (name, version) = symbol.map_or((&b""[..], &b""[..]), |symbol| (symbol.name, symbol.version));
        Target::Import { name, version, kind: 0 }
    }

    fn thread_local(&self, relocation: &Relocation, offset: u64) -> Target<'a> {
        match self.view.symbols.dynamic.get(relocation.symbol as usize).filter(|_| relocation.symbol != 0) {
            Some(symbol) if !symbol.name.is_empty() => {
                Target::Import { name: symbol.name, version: symbol.version, kind: relocation.kind }
            }
            Some(symbol) => Target::ThreadLocal { kind: relocation.kind, offset: symbol.value.0.wrapping_add(offset) },
            None => Target::ThreadLocal { kind: relocation.kind, offset },
        }
    }

    pub fn relocation_at(&self, at: Vaddr) -> Option<&Relocation> {
        let relocations = &self.view.relocations;
        let index = relocations.binary_search_by_key(&at, |relocation| relocation.at).ok()?;
        Some(&relocations[index])
    }
}

/// A number for what the references of a function mean, equal in two files where they mean the same by name, place in shared data,
/// or content. Unlike a comparison of two files it does not see through functions and data without names.
pub fn external_hash(analysis: &Analysis, function: &Function) -> u64 {
    let mut text = Vec::new();
    for reference in analysis.references(function) {
        text.extend_from_slice(&reference.at.to_le_bytes());
        describe(analysis, &analysis.target_of(reference), &mut text);
    }
    xxh3_64(&text)
}

fn describe(analysis: &Analysis, target: &Target, text: &mut Vec<u8>) {
    let mut number = |tag: u8, value: u64| {
        text.push(tag);
        text.extend_from_slice(&value.to_le_bytes());
    };
    match *target {
        Target::Function { index, offset } => {
            let function = &analysis.functions[index];
            number(1, offset);
            match analysis.names_of(function).next() {
                Some(name) => text.extend_from_slice(name),
                None => text.extend_from_slice(&function.fingerprint.to_le_bytes()),
            }
        }
        Target::Code => number(2, 0),
        Target::Import { name, version, kind } => {
            number(3, u64::from(kind));
            text.extend_from_slice(name);
            text.push(b'@');
            text.extend_from_slice(version);
        }
        Target::Slot(at) => {
            number(4, 0);
            if let Some((index, offset)) = analysis.function_at(at) {
                describe(analysis, &Target::Function { index, offset }, text);
            }
        }
        Target::ThreadLocal { kind, offset } => {
            number(5, u64::from(kind));
            text.extend_from_slice(&offset.to_le_bytes());
        }
        Target::Shared { range, offset } => {
            number(6, range as u64);
            text.extend_from_slice(&offset.to_le_bytes());
        }
        Target::Constant(at) => describe_constant(analysis, at, text),
        Target::Outside => number(8, 0),
    }
}

/// A jump table by the places it leads to, anything else by its bytes without the words that relocations fill in.
fn describe_constant(analysis: &Analysis, at: Vaddr, text: &mut Vec<u8>) {
    // many functions may refer to places of one large table
    const ENOUGH: usize = 4096;
    let room = analysis.view.initialised(at, analysis.end_of_data(at).0.saturating_sub(at.0));
    let room = &room[..room.len().min(ENOUGH)];
    let entries = room.as_chunks::<4>().0.iter().map_while(|entry| {
        let distance = i32::from_le_bytes(*entry);
        let target = Vaddr(at.0.wrapping_add_signed(i64::from(distance)));
        (distance != 0 && analysis.view.place(target) == Place::Code).then(|| analysis.function_at(target)).flatten()
    });
    let mut table = Vec::new();
    for (index, offset) in entries {
        table.extend_from_slice(&analysis.functions[index].fingerprint.to_le_bytes());
        table.extend_from_slice(&offset.to_le_bytes());
    }
    if table.is_empty() {
        let bytes = content(analysis, at);
        let bytes = &bytes[..bytes.len().min(ENOUGH)];
        table.extend_from_slice(bytes);
        for relocation in analysis.view.relocations_in(at, bytes.len() as u64) {
            let start = (relocation.at.0 - at.0) as usize;
            let end = (start + relocation.width() as usize).min(table.len());
            table[start..end].fill(0);
        }
    }
    text.push(7);
    text.extend_from_slice(&xxh3_64(&table).to_le_bytes());
}

/// The bytes of a constant: everything up to where the next datum may begin. That it begins like a text does not mean that its first
/// NUL ends it: tables of numbers and lists of texts look like that too. But a text goes on to its NUL where something else refers to its
/// end, as linkers store a text once that is the end of another.
pub fn content<'a>(analysis: &Analysis<'_, 'a>, at: Vaddr) -> &'a [u8] {
    let tail = analysis.view.tail(at).unwrap_or_default();
    let len = usize::try_from(analysis.end_of_data(at).0.saturating_sub(at.0)).unwrap_or(usize::MAX);
    &tail[..len.max(length_of_text(tail)).min(tail.len())]
}

/// How long the text is that `bytes` begin with, with its NUL; 0 when they begin with something else.
fn length_of_text(bytes: &[u8]) -> usize {
    // many functions may refer to places of one long text
    const LONGEST: usize = 4096;
    let is_text = |byte: u8| byte >= b' ' || matches!(byte, b'\t' | b'\n' | b'\r' | 0x1b);
    let end = bytes.iter().take(LONGEST).position(|&byte| !is_text(byte));
    end.filter(|&end| end > 0 && bytes[end] == 0).map_or(0, |end| end + 1)
}
