//! The tables of functions through which libc calls its loader, and where each libc looks for them.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};

use luci::elf::segments::Permissions;
use luci::glibc::record::{Flags, Record};
use luci::glibc::rtld::{DlFunctions, RgFunctions, RoFunctions};
use luci::link::object::Object;

use super::{dl, error, find, info, libc_calls, misc};
use crate::rt::identify::symbol_of;
use crate::rt::image::store_word;
use crate::rt::x86_64;

/// The address of a function, as libc's tables hold it.
macro_rules! address {
    ($function:expr) => {
        $function as *const () as u64
    };
}

/// The family of dlopen.
pub fn dl_functions() -> DlFunctions {
    DlFunctions {
        dlopen: address!(dl::dlopen),
        dlclose: address!(x86_64::dlclose),
        dlsym: address!(dl::dlsym),
        dlvsym: address!(dl::dlvsym),
        dlerror: address!(x86_64::dlerror),
        dladdr: address!(info::dladdr),
        dladdr1: address!(info::dladdr1),
        dlinfo: address!(x86_64::dlinfo),
        dlmopen: address!(dl::dlmopen),
        libc_dlopen_mode: address!(x86_64::libc_dlopen_mode),
        libc_dlsym: address!(libc_calls::libc_dlsym),
        libc_dlvsym: address!(libc_calls::libc_dlvsym),
        libc_dlclose: address!(x86_64::dlclose),
    }
}

/// The functions in `_rtld_global_ro`.
pub fn ro_functions() -> RoFunctions {
    RoFunctions {
        debug_printf: address!(misc::debug_printf),
        mcount: address!(misc::_dl_mcount),
        lookup_symbol_x: address!(libc_calls::lookup_symbol_x),
        check_caller: address!(misc::check_caller),
        open: address!(libc_calls::rtld_open),
        close: address!(libc_calls::rtld_close),
        catch_error: address!(error::_dl_catch_error),
        signal_error: address!(error::_dl_signal_error),
        error_free: address!(libc_calls::error_free),
        tls_get_addr_soft: address!(find::tls_get_addr_soft),
        libc_freeres: address!(misc::libc_freeres),
        find_object: address!(find::dl_find_object),
        readonly_area: address!(find::readonly_area),
        discover_osversion: address!(misc::discover_osversion),
    }
}

/// The functions in `_rtld_global`, of which a separate libpthread replaces some.
pub fn rg_functions() -> RgFunctions {
    RgFunctions {
        lock_recursive: address!(misc::count_lock),
        unlock_recursive: address!(misc::count_unlock),
        make_stack_executable: address!(misc::_dl_make_stack_executable),
        init_static_tls: address!(misc::init_static_tls),
        wait_lookup_done: address!(misc::wait_lookup_done),
        error_catch_tsd: address!(misc::error_catch_tsd),
    }
}

/// libcs before the table in `_rtld_global_ro` take it from variables of their own: those among these new objects.
pub fn set_legacy_hooks<'o>(new: impl Iterator<Item = &'o Arc<Object<'static>>> + Clone, record: &Record) {
    /// One table for the libdls and one for the libcs of all namespaces; 0 until it is needed.
    static TABLES: [AtomicU64; 2] = [const { AtomicU64::new(0) }; 2];
    let set = |soname: &[u8], name: &str, place: &AtomicU64, table: &[u64]| {
        for object in new.clone().filter(|object| object.current.soname == Some(soname)) {
            if place.load(Ordering::Relaxed) == 0 {
                place.store(Vec::from(table).leak().as_ptr() as u64, Ordering::Relaxed);
            }
            set_hook(object, name, place.load(Ordering::Relaxed));
        }
    };
    let functions = dl_functions();
    if record.has(Flags::LIBDL_DLFCN_HOOK) {
        set(b"libdl.so.2", "_dlfcn_hook", &TABLES[0], &functions.table());
    }
    if record.has(Flags::LIBC_OPEN_HOOK) {
        set(b"libc.so.6", "_dl_open_hook", &TABLES[1], &functions.open_hook_table());
    }
    if record.has(Flags::LIBC_OPEN_HOOK2) {
        set(b"libc.so.6", "_dl_open_hook2", &TABLES[1], &functions.open_hook_table());
    }
}

fn set_hook(object: &Object<'static>, name: &str, table: u64) {
    let Some((vaddr, _)) = symbol_of(&object.current, name) else { return };
    let writable = object.current.layout.segment_of(vaddr, 8).is_some_and(|s| s.permissions.contains(Permissions::WRITE));
    if writable {
        // SAFETY: a pointer variable of libc or libdl, which do not run yet.
        unsafe { store_word(vaddr + object.current.bias, table) };
    }
}
