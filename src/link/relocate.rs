//! Relocation of one image (psABI "Relocation"): every word is computed here and written through [`ImageMemory`].
//!
//! What must wait until all images are relocated is returned instead of done: results of IFUNC resolvers, which run
//! program code, and copy relocations, which read another image's finished data.

use alloc::string::String;
use alloc::vec::Vec;

use super::memory::ImageMemory;
use super::object::{Object, ObjectId, Version};
use super::protected;
use super::resolve::{self, Class, Definition, Reference};
use super::trace::Trace;
use super::world::World;
use crate::addr::{Addr, Vaddr};
use crate::arch::reloc::*;
use crate::diag::{Error, ErrorKind, Result};
use crate::elf::Rela;
use crate::elf::hash::{GnuHash, SymbolHash};
use crate::elf::relocs;
use crate::elf::symbols as sym;

#[path = "relocate_lookups.rs"]
mod lookups;

use lookups::unique;
pub use lookups::{bind_plt, definition_of, look_up_all, static_tls_definers, tell, the_one};

/// What relocation asks of the running process.
pub trait Process {
    /// Bytes between the start of the object's TLS block and the thread pointer; makes the block static if it is not yet.
    fn static_tls_offset(&mut self, object: &Object<'_>) -> Result<u64>;
    /// The two words of a TLS descriptor for `offset` in the object's block.
    fn tls_descriptor(&mut self, object: &Object<'_>, offset: u64) -> [u64; 2];
    /// The two words of a TLS descriptor of an undefined weak variable.
    fn undefined_tls_descriptor(&mut self, addend: u64) -> [u64; 2];
    /// `from` now uses a definition of `to`, which was not there from the start.
    fn bound(&mut self, from: ObjectId, to: &Object<'_>);
    /// Whether the object forbids direct references to its protected symbols (GNU_PROPERTY_1_NEEDED_INDIRECT_EXTERN_ACCESS).
    fn needs_indirect_access(&mut self, object: &Object<'_>) -> bool;
    /// A function has been bound for calls; the result is the address to call.
    fn called(&mut self, from: ObjectId, called: Called, address: Addr) -> Addr;
    /// Whose the one definition of an STB_GNU_UNIQUE symbol is in the namespace of what was found, and where: `found`, which
    /// has this address, if it is the first.
    fn unique(&mut self, found: &Definition<'_, '_>, address: Addr) -> (ObjectId, Addr);
    /// Who listens to the lookups, if anybody does.
    fn trace(&self) -> Option<&'static dyn Trace> {
        None
    }
}

/// How to relocate.
#[derive(Clone, Copy)]
pub struct Mode {
    /// Leave function calls to be bound at their first use.
    pub lazy: bool,
    /// LD_DYNAMIC_WEAK
    pub weak_yields: bool,
}

/// A word that gets the result of an IFUNC resolver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deferred {
    pub at: Vaddr,
    pub resolver: Addr,
    pub addend: u64,
    /// The resolver is the object's own (R_X86_64_IRELATIVE), not found by a symbol.
    pub irelative: bool,
    /// The word is for calls of this function.
    pub called: Option<Called>,
}

/// A function that a PLT calls: the object that defines it, and its index in the symbol table there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Called {
    pub definer: ObjectId,
    pub symbol: u32,
}

impl Called {
    pub fn of(found: &Definition<'_, '_>) -> Self {
        let start = found.object.current.symbols.table.as_ptr() as usize;
        let bytes = (core::ptr::from_ref(found.symbol) as usize).wrapping_sub(start);
        Called { definer: found.object.id, symbol: (bytes / size_of::<sym::Sym>()) as u32 }
    }
}

/// A copy relocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copy {
    pub at: Vaddr,
    pub source: Addr,
    pub len: u64,
}

#[derive(Debug, Default)]
pub struct Outcome {
    pub deferred: Vec<Deferred>,
    pub copies: Vec<Copy>,
    /// What works and perhaps not as meant.
    pub warnings: Vec<String>,
}

/// Relocates the version `version` of `object` (usually its current one).
pub fn relocate<'w, 'm>(
    world: &'w World<'m>,
    object: &'w Object<'m>,
    version: &'w Version<'m>,
    mode: Mode,
    memory: &impl ImageMemory,
    process: &mut impl Process,
) -> Result<Outcome> {
    let scope = world.scope_of(object).map(Searched::new).collect();
    let trace = process.trace();
    let mut relocator =
        Relocator { world, object, version, scope, mode, memory, process, trace, last: None, outcome: Outcome::default() };
    relocator.packed_relative()?;
    for rela in version.relocations.rela {
        relocator.one(rela, false)?;
    }
    for rela in version.relocations.plt {
        relocator.one(rela, mode.lazy)?;
    }
    Ok(relocator.outcome)
}

fn class_of(kind: u32) -> Class {
    match kind {
        R_X86_64_JUMP_SLOT | R_X86_64_DTPMOD64 | R_X86_64_DTPOFF64 | R_X86_64_TPOFF64 | R_X86_64_TLSDESC => Class::PLT,
        R_X86_64_COPY => Class::COPY,
        _ => Class::empty(),
    }
}

/// `scope` gives the objects to search for a name with this hash.
fn find_definition<'w, 'm: 'w, Scope: Iterator<Item = &'w Object<'m>>>(
    object: &'w Object<'m>,
    version: &Version<'m>,
    scope: impl FnOnce(u32) -> Scope,
    index: u32,
    class: Class,
    kind: u32,
    mode: Mode,
) -> Result<Option<Definition<'w, 'm>>> {
    let symbol = version.symbols.get(index).ok_or_else(|| bad(version, "relocation names a symbol outside the symbol table"))?;
    if binds_locally(symbol) {
        return Ok(Some(Definition::new(object, symbol)));
    }
    let reference = reference_to(version, index, symbol, class)?;
    let mut found = resolve::lookup(scope(reference.gnu_hash), &reference, mode.weak_yields);
    if sym::visibility(symbol) == sym::STV_PROTECTED {
        found = found.map(|found| protected::meant(found, Definition::new(object, symbol), class, kind));
    }
    match found {
        None if sym::binding(symbol) != sym::STB_WEAK => Err(undefined(version, &reference)),
        found => Ok(found),
    }
}

/// An object of a scope with its bloom filter beside it: most objects are passed over without looking further.
struct Searched<'w, 'm> {
    filter: Option<GnuHash<'m>>,
    object: &'w Object<'m>,
}

impl<'w, 'm> Searched<'w, 'm> {
    fn new(object: &'w Object<'m>) -> Self {
        let filter = match object.current.symbols.hash {
            SymbolHash::Gnu(table) => Some(table),
            _ => None,
        };
        Searched { filter, object }
    }

    #[inline]
    fn may_define(&self, hash: u32) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.may_contain(hash))
    }
}

struct Relocator<'a, 'w, 'm, M, P> {
    world: &'w World<'m>,
    object: &'w Object<'m>,
    version: &'w Version<'m>,
    scope: Vec<Searched<'w, 'm>>,
    mode: Mode,
    memory: &'a M,
    process: &'a mut P,
    trace: Option<&'static dyn Trace>,
    /// The symbol looked up last; linkers sort relocations by symbol.
    last: Option<(u32, u32, Option<Definition<'w, 'm>>)>,
    outcome: Outcome,
}

impl<'w, 'm, M: ImageMemory, P: Process> Relocator<'_, 'w, 'm, M, P> {
    fn packed_relative(&mut self) -> Result<()> {
        for at in relocs::relr(self.version.relocations.relr) {
            let word = self.memory.read_u64(at).ok_or_else(|| self.outside())?;
            self.write(at, self.version.address_at(Vaddr(word)).0)?;
        }
        Ok(())
    }

    fn one(&mut self, rela: &Rela, lazy: bool) -> Result<()> {
        let at = Vaddr(rela.r_offset);
        let addend = rela.r_addend as u64;
        match relocs::kind(rela) {
            R_X86_64_NONE => Ok(()),
            R_X86_64_RELATIVE | R_X86_64_RELATIVE64 => self.write(at, self.version.address_at(Vaddr(addend)).0),
            R_X86_64_IRELATIVE => {
                let resolver = Vaddr(addend) + self.version.bias;
                self.outcome.deferred.push(Deferred { at, resolver, addend: 0, irelative: true, called: None });
                Ok(())
            }
            R_X86_64_JUMP_SLOT if lazy => {
                self.check_address_taken(rela)?;
                let word = self.memory.read_u64(at).ok_or_else(|| self.outside())?;
                self.write(at, (Vaddr(word) + self.version.bias).0)
            }
            kind => self.symbolic(rela, kind, at, addend),
        }
    }

    fn symbolic(&mut self, rela: &Rela, kind: u32, at: Vaddr, addend: u64) -> Result<()> {
        let index = relocs::symbol(rela);
        let found = self.definition(index, class_of(kind), kind)?;
        if let Some(found) = found.filter(|found| sym::visibility(found.symbol) == sym::STV_PROTECTED) {
            self.check_protected(index, &found, kind)?;
        }
        match kind {
            // psABI: S alone; the addend of a jump slot may be the place of its PLT entry (DT_X86_64_PLT)
            R_X86_64_JUMP_SLOT => self.address(found, at, 0, found.as_ref().map(Called::of)),
            R_X86_64_GLOB_DAT => self.address(found, at, 0, None),
            R_X86_64_64 => self.address(found, at, addend, None),
            R_X86_64_DTPMOD64 | R_X86_64_DTPOFF64 | R_X86_64_TPOFF64 | R_X86_64_TLSDESC => self.tls(kind, found, at, addend),
            R_X86_64_COPY => self.copy(index, found, at),
            R_X86_64_SIZE64 => self.write(at, found.map_or(0, |found| found.symbol.st_size).wrapping_add(addend)),
            R_X86_64_SIZE32 => self.word32(at, found.map_or(0, |found| found.symbol.st_size).wrapping_add(addend)),
            R_X86_64_32 => self.word32(at, address_or_zero(found).wrapping_add(addend)),
            R_X86_64_32S => self.signed32(at, address_or_zero(found).wrapping_add(addend)),
            R_X86_64_PC32 | R_X86_64_PLT32 => {
                let here = (at + self.version.bias).0;
                self.signed32(at, address_or_zero(found).wrapping_add(addend).wrapping_sub(here))
            }
            R_X86_64_PC64 => {
                let here = (at + self.version.bias).0;
                self.write(at, address_or_zero(found).wrapping_add(addend).wrapping_sub(here))
            }
            other => Err(Error::other(self.name(), alloc::format!("unexpected reloc type {other:#04x}"))),
        }
    }

    /// A lazily bound function whose PLT entry is its address for the whole process.
    fn check_address_taken(&mut self, rela: &Rela) -> Result<()> {
        let index = relocs::symbol(rela);
        if !protected::takes_address(self.version, index) {
            return Ok(());
        }
        match self.definition(index, Class::PLT, R_X86_64_JUMP_SLOT) {
            Ok(Some(found)) => self.check_protected(index, &found, R_X86_64_JUMP_SLOT),
            _ => Ok(()),
        }
    }

    fn check_protected(&mut self, index: u32, found: &Definition<'w, 'm>, kind: u32) -> Result<()> {
        let Some(warning) = protected::complaint(self.version, index, found, kind) else { return Ok(()) };
        self.outcome.warnings.push(warning);
        if self.process.needs_indirect_access(found.object) {
            let refused = "error due to GNU_PROPERTY_1_NEEDED_INDIRECT_EXTERN_ACCESS";
            return Err(Error::other(display_name(&found.object.current), refused));
        }
        Ok(())
    }

    fn address(&mut self, found: Option<Definition<'w, 'm>>, at: Vaddr, addend: u64, called: Option<Called>) -> Result<()> {
        let Some(found) = found else { return self.write(at, addend) };
        if found.is_ifunc() {
            self.memory.read_u64(at).ok_or_else(|| self.outside())?;
            let resolver = found.address_for(self.version);
            self.outcome.deferred.push(Deferred { at, resolver, addend, irelative: false, called });
            return Ok(());
        }
        let mut address = found.address_for(self.version);
        if let Some(called) = called {
            address = self.process.called(self.object.id, called, address);
        }
        self.write(at, address.0.wrapping_add(addend))
    }

    fn tls(&mut self, kind: u32, found: Option<Definition<'w, 'm>>, at: Vaddr, addend: u64) -> Result<()> {
        let Some(found) = found else {
            if kind != R_X86_64_TLSDESC {
                return Ok(());
            }
            let words = self.process.undefined_tls_descriptor(addend);
            return self.two_words(at, words);
        };
        let offset = found.symbol.st_value.wrapping_add(addend);
        let module = found.object.tls.ok_or_else(|| self.bad("TLS relocation against an object without TLS segment"));
        match kind {
            R_X86_64_DTPMOD64 => self.write(at, module?.id),
            R_X86_64_DTPOFF64 => self.write(at, offset),
            R_X86_64_TPOFF64 => {
                module?;
                let block = self.process.static_tls_offset(found.object).map_err(|error| self.attribute(error))?;
                self.write(at, offset.wrapping_sub(block))
            }
            _ => {
                module?;
                let words = self.process.tls_descriptor(found.object, offset);
                self.two_words(at, words)
            }
        }
    }

    fn copy(&mut self, index: u32, found: Option<Definition<'w, 'm>>, at: Vaddr) -> Result<()> {
        let Some(found) = found else { return Ok(()) };
        let wanted = self.version.symbols.get(index).map_or(0, |symbol| symbol.st_size);
        let len = wanted.min(found.symbol.st_size);
        let source = &found.object.current;
        let segment = source.layout.segment_of(source.bias.vaddr_of(found.address()), len);
        if !segment.is_some_and(|segment| segment.is_readable()) {
            return Err(bad(source, "symbol of a copy relocation lies outside the object"));
        }
        self.outcome.copies.push(Copy { at, source: found.address(), len });
        Ok(())
    }

    /// The definition that symbol `index` of this object means for a relocation of this kind; `None` for an undefined
    /// weak symbol.
    fn definition(&mut self, index: u32, class: Class, kind: u32) -> Result<Option<Definition<'w, 'm>>> {
        let key = u32::from(class.bits()) | kind << 8;
        if let Some((last, last_key, found)) = self.last
            && last == index
            && last_key == key
        {
            if let Some(trace) = self.trace {
                self.reused(index, trace);
            }
            return Ok(found);
        }
        let own = if self.trace.is_some() { None } else { self.own_definition(index, class) };
        let found = match (own, self.trace) {
            (Some(own), _) => Some(own),
            (None, Some(trace)) => self.told(index, class, kind, trace)?,
            (None, None) => self.search(index, class, kind)?,
        };
        let found = found.map(|found| unique(self.world, found, (self.object, self.version, index, class), self.process));
        if let Some(found) = found
            && found.object.id != self.object.id
            && !found.object.initial
        {
            self.process.bound(self.object.id, found.object);
        }
        self.last = Some((index, key, found));
        Ok(found)
    }

    #[inline(always)]
    fn search(&self, index: u32, class: Class, kind: u32) -> Result<Option<Definition<'w, 'm>>> {
        let objects = self.scope.iter();
        let scope = |hash| objects.filter(move |searched| searched.may_define(hash)).map(|searched| searched.object);
        find_definition(self.object, self.version, scope, index, class, kind, self.mode)
    }

    /// The object's own definition, when no object before it can have another: most references are of this kind, and their
    /// names need not even be read, because the hash table of the object holds the name's hash.
    fn own_definition(&self, index: u32, class: Class) -> Option<Definition<'w, 'm>> {
        let symbols = &self.version.symbols;
        let symbol = symbols.get(index)?;
        let SymbolHash::Gnu(table) = &symbols.hash else { return None };
        let usual = !class.contains(Class::COPY) && !self.mode.weak_yields && resolve::is_definition(symbol, class);
        if !usual || !core::ptr::eq(self.version, &*self.object.current) || sym::binding(symbol) == sym::STB_LOCAL {
            return None;
        }
        let hash = table.hash_of(index)?;
        for searched in &self.scope {
            if core::ptr::eq(searched.object, self.object) {
                return Some(Definition::new(self.object, symbol));
            }
            if searched.filter.is_none_or(|filter| filter.may_contain_either(hash)) {
                return None;
            }
        }
        None
    }

    fn two_words(&self, at: Vaddr, words: [u64; 2]) -> Result<()> {
        self.write(at + 8, words[1])?;
        self.write(at, words[0])
    }

    fn word32(&self, at: Vaddr, value: u64) -> Result<()> {
        let Ok(short) = u32::try_from(value) else { return Err(self.overflow("R_X86_64_32")) };
        self.memory.write_u32(at, short).ok_or_else(|| self.outside())
    }

    fn signed32(&self, at: Vaddr, value: u64) -> Result<()> {
        let Ok(short) = i32::try_from(value as i64) else { return Err(self.overflow("R_X86_64_PC32")) };
        self.memory.write_u32(at, short as u32).ok_or_else(|| self.outside())
    }

    #[inline]
    fn write(&self, at: Vaddr, value: u64) -> Result<()> {
        self.memory.write_u64(at, value).ok_or_else(|| self.outside())
    }

    fn overflow(&self, kind: &str) -> Error {
        Error::other(self.name(), alloc::format!("Symbol causes overflow in {kind} relocation"))
    }

    #[cold]
    fn outside(&self) -> Error {
        self.bad("relocation lies outside the writable segments")
    }

    fn attribute(&self, mut error: Error) -> Error {
        if error.object.is_empty() {
            error.object = self.name();
        }
        error
    }

    fn bad(&self, what: &'static str) -> Error {
        bad(self.version, what)
    }

    fn name(&self) -> alloc::string::String {
        display_name(self.version)
    }
}

/// A symbol that no other object can interpose.
fn binds_locally(symbol: &sym::Sym) -> bool {
    sym::binding(symbol) == sym::STB_LOCAL || matches!(sym::visibility(symbol), sym::STV_HIDDEN | sym::STV_INTERNAL)
}

fn reference_to<'m>(version: &Version<'m>, index: u32, symbol: &sym::Sym, class: Class) -> Result<Reference<'m>> {
    let name = version.symbols.name(symbol).ok_or_else(|| bad(version, "symbol name lies outside the string table"))?;
    Ok(Reference::new(name, version.symbols.wanted_version(index).copied(), class))
}

fn address_or_zero(found: Option<Definition<'_, '_>>) -> u64 {
    found.map_or(0, |found| found.address().0)
}

fn undefined(version: &Version<'_>, reference: &Reference<'_>) -> Error {
    let text = |bytes: &[u8]| alloc::string::String::from_utf8_lossy(bytes).into_owned();
    let kind =
        ErrorKind::UndefinedSymbol { name: text(reference.name), version: reference.version.map(|version| text(version.name)) };
    Error::new(display_name(version), kind)
}

fn bad(version: &Version<'_>, what: &'static str) -> Error {
    Error::bad_elf(display_name(version), what)
}

fn display_name(version: &Version<'_>) -> alloc::string::String {
    alloc::string::String::from_utf8_lossy(&version.path).into_owned()
}

#[cfg(test)]
#[path = "relocate_tests.rs"]
mod tests;
