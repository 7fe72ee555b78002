//! The texts of `--list-tunables` and `--list-diagnostics`, in the layout of glibc's loader: `name: value (min: …)` and
//! `key=value`, with strings between quotes.

use alloc::string::String;
use core::fmt::{self, Write};

use super::cpu_features::CpuFeatures;
use super::fields::Offset;
use super::record::{Flags, Record, TunableKind};
use super::tunables::{Tunables, Value};

/// Every tunable of a libc: its value and its bounds.
pub fn tunables(record: &Record, set: &Tunables, cpu: &CpuFeatures) -> String {
    let mut text = String::new();
    for id in 0.. {
        let Some(tunable) = record.tunable(id) else { return text };
        let name = tunable.name.as_str();
        let value = match set.get(id) {
            Some(Value::Text(value)) => {
                let _ = writeln!(text, "{name}: {}", value.trim_end_matches('\0'));
                continue;
            }
            Some(Value::Number(value)) => *value,
            None => computed(record, cpu, name).unwrap_or(tunable.default),
        };
        let min = if name == "glibc.cpu.x86_rep_movsb_threshold" { cpu.min_rep_movsb } else { tunable.min };
        let max = tunable.max;
        let _ = match tunable.kind {
            TunableKind::String => writeln!(text, "{name}:"),
            TunableKind::Int32 => writeln!(text, "{name}: {} (min: {min}, max: {max})", value as i32),
            _ => writeln!(text, "{name}: {value:#x} (min: {min:#x}, max: {max:#x})"),
        };
    }
    text
}

/// What the loader itself makes of a tunable that nobody set.
fn computed(record: &Record, cpu: &CpuFeatures, name: &str) -> Option<u64> {
    let fields = &record.cpu;
    let field = match name.strip_prefix("glibc.cpu.x86_")? {
        "data_cache_size" => fields.data_cache_size,
        "shared_cache_size" => fields.shared_cache_size,
        "non_temporal_threshold" => fields.non_temporal_threshold,
        "memset_non_temporal_threshold" => fields.memset_non_temporal_threshold,
        "rep_movsb_threshold" => fields.rep_movsb_threshold,
        "rep_stosb_threshold" => fields.rep_stosb_threshold,
        _ => return None,
    };
    field.get().map(|at| number(&cpu.bytes, at, 8))
}

fn number(bytes: &[u8], at: usize, size: usize) -> u64 {
    let mut word = [0; 8];
    if let Some(bytes) = bytes.get(at..at + size) {
        word[..size].copy_from_slice(bytes);
    }
    u64::from_le_bytes(word)
}

/// What `struct cpu_features` holds.
pub fn processor(record: &Record, cpu: &CpuFeatures, text: &mut String) {
    let fields = &record.cpu;
    let mut value = |name: &str, field: Offset, size: usize| {
        if let Some(at) = field.get() {
            let _ = writeln!(text, "x86.cpu_features.{name}={:#x}", number(&cpu.bytes, at, size));
        }
    };
    value("basic.kind", fields.kind, 4);
    value("basic.max_cpuid", fields.max_cpuid, 4);
    value("basic.family", fields.family, 4);
    value("basic.model", fields.model, 4);
    value("basic.stepping", fields.stepping, 4);
    leaves(record, cpu, text);
    preferences(record, cpu, text);
    sizes(record, cpu, text);
}

fn leaves(record: &Record, cpu: &CpuFeatures, text: &mut String) {
    let words = record.has(Flags::CPU_FEATURE_WORDS);
    let base = if words { record.cpu.cpuid } else { record.cpu.features };
    let Some(base) = base.get() else { return };
    let kinds: &[&str] = if words { &["cpuid"] } else { &["cpuid", "active"] };
    for (slot, _) in record.cpuid_leaves.iter().enumerate() {
        for (part, kind) in kinds.iter().enumerate() {
            for register in 0..4 {
                let at = base + (slot * kinds.len() + part) * 16 + register * 4;
                let value = number(&cpu.bytes, at, 4);
                let _ = writeln!(text, "x86.cpu_features.features[{slot:#x}].{kind}[{register:#x}]={value:#x}");
            }
        }
    }
}

fn preferences(record: &Record, cpu: &CpuFeatures, text: &mut String) {
    let bits = &record.bits;
    let words = if record.has(Flags::CPU_FEATURE_WORDS) { record.cpu.feature } else { record.cpu.preferred };
    let Some(words) = words.get() else { return };
    let mut rows = [
        ("Fast_Rep_String", bits.fast_rep_string),
        ("Fast_Copy_Backward", bits.fast_copy_backward),
        ("Slow_BSF", bits.slow_bsf),
        ("Fast_Unaligned_Load", bits.fast_unaligned_load),
        ("Prefer_PMINUB_for_stringop", bits.prefer_pminub_for_stringop),
        ("Fast_Unaligned_Copy", bits.fast_unaligned_copy),
        ("I586", bits.i586),
        ("I686", bits.i686),
        ("Slow_SSE4_2", bits.slow_sse4_2),
        ("AVX_Fast_Unaligned_Load", bits.avx_fast_unaligned_load),
        ("Prefer_No_VZEROUPPER", bits.prefer_no_vzeroupper),
        ("Prefer_ERMS", bits.prefer_erms),
        ("Prefer_No_AVX512", bits.prefer_no_avx512),
        ("MathVec_Prefer_No_AVX512", bits.mathvec_prefer_no_avx512),
        ("Prefer_FSRM", bits.prefer_fsrm),
        ("Avoid_Short_Distance_REP_MOVSB", bits.avoid_short_distance_rep_movsb),
        ("Avoid_Non_Temporal_Memset", bits.avoid_non_temporal_memset),
        ("Avoid_STOSB", bits.avoid_stosb),
        ("Prefer_EVEX512", bits.prefer_evex512),
        ("Prefer_AVX2_STRCMP", bits.prefer_avx2_strcmp),
        ("Prefer_MAP_32BIT_EXEC", bits.prefer_map_32bit_exec),
    ];
    rows.sort_by_key(|(_, bit)| bit.get());
    for (name, bit) in rows {
        let Some(bit) = bit.get() else { continue };
        let value = number(&cpu.bytes, words + bit / 8, 1) >> (bit % 8) & 1;
        let _ = writeln!(text, "x86.cpu_features.preferred.{name}={value:#x}");
    }
}

fn sizes(record: &Record, cpu: &CpuFeatures, text: &mut String) {
    let fields = &record.cpu;
    let rows = [
        ("isa_1", fields.isa_1, 4),
        ("xsave_state_size", fields.xsave_state_size, 8),
        ("xsave_state_full_size", fields.xsave_state_full_size, 4),
        ("data_cache_size", fields.data_cache_size, 8),
        ("shared_cache_size", fields.shared_cache_size, 8),
        ("non_temporal_threshold", fields.non_temporal_threshold, 8),
        ("memset_non_temporal_threshold", fields.memset_non_temporal_threshold, 8),
        ("rep_movsb_threshold", fields.rep_movsb_threshold, 8),
        ("rep_movsb_stop_threshold", fields.rep_movsb_stop_threshold, 8),
        ("rep_stosb_threshold", fields.rep_stosb_threshold, 8),
        ("level1_icache_size", fields.level1_icache_size, 8),
        ("level1_icache_linesize", fields.level1_icache_linesize, 8),
        ("level1_dcache_size", fields.level1_dcache_size, 8),
        ("level1_dcache_assoc", fields.level1_dcache_assoc, 8),
        ("level1_dcache_linesize", fields.level1_dcache_linesize, 8),
        ("level2_cache_size", fields.level2_cache_size, 8),
        ("level2_cache_assoc", fields.level2_cache_assoc, 8),
        ("level2_cache_linesize", fields.level2_cache_linesize, 8),
        ("level3_cache_size", fields.level3_cache_size, 8),
        ("level3_cache_assoc", fields.level3_cache_assoc, 8),
        ("level3_cache_linesize", fields.level3_cache_linesize, 8),
        ("level4_cache_size", fields.level4_cache_size, 8),
        ("cachesize_non_temporal_divisor", fields.cachesize_non_temporal_divisor, 8),
    ];
    for (name, field, size) in rows {
        if let Some(at) = field.get() {
            let _ = writeln!(text, "x86.cpu_features.{name}={:#x}", number(&cpu.bytes, at, size));
        }
    }
}

/// The environment: of variables that the C library does not read only the names.
pub fn environment<'a>(variables: impl Iterator<Item = &'a [u8]>, text: &mut String) {
    for (index, variable) in variables.enumerate() {
        let name = variable.split(|&byte| byte == b'=').next().unwrap_or_default();
        let _ = match name.len() == variable.len() || is_shown(name) {
            true => writeln!(text, "env[{index:#x}]={}", Quoted(variable)),
            false => writeln!(text, "env_filtered[{index:#x}]={}", Quoted(name)),
        };
    }
}

fn is_shown(name: &[u8]) -> bool {
    const SHOWN: &[&str] = &[
        "DATEMSK",
        "GCONV_PATH",
        "GETCONF_DIR",
        "GLIBC_TUNABLES",
        "GMON_OUTPUT_PREFIX",
        "HESIOD_CONFIG",
        "HES_DOMAIN",
        "HOSTALIASES",
        "I18NPATH",
        "IFS",
        "LANG",
        "LOCALDOMAIN",
        "LOCPATH",
        "MSGVERB",
        "NIS_DEFAULTS",
        "NIS_GROUP",
        "NIS_PATH",
        "NLSPATH",
        "PATH",
        "POSIXLY_CORRECT",
        "RESOLV_HOST_CONF",
        "RES_OPTIONS",
        "SEV_LEVEL",
        "TMPDIR",
        "TZ",
        "TZDIR",
    ];
    let families: [&[u8]; 3] = [b"LC_", b"LD_", b"MALLOC_"];
    families.iter().any(|start| name.starts_with(start)) || SHOWN.iter().any(|shown| shown.as_bytes() == name)
}

/// Bytes between quotes; what is no printable ASCII in octal.
pub struct Quoted<'a>(pub &'a [u8]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for &byte in self.0 {
            match byte {
                b'"' | b'\\' => write!(f, "\\{}", char::from(byte))?,
                b' '..=b'~' => f.write_char(char::from(byte))?,
                _ => write!(f, "\\{byte:03o}")?,
            }
        }
        f.write_char('"')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn quotes_and_control_characters_are_escaped() {
        assert_eq!(Quoted(b"a\"b\\c\x01\xff").to_string(), "\"a\\\"b\\\\c\\001\\377\"");
    }

    #[test]
    fn foreign_variables_are_named_only() {
        let mut text = String::new();
        let variables: [&[u8]; 4] = [b"LD_DEBUG=libs", b"SECRET=1", b"TZ=UTC", b"malformed"];
        environment(variables.into_iter(), &mut text);
        let wanted = "env[0x0]=\"LD_DEBUG=libs\"\nenv_filtered[0x1]=\"SECRET\"\nenv[0x2]=\"TZ=UTC\"\nenv[0x3]=\"malformed\"\n";
        assert_eq!(text, wanted);
    }
}
