//! Locks and published values of the running loader.
//!
//! [`FutexLock`] protects short sections. [`Published`] is how everything that a lookup needs is shared: readers take the
//! current value without a lock (they may run in a signal handler, or while another thread is stuck inside dlopen); a writer
//! replaces the whole value, and the old one is dropped when no reader is left.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::UnsafeCell;
use core::ops::Deref;
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, Ordering, compiler_fence};

use linux_raw_sys::general as nr;
use luci::addr::Addr;

use super::sys::syscall;

/// A second thread has been made, by libc or here. Before that locks and counts need no atomic steps: only signal handlers
/// come in between, and they leave a lock and a count as they found them.
static THREADED: AtomicBool = AtomicBool::new(false);

/// To be called before a thread is made, by the thread that makes it.
pub fn thread_is_made() {
    THREADED.store(true, Ordering::SeqCst);
}

fn is_alone() -> bool {
    !THREADED.load(Ordering::Relaxed)
}

const FREE: u32 = 0;
const TAKEN: u32 = 1;
const CONTENDED: u32 = 2;

/// A futex word: free, taken, or taken with waiters. Not recursive.
#[repr(transparent)]
pub struct FutexLock(AtomicU32);

impl FutexLock {
    pub const fn new() -> Self {
        FutexLock(AtomicU32::new(FREE))
    }

    /// A lock of libc's, whose low-level locks follow the same protocol (glibc lowlevellock.h).
    ///
    /// # Safety
    /// `word` is the address of such a lock, which lives as long as the process.
    pub unsafe fn at(word: Addr) -> &'static FutexLock {
        // SAFETY: the caller's contract; the type is a transparent atomic word.
        unsafe { &*(word.0 as *const FutexLock) }
    }

    pub fn lock(&self) {
        if !self.try_lock() {
            while self.0.swap(CONTENDED, Ordering::Acquire) != FREE {
                futex_wait(&self.0, CONTENDED);
            }
        }
    }

    pub fn try_lock(&self) -> bool {
        if is_alone() {
            let is_free = self.0.load(Ordering::Relaxed) == FREE;
            if is_free {
                self.0.store(TAKEN, Ordering::Relaxed);
            }
            compiler_fence(Ordering::SeqCst);
            return is_free;
        }
        self.0.compare_exchange(FREE, TAKEN, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    pub fn is_free(&self) -> bool {
        self.0.load(Ordering::Relaxed) == FREE
    }

    pub fn unlock(&self) {
        if is_alone() {
            self.0.store(FREE, Ordering::Release);
        } else if self.0.swap(FREE, Ordering::Release) == CONTENDED {
            futex_wake(&self.0);
        }
    }
}

/// Sleeps while `*word == expected`; wakes spuriously at times.
pub fn futex_wait(word: &AtomicU32, expected: u32) {
    const FUTEX_WAIT_PRIVATE: u64 = 128;
    // SAFETY: the kernel only reads the word, which outlives the call.
    unsafe { syscall(nr::__NR_futex, [word.as_ptr() as u64, FUTEX_WAIT_PRIVATE, u64::from(expected), 0, 0, 0]) };
}

/// Wakes one thread that sleeps on `word`.
pub fn futex_wake(word: &AtomicU32) {
    wake(word, 1);
}

/// Wakes all threads that sleep on `word`.
pub fn futex_wake_all(word: &AtomicU32) {
    wake(word, i32::MAX as u64);
}

fn wake(word: &AtomicU32, threads: u64) {
    const FUTEX_WAKE_PRIVATE: u64 = 129;
    // SAFETY: the kernel only uses the word's address.
    unsafe { syscall(nr::__NR_futex, [word.as_ptr() as u64, FUTEX_WAKE_PRIVATE, threads, 0, 0, 0]) };
}

/// A value behind a [`FutexLock`].
pub struct Locked<T> {
    lock: FutexLock,
    value: UnsafeCell<T>,
}

// SAFETY: the value is only reached through `with`, which holds the lock.
unsafe impl<T: Send> Sync for Locked<T> {}

impl<T> Locked<T> {
    pub const fn new(value: T) -> Self {
        Locked { lock: FutexLock::new(), value: UnsafeCell::new(value) }
    }

    /// Runs `f` with the value; `f` must not call back into the same lock.
    pub fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        self.lock.lock();
        // SAFETY: the lock is held, so this is the only reference.
        let result = f(unsafe { &mut *self.value.get() });
        self.lock.unlock();
        result
    }

    /// The same when the lock is free; for signal handlers, which may have interrupted its holder.
    pub fn try_with<R>(&self, f: impl FnOnce(&mut T) -> R) -> Option<R> {
        if !self.lock.try_lock() {
            return None;
        }
        // SAFETY: the lock is held, so this is the only reference.
        let result = f(unsafe { &mut *self.value.get() });
        self.lock.unlock();
        Some(result)
    }

    /// The lock, for holding it across a fork.
    pub fn raw(&self) -> &FutexLock {
        &self.lock
    }
}

/// A shared immutable value that is replaced as a whole.
pub struct Published<T: 'static> {
    current: AtomicPtr<T>,
    readers: AtomicUsize,
    /// Former values with what must happen when nobody can see them any more.
    retired: Locked<Vec<Retired<T>>>,
}

struct Retired<T> {
    value: *mut T,
    garbage: Option<Box<dyn FnOnce() + Send>>,
}

// SAFETY: the pointer owns its value; it is dropped by whoever empties the list.
unsafe impl<T: Send> Send for Retired<T> {}

impl<T> Published<T> {
    /// Nothing is published yet; `read` must wait for the first `replace`.
    pub const fn empty() -> Self {
        Published { current: AtomicPtr::new(ptr::null_mut()), readers: AtomicUsize::new(0), retired: Locked::new(Vec::new()) }
    }

    /// The current value, kept alive while the guard lives. Lock-free and async-signal-safe.
    pub fn read(&self) -> Reader<'_, T> {
        if is_alone() {
            self.readers.store(self.readers.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
            compiler_fence(Ordering::SeqCst);
        } else {
            self.readers.fetch_add(1, Ordering::SeqCst);
        }
        Reader { published: self, value: self.current.load(Ordering::SeqCst) }
    }

    /// Publishes `value`. Writers exclude each other outside.
    pub fn replace(&self, value: Box<T>) {
        let former = self.current.swap(Box::into_raw(value), Ordering::SeqCst);
        self.retired.with(|retired| retired.push(Retired { value: former, garbage: None }));
        self.collect();
    }

    /// Runs `garbage` once no reader can see a value that is former now.
    pub fn defer(&self, garbage: Box<dyn FnOnce() + Send>) {
        self.retired.with(|retired| retired.push(Retired { value: ptr::null_mut(), garbage: Some(garbage) }));
        self.collect();
    }

    /// In the child of a fork: of all readers only so many are left.
    pub fn forget_readers(&self, left: usize) {
        self.readers.store(left, Ordering::SeqCst);
    }

    /// The lock on former values, for holding it across a fork.
    pub fn retired_lock(&self) -> &FutexLock {
        self.retired.raw()
    }

    /// Drops what no reader can see. A reader that starts now sees the current value only.
    pub fn collect(&self) {
        if self.readers.load(Ordering::SeqCst) != 0 {
            return;
        }
        for old in self.retired.with(core::mem::take) {
            if !old.value.is_null() {
                // SAFETY: the value was boxed by `replace`, is no longer current, and has no reader.
                drop(unsafe { Box::from_raw(old.value) });
            }
            if let Some(garbage) = old.garbage {
                garbage();
            }
        }
    }
}

/// Keeps a published value alive.
pub struct Reader<'p, T: 'static> {
    published: &'p Published<T>,
    value: *const T,
}

impl<T> Deref for Reader<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        assert!(!self.value.is_null(), "nothing has been published yet");
        // SAFETY: the value stays alive while `readers` counts this guard.
        unsafe { &*self.value }
    }
}

impl<T> Drop for Reader<'_, T> {
    fn drop(&mut self) {
        let readers = &self.published.readers;
        if is_alone() {
            readers.store(readers.load(Ordering::Relaxed).wrapping_sub(1), Ordering::Release);
        } else {
            readers.fetch_sub(1, Ordering::SeqCst);
        }
    }
}
