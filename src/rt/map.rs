//! Carries out a mapping plan: one range per object whose place the kernel chooses, fixed mappings inside it. The range is that
//! of the first segment, mapped longer than it is, or a reservation.

use alloc::vec::Vec;
use core::ffi::c_void;
use core::ptr::null_mut;
use core::sync::atomic::Ordering;

use luci::addr::{Addr, Bias, Vaddr, align_down};
use luci::arch::PAGE_SIZE;
use luci::diag::{Error, Result};
use luci::elf::header::Kind;
use luci::elf::segments::Permissions;
use luci::link::segments::{Layout, Segment};
use rustix::fd::BorrowedFd;
use rustix::io::Errno;
use rustix::mm::{self, MapFlags, MprotectFlags, ProtFlags};

use super::process::PROCESS;

/// A range of the address space that belongs to one object.
#[derive(Clone, Copy, Debug)]
pub struct Reservation {
    pub start: Addr,
    pub len: usize,
}

/// Fresh private zeroed memory.
pub fn anonymous(len: usize) -> core::result::Result<*mut u8, Errno> {
    // SAFETY: a new mapping at a place the kernel chooses overlaps nothing.
    let memory = unsafe { mm::mmap_anonymous(null_mut(), len, ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE) }?;
    Ok(memory.cast())
}

/// Maps the image of a file; the result says how far it moved and what it occupies.
pub fn image(name: &str, fd: BorrowedFd<'_>, layout: &Layout, kind: Kind) -> Result<(Bias, Reservation)> {
    let failed = |errno| match errno {
        Errno::NOMEM => Error::other(name, MAP_FAILED),
        errno => Error::os(name, MAP_FAILED, errno.raw_os_error()),
    };
    let first = layout.segments.first().filter(|first| can_spread(first, layout, kind));
    let reservation = match first {
        Some(first) => spread(fd, first, layout).map_err(failed)?,
        None => reserve(layout, kind).map_err(|_| Error::other(name, MAP_FAILED))?,
    };
    let bias = Bias(reservation.start.0.wrapping_sub(layout.start.0));
    let is_there = |segment: &&Segment| first.is_some_and(|first| is_shown_by(first, segment));
    for segment in layout.segments.iter().filter(|segment| !is_there(segment)) {
        map_segment(fd, segment, bias).map_err(|errno| {
            unmap(reservation);
            failed(errno)
        })?;
    }
    Ok((bias, reservation))
}

/// Whether mapping the first segment over the whole range, for the others to be mapped into, leaves nothing of it where it
/// does not belong. It saves a system call.
fn can_spread(first: &Segment, layout: &Layout, kind: Kind) -> bool {
    let is_whole = first.page_end > first.start && first.vaddr + first.memsz <= first.data_end;
    kind == Kind::Shared && layout.align <= PAGE_SIZE && is_whole && layout.is_contiguous()
}

/// Whether the first segment's mapping, spread over the whole range, is already what this segment asks for: the same part of
/// the file with the same permissions, as it usually is for the read-only data behind the code.
fn is_shown_by(first: &Segment, segment: &Segment) -> bool {
    let is_aligned = segment.file_offset.wrapping_sub(first.file_offset) == segment.start.0.wrapping_sub(first.start.0);
    let is_whole = segment.page_end > segment.start && segment.vaddr + segment.memsz <= segment.data_end;
    let may_be = !PROCESS.settings.under_valgrind.load(Ordering::Relaxed);
    may_be && segment.permissions == first.permissions && is_aligned && is_whole
}

fn spread(fd: BorrowedFd<'_>, first: &Segment, layout: &Layout) -> core::result::Result<Reservation, Errno> {
    let len = layout.size() as usize;
    let protection = protection(first.permissions);
    // SAFETY: a new mapping at a place the kernel chooses overlaps nothing.
    let start = unsafe { mm::mmap(null_mut(), len, protection, MapFlags::PRIVATE, fd, first.file_offset) }?;
    Ok(Reservation { start: Addr(start as u64), len })
}

const MAP_FAILED: &str = "failed to map segment from shared object";

/// Address space for the whole image, inaccessible. A fixed address (ET_EXEC) is taken only when it is free.
fn reserve(layout: &Layout, kind: Kind) -> core::result::Result<Reservation, Errno> {
    let len = layout.size() as usize;
    let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
    if kind == Kind::Executable {
        let hint = layout.start.0 as *mut c_void;
        // SAFETY: FIXED_NOREPLACE maps only over nothing.
        let got = unsafe { mm::mmap_anonymous(hint, len, ProtFlags::empty(), flags | MapFlags::FIXED_NOREPLACE) }?;
        return Ok(Reservation { start: Addr(got as u64), len });
    }
    let extra = (layout.align.saturating_sub(PAGE_SIZE)) as usize;
    let total = len.checked_add(extra).ok_or(Errno::NOMEM)?;
    // SAFETY: a new mapping at a place the kernel chooses overlaps nothing.
    let got = unsafe { mm::mmap_anonymous(null_mut(), total, ProtFlags::empty(), flags) }? as u64;
    // the first segment's address must keep its residue modulo the alignment
    let residue = layout.start.0 & (layout.align - 1);
    let start = align_down(got.wrapping_sub(residue).wrapping_add(layout.align - 1), layout.align).wrapping_add(residue);
    trim(got, start - got);
    trim(start + len as u64, got + total as u64 - (start + len as u64));
    Ok(Reservation { start: Addr(start), len })
}

fn trim(start: u64, len: u64) {
    if len > 0 {
        unmap(Reservation { start: Addr(start), len: len as usize });
    }
}

fn map_segment(fd: BorrowedFd<'_>, segment: &Segment, bias: Bias) -> core::result::Result<(), Errno> {
    let protection = protection(segment.permissions);
    let start = (segment.start + bias).0;
    let file_len = (segment.page_end.0 - segment.start.0) as usize;
    if file_len > 0 {
        let mut flags = MapFlags::PRIVATE | MapFlags::FIXED;
        flags.set(MapFlags::POPULATE, is_touched_whole(segment, file_len));
        // SAFETY: the range lies in the reservation made for this image.
        unsafe { mm::mmap(start as *mut c_void, file_len, protection, flags, fd, segment.file_offset) }?;
    }
    let bss_end = segment.vaddr + segment.memsz;
    if bss_end > segment.data_end && file_len > 0 {
        clear_page_tail(segment, bias, segment.page_end.min(bss_end), protection)?;
    }
    let anonymous_len = segment.alloc_end.0.saturating_sub(segment.page_end.0) as usize;
    if anonymous_len > 0 {
        let at = (segment.page_end + bias).0 as *mut c_void;
        // SAFETY: the range lies in the reservation made for this image.
        unsafe { mm::mmap_anonymous(at, anonymous_len, protection, MapFlags::PRIVATE | MapFlags::FIXED) }?;
    }
    Ok(())
}

/// Whether the pages of a segment are as good as certain to be used, so that mapping them at once only saves the faults: code
/// of the length that the kernel maps around one fault, and data so short that relocations and start files reach all of it.
fn is_touched_whole(segment: &Segment, len: usize) -> bool {
    const PAGE: usize = PAGE_SIZE as usize;
    let limit = match segment.permissions {
        permissions if permissions.contains(Permissions::WRITE) => 4 * PAGE,
        permissions if permissions.contains(Permissions::EXECUTE) => 16 * PAGE,
        _ => 0,
    };
    len <= limit
}

/// Zeroes the bytes between the file's contents and the end of their page.
fn clear_page_tail(segment: &Segment, bias: Bias, end: Vaddr, protection: ProtFlags) -> core::result::Result<(), Errno> {
    let len = (end.0 - segment.data_end.0) as usize;
    if len == 0 {
        return Ok(());
    }
    let page = align_down((segment.data_end + bias).0, PAGE_SIZE) as *mut c_void;
    let read_only = !segment.permissions.contains(Permissions::WRITE);
    if read_only {
        // SAFETY: one page of this image, not yet in use.
        unsafe { mm::mprotect(page, PAGE_SIZE as usize, MprotectFlags::READ | MprotectFlags::WRITE) }?;
    }
    // SAFETY: the bytes lie in a page of this image that is mapped private and writable.
    unsafe { core::ptr::write_bytes((segment.data_end + bias).0 as *mut u8, 0, len) };
    if read_only {
        // SAFETY: as above.
        unsafe { mm::mprotect(page, PAGE_SIZE as usize, MprotectFlags::from_bits_truncate(protection.bits())) }?;
    }
    Ok(())
}

/// Page protection for segment permissions. Writable and executable at once does not exist: write wins until the
/// relocations are done, and such a segment is refused before.
pub fn protection(permissions: Permissions) -> ProtFlags {
    let mut protection = ProtFlags::empty();
    protection.set(ProtFlags::READ, permissions.contains(Permissions::READ));
    protection.set(ProtFlags::WRITE, permissions.contains(Permissions::WRITE));
    protection.set(ProtFlags::EXEC, permissions.contains(Permissions::EXECUTE));
    protection
}

/// Gives a range back.
pub fn unmap(range: Reservation) {
    // SAFETY: callers pass ranges that belong to an object nobody uses any more.
    let _ = unsafe { mm::munmap(range.start.0 as *mut c_void, range.len) };
}

/// Changes the protection of whole pages of an image.
pub fn protect(start: Addr, len: u64, protection: ProtFlags) -> core::result::Result<(), Errno> {
    let flags = MprotectFlags::from_bits_truncate(protection.bits());
    // SAFETY: callers pass pages of an image or of the loader's own globals, in a state where nobody needs the lost right.
    unsafe { mm::mprotect(start.0 as *mut c_void, len as usize, flags) }
}

/// Makes the writable data of a fresh image shared memory with the file's content, so that later Versions can map the same
/// memory. It belongs to this process alone: children get their own in `fork`.
pub fn share_data(fd: BorrowedFd<'_>, layout: &Layout, bias: Bias) -> core::result::Result<Vec<Reservation>, Errno> {
    let mut shared = Vec::new();
    for (start, end) in layout.writable_pages() {
        let Some(segment) = layout.segments.iter().find(|segment| segment.start <= start && start < segment.alloc_end) else {
            continue;
        };
        let range = Reservation { start: start + bias, len: (end.0 - start.0) as usize };
        let in_file = if segment.page_end > segment.start { end.min(segment.data_end).0.saturating_sub(start.0) } else { 0 };
        let content = FilePart { fd, offset: segment.file_offset + (start.0 - segment.start.0), len: in_file as usize };
        share_range(range, protection(segment.permissions), content)?;
        shared.push(range);
    }
    Ok(shared)
}

/// A piece of a file.
struct FilePart<'f> {
    fd: BorrowedFd<'f>,
    offset: u64,
    len: usize,
}

/// Maps shared memory over a range of a fresh image and fills its start. Much content goes through a file in memory, whose
/// pages the kernel fills without a fault for each; little is read in place.
fn share_range(range: Reservation, protection: ProtFlags, content: FilePart<'_>) -> core::result::Result<(), Errno> {
    const MUCH: usize = 64 * 1024;
    let (at, flags) = (range.start.0 as *mut c_void, MapFlags::SHARED | MapFlags::FIXED);
    if content.len >= MUCH && super::followed::may_be_written(range.len as u64) {
        let memory = super::followed::copy_in_memory(c"luci", content.fd, content.offset, content.len as u64)?;
        if rustix::fs::fstat(&memory)?.st_size < content.len as i64 {
            return Err(Errno::IO);
        }
        rustix::fs::ftruncate(&memory, range.len as u64)?;
        // SAFETY: whole pages of this image, which is not in use yet.
        unsafe { mm::mmap(at, range.len, protection, flags, &memory, 0) }?;
        return Ok(());
    }
    // SAFETY: as above.
    unsafe { mm::mmap_anonymous(at, range.len, protection, flags) }?;
    // SAFETY: fresh writable memory that nobody else knows yet.
    let bytes = unsafe { core::slice::from_raw_parts_mut(range.start.0 as *mut u8, content.len) };
    if super::files::read_at(&content.fd, bytes, content.offset)? < content.len { Err(Errno::IO) } else { Ok(()) }
}

/// Allocates pages in one call instead of a fault for each. Older kernels refuse it, and the faults come one by one.
pub fn populate(start: Addr, len: usize) {
    const WORTH_A_CALL: usize = 16 * PAGE_SIZE as usize;
    if len >= WORTH_A_CALL {
        // SAFETY: the advice changes no contents; callers pass writable pages of their own.
        let _ = unsafe { mm::madvise(start.0 as *mut c_void, len, mm::Advice::LinuxPopulateWrite) };
    }
}

/// Maps shared memory a second time, over the pages at `to`.
pub fn alias(from: Reservation, to: Addr) -> core::result::Result<(), Errno> {
    // SAFETY: an old size of 0 makes a second mapping of shared memory; the target is a range of an image that callers own,
    // with the same memory or not in use yet.
    unsafe { mm::mremap_fixed(from.start.0 as *mut c_void, 0, from.len, mm::MremapFlags::MAYMOVE, to.0 as *mut c_void) }?;
    Ok(())
}

/// A private copy of shared memory, in shared memory of its own.
pub fn duplicate(from: Reservation) -> core::result::Result<Reservation, Errno> {
    // SAFETY: a new mapping at a place the kernel chooses overlaps nothing.
    let copy = unsafe { mm::mmap_anonymous(null_mut(), from.len, ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED) }?;
    // SAFETY: both ranges are mapped and do not overlap; the program may write the source at the same time, as it may during
    // any fork.
    unsafe { core::ptr::copy_nonoverlapping(from.start.0 as *const u8, copy.cast(), from.len) };
    Ok(Reservation { start: Addr(copy as u64), len: from.len })
}

/// Moves a mapping over the pages at `to`, which it replaces.
pub fn replace(from: Reservation, to: Addr) -> core::result::Result<(), Errno> {
    let (source, target) = (from.start.0 as *mut c_void, to.0 as *mut c_void);
    // SAFETY: both ranges are the caller's; the target's memory is replaced by an equal copy.
    unsafe { mm::mremap_fixed(source, from.len, from.len, mm::MremapFlags::MAYMOVE, target) }?;
    Ok(())
}

/// Maps a whole file read-only.
pub fn whole_file(fd: BorrowedFd<'_>, len: usize) -> core::result::Result<Reservation, Errno> {
    // SAFETY: a new mapping at a place the kernel chooses overlaps nothing.
    let start = unsafe { mm::mmap(null_mut(), len, ProtFlags::READ, MapFlags::PRIVATE, fd, 0) }?;
    Ok(Reservation { start: Addr(start as u64), len })
}
