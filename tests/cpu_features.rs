//! `struct cpu_features` as [`luci::glibc::cpu_features`] computes it against what stock loaders compute: a program without
//! libc, run by the loader of the host and of each Debian root of `tests/roots.sh`, writes out its `_rtld_global_ro`, and the
//! bytes must be equal. All runs share one core, because CPUID tells the number of the core.

use std::ffi::OsStr;
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

/// Prints what CPUID and XGETBV answer and what the kernel says, as [`Replay`] reads it.
const TELLER: &str = r#"
#include <cpuid.h>
#include <stdio.h>
#include <sys/auxv.h>
int main(void) {
    static const unsigned leaves[][2] = {{0, 1}, {1, 1}, {2, 1}, {4, 16}, {7, 2}, {0xb, 4}, {0xd, 20}, {0x14, 1}, {0x19, 1}, {0x24, 1},
        {0x80000000, 1}, {0x80000001, 1}, {0x80000005, 1}, {0x80000006, 1}, {0x80000007, 1}, {0x80000008, 1}, {0x8000001d, 4}};
    unsigned a, b, c, d;
    for (unsigned i = 0; i < sizeof leaves / sizeof *leaves; i++)
        for (unsigned sub = 0; sub < leaves[i][1]; sub++) {
            __cpuid_count(leaves[i][0], sub, a, b, c, d);
            printf("%x %x %x %x %x %x\n", leaves[i][0], sub, a, b, c, d);
        }
    __cpuid(1, a, b, c, d);
    unsigned low = 0;
    if (c & 1u << 27) __asm__("xgetbv" : "=a"(low), "=d"(d) : "c"(0));
    printf("xcr0 %x\nhwcap2 %lx\nstack %lx\n", low, getauxval(26), getauxval(51));
}
"#;

/// Processors that QEMU plays, and what each is there for.
const MODELS: &[&str] = &[
    "Conroe",
    "Penryn",
    "Nehalem",
    "Westmere",
    "SandyBridge",
    "IvyBridge",
    "Haswell",
    "Haswell,model=0x3f,stepping=4",
    "Broadwell",
    "Skylake-Client",
    "Skylake-Server",
    "Skylake-Server,stepping=6",
    "Denverton",
    "Snowridge",
    "Icelake-Server",
    "EPYC",
    "EPYC-Rome",
    "EPYC-Milan",
    "Opteron_G3",
    "Opteron_G5",
    "Dhyana",
    "qemu64",
    "max",
    // an unknown Intel processor, without and with AVX
    "Penryn,model=0xfe",
    "max,vendor=GenuineIntel,family=6,model=0xfe",
    // Bonnell, Saltwell, Silvermont, Goldmont Plus, Knights Landing, Kaby Lake, Sapphire Rapids, Lunar Lake, Arrow Lake
    "Penryn,model=0x1c",
    "Penryn,model=0x35",
    "Westmere,model=0x37",
    "Westmere,model=0x7a",
    "max,vendor=GenuineIntel,family=6,model=0x57",
    "max,vendor=GenuineIntel,family=6,model=0x8e,stepping=9",
    "max,vendor=GenuineIntel,family=6,model=0x8f",
    "max,vendor=GenuineIntel,family=6,model=0xbd",
    "max,vendor=GenuineIntel,family=6,model=0xb5",
    // Pentium 4, Diamond Rapids
    "Penryn,family=15,model=6",
    "max,vendor=GenuineIntel,family=19,model=1",
    // Excavator, Zen 5
    "Opteron_G5,model=0x65",
    "max,vendor=AuthenticAMD,family=26,model=2",
    // Zhaoxin: ZXC, Wudaokou, Lujiazui, Yongfeng, Shijidadao
    "max,vendor=CentaurHauls,family=6,model=0xf",
    "max,vendor=CentaurHauls,family=6,model=0x19",
    "max,vendor=CentaurHauls,family=7,model=0x1b",
    "max,vendor=CentaurHauls,family=7,model=0x3b",
    "max,vendor=CentaurHauls,family=7,model=0x5b",
    "max,vendor=CentaurHauls,family=7,model=0x6b",
    // Hygon
    "Dhyana,model=4",
    "Dhyana,model=7",
    "Dhyana,model=8",
];

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

/// What a program was told under [`TELLER`].
struct Replay {
    rows: Vec<(u32, u32, Registers)>,
    xcr0: u64,
    hwcap2: u64,
    min_signal_stack: u64,
}

impl Replay {
    fn parse(text: &str) -> Self {
        let mut replay = Replay { rows: Vec::new(), xcr0: 0, hwcap2: 0, min_signal_stack: 0 };
        for line in text.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let number = |index: usize| u64::from_str_radix(words[index], 16).unwrap();
            let register = |index: usize| u32::try_from(number(index)).unwrap();
            match words[0] {
                "xcr0" => replay.xcr0 = number(1),
                "hwcap2" => replay.hwcap2 = number(1),
                "stack" => replay.min_signal_stack = number(1),
                _ => replay.rows.push((register(0), register(1), [register(2), register(3), register(4), register(5)])),
            }
        }
        replay
    }
}

impl CpuidSource for Replay {
    fn cpuid(&mut self, leaf: u32, subleaf: u32) -> Registers {
        let row = self.rows.iter().find(|row| (row.0, row.1) == (leaf, subleaf));
        row.unwrap_or_else(|| panic!("leaf {leaf:x}.{subleaf:x} is not in the dump")).2
    }

    fn xgetbv(&mut self) -> u64 {
        self.xcr0
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

/// A folder for programs of this test, which goes with it.
struct Programs(PathBuf);

impl Programs {
    fn new(name: &str) -> Self {
        let folder = env::temp_dir().join(format!("luci-cpu-features-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Programs(folder)
    }

    fn build(&self, name: &str, source: &str, arguments: &[&str]) -> PathBuf {
        let (file, program) = (self.0.join(format!("{name}.c")), self.0.join(name));
        if !program.exists() {
            fs::write(&file, source).unwrap();
            let status = Command::new("gcc").arg("-O1").arg("-o").arg(&program).arg(&file).args(arguments).status().unwrap();
            assert!(status.success(), "gcc");
        }
        program
    }

    /// `_rtld_global_ro` of a program under this loader; `emulator` comes before the loader's command line.
    fn dump(&self, stock: &Stock, emulator: &[&str], tunables: &str) -> Vec<u8> {
        let size = stock.record.sizes.ro;
        // the stock loader takes its malloc from libc, whose symbols the program does not use
        let define = format!("-DSIZE={size}");
        let arguments = ["-fPIC", "-pie", "-nostdlib", "-fno-stack-protector", &define, "/lib64/ld-linux-x86-64.so.2"];
        let program = self.build(&format!("dumper-{size}"), DUMPER, &[&arguments[..], &["-Wl,--no-as-needed", "-lc"]].concat());
        let mut command: Vec<&OsStr> = emulator.iter().map(OsStr::new).collect();
        let libraries = stock.loader.parent().unwrap();
        command.extend([stock.loader.as_os_str(), "--library-path".as_ref(), libraries.as_os_str(), program.as_os_str()]);
        let output = Command::new(command[0]).args(&command[1..]).env("GLIBC_TUNABLES", tunables).output().unwrap();
        assert!(output.status.success(), "{} {emulator:?}: {}", stock.name, String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.stdout.len(), usize::from(size), "{}", stock.name);
        output.stdout
    }
}

impl Drop for Programs {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
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

/// Differences between what a stock loader put into its `_rtld_global_ro` and what is computed.
fn differences(stock_ro: &[u8], computed: &CpuFeatures, record: &Record) -> Vec<String> {
    let start = record.ro.dl_x86_cpu_features.get().unwrap();
    let expected = &stock_ro[start..start + usize::from(record.sizes.cpu)];
    let mut differences: Vec<String> = (0..expected.len())
        .filter(|byte| expected[*byte] != computed.bytes[*byte])
        .map(|byte| format!("{}: stock {:#04x}, ours {:#04x}", field_at(record, byte), expected[byte], computed.bytes[byte]))
        .collect();
    let word = |offset: usize| u64::from_ne_bytes(stock_ro[offset..offset + 8].try_into().unwrap());
    let words =
        [("stack", record.ro.dl_minsigstacksize, computed.min_signal_stack), ("hwcap", record.ro.dl_hwcap, computed.hwcap)];
    for (name, offset, ours) in words {
        if let Some(stock) = offset.get().map(word).filter(|stock| *stock != ours) {
            differences.push(format!("{name}: stock {stock}, ours {ours}"));
        }
    }
    differences
}

fn compare(stock: &Stock, programs: &Programs, inputs: &Inputs, setting: &str) {
    let computed = CpuFeatures::compute(&mut Processor, inputs, stock.record);
    let differences = differences(&programs.dump(stock, &[], setting), &computed, stock.record);
    assert!(differences.is_empty(), "{} {setting}\n{}", stock.name, differences.join("\n"));
    println!("{} {setting}: equal, {} CPUID instructions", stock.name, computed.cpuid_executed);
}

#[test]
fn the_bytes_are_those_of_the_stock_loader() {
    pin_to_one_core();
    let programs = Programs::new("plain");
    for stock in stocks() {
        compare(&stock, &programs, &inputs(Tunables::default()), "");
    }
}

#[test]
fn tunables_have_the_same_effect() {
    pin_to_one_core();
    let programs = Programs::new("tunables");
    let hwcaps = "-AVX2,-ERMS,-BMI1,Prefer_ERMS,Slow_BSF,-Fast_Unaligned_Load,-AVX512F,no_such_name";
    let without_xsave = "-XSAVEC,-XSAVE,-SSE4_2,Slow_SSE4_2";
    for stock in stocks() {
        compare(&stock, &programs, &inputs(Tunables { hwcaps, ..Tunables::default() }), &format!("glibc.cpu.hwcaps={hwcaps}"));
        let unsaved = Tunables { hwcaps: without_xsave, ..Tunables::default() };
        compare(&stock, &programs, &inputs(unsaved), &format!("glibc.cpu.hwcaps={without_xsave}"));
        let unusable = "-XSAVEC_Usable,-AVX512F_Usable,-AVX2_Usable,-RTM,AVX_Fast_Unaligned_Load";
        let usable = Tunables { hwcaps: unusable, ..Tunables::default() };
        compare(&stock, &programs, &inputs(usable), &format!("glibc.cpu.hwcaps={unusable}"));
        let sizes = Tunables {
            data_cache_size: 0x9000,
            shared_cache_size: 0x80_0000,
            non_temporal_threshold: 0x40_0000,
            ..Tunables::default()
        };
        let setting = "glibc.cpu.x86_data_cache_size=0x9000:glibc.cpu.x86_shared_cache_size=0x800000:\
                       glibc.cpu.x86_non_temporal_threshold=0x400000";
        compare(&stock, &programs, &inputs(sizes), setting);
        if stock.record.cpu.rep_stosb_threshold.get().is_some() {
            let rep = Tunables { rep_movsb_threshold: 0x3000, rep_stosb_threshold: Some(0x5000), ..Tunables::default() };
            compare(
                &stock,
                &programs,
                &inputs(rep),
                "glibc.cpu.x86_rep_movsb_threshold=0x3000:glibc.cpu.x86_rep_stosb_threshold=0x5000",
            );
        }
    }
}

#[test]
fn other_processors_give_the_bytes_of_the_stock_loader() {
    if Command::new("qemu-x86_64").arg("--version").output().is_err() {
        println!("skipped: no qemu-x86_64 (Debian's package qemu-user)");
        return;
    }
    let programs = Programs::new("models");
    let teller = programs.build("teller", TELLER, &["-static"]);
    let mut wrong = Vec::new();
    for model in MODELS {
        let emulator = ["qemu-x86_64", "-cpu", model];
        let output = Command::new(emulator[0]).args(&emulator[1..]).arg(&teller).output().unwrap();
        assert!(output.status.success(), "{model}");
        let text = String::from_utf8(output.stdout).unwrap();
        for stock in stocks() {
            let mut replay = Replay::parse(&text);
            let inputs =
                Inputs { hwcap2: replay.hwcap2, min_signal_stack: replay.min_signal_stack, tunables: Tunables::default() };
            let computed = CpuFeatures::compute(&mut replay, &inputs, stock.record);
            let differences = differences(&programs.dump(&stock, &emulator, ""), &computed, stock.record);
            if !differences.is_empty() {
                wrong.push(format!("{model}, {}\n  {}", stock.name, differences.join("\n  ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
