//! Symbol hash tables: `DT_GNU_HASH` (bloom filter, buckets, chains of symbols sorted by bucket) and `DT_HASH` (gABI).
//! A lookup yields candidate symbol indices; the caller compares names. Chains cannot loop: GNU chains only go forward,
//! SysV chains are cut after as many steps as there are symbols.

/// The GNU hash of a name (djb2 with 33).
pub fn gnu_hash(name: &[u8]) -> u32 {
    const POWER_2: u64 = 33 * 33;
    const POWER_4: u32 = 33 * 33 * 33 * 33;
    let (eights, rest) = name.as_chunks::<8>();
    let hash = eights.iter().fold(5381u32, |hash, &eight| {
        // pairs of bytes, then pairs of those, side by side in one word: no sum reaches its neighbour
        let bytes = u64::from_le_bytes(eight);
        let pairs = (bytes & 0x00ff_00ff_00ff_00ff) * 33 + (bytes >> 8 & 0x00ff_00ff_00ff_00ff);
        let fours = (pairs & 0x0000_ffff_0000_ffff) * POWER_2 + (pairs >> 16 & 0x0000_ffff_0000_ffff);
        let eight = (fours as u32).wrapping_mul(POWER_4).wrapping_add((fours >> 32) as u32);
        hash.wrapping_mul(POWER_4.wrapping_mul(POWER_4)).wrapping_add(eight)
    });
    rest.iter().fold(hash, |hash, &byte| hash.wrapping_mul(33).wrapping_add(u32::from(byte)))
}

/// The gABI hash of a name; also the hash of version names (`vna_hash`, `vd_hash`).
pub fn sysv_hash(name: &[u8]) -> u32 {
    let mut hash = 0u32;
    for &byte in name {
        hash = (hash << 4).wrapping_add(u32::from(byte));
        let high = hash & 0xf000_0000;
        hash = (hash ^ (high >> 24)) & !high;
    }
    hash
}

#[derive(Clone, Copy)]
pub enum SymbolHash<'m> {
    Gnu(GnuHash<'m>),
    SysV(SysVHash<'m>),
    /// The object exports nothing.
    None,
}

/// `DT_GNU_HASH`
#[derive(Clone, Copy)]
pub struct GnuHash<'m> {
    /// 64-bit words as two halves: the table is only guaranteed to be aligned to 4.
    bloom: &'m [[u32; 2]],
    bloom_shift: u32,
    /// Index of the first symbol that is in the table.
    symbol_offset: u32,
    buckets: &'m [u32],
    chains: &'m [u32],
}

impl<'m> GnuHash<'m> {
    /// `words`: from the table's start to the end of its segment. `None` when the header does not fit.
    pub fn parse(words: &'m [u32]) -> Option<Self> {
        let [bucket_count, symbol_offset, bloom_count, bloom_shift] = *words.first_chunk::<4>()?;
        if !bloom_count.is_power_of_two() || bloom_shift >= 32 {
            return None;
        }
        let rest = &words[4..];
        let (bloom, rest) = rest.split_at_checked(usize::try_from(bloom_count).ok()?.checked_mul(2)?)?;
        let (buckets, chains) = rest.split_at_checked(usize::try_from(bucket_count).ok()?)?;
        let (bloom, _) = bloom.as_chunks::<2>();
        Some(GnuHash { bloom, bloom_shift, symbol_offset, buckets, chains })
    }

    /// False when no symbol with this hash can be in the table.
    #[inline]
    pub fn may_contain(&self, hash: u32) -> bool {
        let [low, high] = self.bloom[(hash as usize / 64) & (self.bloom.len() - 1)];
        let word = u64::from(low) | u64::from(high) << 32;
        (word >> (hash % 64)) & (word >> ((hash >> self.bloom_shift) % 64)) & 1 != 0
    }

    /// [`Self::may_contain`] for a hash whose lowest bit is not known, as chains store it.
    #[inline]
    pub fn may_contain_either(&self, hash: u32) -> bool {
        let [low, high] = self.bloom[(hash as usize / 64) & (self.bloom.len() - 1)];
        let word = u64::from(low) | u64::from(high) << 32;
        let first = (word >> ((hash & !1) % 64)) | (word >> ((hash | 1) % 64));
        let second = |hash: u32| word >> ((hash >> self.bloom_shift) % 64);
        first & (second(hash & !1) | second(hash | 1)) & 1 != 0
    }

    /// Indices of the symbols whose hash agrees with `hash` in all but the lowest bit.
    #[inline]
    pub fn candidates(&self, hash: u32) -> impl Iterator<Item = u32> + 'm {
        let GnuHash { symbol_offset, chains, .. } = *self;
        let mut next = self.first_in_bucket(hash);
        core::iter::from_fn(move || {
            loop {
                let symbol = next?;
                let entry = *chains.get((symbol - symbol_offset) as usize)?;
                next = if entry & 1 == 0 { symbol.checked_add(1) } else { None };
                if (entry ^ hash) >> 1 == 0 {
                    return Some(symbol);
                }
            }
        })
    }

    fn first_in_bucket(&self, hash: u32) -> Option<u32> {
        // divided in 32 bits, which processors do faster; a table has fewer buckets than that counts
        let first = self.buckets[hash.checked_rem(self.buckets.len() as u32)? as usize];
        (first != 0 && first >= self.symbol_offset).then_some(first)
    }

    /// The stored hash of a symbol, exact but for the lowest bit; `None` when the symbol is not in the table.
    #[inline]
    pub fn hash_of(&self, symbol: u32) -> Option<u32> {
        self.chains.get(symbol.checked_sub(self.symbol_offset)? as usize).copied()
    }

    /// One more than the highest symbol index in the table: the number of symbols when the table is complete.
    pub fn symbol_count(&self) -> u32 {
        let Some(&last) = self.buckets.iter().max() else { return self.symbol_offset };
        let Some(start) = last.checked_sub(self.symbol_offset) else { return self.symbol_offset };
        let tail = self.chains.get(start as usize..).unwrap_or(&[]);
        let steps = tail.iter().position(|entry| entry & 1 != 0).map_or(tail.len(), |end| end + 1);
        last.saturating_add(steps as u32)
    }

    /// Shift of the second bloom filter bit.
    pub fn bloom_shift(&self) -> u32 {
        self.bloom_shift
    }

    /// Number of buckets, number of 64-bit bloom filter words, index of the first symbol in the table.
    pub fn shape(&self) -> (usize, usize, u32) {
        (self.buckets.len(), self.bloom.len(), self.symbol_offset)
    }
}

/// `DT_HASH`
#[derive(Clone, Copy)]
pub struct SysVHash<'m> {
    buckets: &'m [u32],
    chains: &'m [u32],
}

impl<'m> SysVHash<'m> {
    /// `words`: from the table's start to the end of its segment. `None` when the table does not fit.
    pub fn parse(words: &'m [u32]) -> Option<Self> {
        let [bucket_count, chain_count] = *words.first_chunk::<2>()?;
        let (buckets, rest) = words[2..].split_at_checked(usize::try_from(bucket_count).ok()?)?;
        let chains = rest.get(..usize::try_from(chain_count).ok()?)?;
        Some(SysVHash { buckets, chains })
    }

    /// Indices of the symbols in the bucket of `hash`.
    #[inline]
    pub fn candidates(&self, hash: u32) -> impl Iterator<Item = u32> + 'm {
        let chains = self.chains;
        let first = match self.buckets.len() {
            0 => 0,
            len => self.buckets[hash as usize % len],
        };
        let mut symbol = first;
        let mut steps_left = chains.len();
        core::iter::from_fn(move || {
            if symbol == 0 || steps_left == 0 {
                return None;
            }
            steps_left -= 1;
            let current = symbol;
            symbol = *chains.get(current as usize)?;
            Some(current)
        })
    }

    pub fn symbol_count(&self) -> u32 {
        self.chains.len() as u32
    }

    pub fn bucket_count(&self) -> u32 {
        self.buckets.len() as u32
    }
}

impl SymbolHash<'_> {
    /// False when no symbol with this GNU hash can be in the table.
    #[inline]
    pub fn may_contain(&self, hash: u32) -> bool {
        match self {
            SymbolHash::Gnu(table) => table.may_contain(hash),
            SymbolHash::SysV(_) => true,
            SymbolHash::None => false,
        }
    }

    /// The number of symbols the table speaks of.
    pub fn symbol_count(&self) -> u32 {
        match self {
            SymbolHash::Gnu(table) => table.symbol_count(),
            SymbolHash::SysV(table) => table.symbol_count(),
            SymbolHash::None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    #[test]
    fn hashes_are_the_published_ones() {
        assert_eq!(gnu_hash(b""), 5381);
        assert_eq!(gnu_hash(b"printf"), 0x156b_2bb8);
        assert_eq!(gnu_hash(b"flapenguin.me"), 0x8ae9_f18e);
        let name: Vec<u8> = (1..=255).collect();
        let by_bytes = name.iter().fold(5381u32, |hash, &byte| hash.wrapping_mul(33).wrapping_add(u32::from(byte)));
        assert_eq!(gnu_hash(&name), by_bytes);
        assert_eq!(gnu_hash(&[255; 8]), [255u32; 8].iter().fold(5381u32, |hash, byte| hash.wrapping_mul(33).wrapping_add(*byte)));
        assert_eq!(sysv_hash(b"printf"), 0x077905a6);
        assert_eq!(sysv_hash(b"GLIBC_2.2.5"), 0x09691a75);
    }

    #[test]
    fn a_gnu_table_finds_its_symbol() {
        let hash = gnu_hash(b"printf");
        let bit = |n: u32| 1u64 << (n % 64);
        let word = bit(hash) | bit(hash >> 5);
        let words = vec![1, 7, 1, 5, word as u32, (word >> 32) as u32, 7, hash & !1, gnu_hash(b"other") | 1];
        let table = GnuHash::parse(&words).unwrap();
        assert!(table.may_contain(hash));
        assert!(table.may_contain_either(hash) && table.may_contain_either(hash ^ 1));
        assert_eq!(table.candidates(hash).collect::<Vec<_>>(), [7]);
        assert_eq!(table.symbol_count(), 9);
    }

    #[test]
    fn hostile_tables_end() {
        assert!(GnuHash::parse(&[u32::MAX, 0, 1, 0, 0, 0]).is_none());
        assert!(GnuHash::parse(&[1, 0, 3, 0]).is_none());
        let endless = SysVHash { buckets: &[1], chains: &[0, 2, 1] };
        assert_eq!(endless.candidates(0).count(), 3);
    }
}
