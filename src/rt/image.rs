//! The memory of a mapped Version: checked stores into its writable segments, and its read-only metadata as slices.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::Cell;
use core::sync::atomic::{AtomicU64, Ordering};

use luci::addr::{Addr, Bias, Vaddr};
use luci::elf::segments::Permissions;
use luci::link::memory::ImageMemory;
use luci::link::object::{DataHome, Version};
use luci::link::segments::Layout;

/// Stores into one image. Only segments that are writable now can be reached.
pub struct MappedImage<'a> {
    bias: Bias,
    layout: &'a Layout,
    /// Read-only segments may be written too: text relocations, with the pages made writable around it.
    text_writable: bool,
    /// Data that an older Version has and the program has used: stores into it are left out.
    in_use: &'a [DataHome],
    /// The range that held the last access: `[start, end)`.
    last: Cell<(u64, u64)>,
}

/// Where an access goes.
enum Place {
    At(u64),
    /// Shared data that is in use.
    InUse(u64),
}

impl<'a> MappedImage<'a> {
    pub fn new(version: &'a Version<'static>, text_writable: bool) -> Self {
        let Version { bias, layout, data_homes, .. } = version;
        MappedImage { bias: *bias, layout, text_writable, in_use: data_homes, last: Cell::new((1, 0)) }
    }

    /// The address of `len` writable bytes at `at`.
    #[inline]
    fn writable(&self, at: Vaddr, len: u64) -> Option<Place> {
        let (start, end) = self.last.get();
        if at.0 < start || at.0 > end || end - at.0 < len { self.find(at, len) } else { Some(Place::At((at + self.bias).0)) }
    }

    #[cold]
    fn find(&self, at: Vaddr, len: u64) -> Option<Place> {
        let segment = self.layout.segment_of(at, len)?;
        if !self.text_writable && !segment.permissions.contains(Permissions::WRITE) {
            return None;
        }
        let address = (at + self.bias).0;
        if self.in_use.is_empty() {
            self.last.set((segment.vaddr.0, segment.vaddr.0 + segment.memsz));
        } else if self.in_use.iter().any(|piece| at < piece.end && piece.start.0 < at.0 + len) {
            return Some(Place::InUse(address));
        }
        Some(Place::At(address))
    }
}

impl ImageMemory for MappedImage<'_> {
    #[inline]
    fn read_u64(&self, at: Vaddr) -> Option<u64> {
        let (Place::At(address) | Place::InUse(address)) = self.writable(at, 8)?;
        let address = address as *const u64;
        // SAFETY: eight mapped bytes of the image; it may be misaligned, and no reference is made.
        Some(unsafe { address.read_unaligned() })
    }

    #[inline]
    fn write_u64(&self, at: Vaddr, value: u64) -> Option<()> {
        let Place::At(address) = self.writable(at, 8)? else { return Some(()) };
        let address = address as *mut u64;
        // SAFETY: eight mapped writable bytes of the image that no Rust reference covers.
        unsafe { address.write_unaligned(value) };
        Some(())
    }

    fn write_u32(&self, at: Vaddr, value: u32) -> Option<()> {
        let Place::At(address) = self.writable(at, 4)? else { return Some(()) };
        let address = address as *mut u32;
        // SAFETY: four mapped writable bytes of the image that no Rust reference covers.
        unsafe { address.write_unaligned(value) };
        Some(())
    }

    fn copy_from(&self, at: Vaddr, source: Addr, len: u64) -> Option<()> {
        let Place::At(address) = self.writable(at, len)? else { return Some(()) };
        let address = address as *mut u8;
        // SAFETY: the destination is checked here, the source was checked against its own image when the plan was made;
        // two images do not overlap.
        unsafe { core::ptr::copy_nonoverlapping(source.0 as *const u8, address, len as usize) };
        Some(())
    }
}

/// Stores a pointer-sized word atomically, for words that the program may use at the same time.
///
/// # Safety
/// `at` is an aligned, mapped and writable word.
pub unsafe fn store_word(at: Addr, value: u64) {
    // SAFETY: the caller's contract; an atomic store cannot tear.
    unsafe { AtomicU64::from_ptr(at.0 as *mut u64) }.store(value, Ordering::Release);
}

/// Reads a word atomically.
///
/// # Safety
/// `at` is an aligned and mapped word.
pub unsafe fn load_word(at: Addr) -> u64 {
    // SAFETY: the caller's contract.
    unsafe { AtomicU64::from_ptr(at.0 as *mut u64) }.load(Ordering::Acquire)
}

/// The read-only metadata of an image.
pub struct Metadata<'a> {
    bias: Bias,
    layout: &'a Layout,
    /// Copies of tables that lie in writable segments, which the program could change under us. Whoever keeps a slice
    /// keeps these.
    pub copies: Vec<Box<[AtomicU64]>>,
}

impl<'a> Metadata<'a> {
    pub fn new(bias: Bias, layout: &'a Layout) -> Self {
        Metadata { bias, layout, copies: Vec::new() }
    }

    /// `len` bytes at `vaddr`, all of them from the file.
    pub fn bytes(&mut self, vaddr: Vaddr, len: u64) -> Option<&'static [u8]> {
        let segment = self.layout.segment_of(vaddr, len)?;
        if !segment.is_readable() || segment.file_bytes_from(vaddr)? < len {
            return None;
        }
        let start = (vaddr + self.bias).0 as *const u8;
        // SAFETY: mapped, readable bytes of the image. They outlive every use: slices are only held by the Version, and an
        // image is unmapped after its Version is dropped. Those in a writable segment are copied at once, before the
        // program can run.
        let bytes: &'static [u8] = unsafe { core::slice::from_raw_parts(start, len as usize) };
        if segment.permissions.contains(Permissions::WRITE) { Some(self.copy(bytes)) } else { Some(bytes) }
    }

    /// The bytes from `vaddr` to the end of what the file gives for its segment, at most `limit`.
    pub fn tail(&mut self, vaddr: Vaddr, limit: u64) -> Option<&'static [u8]> {
        let segment = self.layout.segment_of(vaddr, 1)?;
        self.bytes(vaddr, segment.file_bytes_from(vaddr)?.min(limit))
    }

    /// A copy in words, which keep the alignment that tables need.
    fn copy(&mut self, bytes: &[u8]) -> &'static [u8] {
        let (words, rest) = bytes.as_chunks::<8>();
        let mut last = [0u8; 8];
        last[..rest.len()].copy_from_slice(rest);
        let last = if rest.is_empty() { None } else { Some(&last) };
        let storage: Box<[AtomicU64]> = words.iter().chain(last).map(|&word| AtomicU64::new(u64::from_le_bytes(word))).collect();
        let start = storage.as_ptr().cast::<u8>();
        self.copies.push(storage);
        // SAFETY: the boxed words do not move, are not written again, and live as long as the Version that takes `copies`.
        unsafe { core::slice::from_raw_parts(start, bytes.len()) }
    }
}
