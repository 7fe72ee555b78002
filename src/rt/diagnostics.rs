//! `--list-tunables` and `--list-diagnostics`: what can be known without running anything. The libc is the program's, or the
//! one that a program without search paths would get.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use luci::arch::cpuid::CpuidCache;
use luci::config::{Config, Mode};
use luci::diag::Result;
use luci::glibc::cpu_features::{self, CpuFeatures, Inputs};
use luci::glibc::diagnostics::{self, Quoted};
use luci::glibc::record::{RECORDS, Record};
use luci::link::world::World;

use super::process::PROCESS;
use super::start::{self, InitialStack, auxv};
use super::{identify, libc, print, sys};

/// The answer to `--version`: what this build is, and which libcs it has records of.
pub fn version() -> String {
    const COMMIT: &str = env!("LUCI_COMMIT");
    let commit = if COMMIT.is_empty() { "of no known commit" } else { COMMIT };
    let build = if cfg!(debug_assertions) { "debug" } else { "release" };
    let mut text = alloc::format!("ld-luci.so {} ({commit}), {build} build for x86_64\n", env!("CARGO_PKG_VERSION"));
    let _ = writeln!(text, "Records of {} layouts of the C library:", RECORDS.len());
    let mut versions: Vec<&str> = RECORDS.iter().map(|record| record.version.as_str()).collect();
    versions.dedup();
    // short enough for a terminal
    for line in versions.chunks(12) {
        let _ = writeln!(text, "    {}", line.join(" "));
    }
    text
}

/// Prints the answer and ends.
pub fn answer(stack: InitialStack, config: &Config<'_>, cpuid: &mut CpuidCache<'_>, world: &mut World<'static>) -> Result<()> {
    identify::ahead(world)?;
    let record = PROCESS.record();
    let tunables = libc::read_tunables(record, stack);
    let aux = |tag| stack.aux(tag).unwrap_or(0);
    let inputs = Inputs {
        hwcap2: aux(auxv::AT_HWCAP2),
        min_signal_stack: aux(auxv::AT_MINSIGSTKSZ),
        tunables: cpu_features::Tunables::of(&tunables, record),
    };
    let cpu = CpuFeatures::compute(cpuid, &inputs, record);
    let text = match config.mode {
        Mode::ListTunables => diagnostics::tunables(record, &tunables, &cpu),
        _ => everything(stack, record, &cpu),
    };
    print::answer(&text);
    sys::exit_group(0)
}

fn everything(stack: InitialStack, record: &Record, cpu: &CpuFeatures) -> String {
    let mut text = String::new();
    loader(stack, record, cpu, &mut text);
    diagnostics::environment(stack.environment(), &mut text);
    paths(&mut text);
    let _ = writeln!(text, "version.release={}", Quoted(b"stable"));
    let _ = writeln!(text, "version.version={}", Quoted(record.version.as_str().as_bytes()));
    let _ = writeln!(text, "version.luci={}", Quoted(env!("CARGO_PKG_VERSION").as_bytes()));
    for (index, (tag, value)) in stack.auxiliary().enumerate() {
        const STRINGS: [u64; 3] = [15, 24, 31];
        let _ = writeln!(text, "auxv[{index:#x}].a_type={tag:#x}");
        let _ = match STRINGS.contains(&tag) && value != 0 {
            true => writeln!(text, "auxv[{index:#x}].a_val={}", Quoted(start::c_string(value))),
            false => writeln!(text, "auxv[{index:#x}].a_val={value:#x}"),
        };
    }
    kernel(&mut text);
    diagnostics::processor(record, cpu, &mut text);
    text
}

fn loader(stack: InitialStack, record: &Record, cpu: &CpuFeatures, text: &mut String) {
    use luci::glibc::record::Flags;
    let has_legacy = record.has(Flags::LEGACY_HWCAP_SUBDIRECTORIES);
    let (lib, names, level) = PROCESS.with_registry(|registry| {
        let search = &registry.search;
        (search.lib.to_vec(), search.hwcaps.names().join(&b':'), search.hwcaps.level())
    });
    let _ = writeln!(text, "dl_dst_lib={}", Quoted(&lib));
    let _ = writeln!(text, "dl_hwcap={:#x}", cpu.hwcap);
    if has_legacy {
        let _ = writeln!(text, "dl_hwcap_important={:#x}", 6);
    }
    let _ = writeln!(text, "dl_hwcap2={:#x}", stack.aux(auxv::AT_HWCAP2).unwrap_or(0));
    let _ = names;
    let _ = writeln!(text, "dl_hwcaps_subdirs={}", Quoted(b"x86-64-v4:x86-64-v3:x86-64-v2"));
    // one bit for each of them, the last one's lowest
    let _ = writeln!(text, "dl_hwcaps_subdirs_active={:#x}", (1u32 << level.saturating_sub(1)) - 1);
    let _ = writeln!(text, "dl_pagesize={:#x}", stack.aux(auxv::AT_PAGESZ).unwrap_or(0));
    let kernels = || stack.aux(auxv::AT_PLATFORM).filter(|&text| text != 0).map_or(&b""[..], start::c_string);
    let _ = writeln!(text, "dl_platform={}", Quoted(cpu.platform.map_or_else(kernels, str::as_bytes)));
    let _ = writeln!(text, "dl_profile_output={}", Quoted(b"/var/tmp"));
    if has_legacy {
        let _ = writeln!(text, "dl_string_platform={:#x}", if cpu.platform == Some("xeon_phi") { 0x33 } else { 0x32 });
    }
    let _ = writeln!(text, "dso.ld={}", Quoted(b"ld-linux-x86-64.so.2"));
    let _ = writeln!(text, "dso.libc={}", Quoted(b"libc.so.6"));
}

fn paths(text: &mut String) {
    let own = super::program::started_as();
    let _ = writeln!(text, "path.prefix={}", Quoted(b"/usr"));
    let _ = writeln!(text, "path.rtld={}", Quoted(&own));
    let _ = writeln!(text, "path.sysconfdir={}", Quoted(b"/etc"));
    let directories: Vec<&[u8]> = PROCESS.with_registry(|registry| registry.search.default_directories.to_vec());
    for (index, directory) in directories.iter().enumerate() {
        let _ = writeln!(text, "path.system_dirs[{index:#x}]={}", Quoted(&[directory, &b"/"[..]].concat()));
    }
}

fn kernel(text: &mut String) {
    let name = rustix::system::uname();
    let rows = [
        ("sysname", name.sysname()),
        ("nodename", name.nodename()),
        ("release", name.release()),
        ("version", name.version()),
        ("machine", name.machine()),
        ("domainname", name.domainname()),
    ];
    for (key, value) in rows {
        let _ = writeln!(text, "uname.{key}={}", Quoted(value.to_bytes()));
    }
}
