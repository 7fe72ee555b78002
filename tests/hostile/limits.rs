//! A process that gets too little: of memory, of descriptors, of stack. It starts or ends with a sentence, and nothing
//! stays open after a start.

use std::fs;
use std::process::{Command, Stdio};

use super::supervise::Outcome;
use super::{Bench, FAILED, Way, complaint};

const RLIMIT_STACK: i32 = 3;
const RLIMIT_NOFILE: i32 = 7;
const RLIMIT_AS: i32 = 9;
const KIB: u64 = 1024;

#[test]
fn too_little_of_anything_ends_in_a_sentence() {
    let bench = Bench::new("limits");
    let own = bench.folder.join("own");
    fs::create_dir(&own).expect("a new folder");
    let library = bench.folder.join("libplain.so");
    let end = |way, limit| {
        let end = bench.end_of(&mut bench.command(way, &library, &own), &own, &[limit]);
        assert_eq!(complaint(&end.0, &end.1), None, "{way:?} with limit {limit:?}: {}", end.1);
        end
    };
    for way in [Way::Needed, Way::Dlopen] {
        for memory in (1..40).map(|step| step * 512 * KIB) {
            end(way, (RLIMIT_AS, memory));
        }
        let (outcome, errors) = end(way, (RLIMIT_AS, 2048 * KIB));
        assert_eq!(outcome, Outcome::Exited(FAILED), "{errors}");
        let told = ["annot allocate memory", "failed to map segment"].iter().any(|told| errors.contains(told));
        assert!(told, "{errors}");
        let (outcome, errors) = end(way, (RLIMIT_NOFILE, 3));
        assert_eq!(outcome, Outcome::Exited(FAILED), "{errors}");
        assert!(errors.contains("Too many open files"), "{errors}");
        // one descriptor at a time is enough, and a small stack too
        let (outcome, errors) = end(way, (RLIMIT_NOFILE, 4));
        assert_eq!(outcome, Outcome::Exited(0), "{errors}");
        let (outcome, errors) = end(way, (RLIMIT_STACK, 32 * KIB));
        assert_eq!(outcome, Outcome::Exited(0), "{errors}");
    }
}

#[test]
fn a_start_leaves_no_descriptor_open() {
    let bench = Bench::new("descriptors");
    let list = |loader: &str, options: &[&str]| {
        let mut command = Command::new(loader);
        command.args(options).args(["/bin/ls", "/proc/self/fd"]).stdin(Stdio::null());
        let output = command.output().expect("ls runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let (ours, stock) = (bench.loader.display().to_string(), list("/lib64/ld-linux-x86-64.so.2", &[]));
    assert_eq!(list(&ours, &[]), stock);
    assert_eq!(list(&ours, &["-uU", "-S/dev/null", "-f/dev/null"]), stock);
}
