//! The helper thread's life: a thread of the process that libc knows nothing of, with its own stack, thread descriptor and
//! table of open files, all signals blocked. It ends with the process, or when another thread asks for it.

use core::sync::atomic::{AtomicU32, Ordering};

use linux_raw_sys::general as nr;
use luci::addr::{Addr, align_down, align_up};
use luci::glibc::tcb;
use rustix::mm::ProtFlags;

use super::watch;
use crate::rt::image::store_word;
use crate::rt::map::{self, Reservation};
use crate::rt::process::PROCESS;
use crate::rt::sync;
use crate::rt::sys::{self, syscall};
use crate::rt::x86_64;

const STACK_BYTES: u64 = 256 * 1024;
const GUARD_BYTES: u64 = 4096;
/// The signal that asks the helper to look around. libc keeps it for itself, so no program can have a handler for it.
pub const WAKE_SIGNAL: u64 = 33;
const ALL_SIGNALS: u64 = u64::MAX;

/// Starts the helper unless it runs. Without one the program goes on as without updates.
pub fn start() {
    let updates = &PROCESS.updates;
    updates.helper.lock();
    if updates.helper_id.load(Ordering::Acquire) == 0 && watch::is_useful() {
        release_memory();
        updates.stop.store(false, Ordering::Release);
        updates.begun.store(0, Ordering::Release);
        updates.helper_process.store(sys::process_id(), Ordering::Relaxed);
        if let Some((memory, tcb)) = allocate() {
            updates.helper_memory.store(memory.start.0, Ordering::Relaxed);
            launch(memory, tcb);
        }
    }
    updates.helper.unlock();
}

/// Ends the helper and waits until it is gone.
pub fn stop() {
    let updates = &PROCESS.updates;
    let id = updates.helper_id.load(Ordering::Acquire);
    if id == 0 || id == sys::thread_id() || !is_own() {
        return;
    }
    updates.helper.lock();
    updates.stop.store(true, Ordering::Release);
    signal(id);
    while updates.helper_id.load(Ordering::Acquire) == id {
        wait_for_change(&updates.helper_id, id);
    }
    release_memory();
    updates.helper.unlock();
}

/// Lets the helper look for objects that are to be followed from now on.
pub fn wake() {
    let id = PROCESS.updates.helper_id.load(Ordering::Acquire);
    if id != 0 && is_own() {
        signal(id);
    }
}

/// Sends the helper its signal; one that is gone already is an error without consequence.
fn signal(id: u32) {
    // SAFETY: no memory is involved.
    unsafe { syscall(nr::__NR_tgkill, [sys::process_id(), u64::from(id), WAKE_SIGNAL, 0, 0, 0]) };
}

/// Waits until the helper watches and has told of what is loaded, or has ended.
pub fn wait_until_begun() {
    let updates = &PROCESS.updates;
    while updates.helper_id.load(Ordering::Acquire) != 0 && updates.begun.load(Ordering::Acquire) == 0 {
        wait_for_change(&updates.begun, 0);
    }
}

/// Lets who waits for the helper's beginning go on.
pub fn announce() {
    const FUTEX_WAKE: u64 = 1;
    const ALL: u64 = i32::MAX as u64;
    let begun = &PROCESS.updates.begun;
    begun.store(1, Ordering::Release);
    // SAFETY: the kernel only looks the word up, which is static.
    unsafe { syscall(nr::__NR_futex, [begun.as_ptr() as u64, FUTEX_WAKE, ALL, 0, 0, 0]) };
}

/// Runs `f` while there is no helper: what `f` changes for the calling thread holds for the helper that is started behind it.
pub fn without_helper<R>(f: impl FnOnce() -> R) -> R {
    stop();
    let result = f();
    if is_own() {
        start();
    }
    result
}

fn is_own() -> bool {
    PROCESS.updates.helper_process.load(Ordering::Relaxed) == sys::process_id()
}

/// In the child of a fork, which has the memory of the parent's helper only.
pub fn start_in_child() {
    PROCESS.updates.helper_id.store(0, Ordering::Release);
    start();
}

/// The kernel wakes waiters of a cleared thread ID by a shared futex.
fn wait_for_change(word: &AtomicU32, expected: u32) {
    const FUTEX_WAIT: u64 = 0;
    // SAFETY: the kernel only reads the word, which is static.
    unsafe { syscall(nr::__NR_futex, [word.as_ptr() as u64, FUTEX_WAIT, u64::from(expected), 0, 0, 0]) };
}

fn sizes() -> (u64, u64, u64) {
    let (area, align) = PROCESS.static_tls.with(|area| area.as_ref().map_or((0, 64), |area| (area.size, area.align)));
    let descriptor = align_up(u64::from(PROCESS.record().sizes.pthread), 64).unwrap_or(4096);
    let dtv = (PROCESS.world.read().tls.highest() + 2) * 16;
    let total = GUARD_BYTES + STACK_BYTES + area + align + descriptor + dtv;
    (align_up(total, 4096).unwrap_or(total), align, descriptor + dtv)
}

/// Memory for stack and thread descriptor; the result has the address of the latter.
fn allocate() -> Option<(Reservation, u64)> {
    let (total, align, behind) = sizes();
    let memory = map::anonymous(total as usize).ok()? as u64;
    let range = Reservation { start: Addr(memory), len: total as usize };
    let _ = map::protect(range.start, GUARD_BYTES, ProtFlags::empty());
    let tcb = align_down(memory + total - behind, align);
    fill_descriptor(tcb);
    Some((range, tcb))
}

/// Thread-local data as every thread has it, so that IFUNC resolvers and constructors of new dependencies can run here.
fn fill_descriptor(tcb: u64) {
    /// `tcbhead_t` up to the guards: address of itself, dtv, itself, flags, system call, stack guard, pointer guard.
    const HEAD_BYTES: usize = 0x40;
    let world = PROCESS.world.read();
    let dtv = tcb + align_up(u64::from(PROCESS.record().sizes.pthread), 64).unwrap_or(4096) + 16;
    let store = |at: u64, value: u64| {
        // SAFETY: an aligned word of the helper's fresh memory.
        unsafe { store_word(Addr(at), value) };
    };
    // SAFETY: the head of the calling thread's descriptor, and fresh memory.
    unsafe { core::ptr::copy_nonoverlapping(x86_64::thread_pointer() as *const u8, tcb as *mut u8, HEAD_BYTES) };
    store(tcb, tcb);
    store(tcb + 8, dtv);
    store(tcb + 16, tcb);
    store(dtv - 16, world.tls.highest());
    store(dtv, world.tls.generation);
    for id in 1..=world.tls.highest() {
        let module = world.tls.get(id);
        let block = module.and_then(|module| module.static_offset).map(|offset| tcb - offset);
        store(dtv + id * 16, block.unwrap_or(u64::MAX));
        if let (Some(module), Some(block)) = (module, block) {
            // SAFETY: the block lies in the helper's fresh memory below the descriptor; the image is part of its object.
            unsafe {
                core::ptr::copy_nonoverlapping(module.image.0 as *const u8, block as *mut u8, module.filesz as usize);
            }
        }
    }
}

fn launch(memory: Reservation, tcb: u64) {
    let shared = nr::CLONE_VM | nr::CLONE_FS | nr::CLONE_SIGHAND | nr::CLONE_THREAD | nr::CLONE_SYSVSEM;
    let told = nr::CLONE_SETTLS | nr::CLONE_PARENT_SETTID | nr::CLONE_CHILD_CLEARTID;
    let id = &PROCESS.updates.helper_id;
    let stack = memory.start.0 + GUARD_BYTES + STACK_BYTES;
    let mut former = 0u64;
    sync::thread_is_made();
    mask_signals(ALL_SIGNALS, Some(&mut former));
    let run = |flags: u32, function| {
        // SAFETY: the stack and the descriptor are the new thread's alone; its function never returns.
        unsafe { x86_64::clone_thread(u64::from(flags), stack, id.as_ptr(), id.as_ptr(), tcb, function) }
    };
    let started = match PROCESS.settings.under_valgrind.load(Ordering::Relaxed) {
        true => run(shared | told | nr::CLONE_FILES, with_shared_files),
        false => run(shared | told, with_own_files),
    };
    if started < 0 {
        id.store(0, Ordering::Release);
    }
    mask_signals(former, None);
    if let Some(offset) = tcb::tid_address_offset(PROCESS.record()) {
        // SAFETY: the 32-bit word of the helper's descriptor; nothing there runs program code yet.
        unsafe { ((tcb + offset as u64) as *mut u32).write(id.load(Ordering::Relaxed)) };
    }
}

fn mask_signals(mask: u64, former: Option<&mut u64>) {
    const SIG_SETMASK: u64 = 2;
    let former = former.map_or(0, |former| core::ptr::from_mut(former) as u64);
    // SAFETY: both masks are eight bytes, as the kernel's are.
    unsafe { syscall(nr::__NR_rt_sigprocmask, [SIG_SETMASK, &raw const mask as u64, former, 8, 0, 0]) };
}

extern "C" fn with_own_files() -> ! {
    const LAST: u64 = u32::MAX as u64;
    // SAFETY: the table is this thread's own copy, and nothing in it belongs to the helper.
    let closed = unsafe { syscall(nr::__NR_close_range, [0, LAST, 0, 0, 0, 0]) };
    if closed < 0 {
        // kernels before close_range
        for fd in 0..4096 {
            // SAFETY: as above.
            unsafe { syscall(nr::__NR_close, [fd, 0, 0, 0, 0, 0]) };
        }
    }
    with_shared_files()
}

extern "C" fn with_shared_files() -> ! {
    let _ = rustix::thread::set_name(c"luci");
    let status = watch::run();
    announce();
    sys::exit_thread(status)
}

/// Frees the memory of a helper that has ended.
fn release_memory() {
    let memory = PROCESS.updates.helper_memory.swap(0, Ordering::Relaxed);
    if memory != 0 {
        let (total, ..) = sizes();
        map::unmap(Reservation { start: Addr(memory), len: total as usize });
    }
}

/// Whether the helper was asked to end.
pub fn should_stop() -> bool {
    PROCESS.updates.stop.load(Ordering::Acquire)
}

/// A descriptor that becomes readable when another thread wants the helper's attention.
pub fn wake_descriptor() -> Option<rustix::fd::OwnedFd> {
    use rustix::fd::FromRawFd;
    const SFD_CLOEXEC: u64 = 0o2000000;
    const SFD_NONBLOCK: u64 = 0o4000;
    let mask: u64 = 1 << (WAKE_SIGNAL - 1);
    let new = -1i64 as u64;
    // SAFETY: the kernel reads eight bytes of mask.
    let fd = unsafe { syscall(nr::__NR_signalfd4, [new, &raw const mask as u64, 8, SFD_CLOEXEC | SFD_NONBLOCK, 0, 0]) };
    // SAFETY: a descriptor just opened, owned by nobody else.
    (fd >= 0).then(|| unsafe { rustix::fd::OwnedFd::from_raw_fd(fd as i32) })
}
