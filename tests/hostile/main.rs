//! Files that nobody would make by intent: thousands of mutated and truncated libraries and programs end in an error
//! message, run all the same, or crash in the program's own code. They never crash, hang or panic the loader.
//!
//! ```text
//! cargo test --test hostile
//! LUCI_LD=/path/ld.so cargo test --test hostile   another loader under test (default target/dist/ld-luci.so)
//! LUCI_HOSTILE=plain cargo test --test hostile    only mutations whose description contains the text
//! LUCI_SEED=5 cargo test --test hostile           other random mutations, ten times as many
//! LUCI_HOSTILE_FILES=20000 …                      only so many of all, evenly chosen, and each under glibc's loader too
//! ```
//!
//! glibc's loader does not claim to survive such files; its count is printed for comparison.
//!
//! What fails is kept in `target/hostile/failures`.

mod bounds;
mod dice;
mod limits;
mod mutate;
mod special;
mod supervise;

use std::fmt;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use mutate::Mutation;
use supervise::{Outcome, Place};

/// A file that is mutated.
struct Base {
    name: &'static str,
    file: &'static str,
    ways: &'static [Way],
}

/// How a mutated file comes into a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Needed,
    Preload,
    Dlopen,
    /// By name.
    Program,
    /// By the kernel, with the loader as PT_INTERP.
    Kernel,
}

const LIBRARY: &[Way] = &[Way::Needed, Way::Preload, Way::Dlopen];
const BASES: [Base; 6] = [
    Base { name: "plain", file: "libplain.so", ways: LIBRARY },
    Base { name: "tables", file: "libtables.so", ways: LIBRARY },
    Base { name: "rich", file: "librich.so", ways: LIBRARY },
    Base { name: "program", file: "user", ways: &[Way::Program] },
    Base { name: "started program", file: "started", ways: &[Way::Kernel] },
    Base { name: "libc", file: "libc.so.6", ways: &[Way::Needed] },
];
const RANDOM_PER_BASE: usize = 600;
const SECONDS: u32 = 5;
const SYSTEM: &str = "/lib64/ld-linux-x86-64.so.2";
/// Status of programs whose start fails.
const FAILED: i32 = 127;

struct Job<'a> {
    base: &'a Base,
    way: Way,
    mutation: Mutation,
}

struct Bench {
    folder: PathBuf,
    loader: PathBuf,
}

#[test]
fn no_mutation_crashes_hangs_or_panics_the_loader() {
    let bench = Bench::new("mutations");
    let wanted = std::env::var("LUCI_HOSTILE").unwrap_or_default();
    let files: Vec<Vec<u8>> = BASES.iter().map(|base| bench.read(base.file)).collect();
    let seed = std::env::var("LUCI_SEED").ok().and_then(|seed| seed.parse::<u64>().ok());
    let (random, seed) = seed.map_or((RANDOM_PER_BASE, 0), |seed| (10 * RANDOM_PER_BASE, seed));
    let mut jobs = Vec::new();
    for (base, file) in BASES.iter().zip(&files) {
        for (index, mutation) in mutate::mutations(file, random, 0x1234_5678_9abc ^ seed << 20).into_iter().enumerate() {
            let job = Job { base, way: base.ways[index % base.ways.len()], mutation };
            if job.describe().contains(&wanted) {
                jobs.push((job, file));
            }
        }
    }
    let files = std::env::var("LUCI_HOSTILE_FILES").ok().and_then(|count| count.parse::<usize>().ok());
    let all = jobs.len();
    let jobs: Vec<_> = match files {
        Some(count) if count < all => (0..count).map(|index| &jobs[index * all / count]).collect(),
        _ => jobs.iter().collect(),
    };
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let (ours, stock) = (Tally::default(), Tally::default());
    thread::scope(|scope| {
        for worker in 0..thread::available_parallelism().map_or(2, usize::from) {
            let (next, failures, jobs, bench, ours, stock) = (&next, &failures, &jobs, &bench, &ours, &stock);
            scope.spawn(move || {
                let own = bench.folder.join(format!("worker-{worker}"));
                fs::create_dir_all(&own).expect("a folder for each worker");
                while let Some((job, file)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(complaint) = bench.run(job, file, &own, ours) {
                        failures.lock().unwrap().push(complaint);
                    }
                    if files.is_some() {
                        bench.run_stock(job, file, &own, stock);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    println!("{} damaged files, this loader: {ours}", jobs.len());
    if files.is_some() {
        println!("{} damaged files, glibc's loader: {stock}", jobs.len());
    }
    fs::write(bench.folder.join("failures.txt"), failures.join("\n")).expect("room below target/");
    assert!(failures.is_empty(), "{} of {} runs failed:\n{}", failures.len(), jobs.len(), first_few(&failures));
    assert!(jobs.len() >= 2000 || !wanted.is_empty(), "only {} mutations", jobs.len());
}

fn first_few(failures: &[String]) -> String {
    failures.iter().take(20).cloned().collect::<Vec<_>>().join("\n")
}

impl Job<'_> {
    fn describe(&self) -> String {
        format!("{} as {:?}: {}", self.base.name, self.way, self.mutation)
    }
}

impl Bench {
    /// A folder with the libraries and programs, freshly built.
    fn new(name: &str) -> Bench {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
        let loader = std::env::var_os("LUCI_LD").map_or_else(|| repository.join("target/dist/ld-luci.so"), PathBuf::from);
        let loader = fs::canonicalize(&loader).unwrap_or_else(|error| panic!("{}: {error}", loader.display()));
        let folder = repository.join("target/hostile").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("failures")).expect("a folder below target/");
        let bench = Bench { folder, loader };
        let library = ["-shared", "-fPIC", "-g0"];
        bench.compile("gcc", "plain.c", "libplain.so", &[&library[..], &["-nostartfiles", "-Wl,--hash-style=both"]].concat());
        let tables = format!("-Wl,--version-script={}", source("tables.map").display());
        bench.compile(
            "gcc",
            "tables.c",
            "libtables.so",
            &[&library[..], &["-Wl,-z,lazy", "-Wl,--hash-style=sysv", &tables]].concat(),
        );
        let rich = ["-Wl,-z,now", "-mtls-dialect=gnu2", "-Wl,-z,pack-relative-relocs"];
        bench.compile("g++", "rich.cpp", "librich.so", &[&library[..], &rich].concat());
        let user = ["-pie", "-fPIE", "-Wl,-z,lazy", "-L.", "-lplain", "-ltables", "-lrich"];
        bench.compile("gcc", "user.c", "user", &user);
        bench.compile("gcc", "user.c", "started", &user);
        bench.compile("gcc", "opener.c", "opener", &["-ldl"]);
        bench
    }

    /// One of the built files; the C library is the one that the compiler links with.
    fn read(&self, file: &str) -> Vec<u8> {
        let path = self.folder.join(file);
        if path.exists() {
            return fs::read(path).expect(file);
        }
        let asked = Command::new("gcc").arg(format!("-print-file-name={file}")).output().expect("gcc");
        fs::read(String::from_utf8_lossy(&asked.stdout).trim()).expect(file)
    }

    fn compile(&self, compiler: &str, from: &str, to: &str, flags: &[&str]) {
        let mut command = Command::new(compiler);
        command.current_dir(&self.folder).arg("-O1").arg("-w").arg("-o").arg(to).arg(source(from)).args(flags);
        if to.ends_with(".so") {
            command.arg(format!("-Wl,-soname={to}"));
        }
        if to == "started" {
            command.arg(format!("-Wl,--dynamic-linker={}", self.loader.display()));
        }
        let status = command.status().unwrap_or_else(|error| panic!("{compiler}: {error}"));
        assert!(status.success(), "{from} cannot be built");
    }

    /// Runs one mutation; a complaint when the loader is at fault.
    fn run(&self, job: &Job<'_>, file: &[u8], own: &Path, tally: &Tally) -> Option<String> {
        let mutated = write(job, file, own);
        let mut command = self.command(job.way, &mutated, own);
        let outcome = match supervise::run(&mut command, &self.loader, &[], SECONDS) {
            Ok(outcome) => outcome,
            // what the kernel does not start is no concern of the loader's
            Err(_) if matches!(job.way, Way::Kernel) => return None,
            Err(error) => panic!("ptrace(2) does not work here: {error}"),
        };
        tally.count(&outcome);
        let errors = String::from_utf8_lossy(&fs::read(own.join("stderr")).unwrap_or_default()).into_owned();
        let complaint = complaint(&outcome, &errors);
        if complaint.is_some() {
            let kept = self.folder.join("failures").join(format!("{:x}", fingerprint(&job.describe())));
            let _ = fs::create_dir_all(&kept);
            let _ = fs::copy(&mutated, kept.join(job.base.file));
            return complaint.map(|text| format!("{} [{}]: {text}", job.describe(), kept.display()));
        }
        let _ = fs::remove_file(&mutated);
        None
    }

    /// The same file under glibc's loader, which is judged by nobody. What the kernel starts has ours as interpreter: there
    /// glibc's gets the file by name.
    fn run_stock(&self, job: &Job<'_>, file: &[u8], own: &Path, tally: &Tally) {
        let mutated = write(job, file, own);
        let loader = fs::canonicalize(SYSTEM).expect("the system's loader");
        let way = if matches!(job.way, Way::Kernel) { Way::Program } else { job.way };
        let mut command = self.command_of(&loader, way, &mutated, own);
        if let Ok(outcome) = supervise::run(&mut command, &loader, &[], SECONDS) {
            tally.count(&outcome);
        }
        let _ = fs::remove_file(&mutated);
    }

    fn command(&self, way: Way, mutated: &Path, own: &Path) -> Command {
        self.command_of(&self.loader, way, mutated, own)
    }

    /// An answer about a program.
    fn command_with(&self, options: &[&str], program: &Path, own: &Path) -> Command {
        let mut command = Command::new(&self.loader);
        command.env_clear().current_dir(&self.folder).args(options).arg(program);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(File::create(own.join("stderr")).expect("room below target/"));
        command
    }

    fn command_of(&self, loader: &Path, way: Way, mutated: &Path, own: &Path) -> Command {
        let mut command = Command::new(if matches!(way, Way::Kernel) { mutated } else { loader });
        command.env_clear().current_dir(&self.folder);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(File::create(own.join("stderr")).expect("room below target/"));
        let (library_path, preload) = match way {
            Way::Needed => (format!("{}:.", own.display()), false),
            Way::Preload => (".".to_string(), true),
            Way::Dlopen | Way::Program | Way::Kernel => (".".to_string(), false),
        };
        command.env("LD_LIBRARY_PATH", library_path);
        if preload {
            // relative to the working directory: a blank in the path would end the name
            command.env("LD_PRELOAD", mutated.strip_prefix(&self.folder).unwrap_or(mutated));
        }
        match way {
            Way::Needed | Way::Preload => command.arg("./user"),
            Way::Dlopen => command.arg("./opener").arg(mutated),
            Way::Program => command.arg(mutated),
            Way::Kernel => &mut command,
        };
        command
    }
}

/// The mutated file, ready to run.
fn write(job: &Job<'_>, file: &[u8], own: &Path) -> PathBuf {
    let mutated = own.join(job.base.file);
    fs::write(&mutated, job.mutation.apply(file)).expect("room below target/");
    fs::set_permissions(&mutated, Permissions::from_mode(0o755)).expect("our own file");
    mutated
}

/// How often what happened.
#[derive(Default)]
struct Tally([AtomicUsize; 7]);

impl Tally {
    const NAMES: [&str; 7] = [
        "ran",
        "refused with a message",
        "other exit status",
        "crashes in the loader",
        "hangs in the loader",
        "crashes in the program",
        "hangs in the program",
    ];

    fn count(&self, outcome: &Outcome) {
        let index = match outcome {
            Outcome::Exited(0) => 0,
            Outcome::Exited(FAILED) => 1,
            Outcome::Exited(_) => 2,
            Outcome::Killed { signal, place } => {
                let in_program = matches!(place, Place::Program(_));
                3 + usize::from(*signal == supervise::SIGALRM) + 2 * usize::from(in_program)
            }
        };
        self.0[index].fetch_add(1, Ordering::Relaxed);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.0.iter().zip(Self::NAMES).map(|(count, name)| format!("{} {name}", count.load(Ordering::Relaxed)));
        f.write_str(&counts.collect::<Vec<_>>().join(", "))
    }
}

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile/programs").join(name)
}

/// What is wrong with this end of a run, if anything.
fn complaint(outcome: &Outcome, errors: &str) -> Option<String> {
    if errors.contains("internal error") || errors.contains("panicked") {
        return Some(format!("{outcome}: {errors}"));
    }
    match outcome {
        Outcome::Killed { place: Place::Loader(_) | Place::CalledByLoader(_), .. } => Some(outcome.to_string()),
        Outcome::Exited(FAILED) if errors.trim().is_empty() => Some(format!("{outcome} without a message")),
        _ => None,
    }
}

/// A short name for a description (FNV-1a).
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}
