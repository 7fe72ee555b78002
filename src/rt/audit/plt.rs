//! Calls through a PLT as auditors see them: `la_x86_64_gnu_pltenter` before, `la_x86_64_gnu_pltexit` behind. Objects that
//! are bound lazily keep their slots unbound, so that every call arrives here by way of `x86_64::luci_audit_call`.

use core::ffi::c_char;
use core::sync::atomic::{AtomicU64, Ordering};

use hashbrown::HashMap;
use luci::addr::Addr;
use luci::elf::Sym;
use luci::link::object::ObjectId;

use super::bind::{Answer, Binding, NOPLTENTER, NOPLTEXIT};
use super::{auditors, marks};
use crate::rt::abi::binding;
use crate::rt::sync::Locked;
use crate::rt::x86_64::audit::{InRegisters, OutRegisters};
use crate::rt::{fail, maps};

/// `la_x86_64_gnu_pltenter`: as `la_symbind64` with the registers, which may be changed, and the size of the arguments on the
/// stack in bytes, which must be given if the return is to be told.
pub type Enter = unsafe extern "C" fn(
    *mut Sym,
    u32,
    *const AtomicU64,
    *const AtomicU64,
    *mut InRegisters,
    *mut u32,
    *const c_char,
    *mut i64,
) -> u64;

/// `la_x86_64_gnu_pltexit`: with the registers of the call and those of the return, which may be changed.
pub type Exit = unsafe extern "C" fn(
    *mut Sym,
    u32,
    *const AtomicU64,
    *const AtomicU64,
    *const InRegisters,
    *mut OutRegisters,
    *const c_char,
) -> u32;

/// Whether any auditor wants to be told of calls.
pub fn wants_calls() -> bool {
    !super::LOADING.load(Ordering::Relaxed)
        && auditors().iter().any(|auditor| auditor.pltenter.is_some() || auditor.pltexit.is_some())
}

/// What has been found out about a PLT entry.
#[derive(Clone)]
pub struct Entry {
    /// `None` for an undefined weak function.
    binding: Option<Binding>,
    answer: Answer,
}

/// The entries that were called once, by `link_map` and index, with the object they belong to.
pub static ENTRIES: Locked<Option<Entries>> = Locked::new(None);
pub type Entries = HashMap<(u64, u64), (ObjectId, Entry)>;

/// Forgets the entries of an object that goes, and those that lead to it.
pub fn forget(id: ObjectId) {
    let leads_to = |entry: &Entry| entry.binding.as_ref().is_some_and(|binding| binding.definer.id == id);
    ENTRIES.with(|entries| {
        if let Some(entries) = entries {
            entries.retain(|_, (user, entry)| *user != id && !leads_to(entry));
        }
    });
}

/// The entry, bound and told to the auditors if this is the first call.
fn entry_of(map: u64, index: u64) -> Entry {
    let known = ENTRIES.with(|entries| entries.as_ref().and_then(|entries| entries.get(&(map, index)).cloned()));
    if let Some((_, entry)) = known {
        return entry;
    }
    // SAFETY: GOT[1] holds the map of a Version that is executing.
    let (version, object) = unsafe { maps::owner(Addr(map)) };
    let (binding, address) = match binding::find_called(version, object, index) {
        Ok(found) => found,
        Err(error) => fail::symbol_lookup(&error),
    };
    let untold = Answer { address, flags: 0, silent: u32::MAX };
    let answer = binding.as_ref().and_then(|binding| super::bound_on_call(binding, address)).unwrap_or(untold);
    let entry = Entry { binding, answer };
    remember(map, index, object, entry.clone());
    entry
}

fn remember(map: u64, index: u64, object: ObjectId, entry: Entry) {
    ENTRIES.with(|entries| {
        entries.get_or_insert_with(HashMap::new).insert((map, index), (object, entry));
    });
}

/// The way into a call: the function to continue with. `frame_size` gets the bytes of stack arguments to pass on when the
/// return is to be told, else a negative number.
///
/// # Safety
/// Called by the trampoline only, with the words the PLT pushed and the saved registers.
pub unsafe extern "C" fn luci_audit_enter(map: u64, index: u64, registers: *mut InRegisters, frame_size: *mut i64) -> u64 {
    let mut entry = entry_of(map, index);
    let (mut size, mut address) = (-1, entry.answer.address);
    if let Some(binding) = entry.binding.clone().filter(|_| entry.answer.silent & NOPLTENTER == 0) {
        let (mut flags, silent) = (entry.answer.flags, entry.answer.silent);
        let pairs = marks(&binding.user).iter().zip(marks(&binding.definer));
        for (number, (auditor, (from, to))) in auditors().iter().zip(pairs).enumerate() {
            let place = 2 * (number as u32 + 1);
            let Some(enter) = auditor.pltenter.filter(|_| entry.answer.silent & (NOPLTENTER << place) == 0) else { continue };
            let mut symbol = binding.symbol_at(address);
            let (mut new_size, name, index) = (-1, binding.name(), binding.index());
            // SAFETY: the auditor's function of this type; everything outlives the call.
            address = Addr(unsafe {
                let (from, to) = (&raw const from.cookie, &raw const to.cookie);
                enter(&raw mut symbol, index, from, to, registers, &raw mut flags, name, &raw mut new_size)
            });
            entry.answer.silent |= (flags & (NOPLTENTER | NOPLTEXIT)) << place;
            if entry.answer.silent & (NOPLTEXIT << place) == 0 {
                size = size.max(new_size);
            }
        }
        if entry.answer.silent != silent {
            let user = binding.user.id;
            remember(map, index, user, entry);
        }
    }
    // SAFETY: the trampoline's frame.
    unsafe {
        frame_size.write(size);
        (*registers).merge();
    }
    address.0
}

/// The way out of a call whose return is to be told.
///
/// # Safety
/// Called by the trampoline only, as [`luci_audit_enter`].
pub unsafe extern "C" fn luci_audit_exit(map: u64, index: u64, called: *const InRegisters, returned: *mut OutRegisters) {
    let Entry { binding, answer } = entry_of(map, index);
    let Some(binding) = binding else { return };
    let pairs = marks(&binding.user).iter().zip(marks(&binding.definer));
    for (number, (auditor, (from, to))) in auditors().iter().zip(pairs).enumerate() {
        let place = 2 * (number as u32 + 1);
        let Some(exit) = auditor.pltexit.filter(|_| answer.silent & (NOPLTEXIT << place) == 0) else { continue };
        let mut symbol = binding.symbol_at(answer.address);
        // SAFETY: the auditor's function of this type; everything outlives the call.
        unsafe {
            let (from, to) = (&raw const from.cookie, &raw const to.cookie);
            exit(&raw mut symbol, binding.index(), from, to, called, returned, binding.name());
        }
    }
    // SAFETY: the trampoline's frame.
    unsafe { (*returned).merge() };
}
