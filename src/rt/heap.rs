//! The loader's own memory: talc over a small static arena, grown by anonymous mappings. The program's malloc is never
//! used for the loader's own data, so a broken or replaced malloc cannot hurt it.

use core::alloc::{GlobalAlloc, Layout};

use talc::{OomHandler, Span, Talc, Talck};

use luci::addr::Addr;

use super::map::Reservation;
use super::sync::FutexLock;

/// What starting a small program needs: no system call, pages are touched as they are used.
const FIRST_ARENA_BYTES: usize = 192 * 1024;
/// Later arenas come in multiples of this.
const ARENA_BYTES: usize = 1024 * 1024;

#[repr(C, align(4096))]
struct Arena([u8; FIRST_ARENA_BYTES]);

static mut FIRST_ARENA: Arena = Arena([0; FIRST_ARENA_BYTES]);

#[global_allocator]
static HEAP: Heap = Heap(Talc::new(MoreArenas { first_given: false }).lock());

/// talc for what is small. What is large, such as the thread-local storage of a file that asks for gigabytes, is a mapping of
/// its own: the kernel has zeroed it already, and gets it back.
struct Heap(Talck<HeapLock, MoreArenas>);

/// From this size on a mapping is made.
const LARGE_BYTES: usize = 4 * 1024 * 1024;

// SAFETY: each block comes from talc or is a mapping, which its size decides, so that it goes back to where it is from.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() >= LARGE_BYTES {
            return large(layout).unwrap_or_else(|| super::fail::out_of_memory());
        }
        // SAFETY: the caller's contract.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if layout.size() >= LARGE_BYTES {
            return super::map::unmap(Reservation { start: Addr(block as u64), len: layout.size() });
        }
        // SAFETY: the caller's contract.
        unsafe { self.0.dealloc(block, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract.
        let block = unsafe { self.alloc(layout) };
        if layout.size() < LARGE_BYTES && !block.is_null() {
            // SAFETY: a block of that size, just made.
            unsafe { block.write_bytes(0, layout.size()) };
        }
        block
    }
}

/// A mapping of exactly this size with this alignment.
fn large(layout: Layout) -> Option<*mut u8> {
    const PAGE: usize = luci::arch::PAGE_SIZE as usize;
    let slack = if layout.align() > PAGE { layout.align() } else { 0 };
    let len = layout.size().checked_next_multiple_of(PAGE)?;
    let total = len.checked_add(slack)?;
    let base = super::map::anonymous(total).ok()?;
    let before = base.align_offset(layout.align());
    for (start, len) in [(base as u64, before), ((base as usize + before + len) as u64, slack - before)] {
        if len > 0 {
            super::map::unmap(Reservation { start: Addr(start), len });
        }
    }
    Some(base.wrapping_add(before))
}

/// The heap's lock; the fork handlers hold it across a fork, so that no child inherits it from a thread it does not have.
pub static LOCK: FutexLock = FutexLock::new();

/// [`LOCK`] in the form talc asks for.
struct HeapLock;

// SAFETY: LOCK is a mutual exclusion lock and there is only one heap.
unsafe impl lock_api::RawMutex for HeapLock {
    #[allow(clippy::declare_interior_mutable_const)] // the trait's way to make a lock; this one holds no state
    const INIT: Self = HeapLock;
    type GuardMarker = lock_api::GuardSend;

    fn lock(&self) {
        LOCK.lock();
    }

    fn try_lock(&self) -> bool {
        LOCK.try_lock()
    }

    unsafe fn unlock(&self) {
        LOCK.unlock();
    }
}

struct MoreArenas {
    first_given: bool,
}

impl OomHandler for MoreArenas {
    fn handle_oom(talc: &mut Talc<Self>, layout: Layout) -> Result<(), ()> {
        if !talc.oom_handler.first_given {
            talc.oom_handler.first_given = true;
            let arena = Span::from_base_size((&raw mut FIRST_ARENA).cast::<u8>(), FIRST_ARENA_BYTES);
            // SAFETY: the static is given away here once and named nowhere else.
            unsafe { talc.claim(arena)? };
            return Ok(());
        }
        let bytes = layout.size().checked_add(layout.align()).ok_or(())?.checked_add(4096).ok_or(())?;
        let bytes = bytes.checked_next_multiple_of(ARENA_BYTES).ok_or(())?;
        let base = super::map::anonymous(bytes).unwrap_or_else(|_| super::fail::out_of_memory());
        // SAFETY: a fresh private mapping of that size, used by nobody else and never unmapped.
        unsafe { talc.claim(Span::from_base_size(base, bytes))? };
        Ok(())
    }
}
