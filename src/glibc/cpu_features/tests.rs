//! What is computed from recorded CPUID dumps, for processors that are not at hand. The dumps are lines of leaf, subleaf and
//! the four registers; the line `xcr0` has what XGETBV gives.

use alloc::string::String;
use alloc::vec::Vec;

use super::{CpuFeatures, Inputs, Instruction, IsaLevel, Tunables};
use crate::arch::cpuid::{CpuidSource, Registers};
use crate::glibc::record::{Offset, RECORDS, Record};

const ZEN5: &str = include_str!("../../../tests/cpuid/zen5.txt");

/// Answers from a dump; what is not in it is zero.
struct Replay {
    rows: Vec<(u32, u32, Registers)>,
    xcr0: u64,
    asked: Vec<(u32, u32)>,
}

impl Replay {
    fn new(dump: &str) -> Self {
        let mut replay = Replay { rows: Vec::new(), xcr0: 0, asked: Vec::new() };
        for line in dump.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let number = |index: usize| u32::from_str_radix(words[index], 16).unwrap();
            match words[0] {
                "xcr0" => replay.xcr0 = number(1).into(),
                _ => replay.rows.push((number(0), number(1), [number(2), number(3), number(4), number(5)])),
            }
        }
        replay
    }
}

impl CpuidSource for Replay {
    fn cpuid(&mut self, leaf: u32, subleaf: u32) -> Registers {
        self.asked.push((leaf, subleaf));
        self.rows.iter().find(|row| (row.0, row.1) == (leaf, subleaf)).map_or([0; 4], |row| row.2)
    }

    fn xgetbv(&mut self) -> u64 {
        self.xcr0
    }
}

fn record(build: &str) -> &'static Record {
    RECORDS.iter().find(|record| record.builds.split(' ').any(|known| known == build)).unwrap()
}

fn newest() -> &'static Record {
    RECORDS.last().unwrap()
}

fn compute(dump: &str, record: &Record) -> CpuFeatures {
    CpuFeatures::compute(&mut Replay::new(dump), &Inputs::default(), record)
}

fn word(features: &CpuFeatures, field: Offset) -> u64 {
    let start = field.get().unwrap();
    u64::from_le_bytes(features.bytes[start..start + 8].try_into().unwrap())
}

#[test]
fn no_leaf_is_asked_twice() {
    for record in &RECORDS {
        let mut replay = Replay::new(ZEN5);
        CpuFeatures::compute(&mut replay, &Inputs::default(), record);
        let mut asked = replay.asked.clone();
        asked.sort();
        asked.dedup();
        assert_eq!(asked.len(), replay.asked.len(), "{}", record.builds);
        assert!(asked.len() <= 16, "{}: {asked:x?}", record.builds);
    }
}

#[test]
fn an_amd_processor_with_avx512() {
    let record = newest();
    let features = compute(ZEN5, record);
    assert_eq!(features.isa_level, IsaLevel::V4);
    assert_eq!(features.isa_level.property_bits(), 0b1111);
    assert_eq!((features.platform, features.hwcap), (None, 2));
    assert_eq!(features.saved_state.instruction, Instruction::Xsavec);
    assert_eq!(features.saved_state.binding_size, 2432);
    assert_eq!(features.min_signal_stack, 464 + 48 + 0x980 + 4);
    assert_eq!(word(&features, record.cpu.level1_dcache_size), 48 << 10);
    assert_eq!(word(&features, record.cpu.level1_icache_size), 32 << 10);
    assert_eq!(word(&features, record.cpu.level2_cache_size), 1 << 20);
    assert_eq!(word(&features, record.cpu.level3_cache_size), 32 << 20);
    // a quarter would be less than what one thread may have
    assert_eq!(word(&features, record.cpu.non_temporal_threshold), 24 << 20);
    assert_eq!(word(&features, record.cpu.rep_movsb_threshold), 24 << 20);
    assert_eq!(word(&features, record.cpu.xsave_state_size), 2560);
}

#[test]
fn the_kernel_decides_what_is_active() {
    let without_avx: String = ZEN5.replace("xcr0 e7", "xcr0 3");
    assert_eq!(compute(&without_avx, newest()).isa_level, IsaLevel::V2);
    let without_avx512: String = ZEN5.replace("xcr0 e7", "xcr0 7");
    assert_eq!(compute(&without_avx512, newest()).isa_level, IsaLevel::V3);
}

#[test]
fn an_unknown_vendor_gets_the_baseline_and_safe_thresholds() {
    let unknown: String = ZEN5.replace("68747541", "12345678");
    for record in &RECORDS {
        let features = compute(&unknown, record);
        assert_eq!(features.isa_level, IsaLevel::None, "{}", record.builds);
        assert_eq!(features.saved_state.instruction, Instruction::Fxsave);
        assert_eq!(features.min_signal_stack, 2048);
    }
    let features = compute(&unknown, newest());
    assert_eq!(word(&features, newest().cpu.level3_cache_size), u64::MAX);
    assert!(word(&features, newest().cpu.non_temporal_threshold) >= 0x4040);
}

#[test]
fn a_processor_that_answers_nothing_is_survived() {
    for record in &RECORDS {
        let features = compute("xcr0 0", record);
        assert_eq!(features.bytes.len(), usize::from(record.sizes.cpu));
        let all_ones: String = "0 1 2 4 7 b d 14 19 24 80000000 80000001 80000005 80000006 80000007 80000008 8000001d"
            .split(' ')
            .flat_map(|leaf| (0..20).map(move |sub| alloc::format!("{leaf} {sub:x} ffffffff ffffffff ffffffff ffffffff\n")))
            .collect();
        for vendor in [
            "756e6547 6c65746e 49656e69",
            "68747541 444d4163 69746e65",
            "6f677948 656e6975 6e65476e",
            "746e6543 736c7561 48727561",
        ] {
            let dump = alloc::format!("0 0 ffffffff {vendor}\nxcr0 ffffffff\n{all_ones}");
            assert_eq!(compute(&dump, record).bytes.len(), usize::from(record.sizes.cpu));
        }
    }
}

#[test]
fn the_users_thresholds_win_within_their_bounds() {
    let record = record("2.36-debian");
    let computed = |tunables| {
        let inputs = Inputs { tunables, ..Inputs::default() };
        CpuFeatures::compute(&mut Replay::new(ZEN5), &inputs, record)
    };
    let small = computed(Tunables { non_temporal_threshold: 0x4040, ..Tunables::default() });
    let fits = computed(Tunables { non_temporal_threshold: 0x4041, ..Tunables::default() });
    assert_ne!(word(&small, record.cpu.non_temporal_threshold), 0x4040);
    assert_eq!(word(&fits, record.cpu.non_temporal_threshold), 0x4041);
}

#[test]
fn tunables_are_found_by_their_names() {
    let record = newest();
    let text = "glibc.cpu.hwcaps=-AVX2:glibc.cpu.x86_rep_stosb_threshold=0x5000:glibc.cpu.x86_data_cache_size=4096";
    let set = crate::glibc::tunables::Tunables::parse(record, text);
    let tunables = Tunables::of(&set, record);
    assert_eq!(tunables.hwcaps, "-AVX2");
    assert_eq!((tunables.rep_stosb_threshold, tunables.data_cache_size), (Some(0x5000), 4096));
    assert_eq!((tunables.rep_movsb_threshold, tunables.prefer_map_32bit_exec), (0, false));
}
