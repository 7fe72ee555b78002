//! From which size on copying and filling memory changes its method: the numbers that memcpy and memset of the libc read
//! without a check. Neighbours: [`super::caches`] has the sizes they follow from, [`super::Tunables`] what the user wants.

use super::Tunables;
use super::caches::Caches;
use super::features as f;
use super::identify::{Cpu, Kind};
use super::tuning::Tuning;
use crate::glibc::record::{Flags, Record};

/// Bounds of the non-temporal threshold in bytes, as glibc's manual gives them.
const NON_TEMPORAL_MIN: u64 = 0x4040;
const NON_TEMPORAL_MAX: u64 = u64::MAX >> 4;
/// Where the caches cannot be told.
const NON_TEMPORAL_DEFAULT: u64 = 64 << 20;
const REP_STOSB_DEFAULT: u64 = 2048;

/// All in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    pub data_cache: u64,
    pub shared_cache: u64,
    pub non_temporal: u64,
    pub memset_non_temporal: u64,
    pub rep_movsb: u64,
    pub rep_movsb_stop: u64,
    pub rep_stosb: u64,
}

impl Thresholds {
    /// For a libc that computes them itself and finds only the user's wishes here.
    pub fn of_tunables(tunables: &Tunables) -> Self {
        Thresholds {
            data_cache: tunables.data_cache_size,
            shared_cache: tunables.shared_cache_size,
            non_temporal: tunables.non_temporal_threshold,
            memset_non_temporal: 0,
            rep_movsb: if tunables.rep_movsb_threshold == 0 { 2048 } else { tunables.rep_movsb_threshold },
            rep_movsb_stop: 0,
            rep_stosb: tunables.rep_stosb_threshold.unwrap_or(REP_STOSB_DEFAULT),
        }
    }

    pub fn of(cpu: &Cpu, caches: &Caches, tunables: &Tunables, record: &Record) -> Self {
        let amd_moves_vectors = cpu.kind == Kind::Amd && record.has(Flags::CPU_AMD_VECTOR_MOVES);
        let whole = record.has(Flags::CPU_THRESHOLD_OF_WHOLE_CACHE);
        let shared = if whole { caches.shared } else { caches.shared_per_thread };
        let computed = non_temporal(cpu, caches, record);
        let (vector_movsb, movsb_min) = rep_movsb(cpu);
        let movsb = if amd_moves_vectors { computed } else { vector_movsb };
        let mut non_temporal = computed;
        let avoids_memset = cpu.tuning.contains(Tuning::AVOID_NON_TEMPORAL_MEMSET);
        let memset_computed = if avoids_memset { u64::MAX } else { computed };
        if in_bounds(tunables.non_temporal_threshold) {
            non_temporal = tunables.non_temporal_threshold;
        } else if cpu.kind == Kind::Hygon && record.has(Flags::CPU_HYGON_THRESHOLDS) {
            non_temporal = unsigned(caches.shared_per_thread.wrapping_mul(3) / 8);
        }
        let wished = tunables.memset_non_temporal_threshold;
        let memset_non_temporal = if in_bounds(wished) { wished } else { memset_computed };
        let stops_early = cpu.kind == Kind::Amd && !record.has(Flags::CPU_AMD_VECTOR_MOVES);
        Thresholds {
            data_cache: chosen(tunables.data_cache_size, unsigned(caches.data.size)),
            shared_cache: chosen(tunables.shared_cache_size, unsigned(shared)),
            non_temporal,
            memset_non_temporal,
            rep_movsb: if tunables.rep_movsb_threshold > movsb_min { tunables.rep_movsb_threshold } else { movsb },
            rep_movsb_stop: if stops_early { unsigned(caches.level2.size) } else { non_temporal },
            rep_stosb: rep_stosb(cpu, tunables, amd_moves_vectors, memset_non_temporal, record),
        }
    }
}

/// The user's value unless it is the default 0.
fn chosen(wished: u64, computed: u64) -> u64 {
    if wished != 0 { wished } else { computed }
}

fn in_bounds(threshold: u64) -> bool {
    threshold > NON_TEMPORAL_MIN && threshold <= NON_TEMPORAL_MAX
}

/// As C converts a `long`: unknown (-1) becomes the greatest number.
fn unsigned(number: i64) -> u64 {
    number as u64
}

fn non_temporal(cpu: &Cpu, caches: &Caches, record: &Record) -> u64 {
    let per_thread = unsigned(caches.shared_per_thread.wrapping_mul(3) / 4);
    if !record.has(Flags::CPU_THRESHOLD_OF_WHOLE_CACHE) {
        return per_thread;
    }
    let mut threshold = (unsigned(caches.shared) / cpu.threshold_divisor.max(1)).max(per_thread);
    // without fast string moves a copy stays within a thread's share
    let zhaoxin = cpu.kind == Kind::Zhaoxin && record.has(Flags::CPU_HYGON);
    if !cpu.active.has(f::ERMS) && !zhaoxin {
        threshold = per_thread;
    }
    let least = if record.has(Flags::CPU_THRESHOLD_DEFAULT) { NON_TEMPORAL_DEFAULT } else { NON_TEMPORAL_MIN };
    if threshold < NON_TEMPORAL_MIN { least } else { threshold.min(NON_TEMPORAL_MAX) }
}

/// From which size on REP MOVSB is used, and what a user may set at least: both grow with the vector.
fn rep_movsb(cpu: &Cpu) -> (u64, u64) {
    let (threshold, least) = if cpu.active.has(f::AVX512F) && !cpu.tuning.contains(Tuning::PREFER_NO_AVX512) {
        (4096 * 4, 64 * 8)
    } else if cpu.tuning.contains(Tuning::AVX_FAST_UNALIGNED_LOAD) {
        (4096 * 2, 32 * 8)
    } else {
        (2048, 16 * 8)
    };
    (if cpu.active.has(f::FSRM) { 2112 } else { threshold }, least)
}

fn rep_stosb(cpu: &Cpu, tunables: &Tunables, amd_moves_vectors: bool, memset_non_temporal: u64, record: &Record) -> u64 {
    let default = if amd_moves_vectors { u64::MAX } else { REP_STOSB_DEFAULT };
    let threshold = tunables.rep_stosb_threshold.unwrap_or(default);
    // non-temporal filling is reached through the code for REP STOSB only
    let reaches =
        record.has(Flags::CPU_STOSB_YIELDS) && tunables.rep_stosb_threshold.is_none() && threshold > memset_non_temporal;
    let avoids = record.bits.avoid_stosb.get().is_some() && cpu.tuning.contains(Tuning::AVOID_STOSB);
    if avoids || reaches { memset_non_temporal } else { threshold }
}
