//! The tunable `glibc.cpu.hwcaps`: a list like `-AVX2,-XSAVEC,Prefer_ERMS` with which a user hides features and sets glibc's
//! own flags (glibc manual, "Hardware Capability Tunables"). Neighbours: [`super::features`], [`super::tuning`].

use super::features::{self as f, Feature, Needs, TABLE};
use super::identify::Cpu;
use super::tuning::Tuning;
use super::xsave::StateSizes;
use crate::glibc::record::{Flags, Record};

/// The features that can be hidden.
const HIDEABLE: [(&str, Feature); 36] = [
    ("AVX", f::AVX),
    ("CX8", f::CX8),
    ("FMA", f::FMA),
    ("HTT", f::HTT),
    ("RTM", f::RTM),
    ("AVX2", f::AVX2),
    ("BMI1", f::BMI1),
    ("BMI2", f::BMI2),
    ("CMOV", f::CMOV),
    ("ERMS", f::ERMS),
    ("FMA4", f::FMA4),
    ("SSE2", f::SSE2),
    ("LZCNT", f::LZCNT),
    ("MOVBE", f::MOVBE),
    ("SSSE3", f::SSSE3),
    ("XSAVE", f::XSAVE),
    ("POPCNT", f::POPCNT),
    ("SSE4_1", f::SSE4_1),
    ("SSE4_2", f::SSE4_2),
    ("XSAVEC", f::XSAVEC),
    ("AVX512F", f::AVX512F),
    ("OSXSAVE", f::OSXSAVE),
    ("AVX512CD", f::AVX512CD),
    ("AVX512BW", f::AVX512BW),
    ("AVX512DQ", f::AVX512DQ),
    ("AVX512ER", f::AVX512ER),
    ("AVX512PF", f::AVX512PF),
    ("AVX512VL", f::AVX512VL),
    ("AVX_Usable", f::AVX),
    ("FMA_Usable", f::FMA),
    ("AVX2_Usable", f::AVX2),
    ("FMA4_Usable", f::FMA4),
    ("XSAVEC_Usable", f::XSAVEC),
    ("AVX512F_Usable", f::AVX512F),
    ("AVX512DQ_Usable", f::AVX512DQ),
    ("AVX512VL_Usable", f::AVX512VL),
];

/// The flags that can be set and cleared, some only if a feature is active.
const SETTABLE: [(&str, Tuning, Option<Feature>); 17] = [
    ("Slow_BSF", Tuning::SLOW_BSF, None),
    ("Prefer_ERMS", Tuning::PREFER_ERMS, None),
    ("Prefer_FSRM", Tuning::PREFER_FSRM, None),
    ("Avoid_STOSB", Tuning::AVOID_STOSB, None),
    ("Slow_SSE4_2", Tuning::SLOW_SSE4_2, Some(f::SSE4_2)),
    ("Prefer_EVEX512", Tuning::PREFER_EVEX512, Some(f::AVX512F)),
    ("Fast_Rep_String", Tuning::FAST_REP_STRING, None),
    ("Prefer_No_AVX512", Tuning::PREFER_NO_AVX512, Some(f::AVX512F)),
    ("Fast_Copy_Backward", Tuning::FAST_COPY_BACKWARD, None),
    ("Fast_Unaligned_Load", Tuning::FAST_UNALIGNED_LOAD, None),
    ("Fast_Unaligned_Copy", Tuning::FAST_UNALIGNED_COPY, None),
    ("Prefer_AVX2_STRCMP", Tuning::PREFER_AVX2_STRCMP, Some(f::AVX2)),
    ("Prefer_No_VZEROUPPER", Tuning::PREFER_NO_VZEROUPPER, Some(f::AVX)),
    ("AVX_Fast_Unaligned_Load", Tuning::AVX_FAST_UNALIGNED_LOAD, Some(f::AVX)),
    ("MathVec_Prefer_No_AVX512", Tuning::MATHVEC_PREFER_NO_AVX512, Some(f::AVX512F)),
    ("Avoid_Non_Temporal_Memset", Tuning::AVOID_NON_TEMPORAL_MEMSET, None),
    ("Prefer_PMINUB_for_stringop", Tuning::PREFER_PMINUB_FOR_STRINGOP, Some(f::SSE2)),
];

/// What cannot be cleared once it is set by the user, only the other way round.
const CLEARABLE: [(&str, Tuning); 2] = [("I586", Tuning::I586), ("I686", Tuning::I686)];

impl Cpu {
    /// Applies the list; words that are no name are passed over, as glibc does.
    pub fn apply_hwcaps(&mut self, list: &str, sizes: &mut StateSizes, record: &Record) {
        for word in list.split(',') {
            let (name, hide) = word.strip_prefix('-').map_or((word, false), |name| (name, true));
            if let Some((_, tuning, needs)) = SETTABLE.iter().find(|row| row.0 == name)
                && (hide || needs.is_none_or(|needed| self.active.has(needed)))
            {
                self.tuning.set(*tuning, !hide);
            }
            if !hide {
                continue;
            }
            if let Some((_, tuning)) = CLEARABLE.iter().find(|row| row.0 == name) {
                self.tuning.remove(*tuning);
            }
            if let Some((_, feature)) = HIDEABLE.iter().find(|row| row.0 == name) {
                self.hide(*feature, name.ends_with("_Usable"), sizes, record);
            }
        }
    }

    fn hide(&mut self, feature: Feature, usable_bit_only: bool, sizes: &mut StateSizes, record: &Record) {
        let words = record.has(Flags::CPU_FEATURE_WORDS);
        if words && usable_bit_only || !words && !usable_bit_only {
            self.active.clear(feature);
            if feature == f::XSAVEC {
                sizes.state = sizes.full.into();
            }
        } else if words && feature != f::XSAVE && feature != f::XSAVEC {
            self.cpuid.clear(feature);
            // what has a usable bit keeps it
            if TABLE.iter().any(|row| row.feature == feature && row.needs == Needs::Nothing) {
                self.active.clear(feature);
            }
        }
    }

    /// Without XSAVE there are no vectors beyond SSE: what the list left inconsistent is made consistent.
    pub fn drop_unsaved(&mut self, sizes: &mut StateSizes, record: &Record) {
        if record.has(Flags::CPU_FEATURE_WORDS) {
            return;
        }
        if !self.active.has(f::OSXSAVE) {
            for feature in [f::XSAVE, f::XSAVEOPT, f::XSAVEC, f::XGETBV_ECX_1, f::XFD] {
                self.active.clear(feature);
            }
        }
        if !self.active.has(f::XSAVE) && !self.active.has(f::XSAVEC) {
            sizes.state = 0;
            for row in TABLE.iter().filter(|row| matches!(row.needs, Needs::Avx | Needs::Avx512) || row.feature == f::FMA4) {
                self.active.clear(row.feature);
            }
            for feature in [f::AMX_BF16, f::AMX_TILE, f::AMX_INT8] {
                self.active.clear(feature);
            }
        }
    }
}
