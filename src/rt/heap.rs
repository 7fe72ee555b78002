//! The loader's own memory: lists of small free blocks, behind them talc over a small static arena, grown by anonymous
//! mappings; what is large is a mapping of its own. The program's malloc is never used for the loader's own data, so a broken or replaced malloc cannot hurt it.

use core::alloc::{GlobalAlloc, Layout};
use core::ptr::{NonNull, null_mut};

use talc::{OomHandler, Span, Talc};

use luci::addr::Addr;

use super::map::Reservation;
use super::sync::{FutexLock, Locked};

/// What starting a small program needs: no system call, pages are touched as they are used.
const FIRST_ARENA_BYTES: usize = 192 * 1024;
/// Later arenas come in multiples of this.
const ARENA_BYTES: usize = 1024 * 1024;

#[repr(C, align(4096))]
struct Arena([u8; FIRST_ARENA_BYTES]);

static mut FIRST_ARENA: Arena = Arena([0; FIRST_ARENA_BYTES]);

#[global_allocator]
static HEAP: Heap = Heap(Locked::new(Blocks { free: [null_mut(); CLASSES], talc: Talc::new(MoreArenas { first_given: false }) }));

/// The heap's lock; the fork handlers hold it across a fork, so that no child inherits it from a thread it does not have.
pub fn lock() -> &'static FutexLock {
    HEAP.0.raw()
}

/// Small blocks have the sizes 16, 32, … 2048, which is what a Version and its `link_map` need; those that were freed wait in a list of their size, because nearly all of what
/// one dlopen frees the next asks for again.
const GRANULE: usize = 16;
const CLASSES: usize = 128;

/// From this size on a block is a mapping, such as the thread-local storage of a file that asks for gigabytes: the kernel has
/// zeroed it already, and gets it back.
const LARGE_BYTES: usize = 4 * 1024 * 1024;

struct Heap(Locked<Blocks>);

struct Blocks {
    /// Free small blocks by size; the first word of each leads to the next.
    free: [*mut u8; CLASSES],
    talc: Talc<MoreArenas>,
}

// SAFETY: the blocks in the lists belong to the heap alone, whichever thread is in it.
unsafe impl Send for Blocks {}

/// The list for blocks of such a size, if they are small.
fn class_of(layout: Layout) -> Option<usize> {
    let class = layout.size().wrapping_sub(1) / GRANULE;
    (class < CLASSES && layout.align() <= GRANULE).then_some(class)
}

fn block_of_class(class: usize) -> Layout {
    // SAFETY: a power of two and a small size.
    unsafe { Layout::from_size_align_unchecked((class + 1) * GRANULE, GRANULE) }
}

impl Blocks {
    /// # Safety
    /// As [`GlobalAlloc::alloc`].
    #[inline]
    unsafe fn take(&mut self, layout: Layout) -> *mut u8 {
        let class = class_of(layout);
        if let Some(class) = class
            && !self.free[class].is_null()
        {
            let block = self.free[class];
            // SAFETY: blocks in the lists are free, and `give` wrote their first word.
            self.free[class] = unsafe { block.cast::<*mut u8>().read() };
            return block;
        }
        // SAFETY: the caller's contract.
        unsafe { self.take_new(class.map_or(layout, block_of_class)) }
    }

    /// # Safety
    /// As [`GlobalAlloc::alloc`].
    #[cold]
    unsafe fn take_new(&mut self, layout: Layout) -> *mut u8 {
        // SAFETY: the size is not 0.
        unsafe { self.talc.malloc(layout) }.map_or(null_mut(), NonNull::as_ptr)
    }

    /// # Safety
    /// As [`GlobalAlloc::dealloc`].
    unsafe fn give(&mut self, block: *mut u8, layout: Layout) {
        match class_of(layout) {
            Some(class) => {
                // SAFETY: the block is nobody's any more, and has room for a word.
                unsafe { block.cast::<*mut u8>().write(self.free[class]) };
                self.free[class] = block;
            }
            // SAFETY: `take` had it from talc with this layout; it is not null.
            None => unsafe { self.talc.free(NonNull::new_unchecked(block), layout) },
        }
    }
}

// SAFETY: blocks come from talc, or are free ones of the size and alignment that is asked for, or mappings, which their size
// decides; nobody else has them.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() >= LARGE_BYTES {
            return large(layout).unwrap_or_else(|| super::fail::out_of_memory());
        }
        // SAFETY: the caller's contract.
        self.0.with(|blocks| unsafe { blocks.take(layout) })
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

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if layout.size() >= LARGE_BYTES {
            return super::map::unmap(Reservation { start: Addr(block as u64), len: layout.size() });
        }
        // SAFETY: the caller's contract.
        self.0.with(|blocks| unsafe { blocks.give(block, layout) });
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller's contract.
        let new_layout = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        if layout.size().max(new_size) >= LARGE_BYTES {
            // SAFETY: the caller's contract; the blocks are different ones.
            return unsafe {
                let moved = self.alloc(new_layout);
                moved.copy_from_nonoverlapping(block, layout.size().min(new_size));
                self.dealloc(block, layout);
                moved
            };
        }
        let (old, new) = (class_of(layout), class_of(new_layout));
        if old.is_some() && old == new {
            return block;
        }
        self.0.with(|blocks| {
            // a small block never changes its size: it would wait in another list than the one it came from, and both would grow
            if old.is_none() && new.is_none() && new_size > layout.size() {
                // SAFETY: both are talc's; on failure nothing has changed.
                let grown = unsafe { blocks.talc.grow_in_place(NonNull::new_unchecked(block), layout, new_size) };
                if grown.is_ok() {
                    return block;
                }
            }
            // SAFETY: the caller's contract; the blocks are different ones.
            unsafe {
                let moved = blocks.take(new_layout);
                if !moved.is_null() {
                    moved.copy_from_nonoverlapping(block, layout.size().min(new_size));
                    blocks.give(block, layout);
                }
                moved
            }
        })
    }
}

/// A mapping of this size, to whole pages, with this alignment.
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
