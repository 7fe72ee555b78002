//! The loader's lock: `_rtld_global._dl_load_lock` itself, because libc takes it too and resets it in the child of a fork.
//! It is a recursive `pthread_mutex_t`, worked here by its stable layout and protocol (glibc lowlevellock): word 0 is a
//! futex (0 free, 1 taken, 2 with waiters), word 1 the recursion count, word 2 the owner's thread ID, word 3 the users.

use core::sync::atomic::{AtomicU32, Ordering};

use super::abi::rtld;
use super::process::PROCESS;
use super::sync::{futex_wait, futex_wake};
use super::sys;

/// Holds the lock while it lives.
pub struct LoaderLock(());

struct Mutex {
    futex: &'static AtomicU32,
    count: &'static AtomicU32,
    owner: &'static AtomicU32,
    users: &'static AtomicU32,
}

fn mutex() -> Mutex {
    let offset = PROCESS.record().rg.dl_load_lock.get().unwrap_or(0) as u64;
    let word = |index: u64| {
        // SAFETY: four aligned words of the static `_rtld_global`, which libc accesses atomically too.
        unsafe { AtomicU32::from_ptr((rtld::global().0 + offset + 4 * index) as *mut u32) }
    };
    Mutex { futex: word(0), count: word(1), owner: word(2), users: word(3) }
}

impl LoaderLock {
    /// Waits for the lock; the owner may take it again.
    pub fn take() -> LoaderLock {
        let me = sys::thread_id();
        let mutex = mutex();
        if mutex.owner.load(Ordering::Relaxed) == me {
            mutex.count.fetch_add(1, Ordering::Relaxed);
            return LoaderLock(());
        }
        if mutex.futex.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_err() {
            while mutex.futex.swap(2, Ordering::Acquire) != 0 {
                futex_wait(mutex.futex, 2);
            }
        }
        mutex.owner.store(me, Ordering::Relaxed);
        mutex.count.store(1, Ordering::Relaxed);
        mutex.users.fetch_add(1, Ordering::Relaxed);
        LoaderLock(())
    }
}

impl Drop for LoaderLock {
    fn drop(&mut self) {
        let mutex = mutex();
        if mutex.count.fetch_sub(1, Ordering::Relaxed) != 1 {
            return;
        }
        mutex.owner.store(0, Ordering::Relaxed);
        mutex.users.fetch_sub(1, Ordering::Relaxed);
        if mutex.futex.swap(0, Ordering::Release) > 1 {
            futex_wake(mutex.futex);
        }
    }
}
