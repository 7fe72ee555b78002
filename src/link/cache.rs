//! Reads `/etc/ld.so.cache`, which ldconfig(8) writes: from a soname to the paths of the files that have it.
//!
//! Key type: [`Cache`], a checked view of the file's bytes in the format `glibc-ld.so.cache1.1`, alone or behind the older
//! format `ld.so-1.7.0`. [`super::search`] asks it between RUNPATH and the default directories. The file is not trusted:
//! whatever it contains, a lookup ends and stays inside the bytes.

use super::hwcaps::Hwcaps;
use crate::diag::{Error, Result};
use core::cmp::Ordering;

/// Where the cache is.
pub const PATH: &str = "/etc/ld.so.cache";

const OLD_MAGIC: &[u8] = b"ld.so-1.7.0";
const OLD_HEADER: usize = 16;
const OLD_ENTRY: usize = 12;
const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
const HEADER: usize = 48;
const ENTRY: usize = 24;

/// Entry flags of a library for this machine: ELF for glibc (3), 64-bit x86-64 (0x300).
const X86_64_LIBC6: u32 = 0x0303;
/// Low bits of the header's flags: which byte order the file has; 0 if the writer did not say.
const BYTE_ORDER_MASK: u8 = 3;
const LITTLE_ENDIAN: u8 = 2;

const EXTENSION_MAGIC: u32 = 0xeaa4_2174;
const EXTENSION_HEADER: usize = 8;
const SECTION: usize = 16;
/// The section that lists the offsets of the names of glibc-hwcaps subdirectories.
const GLIBC_HWCAPS: u32 = 1;

/// The cache as bytes with checked bounds. Numbers are little-endian 32-bit; offsets of strings count from the start of the
/// new format's header, offsets of the extension from the start of the file.
#[derive(Clone, Copy, Debug)]
pub struct Cache<'a> {
    /// From the new header to the end of the file.
    data: &'a [u8],
    entries: &'a [u8],
    /// Offsets of the names that entries refer to by index.
    hwcap_names: &'a [u8],
}

impl<'a> Cache<'a> {
    /// Checks the headers of a cache file; the cost does not depend on the file's size.
    pub fn parse(file: &'a [u8]) -> Result<Self> {
        Self::parse_headers(file).map_err(|what| Error::other(PATH, what))
    }

    fn parse_headers(file: &'a [u8]) -> core::result::Result<Self, &'static str> {
        let start = if file.starts_with(OLD_MAGIC) { end_of_old_format(file).ok_or("the cache is truncated")? } else { 0 };
        let data = file.get(start..).ok_or("the cache is truncated")?;
        if !data.starts_with(MAGIC) {
            return Err("the cache has an unknown format");
        }
        let header = data.get(..HEADER).ok_or("the cache is truncated")?;
        let byte_order = header[28] & BYTE_ORDER_MASK;
        if byte_order != 0 && byte_order != LITTLE_ENDIAN {
            return Err("the cache was written for another byte order");
        }
        let count = number(header, 20).unwrap_or(0) as usize;
        let entries = count.checked_mul(ENTRY).and_then(|length| data[HEADER..].get(..length));
        let extension = number(header, 32).unwrap_or(0) as usize;
        Ok(Cache {
            data,
            entries: entries.ok_or("the cache is truncated")?,
            hwcap_names: if extension == 0 { &[] } else { hwcap_section(file, extension).unwrap_or(&[]) },
        })
    }

    /// The paths of the libraries with this soname that the machine can use, in the order of preference: those in active
    /// glibc-hwcaps subdirectories, best first, then the others in the order of the cache.
    pub fn lookup(&self, soname: &[u8], hwcaps: &Hwcaps) -> impl Iterator<Item = &'a [u8]> {
        let run = self.equal_run(soname);
        let names = hwcaps.names().len();
        (0..=names).flat_map(move |rank| {
            run.clone().filter_map(move |index| {
                let entry = self.entry(index)?;
                let usable = entry.flags == X86_64_LIBC6 && self.rank(&entry, hwcaps)? == rank;
                let path = self.string(entry.value)?;
                (usable && path.starts_with(b"/") && self.string(entry.key)? == soname).then_some(path)
            })
        })
    }

    /// The indices of all entries whose name compares equal. ldconfig sorts the names in descending order.
    fn equal_run(&self, soname: &[u8]) -> core::ops::Range<usize> {
        let order = |index: usize| Some(compare_names(soname, self.string(self.entry(index)?.key)?));
        let is_equal = |index: usize| order(index) == Some(Ordering::Equal);
        let (mut low, mut high) = (0, self.entries.len() / ENTRY);
        while low < high {
            let middle = low + (high - low) / 2;
            match order(middle) {
                Some(Ordering::Equal) => {
                    let (mut first, mut end) = (middle, middle + 1);
                    while first > low && is_equal(first - 1) {
                        first -= 1;
                    }
                    while end < high && is_equal(end) {
                        end += 1;
                    }
                    return first..end;
                }
                Some(Ordering::Less) => low = middle + 1,
                Some(Ordering::Greater) => high = middle,
                None => break,
            }
        }
        0..0
    }

    /// The place of an entry in the order of preference: the index of its glibc-hwcaps subdirectory, or one more than the
    /// last for an ordinary library. `None` if this processor cannot use it, or for the older kind of subdirectories.
    fn rank(&self, entry: &Entry, hwcaps: &Hwcaps) -> Option<usize> {
        if entry.hwcap == 0 {
            return Some(hwcaps.names().len());
        }
        let (index, kind) = (entry.hwcap as u32 as usize, (entry.hwcap >> 32) as u32);
        let level = kind & ISA_LEVEL_MASK;
        if kind & !ISA_LEVEL_MASK != NAMED_SUBDIRECTORY || level >= hwcaps.level() {
            return None;
        }
        let name = self.string(number(self.hwcap_names, index.checked_mul(4)?)?)?;
        hwcaps.names().iter().position(|active| *active == name)
    }

    fn entry(&self, index: usize) -> Option<Entry> {
        let bytes = self.entries.get(index.checked_mul(ENTRY)?..)?.get(..ENTRY)?;
        Some(Entry {
            flags: number(bytes, 0)?,
            key: number(bytes, 4)?,
            value: number(bytes, 8)?,
            hwcap: u64::from(number(bytes, 16)?) | u64::from(number(bytes, 20)?) << 32,
        })
    }

    fn string(&self, offset: u32) -> Option<&'a [u8]> {
        let bytes = self.data.get(offset as usize..)?;
        Some(&bytes[..bytes.iter().position(|&byte| byte == 0)?])
    }
}

/// One library. `hwcap` is 0 for an ordinary one; with [`NAMED_SUBDIRECTORY`] in its upper half, the lower half is an index
/// into the names of subdirectories.
struct Entry {
    flags: u32,
    key: u32,
    value: u32,
    hwcap: u64,
}

/// In the upper half of `hwcap`: the psABI level that the library says it needs, 0 being the baseline.
const ISA_LEVEL_MASK: u32 = 0x3ff;
/// In the upper half of `hwcap`: the library is in a glibc-hwcaps subdirectory.
const NAMED_SUBDIRECTORY: u32 = 1 << 30;

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// The old format ends with its entries; the new header follows at the next multiple of 8.
fn end_of_old_format(file: &[u8]) -> Option<usize> {
    let length = (number(file, 12)? as usize).checked_mul(OLD_ENTRY)?;
    length.checked_add(OLD_HEADER)?.checked_next_multiple_of(8)
}

fn hwcap_section(file: &[u8], extension: usize) -> Option<&[u8]> {
    let extension = file.get(extension..)?;
    if number(extension, 0)? != EXTENSION_MAGIC {
        return None;
    }
    let sections = extension[EXTENSION_HEADER.min(extension.len())..].chunks_exact(SECTION);
    let section = sections.take(number(extension, 4)? as usize).find(|section| number(section, 0) == Some(GLIBC_HWCAPS))?;
    file.get(number(section, 8)? as usize..)?.get(..number(section, 12)? as usize)
}

/// ldconfig's order of names: runs of digits compare as numbers, in 32-bit arithmetic that wraps around; a digit is greater
/// than any other byte; all else compares by signed bytes, the end being 0.
fn compare_names(mut left: &[u8], mut right: &[u8]) -> Ordering {
    loop {
        let (a, b) = (left.first().copied().unwrap_or(0), right.first().copied().unwrap_or(0));
        match (a.is_ascii_digit(), b.is_ascii_digit()) {
            (true, true) => {
                let difference = take_number(&mut left).wrapping_sub(take_number(&mut right));
                if difference != 0 {
                    return difference.cmp(&0);
                }
            }
            (false, false) if a == 0 && b == 0 => return Ordering::Equal,
            (false, false) if a == b => (left, right) = (&left[1..], &right[1..]),
            (false, false) => return (a as i8).cmp(&(b as i8)),
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
        }
    }
}

fn take_number(bytes: &mut &[u8]) -> i32 {
    let mut value = 0_i32;
    while let Some((digit, rest)) = bytes.split_first().filter(|(digit, _)| digit.is_ascii_digit()) {
        value = value.wrapping_mul(10).wrapping_add(i32::from(digit - b'0'));
        *bytes = rest;
    }
    value
}

#[cfg(test)]
#[path = "cache_tests.rs"]
mod tests;
