//! The one interface through which a loaded image is written and its writable words are read.

use crate::addr::{Addr, Vaddr};

/// The memory of one image. Every access is checked against the image's writable segments: a file whose relocations point
/// elsewhere gets `None`, never a fault.
pub trait ImageMemory {
    fn read_u64(&self, at: Vaddr) -> Option<u64>;
    fn write_u64(&self, at: Vaddr, value: u64) -> Option<()>;
    fn write_u32(&self, at: Vaddr, value: u32) -> Option<()>;
    /// Copies `len` bytes from `source`, an address in another image's memory.
    fn copy_from(&self, at: Vaddr, source: Addr, len: u64) -> Option<()>;
}

/// The twin for tests: an image that is a vector of bytes starting at link-time address `start`.
#[cfg(test)]
pub(crate) struct VecMemory {
    pub start: Vaddr,
    pub bytes: core::cell::RefCell<alloc::vec::Vec<u8>>,
}

#[cfg(test)]
impl VecMemory {
    pub fn new(start: u64, len: usize) -> Self {
        VecMemory { start: Vaddr(start), bytes: core::cell::RefCell::new(alloc::vec![0; len]) }
    }

    fn put(&self, at: Vaddr, value: &[u8]) -> Option<()> {
        let offset = usize::try_from(at.0.checked_sub(self.start.0)?).ok()?;
        self.bytes.borrow_mut().get_mut(offset..offset + value.len())?.copy_from_slice(value);
        Some(())
    }
}

#[cfg(test)]
impl ImageMemory for VecMemory {
    fn read_u64(&self, at: Vaddr) -> Option<u64> {
        let offset = usize::try_from(at.0.checked_sub(self.start.0)?).ok()?;
        Some(u64::from_le_bytes(*self.bytes.borrow().get(offset..)?.first_chunk()?))
    }

    fn write_u64(&self, at: Vaddr, value: u64) -> Option<()> {
        self.put(at, &value.to_le_bytes())
    }

    fn write_u32(&self, at: Vaddr, value: u32) -> Option<()> {
        self.put(at, &value.to_le_bytes())
    }

    fn copy_from(&self, _at: Vaddr, _source: Addr, _len: u64) -> Option<()> {
        None
    }
}
