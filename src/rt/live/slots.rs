//! The words that have to change when a new Version becomes current: pointers inside its own shared data, and the slots of every
//! Version of every object that are bound to it. Values are computed beforehand; the commit only compares and stores.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};

use luci::addr::{Addr, Vaddr};
use luci::arch::reloc::{R_X86_64_64, R_X86_64_GLOB_DAT, R_X86_64_JUMP_SLOT};
use luci::elf::symbols as sym;
use luci::elf::{Rela, relocs};
use luci::link::object::{Object, ObjectId, Version};
use luci::link::relocate::{self, Mode};
use luci::link::resolve::{self, Class, Definition, Reference};
use luci::link::world::World;
use luci::update::{FileView, PointerMove, Value, pointer_moves, relink};

use crate::rt::map::{self, Reservation};
use crate::rt::process::PROCESS;
use crate::rt::relocation::is_linked_by_us;
use crate::rt::relocation::run_resolver;

/// One word: what it may hold now, and what it will hold then.
pub struct Slot {
    at: Addr,
    old: Vec<u64>,
    new: u64,
}

impl Slot {
    /// Stores the new value unless the program has changed the word.
    pub fn switch(&self) {
        if !self.at.0.is_multiple_of(8) {
            return self.switch_misaligned();
        }
        // SAFETY: an aligned word of a mapped Version, writable for the time of the commit.
        let word = unsafe { AtomicU64::from_ptr(self.at.0 as *mut u64) };
        for &old in self.old.iter().filter(|&&old| old != self.new) {
            if word.compare_exchange(old, self.new, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                return;
            }
        }
    }

    fn switch_misaligned(&self) {
        let word = self.at.0 as *mut u64;
        // SAFETY: eight bytes of a mapped Version, writable for the time of the commit.
        unsafe {
            if self.old.contains(&word.read_unaligned()) {
                word.write_unaligned(self.new);
            }
        }
    }
}

/// The update of one object: the process before and after it.
pub struct Change<'w> {
    pub object: ObjectId,
    pub before: &'w World<'static>,
    pub after: &'w World<'static>,
}

fn mode() -> Mode {
    Mode { lazy: false, weak_yields: PROCESS.settings.weak_yields.load(Ordering::Relaxed) }
}

impl<'w> Change<'w> {
    fn old_object(&self) -> Option<&'w Arc<Object<'static>>> {
        self.before.get(self.object)
    }

    fn new_object(&self) -> Option<&'w Arc<Object<'static>>> {
        self.after.get(self.object)
    }

    /// The pointers in shared data, and in variables that the program has copied.
    pub fn pointers(&self, old_file: &FileView, new_file: &FileView) -> Vec<Slot> {
        let (Some(old), Some(new)) = (self.old_object(), self.new_object()) else { return Vec::new() };
        let mut slots = Vec::new();
        for one in pointer_moves(old_file, new_file) {
            slots.extend(self.pointer(&one, old.current.address_at(one.at_old), &old.current, &new.current));
        }
        for (name, copy) in self.copied_variables() {
            let Some(symbol) = old_file.symbols.exports().find(|symbol| symbol.name == name) else { continue };
            for one in relink::copied_pointer_moves(old_file, new_file, &[name]) {
                let at = copy + one.at_old.0.wrapping_sub(symbol.value.0);
                slots.extend(self.pointer(&one, at, &old.current, &new.current));
            }
        }
        slots
    }

    fn pointer(&self, one: &PointerMove, at: Addr, old: &Version<'static>, new: &Version<'static>) -> Option<Slot> {
        let old = self.value(one.old, self.before, old)?;
        let new = self.value(one.new, self.after, new)?;
        Some(Slot { at, old: alloc::vec![old], new })
    }

    fn value(&self, value: Value, world: &World<'static>, version: &Version<'static>) -> Option<u64> {
        match value {
            Value::Address(vaddr) => Some(version.address_at(vaddr).0),
            Value::Resolver(vaddr) => run_resolver(self.after, vaddr + version.bias),
            Value::Slot { stub, .. } => Some((stub + version.bias).0),
            Value::Symbol { index, addend } => {
                let rela = Rela { r_offset: 0, r_info: u64::from(index) << 32 | u64::from(R_X86_64_64), r_addend: 0 };
                let found = relocate::definition_of(world, world.get(self.object)?, version, &rela, mode()).ok()??;
                Some(self.target(&found, version)?.wrapping_add(addend))
            }
        }
    }

    fn target(&self, found: &Definition<'_, '_>, version: &Version<'static>) -> Option<u64> {
        let address = found.address_for(version);
        if found.is_ifunc() { run_resolver(self.after, address) } else { Some(address.0) }
    }

    /// The program's own copies of the object's variables.
    fn copied_variables(&self) -> Vec<(&'static [u8], Addr)> {
        let Some(program) = self.before.iter().next() else { return Vec::new() };
        let version = &program.current;
        let copies = version.relocations.rela.iter().filter(|rela| relocs::kind(rela) == luci::arch::reloc::R_X86_64_COPY);
        let of_object = copies.filter_map(|rela| {
            let found = relocate::definition_of(self.before, program, version, rela, mode()).ok()??;
            let name = found.object.current.symbols.name(found.symbol)?;
            (found.object.id == self.object).then_some((name, Vaddr(rela.r_offset) + version.bias))
        });
        of_object.collect()
    }

    /// The slots of all Versions that are or will be bound to the object.
    pub fn bindings(&self) -> Vec<Slot> {
        let mut slots = Vec::new();
        for mapping in self.after.mappings() {
            let (Some(before), Some(after)) = (self.before.get(mapping.object), self.after.get(mapping.object)) else { continue };
            if !is_linked_by_us(after) {
                continue;
            }
            let version = &mapping.version;
            for rela in version.relocations.rela.iter().chain(version.relocations.plt) {
                slots.extend(self.binding(before, after, version, rela));
            }
        }
        slots
    }

    fn binding(
        &self,
        before: &'w Arc<Object<'static>>,
        after: &'w Arc<Object<'static>>,
        version: &Version<'static>,
        rela: &Rela,
    ) -> Option<Slot> {
        let kind = relocs::kind(rela);
        let index = relocs::symbol(rela);
        if index == 0 || !matches!(kind, R_X86_64_GLOB_DAT | R_X86_64_JUMP_SLOT | R_X86_64_64) {
            return None;
        }
        let symbol = version.symbols.get(index)?;
        let name = version.symbols.name(symbol).filter(|_| sym::binding(symbol) != sym::STB_LOCAL)?;
        let reference = Reference::new(name, version.symbols.wanted_version(index).copied(), Class::empty());
        let all = || self.after.mappings().iter().filter(|mapping| mapping.object == self.object).map(|mapping| &mapping.version);
        let definitions: Vec<_> = all().filter_map(|other| Some((other, resolve::find(&other.symbols, &reference)?))).collect();
        if definitions.is_empty() {
            return None;
        }
        let old = relocate::definition_of(self.before, before, version, rela, mode()).ok()??;
        let new = relocate::definition_of(self.after, after, version, rela, mode()).ok()??;
        if old.object.id != self.object && new.object.id != self.object || is_settled(&new, version) {
            return None;
        }
        // psABI: the value of a GOT entry is S alone
        let addend = if kind == R_X86_64_64 { rela.r_addend as u64 } else { 0 };
        let mut values = alloc::vec![self.target(&old, version)?.wrapping_add(addend)];
        for (other, symbol) in definitions {
            let address = other.address_of(symbol);
            let is_ifunc = sym::kind(symbol) == sym::STT_GNU_IFUNC;
            let value = if is_ifunc { run_resolver(self.after, address) } else { Some(address.0) };
            values.extend(value.map(|value| value.wrapping_add(addend)));
        }
        let at = version.address_at(Vaddr(rela.r_offset));
        version.layout.segment_of(Vaddr(rela.r_offset), 8)?;
        Some(Slot { at, old: values, new: self.target(&new, version)?.wrapping_add(addend) })
    }
}

/// Bound for ever: to the Version's own symbol, or to the process-wide definition of a unique one.
fn is_settled(found: &Definition<'_, '_>, version: &Version<'static>) -> bool {
    sym::binding(found.symbol) == sym::STB_GNU_UNIQUE
        || matches!(sym::visibility(found.symbol), sym::STV_HIDDEN | sym::STV_INTERNAL)
        || sym::visibility(found.symbol) == sym::STV_PROTECTED && found.address_for(version) != found.address()
}

/// RELRO pages made writable for the time of a commit.
pub struct OpenPages(Vec<Reservation>);

impl OpenPages {
    /// Opens the pages that hold slots; an error leaves them as they were.
    pub fn of(world: &World<'static>, slots: &[Slot]) -> Result<OpenPages, rustix::io::Errno> {
        let mut open = OpenPages(Vec::new());
        for mapping in world.mappings() {
            let version = &mapping.version;
            let Some((start, end)) = version.layout.relro else { continue };
            let range = Reservation { start: start + version.bias, len: (end.0 - start.0) as usize };
            let holds = |slot: &Slot| slot.at >= range.start && slot.at.0 < range.start.0 + range.len as u64;
            if slots.iter().any(holds) {
                map::protect(range.start, range.len as u64, rustix::mm::ProtFlags::READ | rustix::mm::ProtFlags::WRITE)?;
                open.0.push(range);
            }
        }
        Ok(open)
    }
}

impl Drop for OpenPages {
    fn drop(&mut self) {
        for range in &self.0 {
            // a failure leaves the pages writable: worse protected, not wrong
            let _ = map::protect(range.start, range.len as u64, rustix::mm::ProtFlags::READ);
        }
    }
}
