//! Symbol versions (`DT_VERSYM`, `DT_VERDEF`, `DT_VERNEED`): which version each symbol has and which versions are needed.

use alloc::vec::Vec;

use super::strings::Strings;

/// `VERSYM_HIDDEN`: only a reference with exactly this version may bind.
pub const HIDDEN: u16 = 0x8000;
/// `VER_FLG_BASE`: the entry names the object itself.
const VER_FLG_BASE: u16 = 1;
/// `VER_FLG_WEAK`: a missing version is only worth a warning.
pub const VER_FLG_WEAK: u16 = 2;

/// One version name with its hash, at its index in the version table. Hash 0 means "not used".
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct VersionEntry<'m> {
    pub name: &'m [u8],
    /// [`super::hash::sysv_hash`] of the name, as stored in the file.
    pub hash: u32,
    /// Soname of the object that must provide it; empty for versions that the object itself defines.
    pub file: &'m [u8],
    /// `vna_other` carries the hidden bit.
    pub hidden: bool,
}

/// A version that an object needs of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needed<'m> {
    pub file: &'m [u8],
    pub name: &'m [u8],
    pub hash: u32,
    pub weak: bool,
    /// Index in the needing object's version table, with the hidden bit.
    pub other: u16,
}

/// A version that an object defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Defined<'m> {
    pub name: &'m [u8],
    pub hash: u32,
    pub index: u16,
    pub is_base: bool,
}

/// Versions that one object can name: their index has 15 bits.
const MAX_VERSIONS: usize = 0x7fff;

/// Walks `DT_VERNEED`. Corrupt links end the walk; no chain can loop because every step goes forward, and the entries are
/// counted because chains that overlap could be many times longer than the section.
pub fn needed<'m>(bytes: &'m [u8], strings: Strings<'m>) -> impl Iterator<Item = Needed<'m>> {
    let mut file = Some(0usize);
    let mut aux: Option<usize> = None;
    let mut file_name: &'m [u8] = b"";
    core::iter::from_fn(move || {
        loop {
            if let Some(at) = aux {
                let hash = u32_at(bytes, at)?;
                let flags = u16_at(bytes, at + 4)?;
                let other = u16_at(bytes, at + 6)?;
                let name = strings.get(u64::from(u32_at(bytes, at + 8)?))?;
                aux = step(at, u32_at(bytes, at + 12)?);
                return Some(Needed { file: file_name, name, hash, weak: flags & VER_FLG_WEAK != 0, other });
            }
            let at = file?;
            if u16_at(bytes, at)? != 1 {
                return None;
            }
            file_name = strings.get(u64::from(u32_at(bytes, at + 4)?))?;
            aux = step(at, u32_at(bytes, at + 8)?);
            file = step(at, u32_at(bytes, at + 12)?);
        }
    })
    .take(MAX_VERSIONS)
}

/// Walks `DT_VERDEF`.
pub fn defined<'m>(bytes: &'m [u8], strings: Strings<'m>) -> impl Iterator<Item = Defined<'m>> {
    let mut entry = Some(0usize);
    core::iter::from_fn(move || {
        let at = entry?;
        if u16_at(bytes, at)? != 1 {
            return None;
        }
        let flags = u16_at(bytes, at + 2)?;
        let index = u16_at(bytes, at + 4)?;
        let hash = u32_at(bytes, at + 8)?;
        let aux = step(at, u32_at(bytes, at + 12)?)?;
        let name = strings.get(u64::from(u32_at(bytes, aux)?))?;
        entry = step(at, u32_at(bytes, at + 16)?);
        Some(Defined { name, hash, index: index & !HIDDEN, is_base: flags & VER_FLG_BASE != 0 })
    })
    .take(MAX_VERSIONS)
}

/// The version table of an object, indexed by `versym & 0x7fff`, as glibc's `l_versions`.
pub fn table<'m>(verdef: Option<&'m [u8]>, verneed: Option<&'m [u8]>, strings: Strings<'m>) -> Vec<VersionEntry<'m>> {
    let mut entries: Vec<VersionEntry<'m>> = Vec::new();
    let mut set = |index: u16, entry: VersionEntry<'m>| {
        let index = usize::from(index & !HIDDEN);
        if entries.len() <= index {
            entries.resize(index + 1, VersionEntry::default());
        }
        entries[index] = entry;
    };
    for version in verneed.into_iter().flat_map(|bytes| needed(bytes, strings)) {
        let hidden = version.other & HIDDEN != 0;
        set(version.other, VersionEntry { name: version.name, hash: version.hash, file: version.file, hidden });
    }
    for version in verdef.into_iter().flat_map(|bytes| defined(bytes, strings)) {
        if !version.is_base {
            set(version.index, VersionEntry { name: version.name, hash: version.hash, file: b"", hidden: false });
        }
    }
    entries
}

fn step(at: usize, next: u32) -> Option<usize> {
    if next == 0 { None } else { at.checked_add(next as usize) }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verneed_sample() -> Vec<u8> {
        let mut bytes = Vec::new();
        for half in [1u16, 1] {
            bytes.extend(half.to_le_bytes());
        }
        for word in [1u32, 16, 0] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(0x1234u32.to_le_bytes());
        bytes.extend(VER_FLG_WEAK.to_le_bytes());
        bytes.extend(3u16.to_le_bytes());
        bytes.extend(8u32.to_le_bytes());
        bytes.extend(0u32.to_le_bytes());
        bytes
    }

    #[test]
    fn needed_versions_are_listed_with_their_file() {
        let strings = Strings::new(b"\0libx.so\0V2\0");
        let bytes = verneed_sample();
        let all: Vec<_> = needed(&bytes, Strings::new(b"\0libx.so\0V2\0")).collect();
        assert_eq!(
            all,
            [Needed { file: b"libx.so", name: b"so", hash: 0x1234, weak: true, other: 3 }].map(|mut n| {
                n.name = strings.get(8).unwrap();
                n
            })
        );
        let versions = table(None, Some(&bytes), strings);
        assert_eq!(versions[3].hash, 0x1234);
        assert_eq!(versions[0], VersionEntry::default());
    }

    #[test]
    fn overlapping_chains_end() {
        // each entry is a file and a version at once, and the chain of each covers all the rest
        let mut entry = [0u8; 16];
        entry[0] = 1;
        entry[8] = 16;
        entry[12] = 16;
        let bytes = entry.repeat(0x1_0000);
        assert_eq!(needed(&bytes, Strings::new(&[0; 17])).count(), MAX_VERSIONS);
    }

    #[test]
    fn cut_tables_end_early() {
        let bytes = verneed_sample();
        for len in 0..bytes.len() {
            assert!(needed(&bytes[..len], Strings::new(b"\0libx.so\0V2\0")).count() <= 1);
        }
    }
}
