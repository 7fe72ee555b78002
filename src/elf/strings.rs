//! String tables: NUL-terminated names of any bytes, every access checked.

/// A `SHT_STRTAB`, bounded by `DT_STRSZ` and by its segment.
#[derive(Clone, Copy, Default)]
pub struct Strings<'m>(&'m [u8]);

impl<'m> Strings<'m> {
    pub fn new(bytes: &'m [u8]) -> Self {
        Strings(bytes)
    }

    /// The name at `offset` without its NUL; `None` when the offset or the missing NUL leads outside the table.
    pub fn get(&self, offset: u64) -> Option<&'m [u8]> {
        let tail = self.0.get(usize::try_from(offset).ok()?..)?;
        Some(&tail[..nul_at(tail)?])
    }

    /// Bytes of the table.
    #[allow(clippy::len_without_is_empty, reason = "no table is asked whether it is empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the name at `offset` is `name`, without looking for its end.
    pub fn equals(&self, offset: u64, name: &[u8]) -> bool {
        let Ok(start) = usize::try_from(offset) else { return false };
        match start.checked_add(name.len()).and_then(|end| self.0.get(start..=end)) {
            Some(candidate) => candidate[name.len()] == 0 && candidate[..name.len()] == *name,
            None => false,
        }
    }
}

/// Where the first NUL is, eight bytes at a time.
fn nul_at(bytes: &[u8]) -> Option<usize> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // the lowest bit that is set marks the first zero byte
        let zeros = word.wrapping_sub(LOW) & !word & (LOW << 7);
        if zeros != 0 {
            return Some(8 * index + zeros.trailing_zeros() as usize / 8);
        }
    }
    rest.iter().position(|&byte| byte == 0).map(|at| 8 * words.len() + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_at_their_nul_and_never_outside() {
        let strings = Strings::new(b"\0abc\0de");
        assert_eq!(strings.get(1), Some(&b"abc"[..]));
        assert_eq!(strings.get(2), Some(&b"bc"[..]));
        assert_eq!(strings.get(5), None);
        let long = Strings::new(b"\x01\x80\xff1234567890123456\0x\0");
        assert_eq!(long.get(0).map(<[u8]>::len), Some(19));
        assert_eq!(long.get(20), Some(&b"x"[..]));
        assert_eq!(strings.get(u64::MAX), None);
        assert!(strings.equals(1, b"abc"));
        assert!(!strings.equals(1, b"ab"));
        assert!(!strings.equals(5, b"de"));
        assert!(!strings.equals(u64::MAX, b"x"));
    }
}
