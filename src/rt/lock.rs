//! The two locks that libc shares with its loader, in `_rtld_global`: `_dl_load_lock` around all loading, which libc
//! resets in the child of a fork, and `_dl_load_write_lock` around the callbacks of dl_iterate_phdr, which unwinders of
//! old libgccs rely on when they keep what they found. Both are recursive `pthread_mutex_t`, worked here by their stable
//! layout and protocol (glibc lowlevellock): word 0 is a futex (0 free, 1 taken, 2 with waiters), word 1 the recursion
//! count, word 2 the owner's thread ID, word 3 the users.

use core::sync::atomic::{AtomicU32, Ordering};

use luci::glibc::record::Offset;

use luci::addr::Addr;

use super::abi::rtld;
use super::image::load_word;
use super::process::PROCESS;
use super::sync::FutexLock;
use super::sys;
use super::x86_64::thread_pointer;

/// Holds the lock of loading while it lives.
pub struct LoaderLock(());

/// Holds the lock of dl_iterate_phdr while it lives.
pub struct ListLock(());

struct Mutex {
    futex: &'static FutexLock,
    count: &'static AtomicU32,
    owner: &'static AtomicU32,
    users: &'static AtomicU32,
}

fn mutex(offset: Offset) -> Mutex {
    let offset = offset.get().unwrap_or(0) as u64;
    let word = |index: u64| {
        // SAFETY: four aligned words of the static `_rtld_global`, which libc accesses atomically too.
        unsafe { AtomicU32::from_ptr((rtld::global().0 + offset + 4 * index) as *mut u32) }
    };
    // SAFETY: as above; word 0 is such a lock.
    let futex = unsafe { FutexLock::at(rtld::global() + offset) };
    Mutex { futex, count: word(1), owner: word(2), users: word(3) }
}

fn loading() -> Mutex {
    mutex(PROCESS.record().rg.dl_load_lock)
}

fn listing() -> Mutex {
    mutex(PROCESS.record().rg.dl_load_write_lock)
}

/// The number of the calling thread as libc's own mutexes have it, without a system call: in a process that shares its
/// parent's memory (vfork) it is that of the thread that waits.
pub fn thread_number() -> u32 {
    if PROCESS.start.main_thread.load(Ordering::Relaxed) == 0 {
        return sys::thread_id();
    }
    let number = match PROCESS.record().pthread.tid.get() {
        // SAFETY: the word lies in the descriptor of the calling thread, which every thread has by now.
        Some(offset) => unsafe { load_word(Addr((thread_pointer() + offset as u64) & !7)) >> (8 * (offset & 7)) },
        _ => 0,
    } as u32;
    if number == 0 { sys::thread_id() } else { number }
}

impl Mutex {
    fn lock(&self) {
        let me = thread_number();
        if self.owner.load(Ordering::Relaxed) == me {
            self.count.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.futex.lock();
        self.owner.store(me, Ordering::Relaxed);
        self.count.store(1, Ordering::Relaxed);
        self.users.fetch_add(1, Ordering::Relaxed);
    }

    fn unlock(&self) {
        if self.count.fetch_sub(1, Ordering::Relaxed) != 1 {
            return;
        }
        self.owner.store(0, Ordering::Relaxed);
        self.users.fetch_sub(1, Ordering::Relaxed);
        self.futex.unlock();
    }
}

impl LoaderLock {
    /// The lock if nobody else has it.
    pub fn try_take() -> Option<LoaderLock> {
        let mutex = loading();
        let free = mutex.futex.is_free() || mutex.owner.load(Ordering::Relaxed) == thread_number();
        // between the two steps another thread may come first: then this waits as `take` does, for the short time it has it
        free.then(LoaderLock::take)
    }

    /// Whether the calling thread holds the lock.
    pub fn is_mine() -> bool {
        loading().owner.load(Ordering::Relaxed) == thread_number()
    }

    /// Waits for the lock; the owner may take it again.
    pub fn take() -> LoaderLock {
        loading().lock();
        LoaderLock(())
    }
}

impl Drop for LoaderLock {
    fn drop(&mut self) {
        loading().unlock();
    }
}

impl ListLock {
    /// Waits for the lock; the owner may take it again.
    pub fn take() -> ListLock {
        listing().lock();
        ListLock(())
    }

    /// How often the calling thread has taken the lock.
    pub fn depth() -> usize {
        let mutex = listing();
        if mutex.owner.load(Ordering::Relaxed) == thread_number() { mutex.count.load(Ordering::Relaxed) as usize } else { 0 }
    }

    /// Takes the lock in a thread that forks, for both processes.
    pub fn take_for_fork() {
        listing().lock();
    }

    /// Gives back in parent and child what [`Self::take_for_fork`] took; in the child the owner has another ID.
    pub fn release_after_fork() {
        let mutex = listing();
        mutex.owner.store(thread_number(), Ordering::Relaxed);
        mutex.unlock();
    }
}

impl Drop for ListLock {
    fn drop(&mut self) {
        listing().unlock();
    }
}
