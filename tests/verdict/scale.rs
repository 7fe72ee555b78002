//! Time and memory of the verdict on big libraries of this machine, each compared with itself in a process of its own, and on
//! files that have little in common.
//!
//! ```text
//! cargo test --release --test verdict scale -- --ignored --nocapture      part of `make bench`
//! ```

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use luci::code::{Analysis, Change, Comparison, Pairing};
use luci::update::{FileView, Usage, Verdict, compare};

const FOLDER: &str = "/usr/lib/x86_64-linux-gnu";
const LIBRARIES: usize = 20;
/// Names the library for the process that measures.
const FILE: &str = "LUCI_SCALE_FILE";
/// The file to compare it with, when that is another one.
const OTHER: &str = "LUCI_SCALE_OTHER";
/// Releases so far apart that nearly every function differs.
const FAR_APART: [(&str, &str); 2] = [("libLLVM-14.so.1", "libLLVM-15.so.1"), ("libclang-14.so.14.0.6", "libclang-15.so.15.0.6")];

/// Up to this file size in bytes: so long for a pair, and so many KiB, with both files in memory.
const TARGETS: [(u64, Duration, u64); 2] =
    [(5 << 20, Duration::from_secs(2), 200 << 10), (200 << 20, Duration::from_secs(60), 2 << 20)];

#[test]
#[ignore = "a measurement; make bench runs it"]
fn big_libraries_are_judged_in_bounded_time_and_memory() {
    if let Some(file) = std::env::var_os(FILE) {
        return measure(Path::new(&file));
    }
    println!("{:<34} {:>7} {:>9} {:>8} {:>8} {:>8}", "library", "MB", "functions", "ms file", "ms pair", "MB peak");
    let mut wrong = Vec::new();
    let with_others = FAR_APART.map(|(old, new)| (Path::new(FOLDER).join(old), Some(Path::new(FOLDER).join(new))));
    let is_there = |(old, new): &(PathBuf, Option<PathBuf>)| old.exists() && new.as_ref().is_none_or(|new| new.exists());
    let pairs = biggest().into_iter().map(|(_, path)| (path, None)).chain(with_others.into_iter().filter(is_there));
    for (path, other) in pairs {
        let program = std::env::current_exe().expect("a test is a file");
        let mut command = Command::new(program);
        command.args(["big_libraries", "--ignored", "--nocapture"]).env(FILE, &path);
        command.envs(other.iter().map(|other| (OTHER, other)));
        let output = command.output().expect("this test can be run again");
        let text = String::from_utf8_lossy(&output.stdout);
        let size = path.metadata().map_or(0, |metadata| metadata.len());
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let line = text.lines().find_map(|line| line.split("measured: ").nth(1));
        let numbers: Vec<u64> = line.unwrap_or_default().split(' ').filter_map(|word| word.parse().ok()).collect();
        let [functions, file, pair, peak] = numbers[..] else {
            wrong.push(format!("{name}: {text}{}", String::from_utf8_lossy(&output.stderr)));
            continue;
        };
        let target = TARGETS.iter().find(|target| size <= target.0).unwrap_or(&TARGETS[1]);
        let is_slow = Duration::from_millis(pair) > target.1;
        let note = if is_slow { format!("  more than {} ms", target.1.as_millis()) } else { String::new() };
        let note = other.map_or(String::new(), |other| format!("  with {}", other.display())) + &note;
        println!("{name:<34} {:>7.1} {functions:>9} {file:>8} {pair:>8} {:>8}{note}", size as f64 / 1048576.0, peak >> 10);
        // time depends on what else the machine does, memory does not
        if peak > target.2 {
            wrong.push(format!("{name} takes {peak} KiB"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The biggest libraries, and libcrypto, whose updates are frequent.
fn biggest() -> Vec<(u64, PathBuf)> {
    let entries = fs::read_dir(FOLDER).into_iter().flatten().flatten();
    let libraries = entries.map(|entry| entry.path()).filter(|path| path.to_string_lossy().contains(".so"));
    let mut sizes: Vec<(u64, PathBuf)> = libraries
        .filter(|path| path.symlink_metadata().is_ok_and(|metadata| metadata.is_file()))
        .filter_map(|path| Some((path.metadata().ok()?.len(), path)))
        .collect();
    sizes.sort();
    sizes.reverse();
    let is_crypto = |path: &Path| path.ends_with("libcrypto.so.3");
    let crypto: Vec<_> = sizes.iter().skip(LIBRARIES - 1).filter(|(_, path)| is_crypto(path)).cloned().collect();
    sizes.truncate(LIBRARIES - crypto.len());
    sizes.extend(crypto);
    sizes
}

/// How long the analysis of one file takes, and how many functions it finds: all of them the same in the other.
fn all_same(before: &FileView, after: &FileView) -> (Duration, usize) {
    let start = Instant::now();
    let analysis = Analysis::new(before);
    let file = start.elapsed();
    let other = Analysis::new(after);
    let pairing = Pairing::new(&analysis, &other);
    let comparison = Comparison::new(&analysis, &other, &pairing);
    let changed = comparison.changes.iter().zip(&analysis.functions).filter(|(change, _)| **change != Change::Same);
    let changed: Vec<_> = changed.map(|(change, function)| (change, function.start.0)).collect();
    assert!(changed.is_empty(), "{} of {} functions differ: {:x?}", changed.len(), analysis.functions.len(), &changed[..1]);
    (file, analysis.functions.len())
}

fn measure(path: &Path) {
    let old = fs::read(path).expect("a library");
    if let Some(other) = std::env::var_os(OTHER) {
        let new = fs::read(other).expect("a library");
        let (Ok(before), Ok(after)) = (FileView::parse(&old), FileView::parse(&new)) else { panic!("no libraries") };
        let start = Instant::now();
        let functions = Analysis::new(&before).functions.len();
        let file = start.elapsed();
        let (pair, verdict) = judge(&before, &after);
        assert!(!verdict.is_accepted());
        return tell(functions, file, pair);
    }
    // other bytes, but outside everything that is loaded
    let new = [&old[..], b"x"].concat();
    let (Ok(before), Ok(after)) = (FileView::parse(&old), FileView::parse(&new)) else {
        panic!("{} is no library", path.display())
    };
    let (file, functions) = all_same(&before, &after);
    let (pair, verdict) = judge(&before, &after);
    assert!(verdict.is_accepted(), "{verdict}");
    tell(functions, file, pair);
}

fn judge(old: &FileView, new: &FileView) -> (Duration, Verdict) {
    let start = Instant::now();
    let verdict = compare("library", old, new, &Usage::everything());
    (start.elapsed(), verdict)
}

fn tell(functions: usize, file: Duration, pair: Duration) {
    let status = fs::read_to_string("/proc/self/status").expect("proc(5)");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()).expect("VmHWM");
    println!("measured: {functions} {} {} {peak}", file.as_millis(), pair.as_millis());
}
