//! `struct cpu_features` of a stock libc, from CPUID: the IFUNC resolvers of libc, libm and libmvec read it while they are
//! relocated, memcpy takes its thresholds from it unchecked. [`CpuFeatures::compute`] gives the bytes that the libc's own
//! loader would have put there, and what the loader itself wants to know of the processor.
//!
//! The way: [`identify`] reads leaves and decides what is active, [`tuning`] adds glibc's flags, [`caches`] and
//! [`thresholds`] the sizes, [`xsave`] the room for saved registers, [`hwcaps`] the user's wishes. Where libcs differ, the
//! record says how. Neighbours: [`super::record`], [`crate::arch::cpuid`].

mod caches;
mod descriptors;
mod features;
mod hwcaps;
mod identify;
#[cfg(test)]
mod tests;
mod thresholds;
mod tuning;
mod xsave;

use alloc::vec;
use alloc::vec::Vec;

use self::caches::Caches;
use self::features as f;
use self::features::{LEAVES, Leaves};
use self::identify::{Cpu, Kind};
use self::thresholds::Thresholds;
use self::tuning::Tuning;
pub use self::xsave::{Instruction, SavedState};
use self::xsave::{StateSizes, saved_state, state_sizes};
use super::record::{BitIndex, Flags, Offset, Record};
use super::tunables::{self, Value};
use crate::arch::cpuid::{CpuidCache, CpuidSource, EBX};

/// What the kernel and the user say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Inputs<'a> {
    /// `AT_HWCAP2`.
    pub hwcap2: u64,
    /// `AT_MINSIGSTKSZ` in bytes, 0 when the kernel gives none.
    pub min_signal_stack: u64,
    pub tunables: Tunables<'a>,
}

/// The tunables `glibc.cpu.*` that matter here; 0, empty or `None` when the user did not set them. Sizes are bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tunables<'a> {
    /// `glibc.cpu.hwcaps`
    pub hwcaps: &'a str,
    pub data_cache_size: u64,
    pub shared_cache_size: u64,
    pub non_temporal_threshold: u64,
    pub memset_non_temporal_threshold: u64,
    pub rep_movsb_threshold: u64,
    pub rep_stosb_threshold: Option<u64>,
    /// `glibc.cpu.prefer_map_32bit_exec`
    pub prefer_map_32bit_exec: bool,
}

impl<'a> Tunables<'a> {
    /// Those that matter here, of all that the user set.
    pub fn of(set: &'a tunables::Tunables, record: &Record) -> Self {
        let value = |name: &str| set.get(record.tunable_id(name)?);
        let number = |name: &str| match value(name) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        };
        let hwcaps = match value("glibc.cpu.hwcaps") {
            Some(Value::Text(text)) => text.trim_end_matches('\0'),
            _ => "",
        };
        Tunables {
            hwcaps,
            data_cache_size: number("glibc.cpu.x86_data_cache_size").unwrap_or(0),
            shared_cache_size: number("glibc.cpu.x86_shared_cache_size").unwrap_or(0),
            non_temporal_threshold: number("glibc.cpu.x86_non_temporal_threshold").unwrap_or(0),
            memset_non_temporal_threshold: number("glibc.cpu.x86_memset_non_temporal_threshold").unwrap_or(0),
            rep_movsb_threshold: number("glibc.cpu.x86_rep_movsb_threshold").unwrap_or(0),
            rep_stosb_threshold: number("glibc.cpu.x86_rep_stosb_threshold"),
            prefer_map_32bit_exec: number("glibc.cpu.prefer_map_32bit_exec").is_some_and(|number| number != 0),
        }
    }
}

/// The micro-architecture levels of the psABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IsaLevel {
    None,
    Baseline,
    V2,
    V3,
    V4,
}

/// What follows from the processor for one libc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CpuFeatures {
    /// `struct cpu_features`; as long as the record says.
    pub bytes: Vec<u8>,
    /// For `glibc-hwcaps` directories.
    pub isa_level: IsaLevel,
    /// `_dl_hwcap` of libcs that put their own bits there instead of `AT_HWCAP`.
    pub hwcap: u64,
    /// `_dl_platform`, where it is not what the kernel says in `AT_PLATFORM`.
    pub platform: Option<&'static str>,
    /// `_dl_minsigstacksize` in bytes, never 0.
    pub min_signal_stack: u64,
    /// What the loader's trampolines save.
    pub saved_state: SavedState,
    /// The least that `glibc.cpu.x86_rep_movsb_threshold` may be, in bytes.
    pub min_rep_movsb: u64,
    /// How many times CPUID was executed.
    pub cpuid_executed: usize,
}

/// Bits of `_dl_hwcap` (glibc's `HWCAP_X86_*`).
const HWCAP_X86_64: u64 = 1 << 1;
const HWCAP_X86_AVX512: u64 = 1 << 2;

/// `MINSIGSTKSZ` of the psABI in bytes.
const MIN_SIGNAL_STACK: u64 = 2048;

impl CpuFeatures {
    /// Asks `source` each question once.
    pub fn compute(source: &mut dyn CpuidSource, inputs: &Inputs, record: &Record) -> Self {
        let mut source = CpuidCache::new(source);
        let mut cpu = Cpu::identify(&mut source, record);
        cpu.activate(&mut source, inputs.hwcap2, record);
        let isa_level = IsaLevel::of(&cpu);
        cpu.tune(record);
        let mut sizes = state_sizes(&cpu, &mut source, record);
        let (caches, thresholds) = if record.has(Flags::LIBC_READS_CACHE_SIZES) {
            let caches = Caches::of(&cpu, &mut source, record);
            (Some(caches), Thresholds::of(&cpu, &caches, &inputs.tunables, record))
        } else {
            (None, Thresholds::of_tunables(&inputs.tunables))
        };
        cpu.apply_hwcaps(inputs.tunables.hwcaps, &mut sizes, record);
        cpu.tuning.set(Tuning::PREFER_MAP_32BIT_EXEC, inputs.tunables.prefer_map_32bit_exec);
        cpu.drop_unsaved(&mut sizes, record);
        let mut image = Image { bytes: vec![0; record.sizes.cpu.into()] };
        image.put_processor(&cpu, record);
        image.put_isa_level(isa_level, record);
        image.put_sizes(&cpu, &sizes, &thresholds, record);
        if let Some(caches) = &caches {
            image.put_caches(caches, record);
        }
        CpuFeatures {
            bytes: image.bytes,
            isa_level,
            hwcap: hwcap(&cpu, record),
            platform: platform(&cpu, record),
            min_signal_stack: min_signal_stack(&cpu, &mut source, inputs),
            saved_state: saved_state(&cpu, &mut source),
            min_rep_movsb: min_rep_movsb(&cpu),
            cpuid_executed: source.executed(),
        }
    }
}

impl IsaLevel {
    /// What the processor can do, for searching before the libc is known.
    pub fn detect(source: &mut dyn CpuidSource, hwcap2: u64) -> Self {
        let newest = &super::record::RECORDS[super::record::RECORDS.len() - 1];
        let mut source = CpuidCache::new(source);
        let mut cpu = Cpu::identify(&mut source, newest);
        cpu.activate(&mut source, hwcap2, newest);
        Self::of(&cpu)
    }

    fn of(cpu: &Cpu) -> Self {
        let active = |features| cpu.active.all(features);
        if !active(&[f::CMOV, f::CX8, f::FXSR, f::MMX, f::SSE, f::SSE2]) || !cpu.cpuid.has(f::FPU) {
            return IsaLevel::None;
        }
        if !active(&[f::CMPXCHG16B, f::LAHF64_SAHF64, f::POPCNT, f::SSE3, f::SSSE3, f::SSE4_1, f::SSE4_2]) {
            return IsaLevel::Baseline;
        }
        if !active(&[f::AVX, f::AVX2, f::BMI1, f::BMI2, f::F16C, f::FMA, f::LZCNT, f::MOVBE]) {
            return IsaLevel::V2;
        }
        if !active(&[f::AVX512F, f::AVX512BW, f::AVX512CD, f::AVX512DQ, f::AVX512VL]) {
            return IsaLevel::V3;
        }
        IsaLevel::V4
    }

    /// `GNU_PROPERTY_X86_ISA_1_*`: one bit for each level reached.
    pub fn property_bits(self) -> u32 {
        (1 << self as u32) - 1
    }
}

/// Libcs with feature words ask for the usable bit of AVX512F and otherwise for what CPUID says; a user can hide the former alone.
fn may_use_avx512(cpu: &Cpu, record: &Record) -> bool {
    !record.has(Flags::CPU_FEATURE_WORDS) || cpu.active.has(f::AVX512F)
}

fn hwcap(cpu: &Cpu, record: &Record) -> u64 {
    let avx512 = cpu.kind == Kind::Intel
        && may_use_avx512(cpu, record)
        && cpu.active.all(&[f::AVX512CD, f::AVX512BW, f::AVX512DQ, f::AVX512VL])
        && !cpu.active.has(f::AVX512ER);
    HWCAP_X86_64 | if avx512 { HWCAP_X86_AVX512 } else { 0 }
}

fn platform(cpu: &Cpu, record: &Record) -> Option<&'static str> {
    if cpu.kind != Kind::Intel {
        return None;
    }
    if may_use_avx512(cpu, record) && cpu.active.all(&[f::AVX512CD, f::AVX512ER, f::AVX512PF]) {
        return Some("xeon_phi");
    }
    let haswell = [f::AVX2, f::FMA, f::BMI1, f::BMI2, f::LZCNT, f::MOVBE, f::POPCNT];
    cpu.active.all(&haswell).then_some("haswell")
}

/// Eight of the vectors that memmove uses.
fn min_rep_movsb(cpu: &Cpu) -> u64 {
    let vector = match () {
        () if cpu.active.has(f::AVX512F) && !cpu.tuning.contains(Tuning::PREFER_NO_AVX512) => 64,
        () if cpu.tuning.contains(Tuning::AVX_FAST_UNALIGNED_LOAD) => 32,
        () => 16,
    };
    8 * vector
}

/// The kernel's number, or else the signal frame as Linux lays it out: return address, ucontext and siginfo, padding, the
/// XSAVE area on a multiple of 64, its end mark.
fn min_signal_stack(cpu: &Cpu, source: &mut dyn CpuidSource, inputs: &Inputs) -> u64 {
    if inputs.min_signal_stack != 0 {
        return inputs.min_signal_stack;
    }
    if cpu.max_leaf < 0xd || !cpu.cpuid.has(f::OSXSAVE) {
        return MIN_SIGNAL_STACK;
    }
    let frame: u64 = 440 + 8;
    let aligned = (frame + 15).next_multiple_of(16) + (64 - 16);
    aligned + u64::from(source.cpuid(0xd, 0)[EBX]) + 4
}

/// The structure in the making. A field the libc does not have is not written.
struct Image {
    bytes: Vec<u8>,
}

impl Image {
    fn put_processor(&mut self, cpu: &Cpu, record: &Record) {
        let fields = &record.cpu;
        self.put32(fields.kind, cpu.kind.number(record));
        self.put32(fields.max_cpuid, cpu.max_leaf);
        self.put32(fields.family, cpu.family);
        self.put32(fields.model, cpu.model);
        self.put32(fields.stepping, cpu.stepping);
        let words = record.has(Flags::CPU_FEATURE_WORDS);
        for (slot, kept) in record.cpuid_leaves.iter().enumerate() {
            let Some(index) = LEAVES.iter().position(|leaf| *leaf == (kept.leaf, kept.subleaf)) else { continue };
            let stride = if words { 16 } else { 32 };
            let base = if words { fields.cpuid } else { fields.features };
            self.put_registers(base, slot * stride, &cpu.cpuid, index);
            if !words {
                self.put_registers(base, slot * stride + 16, &cpu.active, index);
            }
        }
        let flags = if words { fields.feature } else { fields.preferred };
        for (tuning, bit) in Tuning::places(&record.bits) {
            self.put_bit(flags, bit, cpu.tuning.contains(tuning));
        }
        for (feature, bit) in usable_bits(record) {
            self.put_bit(flags, bit, cpu.active.has(feature));
        }
    }

    fn put_isa_level(&mut self, level: IsaLevel, record: &Record) {
        self.put32(record.cpu.isa_1, level.property_bits());
    }

    fn put_sizes(&mut self, cpu: &Cpu, sizes: &StateSizes, thresholds: &Thresholds, record: &Record) {
        let fields = &record.cpu;
        self.put64(fields.xsave_state_size, sizes.state);
        self.put32(fields.xsave_state_full_size, sizes.full);
        self.put64(fields.data_cache_size, thresholds.data_cache);
        self.put64(fields.shared_cache_size, thresholds.shared_cache);
        self.put64(fields.non_temporal_threshold, thresholds.non_temporal);
        self.put64(fields.memset_non_temporal_threshold, thresholds.memset_non_temporal);
        self.put64(fields.rep_movsb_threshold, thresholds.rep_movsb);
        self.put64(fields.rep_movsb_stop_threshold, thresholds.rep_movsb_stop);
        self.put64(fields.rep_stosb_threshold, thresholds.rep_stosb);
        self.put64(fields.cachesize_non_temporal_divisor, cpu.threshold_divisor);
    }

    fn put_caches(&mut self, caches: &Caches, record: &Record) {
        let fields = &record.cpu;
        let numbers = [
            (fields.level1_icache_size, caches.instructions.size),
            (fields.level1_icache_linesize, caches.instructions.line),
            (fields.level1_dcache_size, caches.data.size),
            (fields.level1_dcache_assoc, caches.data.ways),
            (fields.level1_dcache_linesize, caches.data.line),
            (fields.level2_cache_size, caches.level2.size),
            (fields.level2_cache_assoc, caches.level2.ways),
            (fields.level2_cache_linesize, caches.level2.line),
            (fields.level3_cache_size, caches.level3.size),
            (fields.level3_cache_assoc, caches.level3.ways),
            (fields.level3_cache_linesize, caches.level3.line),
            (fields.level4_cache_size, caches.level4.size),
        ];
        for (field, number) in numbers {
            self.put(field, 0, &number.to_le_bytes());
        }
    }

    fn put_registers(&mut self, base: Offset, distance: usize, leaves: &Leaves, index: usize) {
        let Some(registers) = leaves.0.get(index) else { return };
        for (number, register) in registers.iter().enumerate() {
            self.put(base, distance + 4 * number, &register.to_le_bytes());
        }
    }

    fn put_bit(&mut self, words: Offset, bit: BitIndex, value: bool) {
        let (Some(start), Some(bit)) = (words.get(), bit.get()) else { return };
        if let Some(byte) = self.bytes.get_mut(start + bit / 8) {
            *byte |= u8::from(value) << (bit % 8);
        }
    }

    fn put32(&mut self, field: Offset, value: u32) {
        self.put(field, 0, &value.to_le_bytes());
    }

    fn put64(&mut self, field: Offset, value: u64) {
        self.put(field, 0, &value.to_le_bytes());
    }

    fn put(&mut self, field: Offset, distance: usize, value: &[u8]) {
        let Some(start) = field.get() else { return };
        if let Some(place) = self.bytes.get_mut(start + distance..).and_then(|rest| rest.get_mut(..value.len())) {
            place.copy_from_slice(value);
        }
    }
}

/// The features that have a bit of their own where a libc keeps no active registers.
fn usable_bits(record: &Record) -> [(f::Feature, BitIndex); 23] {
    let bits = &record.bits;
    [
        (f::AVX, bits.avx_usable),
        (f::AVX2, bits.avx2_usable),
        (f::AVX512F, bits.avx512f_usable),
        (f::AVX512CD, bits.avx512cd_usable),
        (f::AVX512ER, bits.avx512er_usable),
        (f::AVX512PF, bits.avx512pf_usable),
        (f::AVX512VL, bits.avx512vl_usable),
        (f::AVX512DQ, bits.avx512dq_usable),
        (f::AVX512BW, bits.avx512bw_usable),
        (f::AVX512_4FMAPS, bits.avx512_4fmaps_usable),
        (f::AVX512_4VNNIW, bits.avx512_4vnniw_usable),
        (f::AVX512_BITALG, bits.avx512_bitalg_usable),
        (f::AVX512_IFMA, bits.avx512_ifma_usable),
        (f::AVX512_VBMI, bits.avx512_vbmi_usable),
        (f::AVX512_VBMI2, bits.avx512_vbmi2_usable),
        (f::AVX512_VNNI, bits.avx512_vnni_usable),
        (f::AVX512_VPOPCNTDQ, bits.avx512_vpopcntdq_usable),
        (f::FMA, bits.fma_usable),
        (f::FMA4, bits.fma4_usable),
        (f::VAES, bits.vaes_usable),
        (f::VPCLMULQDQ, bits.vpclmulqdq_usable),
        (f::XOP, bits.xop_usable),
        (f::XSAVEC, bits.xsavec_usable),
    ]
}
