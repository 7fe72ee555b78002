//! Writing little-endian values at the offsets of a record. A field that this libc does not have is left out.

use super::record::{BitField, Offset};
use crate::diag::{Error, Result};

/// The bytes of one structure, as long as its record says.
pub(super) struct Image<'a>(&'a mut [u8]);

impl<'a> Image<'a> {
    /// The first `size` bytes of `bytes`; `what` names the structure in the error when there are fewer.
    pub fn new(bytes: &'a mut [u8], size: u16, what: &str) -> Result<Self> {
        let found = bytes.len();
        match bytes.get_mut(..usize::from(size)) {
            Some(bytes) => Ok(Image(bytes)),
            None => Err(Error::other("", alloc::format!("{found} bytes for {what}, which has {size}"))),
        }
    }

    pub fn u8(&mut self, at: Offset, value: u8) {
        self.put(at, 0, &[value]);
    }

    pub fn u16(&mut self, at: Offset, value: u16) {
        self.put(at, 0, &value.to_le_bytes());
    }

    pub fn u32(&mut self, at: Offset, value: u32) {
        self.put(at, 0, &value.to_le_bytes());
    }

    pub fn u64(&mut self, at: Offset, value: u64) {
        self.put(at, 0, &value.to_le_bytes());
    }

    /// The `index`th 8-byte word of the field.
    pub fn word(&mut self, at: Offset, index: usize, value: u64) {
        self.put(at, index * 8, &value.to_le_bytes());
    }

    /// The `index`th 4-byte word of the field.
    pub fn half_word(&mut self, at: Offset, index: usize, value: u32) {
        self.put(at, index * 4, &value.to_le_bytes());
    }

    pub fn bits(&mut self, at: BitField, value: u8) {
        let Some((byte, mask)) = at.get() else { return };
        if let Some(byte) = self.0.get_mut(byte) {
            *byte = *byte & !mask | value << at.first_bit() & mask;
        }
    }

    /// Bytes as they are, from the field's start on.
    pub fn bytes(&mut self, at: Offset, value: &[u8]) {
        self.put(at, 0, value);
    }

    /// An empty circular list head {next, prev} in a structure that lies at `base`.
    pub fn empty_list(&mut self, at: Offset, base: u64) {
        if let Some(offset) = at.get() {
            self.list(at, base.wrapping_add(offset as u64));
        }
    }

    /// A list head whose only element is at `element`, or the element itself with its head there.
    pub fn list(&mut self, at: Offset, element: u64) {
        self.word(at, 0, element);
        self.word(at, 1, element);
    }

    /// Offsets come from records, whose fields lie inside the structure: what does not is left out.
    fn put(&mut self, at: Offset, more: usize, value: &[u8]) {
        let Some(start) = at.get().map(|at| at + more) else { return };
        if let Some(target) = self.0.get_mut(start..start + value.len()) {
            target.copy_from_slice(value);
        }
    }
}

/// The address of a field in a structure at `base`; `None` when this libc has no such field.
pub(super) fn address_of(base: u64, at: Offset) -> Option<u64> {
    at.get().map(|offset| base.wrapping_add(offset as u64))
}
