//! Relocation tables: `Elf64_Rela` arrays and the packed relative relocations of `DT_RELR`.

use crate::addr::Vaddr;

use super::Rela;

/// The relocation's type (`ELF64_R_TYPE`).
pub fn kind(rela: &Rela) -> u32 {
    rela.r_info as u32
}

/// The relocation's symbol index (`ELF64_R_SYM`).
pub fn symbol(rela: &Rela) -> u32 {
    (rela.r_info >> 32) as u32
}

/// The addresses a `DT_RELR` table relocates (gABI "Relative Relocation Table"): an even entry is an address, an odd one a
/// bitmap for the 63 words that follow.
pub fn relr(table: &[u64]) -> impl Iterator<Item = Vaddr> + '_ {
    let mut base = 0u64;
    table.iter().flat_map(move |&entry| {
        let (start, bits) = if entry & 1 == 0 {
            base = entry.wrapping_add(8);
            (entry, 1)
        } else {
            let start = base;
            base = base.wrapping_add(63 * 8);
            (start, entry >> 1)
        };
        BitWords { at: start, bits }
    })
}

struct BitWords {
    at: u64,
    bits: u64,
}

impl Iterator for BitWords {
    type Item = Vaddr;

    fn next(&mut self) -> Option<Vaddr> {
        if self.bits == 0 {
            return None;
        }
        let skip = self.bits.trailing_zeros();
        let found = self.at.wrapping_add(u64::from(skip) * 8);
        self.at = found.wrapping_add(8);
        self.bits = self.bits >> skip >> 1;
        Some(Vaddr(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn packed_relative_relocations_unfold() {
        let table = [0x1000, 0b1011, (1 << 63) | 1, 0x3000];
        let all: Vec<u64> = relr(&table).map(|vaddr| vaddr.0).collect();
        let second = 0x1008 + 63 * 8;
        assert_eq!(all, [0x1000, 0x1008, 0x1018, second + 62 * 8, 0x3000]);
    }
}
