//! Lazy binding: what a PLT entry's first call arrives at.

use core::sync::atomic::{Ordering, fence};

use luci::addr::{Addr, Vaddr};
use luci::diag::{Error, Result};
use luci::elf::segments::Permissions;
use luci::elf::{Rela, relocs};
use luci::link::object::{LocalScope, Object, ObjectId, Version};
use luci::link::relocate::{self, Called};
use luci::link::segments::Segment;
use luci::link::world::World;

use crate::rt::audit::{self, Binding};
use crate::rt::image::store_word;
use crate::rt::process::PROCESS;
use crate::rt::trace::{self, lookups};
use crate::rt::{fail, heap, maps, sys, x86_64};

/// Binds entry `index` of the PLT of the Version that `map` belongs to; the result is the function to call.
///
/// # Safety
/// Called by the trampolines only, with the words the PLT pushed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn luci_bind(map: u64, index: u64) -> u64 {
    // SAFETY: GOT[1] holds the map of a Version that is executing.
    let (version, object) = unsafe { maps::owner(Addr(map)) };
    match bind(version, object, index) {
        Ok(function) => function.0,
        Err(error) => fail::symbol_lookup(&error),
    }
}

fn bind(version: &Version<'static>, object: ObjectId, index: u64) -> Result<Addr> {
    let rela = entry(version, index)?;
    let updates = PROCESS.updates.count.load(Ordering::SeqCst);
    let found = look_up(version, object, rela)?;
    let mut target = target_of(version, found.as_ref())?;
    if audit::is_on()
        && let Some(binding) = found.as_ref().and_then(|found| Binding::find(&PROCESS.world.read(), object, found.called))
    {
        let answer = x86_64::with_vectors_saved(|| audit::bound_on_call(&binding, target));
        target = answer.map_or(target, |answer| answer.address);
    }
    let slot = Vaddr(rela.r_offset);
    let is_writable = |segment: &Segment| segment.permissions.contains(Permissions::WRITE);
    if !slot.0.is_multiple_of(8) || !version.layout.segment_of(slot, 8).is_some_and(is_writable) {
        return Err(corrupt(version));
    }
    let may_keep = found.is_none_or(|found| found.may_keep) && !PROCESS.settings.bind_not.load(Ordering::Relaxed);
    // a slot in RELRO pages, where no linker puts one, is bound anew by each call
    if may_keep && !version.layout.in_relro(slot, 8) {
        // SAFETY: an aligned word of a writable segment that is not behind RELRO.
        unsafe { store_word(slot + version.bias, target.0) };
    }
    if !PROCESS.updates.are_on() {
        return Ok(target);
    }
    fence(Ordering::SeqCst);
    if PROCESS.updates.count.load(Ordering::SeqCst) != updates {
        // a live update came in between and may have missed this slot
        return bind(version, object, index);
    }
    Ok(target)
}

/// The function of a PLT entry whose slot is not stored to, with the binding where both objects are audited.
pub fn find_called(version: &Version<'static>, object: ObjectId, index: u64) -> Result<(Option<Binding>, Addr)> {
    let found = look_up(version, object, entry(version, index)?)?;
    let target = target_of(version, found.as_ref())?;
    let binding = found.and_then(|found| Binding::find(&PROCESS.world.read(), object, found.called));
    Ok((binding, target))
}

fn corrupt(version: &Version<'static>) -> Error {
    Error::bad_elf(alloc::string::String::from_utf8_lossy(&version.path), "PLT entry has no relocation")
}

fn entry(version: &Version<'static>, index: u64) -> Result<&'static Rela> {
    let entry = usize::try_from(index).ok().and_then(|index| version.relocations.plt.get(index));
    entry.ok_or_else(|| corrupt(version))
}

/// A function as the lookup found it.
struct Found {
    address: Addr,
    is_ifunc: bool,
    called: Called,
    /// Its object stays as long as the user does.
    may_keep: bool,
    /// The address lies in an executable segment of the object that defines it.
    is_code: bool,
}

/// The definition of a PLT entry's function; `None` for an undefined weak one.
fn look_up(version: &Version<'static>, object: ObjectId, rela: &Rela) -> Result<Option<Found>> {
    let weak_yields = PROCESS.settings.weak_yields.load(Ordering::Relaxed);
    loop {
        let world = PROCESS.world.read();
        let user = world.get(object).ok_or_else(|| corrupt(version))?;
        let definition = relocate::bind_plt(&world, user, version, relocs::symbol(rela), weak_yields)?;
        if trace::is_on(lookups::TOPICS) {
            lookups::called(&world, user, version, relocs::symbol(rela));
        }
        let Some(found) = definition else { return Ok(None) };
        let use_is_known = if stays_with(user, found.object) { Some(true) } else { remember_use(object, found.object) };
        // None: another thread is closing it, and its definitions are about to vanish
        if let Some(may_keep) = use_is_known {
            let address = found.address_for(version);
            let definer = &found.object.current;
            return Ok(Some(Found {
                address,
                is_ifunc: found.is_ifunc(),
                called: Called::of(&found),
                may_keep,
                is_code: definer.layout.is_code(definer.bias.vaddr_of(address)),
            }));
        }
        drop(world);
        sys::yield_processor();
    }
}

/// Whether the definer lives as long as the user, whatever is closed.
fn stays_with(user: &Object<'static>, definer: &Object<'static>) -> bool {
    let in_list = |scope: &LocalScope| scope.root == user.id && scope.list.contains(&definer.id);
    definer.pinned || definer.id == user.id || user.needed.contains(&definer.id) || user.local_scopes.iter().any(in_list)
}

/// Remembers that `from` uses `to`, which must stay as long; `None` when it is too late for that. False when the registry cannot
/// be had, because this call runs in a signal handler that interrupted the loader: then nothing may be kept, and the next call
/// binds again.
fn remember_use(from: ObjectId, to: &Object<'static>) -> Option<bool> {
    // long enough for any other thread, and short enough for a signal handler to wait in vain
    const TRIES: u32 = 20_000;
    let to = (to.id, to.serial);
    for _ in 0..TRIES {
        if heap::lock().try_lock() {
            heap::lock().unlock();
            let bound = PROCESS.registry.try_with(|registry| registry.as_mut().is_none_or(|registry| registry.bound(from, to)));
            if let Some(bound) = bound {
                return bound.then_some(true);
            }
        }
        sys::yield_processor();
    }
    Some(false)
}

/// The address to call. A resolver is program code: no reader is held while it runs.
fn target_of(version: &Version<'static>, found: Option<&Found>) -> Result<Addr> {
    match found {
        Some(found) if found.is_ifunc => x86_64::with_vectors_saved(|| call_resolver(found.address)),
        Some(found) if found.is_code => Ok(found.address),
        Some(found) => callable(version, found.address),
        None => Ok(Addr(0)),
    }
}

/// Refuses a function of a corrupt symbol table, at whose address there is no code.
fn callable(user: &Version<'static>, function: Addr) -> Result<Addr> {
    if PROCESS.world.read().is_code(function) {
        return Ok(function);
    }
    let user = alloc::string::String::from_utf8_lossy(&user.path);
    Err(Error::bad_elf(user, "a called symbol lies outside the executable segments"))
}

/// Runs an IFUNC resolver.
pub fn call_resolver(resolver: Addr) -> Result<Addr> {
    let world = PROCESS.world.read();
    let is_code = world.is_code(resolver);
    drop(world);
    call_checked(resolver, is_code)
}

/// The same for a world that is not published yet.
pub fn call_resolver_of(world: &World<'static>, resolver: Addr) -> Result<Addr> {
    call_checked(resolver, world.is_code(resolver))
}

fn call_checked(resolver: Addr, is_code: bool) -> Result<Addr> {
    if !is_code {
        return Err(Error::bad_elf("", "IFUNC resolver lies outside the executable segments"));
    }
    // SAFETY: the address is an STT_GNU_IFUNC symbol or an IRELATIVE addend of a relocated object: a function without
    // arguments that returns an address (x86-64 psABI).
    Ok(Addr(unsafe { x86_64::call_program(resolver.0, 0, 0, 0) }))
}
