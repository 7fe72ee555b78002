//! Where functions are according to their unwind tables: the search table of `PT_GNU_EH_FRAME` (LSB Core "Exception Frames") and the
//! frame descriptions it leads to. Present in stripped files too, for every function that may be unwound.

use alloc::vec::Vec;

use crate::addr::Vaddr;
use crate::binary::FileView;
use crate::elf::segments::PT_GNU_EH_FRAME;

/// Pointer encodings (LSB Core "DWARF Exception Header Encoding"): low half the format, high half what it is relative to.
mod encoding {
    pub const OMIT: u8 = 0xff;
    pub const FORMAT: u8 = 0x0f;
    pub const BASE: u8 = 0x70;
    pub const PC_RELATIVE: u8 = 0x10;
    pub const DATA_RELATIVE: u8 = 0x30;
}

/// One frame description: `[start, start + size)` is one function or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    pub start: Vaddr,
    pub size: u64,
}

/// All frame descriptions that the search table lists; none when there is no table or it is damaged.
pub fn read(view: &FileView) -> Vec<Frame> {
    table(view).unwrap_or_default()
}

fn table(view: &FileView) -> Option<Vec<Frame>> {
    let header = view.segments.iter().find(|segment| segment.kind == PT_GNU_EH_FRAME)?;
    let base = header.vaddr;
    let mut reader = Reader { view, at: base };
    let [version, frame_encoding, count_encoding, table_encoding] = *view.tail(base)?.first_chunk::<4>()?;
    reader.at = base + 4;
    reader.pointer(frame_encoding, base)?;
    let count = reader.pointer(count_encoding, base)?;
    if version != 1 || table_encoding & encoding::FORMAT == 0 {
        return None;
    }
    // an entry has at least two bytes, so a count beyond the file ends the walk there
    let mut frames = Vec::new();
    for _ in 0..count {
        let Some(start) = reader.pointer(table_encoding, base) else { break };
        let Some(description) = reader.pointer(table_encoding, base) else { break };
        if let Some(size) = size_of_frame(view, Vaddr(description)) {
            frames.push(Frame { start: Vaddr(start), size });
        }
    }
    Some(frames)
}

/// `pc_range` of the frame description at `at`.
fn size_of_frame(view: &FileView, at: Vaddr) -> Option<u64> {
    let length = view.word32(at)?;
    // 64-bit DWARF does not occur in .eh_frame
    if length == 0 || length == u32::MAX {
        return None;
    }
    let common = (at + 4).0.checked_sub(u64::from(view.word32(at + 4)?))?;
    let encoding = address_encoding(view, Vaddr(common))?;
    let mut reader = Reader { view, at: at + 8 };
    reader.pointer(encoding, at)?;
    // the range is a plain number in the same format
    reader.pointer(encoding & encoding::FORMAT, at)
}

/// How the frame descriptions of a common information entry encode addresses: `R` in its augmentation.
fn address_encoding(view: &FileView, at: Vaddr) -> Option<u8> {
    const ABSOLUTE: u8 = 0;
    let entry = view.tail(at)?.get(8..)?;
    let (&version, rest) = entry.split_first()?;
    let end = rest.iter().take(16).position(|&byte| byte == 0)?;
    let augmentation = &rest[..end];
    let mut rest = &rest[end + 1..];
    skip_leb128(&mut rest)?;
    skip_leb128(&mut rest)?;
    // the return address column: a byte in version 1
    if version == 1 {
        rest = rest.get(1..)?
    } else {
        skip_leb128(&mut rest)?
    }
    if augmentation.first() != Some(&b'z') {
        return Some(ABSOLUTE);
    }
    skip_leb128(&mut rest)?;
    for letter in &augmentation[1..] {
        match letter {
            b'R' => return rest.first().copied(),
            b'L' => rest = rest.get(1..)?,
            b'P' => rest = rest.get(1 + width(*rest.first()?)?..)?,
            b'S' | b'B' => {}
            _ => return None,
        }
    }
    Some(ABSOLUTE)
}

fn skip_leb128(bytes: &mut &[u8]) -> Option<()> {
    let end = bytes.iter().take(10).position(|byte| byte & 0x80 == 0)?;
    *bytes = &bytes[end + 1..];
    Some(())
}

/// Bytes of a pointer in this encoding.
fn width(encoding: u8) -> Option<usize> {
    match encoding & encoding::FORMAT {
        0x00 | 0x04 | 0x0c => Some(8),
        0x03 | 0x0b => Some(4),
        0x02 | 0x0a => Some(2),
        _ => None,
    }
}

struct Reader<'v, 'a> {
    view: &'v FileView<'a>,
    at: Vaddr,
}

impl Reader<'_, '_> {
    fn pointer(&mut self, encoding: u8, data: Vaddr) -> Option<u64> {
        if encoding == encoding::OMIT {
            return None;
        }
        let width = width(encoding)?;
        let bytes = self.view.tail(self.at)?.get(..width)?;
        let value = match (width, encoding & 0x08 != 0) {
            (2, true) => i64::from(i16::from_le_bytes(bytes.try_into().ok()?)) as u64,
            (2, false) => u64::from(u16::from_le_bytes(bytes.try_into().ok()?)),
            (4, true) => i64::from(i32::from_le_bytes(bytes.try_into().ok()?)) as u64,
            (4, false) => u64::from(u32::from_le_bytes(bytes.try_into().ok()?)),
            _ => u64::from_le_bytes(bytes.try_into().ok()?),
        };
        let base = match encoding & encoding::BASE {
            encoding::PC_RELATIVE => self.at.0,
            encoding::DATA_RELATIVE => data.0,
            _ => 0,
        };
        self.at = self.at + width as u64;
        Some(base.wrapping_add(value))
    }
}
