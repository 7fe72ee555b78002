//! The data that libc imports from its loader. Their contents are made by `glibc::rtld` from the record; here is where they
//! lie. The two big structures are as large as the largest libc's.

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicI32, AtomicU8, AtomicU32, AtomicU64};

use luci::addr::Addr;
use luci::arch::PAGE_SIZE;
use rustix::mm::ProtFlags;

use crate::rt::map;

/// Bytes of the page-aligned read-only structure, a whole page.
pub const RO_BYTES: usize = PAGE_SIZE as usize;
/// Bytes of the writable structure; the largest record needs 4352.
pub const RG_BYTES: usize = 4608;

/// Memory that libc shares with us; only raw accesses.
#[repr(C, align(4096))]
pub struct ReadOnlyGlobal(UnsafeCell<[u8; RO_BYTES]>);

#[repr(C, align(64))]
pub struct Global(UnsafeCell<[u8; RG_BYTES]>);

// SAFETY: filled once before the program runs; afterwards single words are stored atomically.
unsafe impl Sync for ReadOnlyGlobal {}
// SAFETY: as above; libc's own accesses follow its locks.
unsafe impl Sync for Global {}

#[unsafe(no_mangle)]
pub static _rtld_global_ro: ReadOnlyGlobal = ReadOnlyGlobal(UnsafeCell::new([0; RO_BYTES]));
#[unsafe(no_mangle)]
pub static _rtld_global: Global = Global(UnsafeCell::new([0; RG_BYTES]));

/// AT_SECURE
#[unsafe(no_mangle)]
pub static __libc_enable_secure: AtomicI32 = AtomicI32::new(0);
/// `&argv[0]`
#[unsafe(no_mangle)]
pub static _dl_argv: AtomicU64 = AtomicU64::new(0);
/// The initial stack pointer.
#[unsafe(no_mangle)]
pub static __libc_stack_end: AtomicU64 = AtomicU64::new(0);
/// The pointer guard, for libcs that do not keep it in the TCB.
#[unsafe(no_mangle)]
pub static __pointer_chk_guard: AtomicU64 = AtomicU64::new(0);
/// Set by a debugger that wants to hear of threads from the start.
#[unsafe(no_mangle)]
pub static __nptl_initial_report_events: AtomicU8 = AtomicU8::new(0);
#[unsafe(no_mangle)]
pub static __rseq_offset: AtomicU64 = AtomicU64::new(0);
#[unsafe(no_mangle)]
pub static __rseq_size: AtomicU32 = AtomicU32::new(0);
#[unsafe(no_mangle)]
pub static __rseq_flags: AtomicU32 = AtomicU32::new(0);

pub fn global_ro() -> Addr {
    Addr(_rtld_global_ro.0.get() as u64)
}

pub fn global() -> Addr {
    Addr(_rtld_global.0.get() as u64)
}

/// Copies the prepared contents into place.
///
/// # Safety
/// The program does not run yet.
pub unsafe fn install(ro: &[u8], rg: &[u8]) {
    assert!(ro.len() <= RO_BYTES && rg.len() <= RG_BYTES, "a record is larger than the exported structures");
    // SAFETY: nobody else uses the structures yet, and the lengths fit.
    unsafe {
        core::ptr::copy_nonoverlapping(ro.as_ptr(), global_ro().0 as *mut u8, ro.len());
        core::ptr::copy_nonoverlapping(rg.as_ptr(), global().0 as *mut u8, rg.len());
    }
}

/// Makes `_rtld_global_ro` what its name says.
pub fn protect() {
    // a failure leaves the page writable, as harmless as an unprotected RELRO
    let _ = map::protect(global_ro(), RO_BYTES as u64, ProtFlags::READ);
}
