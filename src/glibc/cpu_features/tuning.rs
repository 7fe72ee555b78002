//! glibc's own flags: which of several string functions suits this processor best, and where it is known to have flaws.
//! The facts are those of glibc's manual tuning by family and model. Neighbours: [`super::identify`] says which processor
//! it is, [`super::caches`] goes on with sizes.

use bitflags::bitflags;

use super::features as f;
use super::identify::{Cpu, Kind};
use crate::glibc::record::{ArchBits, BitIndex, Flags, Record};

bitflags! {
    /// The flags by glibc's names; a record says which bit a libc keeps each in.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Tuning: u32 {
        const FAST_REP_STRING = 1 << 0;
        const FAST_COPY_BACKWARD = 1 << 1;
        const SLOW_BSF = 1 << 2;
        const FAST_UNALIGNED_LOAD = 1 << 3;
        const PREFER_PMINUB_FOR_STRINGOP = 1 << 4;
        const FAST_UNALIGNED_COPY = 1 << 5;
        const I586 = 1 << 6;
        const I686 = 1 << 7;
        const SLOW_SSE4_2 = 1 << 8;
        const AVX_FAST_UNALIGNED_LOAD = 1 << 9;
        const PREFER_MAP_32BIT_EXEC = 1 << 10;
        const PREFER_NO_VZEROUPPER = 1 << 11;
        const PREFER_ERMS = 1 << 12;
        const PREFER_NO_AVX512 = 1 << 13;
        const MATHVEC_PREFER_NO_AVX512 = 1 << 14;
        const PREFER_FSRM = 1 << 15;
        const AVOID_SHORT_DISTANCE_REP_MOVSB = 1 << 16;
        const AVOID_NON_TEMPORAL_MEMSET = 1 << 17;
        const AVOID_STOSB = 1 << 18;
        const PREFER_EVEX512 = 1 << 19;
        const PREFER_AVX2_STRCMP = 1 << 20;
    }
}

const UNALIGNED: Tuning =
    Tuning::FAST_UNALIGNED_LOAD.union(Tuning::FAST_UNALIGNED_COPY).union(Tuning::PREFER_PMINUB_FOR_STRINGOP);
const BIG_CORE: Tuning = UNALIGNED.union(Tuning::FAST_REP_STRING);

/// Groups of Intel processors that are treated alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Intel {
    /// Bonnell and Saltwell.
    InOrderAtom,
    /// Silvermont to Goldmont Plus, Knights Landing.
    SmallAtom,
    Tremont,
    /// Nehalem and Westmere.
    BigWithoutAvx,
    /// Sandy Bridge to Broadwell.
    BigSmallThreshold,
    /// Skylake's server chips, whose mesh dislikes non-temporal memset.
    SkylakeServer,
    /// Skylake and everything later.
    BigLargeThreshold,
    Unknown,
}

impl Tuning {
    /// Every flag with its bit in this libc's words.
    pub fn places(bits: &ArchBits) -> [(Tuning, BitIndex); 21] {
        [
            (Tuning::FAST_REP_STRING, bits.fast_rep_string),
            (Tuning::FAST_COPY_BACKWARD, bits.fast_copy_backward),
            (Tuning::SLOW_BSF, bits.slow_bsf),
            (Tuning::FAST_UNALIGNED_LOAD, bits.fast_unaligned_load),
            (Tuning::PREFER_PMINUB_FOR_STRINGOP, bits.prefer_pminub_for_stringop),
            (Tuning::FAST_UNALIGNED_COPY, bits.fast_unaligned_copy),
            (Tuning::I586, bits.i586),
            (Tuning::I686, bits.i686),
            (Tuning::SLOW_SSE4_2, bits.slow_sse4_2),
            (Tuning::AVX_FAST_UNALIGNED_LOAD, bits.avx_fast_unaligned_load),
            (Tuning::PREFER_MAP_32BIT_EXEC, bits.prefer_map_32bit_exec),
            (Tuning::PREFER_NO_VZEROUPPER, bits.prefer_no_vzeroupper),
            (Tuning::PREFER_ERMS, bits.prefer_erms),
            (Tuning::PREFER_NO_AVX512, bits.prefer_no_avx512),
            (Tuning::MATHVEC_PREFER_NO_AVX512, bits.mathvec_prefer_no_avx512),
            (Tuning::PREFER_FSRM, bits.prefer_fsrm),
            (Tuning::AVOID_SHORT_DISTANCE_REP_MOVSB, bits.avoid_short_distance_rep_movsb),
            (Tuning::AVOID_NON_TEMPORAL_MEMSET, bits.avoid_non_temporal_memset),
            (Tuning::AVOID_STOSB, bits.avoid_stosb),
            (Tuning::PREFER_EVEX512, bits.prefer_evex512),
            (Tuning::PREFER_AVX2_STRCMP, bits.prefer_avx2_strcmp),
        ]
    }
}

impl Cpu {
    /// Sets the flags and hides features that are known to be broken.
    pub fn tune(&mut self, record: &Record) {
        match self.kind {
            Kind::Intel => self.tune_intel(record),
            Kind::Amd => self.tune_amd(),
            Kind::Zhaoxin => self.tune_zhaoxin(record),
            Kind::Hygon => self.tune_hygon(record),
            Kind::Other => {}
        }
        if matches!(self.kind, Kind::Zhaoxin | Kind::Other) {
            self.tuning |= Tuning::AVOID_NON_TEMPORAL_MEMSET;
        }
        self.tuning.set(Tuning::I586, self.cpuid.has(f::CX8));
        self.tuning.set(Tuning::I686, self.cpuid.has(f::CMOV));
        self.tuning.set(Tuning::AVOID_STOSB, !self.active.has(f::ERMS));
    }

    fn tune_intel(&mut self, record: &Record) {
        if self.active.has(f::RTM_ALWAYS_ABORT) && record.has(Flags::CPU_TSX_RULES) {
            self.visible(record).for_each(|leaves| leaves.clear(f::RTM));
        }
        if self.family == 6 {
            self.hide_broken_transactions(record);
        }
        let group = Intel::of(self.family, self.model, record);
        self.threshold_divisor = group.threshold_divisor(record);
        match group {
            Intel::InOrderAtom => self.tuning |= Tuning::SLOW_BSF,
            Intel::SmallAtom => self.tuning |= UNALIGNED | Tuning::SLOW_SSE4_2,
            Intel::Tremont => self.tuning |= BIG_CORE | Tuning::SLOW_SSE4_2,
            Intel::BigWithoutAvx => self.tuning |= BIG_CORE,
            group => {
                self.tuning.set(Tuning::AVOID_NON_TEMPORAL_MEMSET, group == Intel::SkylakeServer);
                let tuned = self.family == 6 || record.has(Flags::CPU_INTEL_NEW_FAMILIES);
                if tuned && self.cpuid.has(f::AVX) {
                    self.tuning |= BIG_CORE;
                }
            }
        }
        self.tune_intel_vectors(record);
    }

    fn tune_intel_vectors(&mut self, record: &Record) {
        if self.cpuid.has(f::AVX512ER) {
            // Xeon Phi
            self.tuning |= Tuning::PREFER_NO_VZEROUPPER;
        } else {
            // with AVX-VNNI the clock no longer drops for 512-bit loads and stores
            let keeps_clock = record.has(Flags::CPU_AVX512_WITH_VNNI) && self.cpuid.has(f::AVX_VNNI);
            self.tuning.set(Tuning::PREFER_NO_AVX512, !keeps_clock);
            // VZEROUPPER aborts a transaction
            let transactions = record.has(Flags::CPU_TSX_RULES) && self.active.has(f::RTM);
            self.tuning.set(Tuning::PREFER_NO_VZEROUPPER, transactions);
            self.tuning.set(Tuning::PREFER_AVX2_STRCMP, self.active.has(f::AVX2));
        }
        self.tuning.set(Tuning::AVOID_SHORT_DISTANCE_REP_MOVSB, self.cpuid.has(f::FSRM));
    }

    /// Transactional memory that errata disable, for kernels and microcode that still announce it.
    fn hide_broken_transactions(&mut self, record: &Record) {
        let listed = match self.model {
            0x55 => self.stepping <= 5,
            0x8e | 0x9e => self.stepping <= 0xc,
            0x4e | 0x5e => true,
            _ => false,
        };
        if listed && record.has(Flags::CPU_TSX_RULES) {
            for leaves in self.visible(record) {
                leaves.clear(f::HLE);
                leaves.clear(f::RTM);
                leaves.set(f::RTM_ALWAYS_ABORT);
            }
        }
        if matches!(self.model, 0x3c | 0x45 | 0x46) || self.model == 0x3f && self.stepping < 4 {
            self.visible(record).for_each(|leaves| leaves.clear(f::RTM));
        }
    }

    fn tune_amd(&mut self) {
        self.tuning.set(Tuning::PREFER_EVEX512, self.family == 0x1a && self.active.has(f::AVX512F));
        // Excavator
        if self.family == 0x15 && (0x60..=0x7f).contains(&self.model) {
            self.tuning |= Tuning::FAST_UNALIGNED_LOAD | Tuning::FAST_COPY_BACKWARD;
            self.tuning.remove(Tuning::AVX_FAST_UNALIGNED_LOAD);
        }
    }

    fn tune_zhaoxin(&mut self, record: &Record) {
        match (self.family, self.model) {
            (6, 0xf | 0x19) | (7, 0x1b) => {
                self.hide_avx();
                self.tuning |= Tuning::SLOW_SSE4_2;
            }
            // Lujiazui
            (7, 0x3b) => self.hide_avx(),
            // Yongfeng and Shijidadao
            (7, 0x5b | 0x6b) if record.has(Flags::CPU_HYGON) => {
                if self.model == 0x5b {
                    self.threshold_divisor = 2;
                }
                self.tuning.remove(Tuning::AVX_FAST_UNALIGNED_LOAD);
                self.tuning |= Tuning::PREFER_NO_VZEROUPPER | Tuning::FAST_UNALIGNED_LOAD;
            }
            _ => {}
        }
    }

    fn tune_hygon(&mut self, record: &Record) {
        if !record.has(Flags::CPU_HYGON_MODELS) {
            return;
        }
        if self.model < 4 {
            self.tuning.remove(Tuning::AVX_FAST_UNALIGNED_LOAD);
        } else if self.model == 7 || self.model == 8 && record.has(Flags::CPU_HYGON_THRESHOLDS) {
            self.tuning |= Tuning::PREFER_NO_AVX512;
        }
    }

    fn hide_avx(&mut self) {
        self.active.clear(f::AVX);
        self.active.clear(f::AVX2);
        self.tuning.remove(Tuning::AVX_FAST_UNALIGNED_LOAD);
    }

    /// The leaves in which a libc looks for a feature that is no vector: the raw ones where it keeps no active ones.
    fn visible(&mut self, record: &Record) -> impl Iterator<Item = &mut f::Leaves> {
        let raw = record.has(Flags::CPU_FEATURE_WORDS).then_some(&mut self.cpuid);
        core::iter::once(&mut self.active).chain(raw)
    }
}

impl Intel {
    /// The part of the cache from which on a copy is non-temporal.
    fn threshold_divisor(self, record: &Record) -> u64 {
        match self {
            _ if !record.has(Flags::CPU_INTEL_MICROARCHITECTURES) => 4,
            Intel::BigWithoutAvx | Intel::BigSmallThreshold => 8,
            Intel::SkylakeServer | Intel::BigLargeThreshold => 2,
            _ => 4,
        }
    }

    fn of(family: u32, model: u32, record: &Record) -> Self {
        let by_microarchitecture = record.has(Flags::CPU_INTEL_MICROARCHITECTURES);
        let newest = record.has(Flags::CPU_INTEL_NEW_FAMILIES);
        let atoms = record.has(Flags::CPU_INTEL_NEW_ATOMS);
        match (family, model) {
            (6, 0x1c | 0x26) => Intel::InOrderAtom,
            (6, 0x27 | 0x35 | 0x36) if by_microarchitecture => Intel::InOrderAtom,
            (6, 0x37 | 0x4a | 0x4c | 0x4d | 0x57 | 0x5a | 0x5c | 0x5d | 0x5f) => Intel::SmallAtom,
            (6, 0x75 | 0x7a) if atoms => Intel::SmallAtom,
            (6, 0x86 | 0x96 | 0x9c) if atoms => Intel::Tremont,
            (6, 0x1a | 0x1e | 0x1f | 0x25 | 0x2c | 0x2e | 0x2f) => Intel::BigWithoutAvx,
            _ if !by_microarchitecture => Intel::Unknown,
            (6, 0x2a | 0x2d | 0x3a | 0x3c | 0x3d | 0x3e | 0x3f | 0x45 | 0x46 | 0x47 | 0x4f | 0x56) => Intel::BigSmallThreshold,
            (6, 0x55 | 0x66) => Intel::SkylakeServer,
            (6, 0x4e | 0x5e | 0x6a | 0x6c | 0x7d | 0x7e | 0x8a | 0x8c | 0x8d | 0x8e | 0x8f) => Intel::BigLargeThreshold,
            (6, 0x97 | 0x9a | 0x9d | 0x9e | 0xa5 | 0xa6 | 0xa7 | 0xaa | 0xac | 0xad | 0xae) => Intel::BigLargeThreshold,
            (6, 0xb7 | 0xba | 0xbd | 0xbe | 0xbf | 0xc6 | 0xcf) => Intel::BigLargeThreshold,
            (6, 0xb5 | 0xc5 | 0xcc | 0xd5) | (18, 1 | 3) | (19, 1) if newest => Intel::BigLargeThreshold,
            _ => Intel::Unknown,
        }
    }
}
