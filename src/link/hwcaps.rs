//! The `glibc-hwcaps` subdirectories that are searched first in each directory and preferred in the cache (ld.so(8),
//! "Hardware capabilities"; the levels are those of the x86-64 psABI).
//!
//! Key type: [`Hwcaps`], used by [`super::search`] and [`super::cache`].

use alloc::vec::Vec;

/// The subdirectories built in for this machine, best first, each with the psABI level it needs.
const BUILT_IN: [(&[u8], u32); 3] = [(b"x86-64-v4", 4), (b"x86-64-v3", 3), (b"x86-64-v2", 2)];

/// The active subdirectories, best first.
#[derive(Clone, Debug, Default)]
pub struct Hwcaps<'a> {
    names: Vec<&'a [u8]>,
    level: u32,
}

impl<'a> Hwcaps<'a> {
    /// `level` is what the processor can do, from 1 (baseline) to 4. `prepend` is the list of `--glibc-hwcaps-prepend`, `mask`
    /// that of `--glibc-hwcaps-mask`, both separated by `:`. For a libc that has no such subdirectories use the default.
    pub fn new(level: u32, prepend: Option<&'a [u8]>, mask: Option<&'a [u8]>) -> Self {
        let elements = |list: &'a [u8]| list.split(|&byte| byte == b':').filter(|name| !name.is_empty());
        let mut names: Vec<&[u8]> = prepend.into_iter().flat_map(elements).collect();
        let active = |(name, needed): &(&'a [u8], u32)| {
            *needed <= level && mask.is_none_or(|mask| elements(mask).any(|allowed| allowed == *name))
        };
        names.extend(BUILT_IN.into_iter().filter(active).map(|(name, _)| name));
        Hwcaps { names, level }
    }

    /// The names, best first.
    pub fn names(&self) -> &[&'a [u8]] {
        &self.names
    }

    /// The psABI level of the processor.
    pub fn level(&self) -> u32 {
        self.level
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_decides_which_are_active() {
        assert_eq!(Hwcaps::new(3, None, None).names(), [b"x86-64-v3", b"x86-64-v2"]);
        assert!(Hwcaps::new(1, None, None).names().is_empty());
        assert!(Hwcaps::default().names().is_empty());
    }

    #[test]
    fn prepended_names_come_first_and_the_mask_is_for_the_built_in_ones() {
        let hwcaps = Hwcaps::new(4, Some(b"mine:other"), Some(b"x86-64-v2:x86-64-v4:x"));
        assert_eq!(hwcaps.names(), [&b"mine"[..], b"other", b"x86-64-v4", b"x86-64-v2"]);
        assert!(Hwcaps::new(4, None, Some(b"")).names().is_empty());
    }
}
