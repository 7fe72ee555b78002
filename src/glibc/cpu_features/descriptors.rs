//! The one-byte cache descriptors of CPUID leaf 2 (Intel SDM volume 2, CPUID, "Encoding of CPUID Leaf 2 Descriptors").
//! Neighbour: [`super::caches`].

use super::caches::Cache;
use super::caches::Level::{self, Data, Instructions, Three, Two};
use crate::arch::cpuid::Registers;

/// Nothing more is known here, ask leaf 4.
const LEAF4: u8 = 0xff;

/// There is no cache of level 2, or of level 3 where there is one of level 2.
const NO_OUTER_CACHE: u8 = 0x40;

/// Level 3 on family 15 model 6, level 2 elsewhere.
const TWO_OR_THREE: u8 = 0x49;

/// Descriptor, level, size in KiB, ways, line size in bytes; in ascending order.
const TABLE: [(u8, Level, u32, u8, u8); 68] = [
    (0x06, Instructions, 8, 4, 32),
    (0x08, Instructions, 16, 4, 32),
    (0x09, Instructions, 32, 4, 32),
    (0x0a, Data, 8, 2, 32),
    (0x0c, Data, 16, 4, 32),
    (0x0d, Data, 16, 4, 64),
    (0x0e, Data, 24, 6, 64),
    (0x21, Two, 256, 8, 64),
    (0x22, Three, 512, 4, 64),
    (0x23, Three, 1024, 8, 64),
    (0x25, Three, 2048, 8, 64),
    (0x29, Three, 4096, 8, 64),
    (0x2c, Data, 32, 8, 64),
    (0x30, Instructions, 32, 8, 64),
    (0x39, Two, 128, 4, 64),
    (0x3a, Two, 192, 6, 64),
    (0x3b, Two, 128, 2, 64),
    (0x3c, Two, 256, 4, 64),
    (0x3d, Two, 384, 6, 64),
    (0x3e, Two, 512, 4, 64),
    (0x3f, Two, 256, 2, 64),
    (0x41, Two, 128, 4, 32),
    (0x42, Two, 256, 4, 32),
    (0x43, Two, 512, 4, 32),
    (0x44, Two, 1024, 4, 32),
    (0x45, Two, 2048, 4, 32),
    (0x46, Three, 4096, 4, 64),
    (0x47, Three, 8192, 8, 64),
    (0x48, Two, 3072, 12, 64),
    (0x49, Two, 4096, 16, 64),
    (0x4a, Three, 6144, 12, 64),
    (0x4b, Three, 8192, 16, 64),
    (0x4c, Three, 12288, 12, 64),
    (0x4d, Three, 16384, 16, 64),
    (0x4e, Two, 6144, 24, 64),
    (0x60, Data, 16, 8, 64),
    (0x66, Data, 8, 4, 64),
    (0x67, Data, 16, 4, 64),
    (0x68, Data, 32, 4, 64),
    (0x78, Two, 1024, 8, 64),
    (0x79, Two, 128, 8, 64),
    (0x7a, Two, 256, 8, 64),
    (0x7b, Two, 512, 8, 64),
    (0x7c, Two, 1024, 8, 64),
    (0x7d, Two, 2048, 8, 64),
    (0x7f, Two, 512, 2, 64),
    (0x80, Two, 512, 8, 64),
    (0x82, Two, 256, 8, 32),
    (0x83, Two, 512, 8, 32),
    (0x84, Two, 1024, 8, 32),
    (0x85, Two, 2048, 8, 32),
    (0x86, Two, 512, 4, 64),
    (0x87, Two, 1024, 8, 64),
    (0xd0, Three, 512, 4, 64),
    (0xd1, Three, 1024, 4, 64),
    (0xd2, Three, 2048, 4, 64),
    (0xd6, Three, 1024, 8, 64),
    (0xd7, Three, 2048, 8, 64),
    (0xd8, Three, 4096, 8, 64),
    (0xdc, Three, 2048, 12, 64),
    (0xdd, Three, 4096, 12, 64),
    (0xde, Three, 8192, 12, 64),
    (0xe2, Three, 2048, 16, 64),
    (0xe3, Three, 4096, 16, 64),
    (0xe4, Three, 8192, 16, 64),
    (0xea, Three, 12288, 24, 64),
    (0xeb, Three, 18432, 24, 64),
    (0xec, Three, 24576, 24, 64),
];

/// What the descriptors say about a level: a cache, zero if they do not name it, -1 if they deny it. `leaf4` is asked
/// when they refer to it.
pub fn find(registers: Registers, level: Level, three_is_two: bool, mut leaf4: impl FnMut() -> Cache) -> Cache {
    let mut denied = false;
    let mut level = level;
    for (index, register) in registers.into_iter().enumerate() {
        // the low byte of the first register is no descriptor; a register with the high bit set holds none
        let word = if index == 0 { register & !0xff } else { register };
        if word & 0x8000_0000 != 0 {
            continue;
        }
        let significant = word.to_le_bytes().into_iter().take((32 - word.leading_zeros()).div_ceil(8) as usize);
        for descriptor in significant {
            match descriptor {
                NO_OUTER_CACHE => {
                    denied = true;
                    if level == Three {
                        break;
                    }
                }
                LEAF4 => {
                    let cache = leaf4();
                    if cache != Cache::default() {
                        return cache;
                    }
                    break;
                }
                _ => {
                    if descriptor == TWO_OR_THREE && level == Three && three_is_two {
                        level = Two;
                    }
                    if let Some(cache) = of_descriptor(descriptor, level) {
                        return cache;
                    }
                }
            }
        }
    }
    if denied && matches!(level, Two | Three) { Cache { size: -1, ways: -1, line: -1 } } else { Cache::default() }
}

fn of_descriptor(descriptor: u8, level: Level) -> Option<Cache> {
    let index = TABLE.binary_search_by_key(&descriptor, |row| row.0).ok()?;
    let (_, known, size, ways, line) = TABLE.get(index).copied()?;
    (known == level).then_some(Cache { size: i64::from(size) * 1024, ways: i64::from(ways), line: i64::from(line) })
}
