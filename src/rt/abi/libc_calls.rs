//! What libc asks of its loader for itself, in forms that no program uses: internal opens and lookups, and the functions in
//! `_rtld_global_ro` that raise exceptions.

use core::ffi::{c_char, c_int, c_void};
use core::ptr;

use luci::addr::Addr;
use luci::elf::Sym;
use luci::elf::symbols as sym;
use luci::elf::versions::VersionEntry;
use luci::link::object::NamespaceId;
use luci::link::resolve::{self, Class, Reference};

use super::dl::{after, by_scope, bytes, dlclose, dlmopen, dlopen, dlsym, dlvsym, namespace_of, weak_yields};
use super::error::_dl_signal_error;
use super::last_error;
use super::tls::program_free;
use crate::rt::process::PROCESS;
use crate::rt::relocation;
#[allow(unused_imports)] // named in the documentation
use crate::rt::x86_64;

/// The mode bits that programs use too; libc has some of its own above.
const PROGRAM_BITS: c_int = 0xffff;

/// libc opens a library for itself: NSS, iconv, libgcc_s. Entered through [`x86_64::libc_dlopen_mode`], which adds the caller:
/// an address in the libc of some namespace.
///
/// # Safety
/// `name` is a C string.
pub unsafe extern "C" fn libc_dlopen_mode(name: *const c_char, mode: c_int, caller: u64) -> u64 {
    // SAFETY: the caller's contract.
    unsafe { dlopen(name, mode & PROGRAM_BITS, caller) }
}

/// # Safety
/// `name` is a C string.
pub unsafe extern "C" fn libc_dlsym(handle: u64, name: *const c_char) -> u64 {
    let caller = handle_address(handle);
    // SAFETY: the caller's contract.
    unsafe { dlsym(handle, name, caller) }
}

/// # Safety
/// `name` and `version` are C strings.
pub unsafe extern "C" fn libc_dlvsym(handle: u64, name: *const c_char, version: *const c_char) -> u64 {
    let caller = handle_address(handle);
    // SAFETY: the caller's contract.
    unsafe { dlvsym(handle, name, version, caller) }
}

/// An address in the object that a handle means: libc looks up by handle only, so who calls makes no difference.
fn handle_address(handle: u64) -> u64 {
    PROCESS.world.read().find_handle(Addr(handle)).map_or(0, |object| object.current.range().0.0)
}

/// `struct r_found_version`
#[repr(C)]
pub struct FoundVersion {
    name: *const c_char,
    hash: u32,
    hidden: c_int,
    filename: *const c_char,
}

/// `_dl_lookup_symbol_x`: the symbol table entry through `reference`, the defining object as result; a symbol that is not
/// found raises, unless the reference was weak.
///
/// # Safety
/// glibc's contract of this function.
pub unsafe extern "C" fn lookup_symbol_x(
    name: *const c_char,
    user: u64,
    reference: *mut *const Sym,
    _scope: *const c_void,
    version: *const FoundVersion,
    _class: c_int,
    _flags: c_int,
    skip: u64,
) -> u64 {
    // SAFETY: the caller's contract.
    let name_bytes = unsafe { bytes(name) };
    // SAFETY: null or a version as glibc lays it out.
    let wanted = unsafe { version.as_ref() }.map(|version| VersionEntry {
        // SAFETY: the version's name is a C string.
        name: unsafe { bytes(version.name) },
        hash: version.hash,
        file: b"",
        hidden: version.hidden != 0,
    });
    let looked_up = Reference::new(name_bytes, wanted, Class::NEWEST);
    let found = {
        let world = PROCESS.world.read();
        let object = world.find_handle(Addr(user)).map(|object| object.id);
        let definition = match object {
            Some(id) if skip != 0 => after(&world, id, &looked_up).ok().flatten(),
            Some(id) => by_scope(&world, id, &looked_up),
            None => resolve::lookup(world.list(world.global(NamespaceId::BASE)), &looked_up, weak_yields()),
        };
        let definition = definition.map(|found| relocation::settled(&world, found));
        definition.map(|definition| (definition.symbol, definition.object.handle))
    };
    // SAFETY: `reference` is valid by the caller's contract; the entry it held is a symbol or null.
    unsafe {
        let weak = reference.read().as_ref().is_some_and(|symbol| sym::binding(symbol) == sym::STB_WEAK);
        match found {
            Some((symbol, handle)) => {
                reference.write(symbol);
                handle.0
            }
            None if weak => {
                reference.write(ptr::null());
                0
            }
            None => _dl_signal_error(0, ptr::null(), ptr::null(), c"undefined symbol".as_ptr()),
        }
    }
}

/// `GLRO(dl_open)`: like dlopen or, with a namespace, dlmopen, but raises.
///
/// # Safety
/// As [`dlopen`].
pub unsafe extern "C" fn rtld_open(file: *const c_char, mode: c_int, caller: u64, namespace: i64) -> u64 {
    const LM_ID_CALLER: i64 = -2;
    let mode = mode & PROGRAM_BITS;
    // SAFETY: the caller's contract.
    let handle = unsafe {
        match namespace {
            LM_ID_CALLER => dlopen(file, mode, caller),
            other => dlmopen(other, file, mode, caller),
        }
    };
    if handle == 0 {
        raise_last_error(caller);
    }
    handle
}

/// `GLRO(dl_close)`: like dlclose, but raises.
///
/// # Safety
/// As [`dlclose`].
pub unsafe extern "C" fn rtld_close(handle: u64) {
    let caller = handle_address(handle);
    // SAFETY: the caller's contract.
    if unsafe { dlclose(handle, caller) } != 0 {
        raise_last_error(caller);
    }
}

fn raise_last_error(caller: u64) {
    let message = last_error::take(namespace_of(caller));
    if !message.is_null() {
        // SAFETY: a C string that stays valid until this thread's next error.
        unsafe { _dl_signal_error(0, ptr::null(), ptr::null(), message) };
    }
}

/// `GLRO(dl_error_free)`
///
/// # Safety
/// `pointer` comes from the program's malloc or is null.
pub unsafe extern "C" fn error_free(pointer: u64) {
    program_free(pointer);
}
