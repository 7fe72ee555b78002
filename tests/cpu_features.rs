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

/// `player DUMP ADDRESSES LOADER ARGUMENTS`: runs the loader under ptrace; at the addresses, where its CPUID and XGETBV
/// instructions are, it gets the answers of the dump.
const PLAYER: &str = r#"
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
static unsigned rows[512][6], count, xcr0;
static void read_dump(const char *name) {
    FILE *dump = fopen(name, "r");
    char line[128];
    while (dump && fgets(line, sizeof line, dump) && count < 512) {
        unsigned *row = rows[count];
        if (sscanf(line, "xcr0 %x", &xcr0) != 1
            && sscanf(line, "%x %x %x %x %x %x", row, row + 1, row + 2, row + 3, row + 4, row + 5) == 6) count++;
    }
}
static void answer(struct user_regs_struct *regs) {
    unsigned leaf = regs->rax, sub = regs->rcx;
    regs->rax = regs->rbx = regs->rcx = regs->rdx = 0;
    for (unsigned i = 0; i < count; i++)
        if (rows[i][0] == leaf && (rows[i][1] == sub || (leaf != 4 && leaf != 7 && leaf != 0xb && leaf != 0xd && leaf != 0x8000001d))) {
            regs->rax = rows[i][2], regs->rbx = rows[i][3], regs->rcx = rows[i][4], regs->rdx = rows[i][5];
            return;
        }
}
int main(int argc, char **argv) {
    read_dump(argv[1]);
    pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        alarm(5);
        execv(argv[3], argv + 3);
        _exit(126);
    }
    int status;
    waitpid(child, &status, 0);
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/maps", child);
    FILE *maps = fopen(path, "r");
    unsigned long base = 0;
    while (!base && maps && fgets(line, sizeof line, maps))
        if (strchr(line, '/')) sscanf(line, "%lx", &base);
    char *end;
    for (char *next = argv[2]; *next; next = end + (*end == ',')) {
        unsigned long at = base + strtoul(next, &end, 16);
        long word = ptrace(PTRACE_PEEKTEXT, child, at, 0);
        ptrace(PTRACE_POKETEXT, child, at, (word & ~0xffL) | 0xcc);
    }
    for (;;) {
        ptrace(PTRACE_CONT, child, 0, 0);
        waitpid(child, &status, 0);
        if (WIFEXITED(status)) return WEXITSTATUS(status);
        if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP) {
            kill(child, SIGKILL);
            return 1;
        }
        struct user_regs_struct regs;
        ptrace(PTRACE_GETREGS, child, 0, &regs);
        long word = ptrace(PTRACE_PEEKTEXT, child, regs.rip - 1, 0);
        if ((word & 0xff00) == 0xa200) {
            answer(&regs);
            regs.rip += 1;
        } else {
            regs.rax = xcr0, regs.rdx = 0;
            regs.rip += 2;
        }
        ptrace(PTRACE_SETREGS, child, 0, &regs);
    }
}
"#;

/// A processor: a dump of `tests/cpuid/` and what is changed in it. `signature` is `%eax` of leaf 1, `threads` makes it announce
/// that many logical processors, `leaf.subleaf.register` is any other register; numbers are hexadecimal.
const MODELS: &[(&str, &str)] = &[
    ("zen5", ""),
    ("zen5", "threads=10 8000001d.3.eax=3c163"),
    ("core-i7-980x", ""),
    ("xeon-4114", ""),
    // Cascade Lake, and Skylake-X where transactions work
    ("xeon-4114", "signature=50657"),
    ("xeon-4114", "7.0.edx=c000800"),
    // no leaf 11, fewer threads, inclusive cache, no level 3 cache
    ("xeon-4114", "0.0.eax=a"),
    ("xeon-4114", "4.2.eax=1c004143 4.3.eax=1c03c163 4.3.edx=2 b.0.ebx=2 b.1.ebx=10"),
    ("xeon-4114", "4.3.eax=0 0.0.eax=a"),
    ("xeon-4114", "4.3.eax=0 4.2.eax=1c00c143 threads=4 b.1.ebx=4"),
    // leaf 2 that is no list of descriptors
    ("xeon-4114", "2.0.eax=0"),
    // Ice Lake server, Sapphire Rapids with tiles and AVX512-FP16, Meteor Lake, Granite Rapids with AVX10, Diamond Rapids with APX
    ("xeon-4114", "signature=606a6 7.0.edx=10 7.0.ecx=5f42"),
    (
        "xeon-4114",
        "signature=806f8 0.0.eax=20 7.0.eax=1 7.1.eax=1c30 7.0.edx=fe010400 xcr0=602e7 d.0.eax=602ff d.0.ebx=2b00 d.1.eax=1f \
         d.11.eax=40 d.11.ebx=ac0 d.11.ecx=2 d.12.eax=2000 d.12.ebx=b00 d.12.ecx=6 14.0.ebx=1f 7.0.ebx=f3bfb7ef",
    ),
    ("max", "signature=a06a4"),
    ("xeon-4114", "signature=a06d1 0.0.eax=24 7.0.eax=1 7.1.eax=201c30 7.1.edx=84110 24.0.ebx=70002 7.0.ecx=10 7.0.edx=1c14010"),
    (
        "xeon-4114",
        "signature=400f10 0.0.eax=24 7.0.eax=1 7.1.edx=284000 d.0.eax=802e7 d.3.eax=0 d.4.eax=0 d.13.eax=80 d.13.ebx=3c0 xcr0=802e7 24.0.ebx=70002",
    ),
    // AVX-512 that the kernel does not save, a Xeon Phi, key locker
    ("xeon-4114", "xcr0=7"),
    ("xeon-4114", "signature=50671 7.0.ebx=1c2d37ab"),
    ("xeon-4114", "0.0.eax=1b 7.0.ecx=800010 19.0.ebx=5"),
    ("penryn", ""),
    ("penryn", "threads=2 b.1.ebx=2"),
    // an unknown Intel processor with and without AVX, a Pentium 4 with its level 3 cache by descriptor
    ("penryn", "signature=f06e0"),
    ("penryn", "signature=f65 2.0.edx=49 threads=2"),
    ("penryn", "2.0.edx=7d40"),
    ("penryn", "0.0.eax=1"),
    // Bonnell, Saltwell, Silvermont, Goldmont Plus, Tremont, Lunar Lake, Arrow Lake, Panther Lake
    ("penryn", "signature=106c2 threads=2"),
    ("penryn", "signature=30650"),
    ("max", "signature=b06d1 threads=8"),
    ("max", "signature=b0650"),
    ("max", "signature=c06c0"),
    // Hygon
    ("zen5", "vendor=HygonGenuine signature=900f70"),
    ("zen5", "vendor=HygonGenuine signature=900f80 threads=8"),
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

/// Plays a processor from a dump; a leaf that is not in it is zero.
#[derive(Default)]
struct Replay {
    rows: Vec<(u32, u32, Registers)>,
    xcr0: u64,
}

impl Replay {
    /// A row of [`MODELS`].
    fn of_model((dump, edits): (&str, &str)) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cpuid").join(format!("{dump}.txt"));
        let mut replay = Replay::default();
        for line in fs::read_to_string(path).unwrap().lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let number = |index: usize| u32::from_str_radix(words[index], 16).unwrap();
            match words[0] {
                "xcr0" => replay.xcr0 = number(1).into(),
                _ => replay.rows.push((number(0), number(1), [number(2), number(3), number(4), number(5)])),
            }
        }
        for edit in edits.split_whitespace() {
            let (what, value) = edit.split_once('=').unwrap();
            replay.edit(what, value);
        }
        replay
    }

    fn edit(&mut self, what: &str, value: &str) {
        let number = || u32::from_str_radix(value, 16).unwrap();
        match what {
            "xcr0" => self.xcr0 = number().into(),
            "signature" => self.row(1, 0)[0] = number(),
            "threads" => {
                let leaf1 = self.row(1, 0);
                leaf1[1] = leaf1[1] & !0xff_0000 | number() << 16;
                leaf1[3] |= 1 << 28;
            }
            "vendor" => {
                let words: Vec<u32> =
                    value.as_bytes().chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect();
                let leaf0 = self.row(0, 0);
                (leaf0[1], leaf0[3], leaf0[2]) = (words[0], words[1], words[2]);
            }
            register => {
                let parts: Vec<&str> = register.split('.').collect();
                let index = ["eax", "ebx", "ecx", "edx"].iter().position(|name| *name == parts[2]).unwrap();
                let number_of = |text: &str| u32::from_str_radix(text, 16).unwrap();
                self.row(number_of(parts[0]), number_of(parts[1]))[index] = number();
            }
        }
    }

    fn row(&mut self, leaf: u32, subleaf: u32) -> &mut Registers {
        let index = self.rows.iter().position(|row| (row.0, row.1) == (leaf, subleaf)).unwrap_or_else(|| {
            self.rows.push((leaf, subleaf, [0; 4]));
            self.rows.len() - 1
        });
        &mut self.rows[index].2
    }

    /// As [`PLAYER`] reads it.
    fn text(&self) -> String {
        let rows = self.rows.iter().map(|(leaf, sub, [a, b, c, d])| format!("{leaf:x} {sub:x} {a:x} {b:x} {c:x} {d:x}\n"));
        format!("xcr0 {:x}\n{}", self.xcr0, rows.collect::<String>())
    }
}

impl CpuidSource for Replay {
    fn cpuid(&mut self, leaf: u32, subleaf: u32) -> Registers {
        self.rows.iter().find(|row| (row.0, row.1) == (leaf, subleaf)).map_or([0; 4], |row| row.2)
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

    /// `_rtld_global_ro` of a program under this loader; `player` comes before the loader's command line.
    fn dump(&self, stock: &Stock, player: &[&OsStr], tunables: &str) -> Result<Vec<u8>, String> {
        let size = stock.record.sizes.ro;
        // the stock loader takes its malloc from libc, whose symbols the program does not use
        let define = format!("-DSIZE={size}");
        let arguments = ["-fPIC", "-pie", "-nostdlib", "-fno-stack-protector", &define, "/lib64/ld-linux-x86-64.so.2"];
        let program = self.build(&format!("dumper-{size}"), DUMPER, &[&arguments[..], &["-Wl,--no-as-needed", "-lc"]].concat());
        let mut command = player.to_vec();
        let libraries = stock.loader.parent().unwrap();
        command.extend([stock.loader.as_os_str(), "--library-path".as_ref(), libraries.as_os_str(), program.as_os_str()]);
        let output = Command::new(command[0]).args(&command[1..]).env("GLIBC_TUNABLES", tunables).output().unwrap();
        if output.status.success() && output.stdout.len() == usize::from(size) {
            return Ok(output.stdout);
        }
        Err(format!("the stock loader failed: {} {}", output.status, String::from_utf8_lossy(&output.stderr)))
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
    let differences = differences(&programs.dump(stock, &[], setting).unwrap(), &computed, stock.record);
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

/// Where the loader has CPUID and XGETBV instructions, as [`PLAYER`] takes them.
fn instructions(stock: &Stock) -> String {
    let output = Command::new("objdump").args(["-d", "--no-show-raw-insn"]).arg(&stock.loader).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let found = text.lines().filter_map(|line| {
        let (address, instruction) = line.split_once(":\t")?;
        ["cpuid", "xgetbv"].contains(&instruction.trim()).then(|| address.trim())
    });
    found.collect::<Vec<_>>().join(",")
}

#[test]
fn other_processors_give_the_bytes_of_the_stock_loader() {
    let programs = Programs::new("models");
    let player = programs.build("player", PLAYER, &[]);
    let dump = programs.0.join("dump");
    let mut wrong = Vec::new();
    for stock in stocks() {
        let instructions = instructions(&stock);
        for model in MODELS {
            let mut replay = Replay::of_model(*model);
            fs::write(&dump, replay.text()).unwrap();
            let stock_ro = programs.dump(&stock, &[player.as_ref(), dump.as_ref(), instructions.as_ref()], "");
            let computed = CpuFeatures::compute(&mut replay, &inputs(Tunables::default()), stock.record);
            let differences = stock_ro.map_or_else(|error| vec![error], |ro| differences(&ro, &computed, stock.record));
            if !differences.is_empty() {
                wrong.push(format!("{model:?}, {}\n  {}", stock.name, differences.join("\n  ")));
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
