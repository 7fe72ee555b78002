//! Small exports: tunables, and functions that libc wants to find although it rarely or never calls them.

use core::ffi::{CStr, c_char, c_int, c_void};
use core::sync::atomic::Ordering;

use luci::addr::Addr;
use luci::glibc::tunables::Tunables;

use super::rtld;
use crate::rt::process::PROCESS;
use crate::rt::sync::Published;
use crate::rt::trace;

/// What GLIBC_TUNABLES sets, for this libc's tunable ids.
pub static TUNABLES: Published<Tunables> = Published::empty();

type TunableCallback = unsafe extern "C" fn(*mut c_void);

/// Writes the value of a tunable by its type; the callback hears of it when the user has set it.
///
/// # Safety
/// `value` has room for the tunable's type; `callback` is null or a C function of this type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __tunable_get_val(id: u32, value: *mut u8, callback: Option<TunableCallback>) {
    let tunables = TUNABLES.read();
    let answer = tunables.answer(PROCESS.record(), id);
    let mut words = [0u8; 16];
    words[..answer.bytes().len()].copy_from_slice(answer.bytes());
    if let Some(text) = answer.text {
        words[..8].copy_from_slice(&(text.as_ptr() as u64).to_le_bytes());
    }
    // SAFETY: as many bytes as the tunable's type has.
    unsafe { core::ptr::copy_nonoverlapping(words.as_ptr(), value, answer.bytes().len()) };
    if let Some(callback) = callback.filter(|_| answer.is_set) {
        // SAFETY: the callback reads the `tunable_val_t` it is given.
        unsafe { callback(words.as_mut_ptr().cast()) };
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn __tunable_is_initialized(id: u32) -> bool {
    TUNABLES.read().get(id).is_some()
}

/// Called by libc before the program's constructors.
#[unsafe(no_mangle)]
pub extern "C" fn _dl_audit_preinit(_map: *mut u8) {
    crate::rt::audit::preinit();
}

/// Called by libc's own dlsym, which is never in force, if there were auditors in its native structures.
#[unsafe(no_mangle)]
pub extern "C" fn _dl_audit_symbind_alt(_map: *mut u8, _reference: *const u8, _value: *mut *mut u8, _result: *mut u8) {}

/// LD_PROFILE's counter: nothing is profiled.
#[unsafe(no_mangle)]
pub extern "C" fn _dl_mcount(_from: u64, _to: u64) {}

/// printf for what libc tells of itself with LD_DEBUG. Its arguments are strings, which come in registers as a variadic
/// function's do.
///
/// # Safety
/// `format` is a C string with at most three `%s`, for which C strings follow.
pub unsafe extern "C" fn debug_printf(format: *const c_char, a: *const c_char, b: *const c_char, c: *const c_char) {
    // SAFETY: the caller's contract.
    let format = unsafe { CStr::from_ptr(format) }.to_bytes();
    let mut arguments = [a, b, c].into_iter();
    let mut text = alloc::vec::Vec::new();
    let mut rest = format;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"%s") {
        text.extend(&rest[..at]);
        if let Some(argument) = arguments.next().filter(|argument| !argument.is_null()) {
            // SAFETY: the caller's contract.
            text.extend(unsafe { CStr::from_ptr(argument) }.to_bytes());
        }
        rest = &rest[at + 2..];
    }
    text.extend(rest);
    trace::say(format_args!("{}", trace::Bytes(&text)));
}

/// Memory of ours that a leak checker need not see: there is none.
pub extern "C" fn libc_freeres() {}

/// Every caller may use the loader's interface.
pub extern "C" fn check_caller(_caller: u64, _mask: c_int) -> c_int {
    0
}

/// Every kernel that runs this program is new enough.
pub extern "C" fn discover_osversion() -> c_int {
    -1
}

/// Address of `struct cpu_features`.
#[unsafe(no_mangle)]
pub extern "C" fn _dl_x86_get_cpu_features(_max: u32) -> u64 {
    rtld::global_ro().0 + PROCESS.record().ro.dl_x86_cpu_features.get().unwrap_or(0) as u64
}

/// The name of [`_dl_x86_get_cpu_features`] in older libcs.
#[unsafe(no_mangle)]
pub extern "C" fn __get_cpu_features() -> u64 {
    _dl_x86_get_cpu_features(0)
}

/// Would make the stacks executable; memory that is writable and executable is refused.
#[unsafe(no_mangle)]
pub extern "C" fn _dl_make_stack_executable(_stack_end: *mut *mut c_void) -> c_int {
    const EPERM: c_int = 1;
    EPERM
}

/// The same for the stack of one thread.
#[unsafe(no_mangle)]
pub extern "C" fn __nptl_change_stack_perm(_thread: *mut u8) -> c_int {
    _dl_make_stack_executable(core::ptr::null_mut())
}

/// Default lock functions of libcs whose libpthread replaces them: they only count, as there is one thread until then.
pub extern "C" fn count_lock(mutex: *mut u32) {
    change_count(mutex, 1);
}

pub extern "C" fn count_unlock(mutex: *mut u32) {
    change_count(mutex, u32::MAX);
}

/// `__count` is the second word of a `pthread_mutex_t`.
fn change_count(mutex: *mut u32, by: u32) {
    // SAFETY: a lock in `_rtld_global`, used by the only thread.
    unsafe {
        let count = mutex.add(1);
        count.write(count.read().wrapping_add(by));
    }
}

/// Nothing waits for lookups to end: they read published values.
pub extern "C" fn wait_lookup_done() {}

/// Copies a late library's TLS image into the only thread.
pub extern "C" fn init_static_tls(map: u64) {
    let world = PROCESS.world.read();
    let object = world.find_handle(Addr(map));
    let Some(module) = object.and_then(|object| object.tls).and_then(|module| world.tls.get(module.id)) else { return };
    if let Some(offset) = module.static_offset {
        super::tls::initialise(module, PROCESS.start.main_thread.load(Ordering::Relaxed) - offset);
    }
}

/// The slot of the running catch frame for libcs that keep their own; one is enough before threads.
pub extern "C" fn error_catch_tsd() -> *mut *mut c_void {
    static SLOT: core::sync::atomic::AtomicPtr<c_void> = core::sync::atomic::AtomicPtr::new(core::ptr::null_mut());
    SLOT.as_ptr()
}
