//! `struct cpu_features` as [`luci::glibc::cpu_features`] computes it against what stock loaders compute: a program without
//! libc, run by the loader of the host and of each Debian root of `tests/roots.sh`, writes out its `_rtld_global_ro`, and the
//! bytes must be equal. All runs share one core, because CPUID tells the number of the core.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use luci::arch::cpuid::{CpuidSource, Registers};
use luci::glibc::cpu_features::{CpuFeatures, Inputs, IsaLevel, Tunables};
use luci::glibc::record::{RECORDS, Record};

const DUMPER: &str = r#"
extern const char _rtld_global_ro[];
static long call(long number, long a, long b, long c) {
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
}
void _start(void) {
    call(1, 1, (long)_rtld_global_ro, SIZE);
    call(60, 0, 0, 0);
}
"#;

/// The processor the test runs on.
struct Processor;

impl CpuidSource for Processor {
    fn cpuid(&mut self, leaf: u32, subleaf: u32) -> Registers {
        let answer = core::arch::x86_64::__cpuid_count(leaf, subleaf);
        [answer.eax, answer.ebx, answer.ecx, answer.edx]
    }

    fn xgetbv(&mut self) -> u64 {
        let (low, high): (u32, u32);
        // SAFETY: asked for only where CPUID reports OSXSAVE; it reads a register.
        unsafe { core::arch::asm!("xgetbv", in("ecx") 0, out("eax") low, out("edx") high) };
        u64::from(high) << 32 | u64::from(low)
    }
}

/// A stock libc to compare with.
struct Stock {
    name: String,
    loader: PathBuf,
    record: &'static Record,
}

/// One word of the auxiliary vector, 0 if it is not there.
fn auxv(key: u64) -> u64 {
    let bytes = fs::read("/proc/self/auxv").unwrap();
    let words: Vec<u64> = bytes.chunks_exact(8).map(|word| u64::from_ne_bytes(word.try_into().unwrap())).collect();
    words.chunks_exact(2).find(|pair| pair[0] == key).map_or(0, |pair| pair[1])
}

fn inputs<'a>(tunables: Tunables<'a>) -> Inputs<'a> {
    const AT_HWCAP2: u64 = 26;
    const AT_MINSIGSTKSZ: u64 = 51;
    Inputs { hwcap2: auxv(AT_HWCAP2), min_signal_stack: auxv(AT_MINSIGSTKSZ), tunables }
}

/// The host's libc and those of the roots that are there.
fn stocks() -> Vec<Stock> {
    let roots = env::var_os("LUCI_ROOTS").map_or(PathBuf::from("/var/tmp/luci-roots"), PathBuf::from);
    let names = ["bullseye", "trixie", "sid", "experimental"].map(|name| (name.to_owned(), roots.join(name)));
    let all = [("host".to_owned(), PathBuf::from("/"))].into_iter().chain(names);
    all.filter_map(|(name, root)| {
        let loader = root.join("usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2");
        match version(&loader, &root) {
            None => {
                println!("skipped: no libc in {} (tests/roots.sh {name} makes it)", root.display());
                None
            }
            Some(version) => {
                let build = format!("{version}-debian");
                let record = RECORDS.iter().find(|record| record.builds.split(' ').any(|known| known == build));
                let record = record.unwrap_or_else(|| panic!("no record for {build}"));
                Some(Stock { name: format!("{name} ({version})"), loader, record })
            }
        }
    })
    .collect()
}

/// The version that libc.so.6 of this root says when it is run.
fn version(loader: &Path, root: &Path) -> Option<String> {
    let output = Command::new(loader).arg(root.join("usr/lib/x86_64-linux-gnu/libc.so.6")).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (_, rest) = text.split_once("release version ")?;
    Some(rest.split('.').take(2).collect::<Vec<_>>().join("."))
}

/// `_rtld_global_ro` of a program under this loader.
fn dump(stock: &Stock, tunables: &str) -> Vec<u8> {
    let thread = std::thread::current().id();
    let folder = env::temp_dir().join(format!("luci-cpu-features-{}-{thread:?}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let size = stock.record.sizes.ro;
    let (source, program) = (folder.join("dumper.c"), folder.join("dumper"));
    fs::write(&source, DUMPER).unwrap();
    let mut compiler = Command::new("gcc");
    compiler.args(["-O1", "-fPIC", "-pie", "-nostdlib", "-fno-stack-protector", &format!("-DSIZE={size}"), "-o"]);
    // the stock loader takes its malloc from libc, whose symbols the program does not use
    compiler.arg(&program).arg(&source).args(["/lib64/ld-linux-x86-64.so.2", "-Wl,--no-as-needed", "-lc"]);
    assert!(compiler.status().unwrap().success(), "gcc");
    let libraries = stock.loader.parent().unwrap();
    let mut run = Command::new(&stock.loader);
    let output = run.arg("--library-path").arg(libraries).arg(&program).env("GLIBC_TUNABLES", tunables).output().unwrap();
    fs::remove_dir_all(&folder).unwrap();
    assert!(output.status.success(), "{}: {}", stock.name, String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.stdout.len(), usize::from(size), "{}", stock.name);
    output.stdout
}

/// Which field of the record a byte belongs to.
fn field_at(record: &Record, byte: usize) -> String {
    let text = format!("{:?}", record.cpu);
    let fields = text.split(['{', ',', '}']).filter_map(|field| {
        let (name, offset) = field.split_once(": Some(")?;
        Some((offset.trim_end_matches(')').parse::<usize>().ok()?, name.trim().to_owned()))
    });
    let nearest = fields.filter(|(offset, _)| *offset <= byte).max();
    nearest.map_or(String::new(), |(offset, name)| format!("{name}+{}", byte - offset))
}

fn pin_to_one_core() {
    let mut cores = rustix::thread::CpuSet::new();
    let allowed = rustix::thread::sched_getaffinity(None).unwrap();
    let core = (0..1024).find(|core| allowed.is_set(*core)).unwrap();
    cores.set(core);
    rustix::thread::sched_setaffinity(None, &cores).unwrap();
}

fn compare(stock: &Stock, inputs: &Inputs, setting: &str) {
    let record = stock.record;
    let stock_ro = dump(stock, setting);
    let start = record.ro.dl_x86_cpu_features.get().unwrap();
    let expected = &stock_ro[start..start + usize::from(record.sizes.cpu)];
    let computed = CpuFeatures::compute(&mut Processor, inputs, record);
    let differences: Vec<String> = (0..expected.len())
        .filter(|byte| expected[*byte] != computed.bytes[*byte])
        .map(|byte| format!("{}: stock {:#04x}, ours {:#04x}", field_at(record, byte), expected[byte], computed.bytes[byte]))
        .collect();
    assert!(differences.is_empty(), "{} {setting}\n{}", stock.name, differences.join("\n"));
    let word = |offset: usize| u64::from_ne_bytes(stock_ro[offset..offset + 8].try_into().unwrap());
    if let Some(offset) = record.ro.dl_minsigstacksize.get() {
        assert_eq!(word(offset), computed.min_signal_stack, "{}", stock.name);
    }
    assert_eq!(word(record.ro.dl_hwcap.get().unwrap()), computed.hwcap, "{}", stock.name);
    println!("{} {setting}: equal, {} CPUID instructions", stock.name, computed.cpuid_executed);
}

#[test]
fn the_bytes_are_those_of_the_stock_loader() {
    pin_to_one_core();
    for stock in stocks() {
        compare(&stock, &inputs(Tunables::default()), "");
    }
}

#[test]
fn tunables_have_the_same_effect() {
    pin_to_one_core();
    let hwcaps = "-AVX2,-ERMS,-BMI1,Prefer_ERMS,Slow_BSF,-Fast_Unaligned_Load,-AVX512F,no_such_name";
    let without_xsave = "-XSAVEC,-XSAVE,-SSE4_2,Slow_SSE4_2";
    for stock in stocks() {
        compare(&stock, &inputs(Tunables { hwcaps, ..Tunables::default() }), &format!("glibc.cpu.hwcaps={hwcaps}"));
        let unsaved = Tunables { hwcaps: without_xsave, ..Tunables::default() };
        compare(&stock, &inputs(unsaved), &format!("glibc.cpu.hwcaps={without_xsave}"));
        let unusable = "-XSAVEC_Usable,-AVX512F_Usable,-AVX2_Usable,-RTM,AVX_Fast_Unaligned_Load";
        let usable = Tunables { hwcaps: unusable, ..Tunables::default() };
        compare(&stock, &inputs(usable), &format!("glibc.cpu.hwcaps={unusable}"));
        let sizes = Tunables {
            data_cache_size: 0x9000,
            shared_cache_size: 0x80_0000,
            non_temporal_threshold: 0x40_0000,
            ..Tunables::default()
        };
        let setting = "glibc.cpu.x86_data_cache_size=0x9000:glibc.cpu.x86_shared_cache_size=0x800000:\
                       glibc.cpu.x86_non_temporal_threshold=0x400000";
        compare(&stock, &inputs(sizes), setting);
        if stock.record.cpu.rep_stosb_threshold.get().is_some() {
            let rep = Tunables { rep_movsb_threshold: 0x3000, rep_stosb_threshold: Some(0x5000), ..Tunables::default() };
            compare(&stock, &inputs(rep), "glibc.cpu.x86_rep_movsb_threshold=0x3000:glibc.cpu.x86_rep_stosb_threshold=0x5000");
        }
    }
}

#[test]
fn few_cpuid_instructions_are_needed() {
    for record in &RECORDS {
        let computed = CpuFeatures::compute(&mut Processor, &inputs(Tunables::default()), record);
        println!("{}: {} CPUID instructions, {:?}", record.builds, computed.cpuid_executed, computed.saved_state);
        assert!(computed.cpuid_executed <= 24, "{}: {}", record.builds, computed.cpuid_executed);
        assert!(computed.isa_level >= IsaLevel::Baseline);
        assert_eq!(computed.bytes.len(), usize::from(record.sizes.cpu));
    }
}
