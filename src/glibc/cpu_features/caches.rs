//! Sizes of the caches and a thread's share of the last one, from CPUID as each vendor tells it: leaf 4 or the
//! descriptors of leaf 2 (Intel SDM volume 2, CPUID), leaves 0x8000001d or 0x80000005 and 6 (AMD APM volume 3, appendix E).
//! Neighbours: [`super::identify`], [`super::thresholds`], [`super::descriptors`].

use super::descriptors;
use super::identify::{Cpu, Kind};
use crate::arch::cpuid::{CpuidSource, EAX, EBX, ECX, EDX};
use crate::glibc::record::{Flags, Record};

/// Subleaves of leaf 4 that are asked for at most.
const MAX_SUBLEAVES: u32 = 16;

/// One cache: size and line size in bytes. A number is 0 when the cache is absent and -1 when it cannot be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cache {
    pub size: i64,
    pub ways: i64,
    pub line: i64,
}

/// The caches by level, and what copies of memory depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caches {
    pub instructions: Cache,
    pub data: Cache,
    pub level2: Cache,
    pub level3: Cache,
    pub level4: Cache,
    /// Bytes of the last level for copies, with what an exclusive level above it adds.
    pub shared: i64,
    /// The same for one thread.
    pub shared_per_thread: i64,
}

/// Which cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Instructions,
    Data,
    Two,
    Three,
    Four,
}

impl Cache {
    const UNKNOWN: Self = Cache { size: -1, ways: -1, line: -1 };

    /// From the registers of leaf 4: each number is kept minus one.
    fn of_leaf4(registers: [u32; 4]) -> Self {
        let [_, b, c, _] = registers.map(i64::from);
        let (ways, partitions, line) = ((b >> 22) + 1, (b >> 12 & 0x3ff) + 1, (b & 0xfff) + 1);
        Cache { size: ways * partitions * line * (c + 1), ways, line }
    }
}

impl Caches {
    const UNKNOWN: Self = Caches {
        instructions: Cache::UNKNOWN,
        data: Cache::UNKNOWN,
        level2: Cache::UNKNOWN,
        level3: Cache::UNKNOWN,
        level4: Cache::UNKNOWN,
        shared: -1,
        shared_per_thread: -1,
    };

    /// All there is to know about the caches of `cpu`.
    pub fn of(cpu: &Cpu, source: &mut dyn CpuidSource, record: &Record) -> Self {
        match cpu.kind {
            Kind::Intel => {
                let caches = Caches::by_level(|level| intel(cpu, source, record, level));
                caches.shared_among_threads(cpu, source)
            }
            Kind::Zhaoxin => {
                let mut caches = Caches::by_level(|level| leaf4(source, level).unwrap_or_default());
                caches.level4 = Cache::UNKNOWN;
                caches.shared_among_threads(cpu, source)
            }
            Kind::Amd | Kind::Hygon => Caches::amd(cpu, source, record),
            Kind::Other => Caches::UNKNOWN,
        }
    }

    fn by_level(mut cache: impl FnMut(Level) -> Cache) -> Self {
        let level3 = cache(Level::Three);
        Caches {
            instructions: cache(Level::Instructions),
            data: cache(Level::Data),
            level2: cache(Level::Two),
            level3,
            level4: cache(Level::Four),
            shared: level3.size,
            shared_per_thread: level3.size,
        }
    }

    fn amd(cpu: &Cpu, source: &mut dyn CpuidSource, record: &Record) -> Self {
        let by_leaf = record.has(Flags::CPU_AMD_CACHE_LEAF);
        let legacy = cpu.kind != Kind::Hygon || record.has(Flags::CPU_HYGON_THRESHOLDS);
        let mut caches = Caches::by_level(|level| amd_cache(cpu, source, level, by_leaf, legacy));
        let level2 = caches.level2.size;
        if cpu.kind == Kind::Hygon || !by_leaf {
            caches.level4 = Cache::UNKNOWN;
        }
        if cpu.kind == Kind::Hygon {
            return caches;
        }
        if caches.shared <= 0 {
            caches.shared = level2;
            caches.shared_per_thread = level2;
        } else if by_leaf {
            if cpu.family < 0x17 {
                caches.shared += level2;
            }
            caches.shared_per_thread = caches.shared;
        } else {
            caches.shared_per_thread = amd_share(cpu, source, caches.shared);
            if cpu.family < 0x17 {
                caches.shared += level2;
                caches.shared_per_thread += level2;
            }
        }
        caches
    }

    /// Divides the last level by the threads that share it, as leaves 4 and 11 count them.
    fn shared_among_threads(mut self, cpu: &Cpu, source: &mut dyn CpuidSource) -> Self {
        let core = self.level2.size;
        let level = if self.shared <= 0 { 2 } else { 3 };
        if level == 2 {
            self.shared = core;
            self.shared_per_thread = core;
        }
        let mut sharing = Sharing { level2: 0, level3: 0, inclusive: true };
        if let Some(package) = cpu.logical_processors() {
            let threads = match Sharing::count(cpu, source, level) {
                Some(counted) => {
                    sharing = counted;
                    sharing.threads(cpu, level)
                }
                None => package,
            };
            if self.shared_per_thread > 0 && threads > 0 {
                self.shared_per_thread /= i64::from(threads);
            }
        }
        if !sharing.inclusive {
            let threads = i64::from(sharing.level2);
            self.shared_per_thread += if threads > 0 { core / threads } else { core };
            self.shared += core;
        }
        self
    }
}

/// How many threads share the caches of level 2 and 3, and whether the latter contains the former.
struct Sharing {
    level2: u32,
    level3: u32,
    inclusive: bool,
}

impl Sharing {
    /// `None` when leaf 4 does not tell.
    fn count(cpu: &Cpu, source: &mut dyn CpuidSource, last: u32) -> Option<Self> {
        if cpu.max_leaf < 4 {
            return None;
        }
        let mut sharing = Sharing { level2: 0, level3: 0, inclusive: true };
        let (mut want2, mut want3) = (true, last == 3);
        for subleaf in 0..MAX_SUBLEAVES {
            let registers = source.cpuid(4, subleaf);
            if cpu.kind == Kind::Intel && registers[EAX] & 0x1f == 0 {
                return None;
            }
            let ids = registers[EAX] >> 14 & 0x3ff;
            match registers[EAX] >> 5 & 7 {
                2 if want2 => (sharing.level2, want2) = (ids, false),
                3 if want3 => {
                    (sharing.level3, want3) = (ids, false);
                    sharing.inclusive = registers[EDX] & 2 != 0;
                }
                _ => {}
            }
            if !want2 && !want3 {
                break;
            }
        }
        if cpu.max_leaf >= 11 && !cpu.is(Kind::Zhaoxin, 6) {
            sharing.narrow(source, last);
        }
        // leaf 4 counts from zero
        sharing.level2 += u32::from(sharing.level2 > 0);
        sharing.level3 += u32::from(sharing.level3 > 0);
        Some(sharing)
    }

    /// Leaf 4 counts identifiers that can be given; leaf 11 says how many threads there are behind them.
    fn narrow(&mut self, source: &mut dyn CpuidSource, last: u32) {
        let mut want_threads = self.level2 > 0 && last == 3;
        let mut want_cores = self.level3 > 0 || self.level2 > 0 && last == 2;
        for subleaf in 0..MAX_SUBLEAVES {
            if !want_threads && !want_cores {
                break;
            }
            let registers = source.cpuid(11, subleaf);
            let (shipped, kind) = (registers[EBX] & 0xff, registers[ECX] >> 8 & 0xff);
            if shipped == 0 || kind == 0 {
                break;
            }
            let masked = |ids: u32| shipped.wrapping_sub(1) & ids.checked_ilog2().map_or(0, |top| (2u32 << top).wrapping_sub(1));
            if kind == 1 && want_threads {
                (self.level2, want_threads) = (masked(self.level2), false);
            } else if kind == 2 && want_cores {
                want_cores = false;
                let ids = if last == 2 { &mut self.level2 } else { &mut self.level3 };
                *ids = masked(*ids);
            }
        }
    }

    fn threads(&self, cpu: &Cpu, last: u32) -> u32 {
        let silvermont = cpu.is(Kind::Intel, 6) && matches!(cpu.model, 0x37 | 0x4a | 0x4d | 0x5a | 0x5d);
        match last {
            2 if silvermont => self.level2.min(2),
            2 => self.level2,
            _ => self.level3,
        }
    }
}

/// The cache of a level as leaf 4 has it.
pub fn leaf4(source: &mut dyn CpuidSource, level: Level) -> Option<Cache> {
    for subleaf in 0..MAX_SUBLEAVES {
        let registers = source.cpuid(4, subleaf);
        let kind = registers[EAX] & 0x1f;
        if kind == 0 {
            break;
        }
        let found = match registers[EAX] >> 5 & 7 {
            1 => kind == 1 && level == Level::Data || kind == 2 && level == Level::Instructions,
            2 => level == Level::Two,
            3 => level == Level::Three,
            4 => level == Level::Four,
            _ => false,
        };
        if found {
            return Some(Cache::of_leaf4(registers));
        }
    }
    None
}

fn intel(cpu: &Cpu, source: &mut dyn CpuidSource, record: &Record, level: Level) -> Cache {
    if cpu.max_leaf < 2 {
        return Cache::UNKNOWN;
    }
    let absent = if record.has(Flags::CPU_LEAF2_CHECKED) { Cache::UNKNOWN } else { Cache::default() };
    let registers = source.cpuid(2, 0);
    // the low byte is always 1; anything else means that only leaf 4 is to be believed
    if registers[EAX] & 0xff != 1 && record.has(Flags::CPU_LEAF2_CHECKED) {
        return leaf4(source, level).unwrap_or(absent);
    }
    descriptors::find(registers, level, cpu.is(Kind::Intel, 15) && cpu.model == 6, || leaf4(source, level).unwrap_or(absent))
}

/// Ways as leaf 0x80000006 encodes them (AMD APM volume 3, table E-4).
fn amd_ways(code: u32, size: i64, line: i64) -> i64 {
    match code {
        0 | 1 | 2 | 4 => i64::from(code),
        6 => 8,
        8 => 16,
        10 => 32,
        11 => 48,
        12 => 64,
        13 => 96,
        14 => 128,
        15 => size.checked_div(line).unwrap_or(0),
        _ => 0,
    }
}

fn amd_cache(cpu: &Cpu, source: &mut dyn CpuidSource, level: Level, by_leaf: bool, legacy: bool) -> Cache {
    let max = source.cpuid(0x8000_0000, 0)[EAX];
    let subleaf = match level {
        Level::Data => 0,
        Level::Instructions => 1,
        Level::Two => 2,
        Level::Three => 3,
        Level::Four => return Cache::default(),
    };
    if by_leaf && max >= 0x8000_001d {
        let registers = source.cpuid(0x8000_001d, subleaf);
        if registers[ECX] != 0 {
            // glibc leaves the partitions out
            let (ways, line) = (i64::from(registers[EBX] >> 22) + 1, i64::from(registers[EBX] & 0xfff) + 1);
            return Cache { size: ways * line * (i64::from(registers[ECX]) + 1), ways, line };
        }
    }
    let leaf = if matches!(level, Level::Two | Level::Three) { 0x8000_0006 } else { 0x8000_0005 };
    if max < leaf || !legacy {
        return Cache::default();
    }
    let registers = source.cpuid(leaf, 0);
    match level {
        Level::Data => amd_level1(registers[ECX]),
        Level::Instructions => amd_level1(registers[EDX]),
        Level::Two if registers[ECX] & 0xf000 == 0 => Cache::default(),
        Level::Two => amd_outer(registers[ECX], i64::from(registers[ECX] >> 6 & 0x3f_fc00)),
        _ if registers[EDX] & 0xf000 == 0 => Cache::default(),
        _ => {
            let total = i64::from(registers[EDX] & 0x3ffc_0000) << 1;
            let cache = amd_outer(registers[EDX], total);
            Cache { size: if by_leaf { amd_threads_share(cpu, source, total) } else { total }, ..cache }
        }
    }
}

fn amd_level1(register: u32) -> Cache {
    let ways = register >> 16 & 0xff;
    let fully = i64::from(register >> 16 << 2 & 0x3_fc00);
    Cache {
        size: i64::from(register >> 14 & 0x3_fc00),
        ways: if ways == 0xff { fully } else { i64::from(ways) },
        line: i64::from(register & 0xff),
    }
}

fn amd_outer(register: u32, size: i64) -> Cache {
    let line = i64::from(register & 0xff);
    Cache { size, ways: amd_ways(register >> 12 & 0xf, size, line), line }
}

/// Level 3 of a processor without leaf 0x8000001d, for the threads of one core complex.
fn amd_threads_share(cpu: &Cpu, source: &mut dyn CpuidSource, total: i64) -> i64 {
    let max = source.cpuid(0x8000_0000, 0)[EAX];
    let mut threads = 0;
    if max >= 0x8000_0008 {
        threads = (source.cpuid(0x8000_0008, 0)[ECX] & 0xff) + 1;
    }
    if threads == 0 {
        threads = cpu.logical_processors().unwrap_or(0);
    }
    let share = if threads > 0 { total / i64::from(threads) } else { 0 };
    if cpu.family >= 0x17 || cpu.kind == Kind::Hygon { share * core_complex(source) } else { share }
}

/// A thread's share of level 3, times the threads of a core complex from Zen on.
fn amd_share(cpu: &Cpu, source: &mut dyn CpuidSource, total: i64) -> i64 {
    let max = source.cpuid(0x8000_0000, 0)[EAX];
    let mut threads = 0;
    if max >= 0x8000_0008 {
        threads = 1 << (source.cpuid(0x8000_0008, 0)[ECX] >> 12 & 0xf);
    }
    if threads == 0 || cpu.family >= 0x17 {
        threads = cpu.logical_processors().unwrap_or(threads);
    }
    let share = if threads > 0 { total / i64::from(threads) } else { total };
    if cpu.family >= 0x17 { share * core_complex(source) } else { share }
}

/// Threads that share one level 3 cache.
fn core_complex(source: &mut dyn CpuidSource) -> i64 {
    i64::from(source.cpuid(0x8000_001d, 3)[EAX] >> 14 & 0xfff) + 1
}
