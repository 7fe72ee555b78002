//! A process that gets too little: of memory, of descriptors, of stack. It starts or ends with a sentence, and nothing
//! stays open after a start.

use std::fs;
use std::path::Path;
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
        // room for the program and the loader, which the kernel maps, and not for libc
        let (outcome, errors) = end(way, (RLIMIT_AS, 3072 * KIB));
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

/// A thousand libraries, each of which needs the one before: the stack does not grow with the chain.
#[test]
fn a_long_chain_needs_no_more_stack() {
    const LENGTH: usize = 1000;
    let bench = Bench::new("chain");
    let own = bench.folder.join("own");
    fs::create_dir(&own).expect("a new folder");
    let shell = "printf 'int last;' | gcc -x c - -shared -fPIC -nostdlib -o l0000.so
        printf 'static int all; __attribute__((constructor)) static void up(void) { all++; }' |
            gcc -x c - -x none -shared -fPIC -nostdlib -Wl,-z,noseparate-code,--no-as-needed -L. -l:l0000.so -o link
        printf 'int main(void) { return 0; }' | gcc -x c - -x none -Wl,--no-as-needed -L. -l:l0000.so -o first";
    let built = Command::new("sh").args(["-ec", shell]).current_dir(&own).status().expect("sh");
    assert!(built.success(), "the libraries cannot be built");
    for index in 1..LENGTH {
        needing(&own.join("link"), index - 1, &own.join(format!("l{index:04}.so")));
    }
    needing(&own.join("first"), LENGTH - 1, &own.join("chain"));
    let last = own.join(format!("l{:04}.so", LENGTH - 1));
    for (way, file, options) in [
        (Way::Program, own.join("chain"), &[][..]),
        (Way::Dlopen, last, &[]),
        (Way::Program, own.join("chain"), &["--list"]),
        (Way::Program, own.join("chain"), &["--tree"]),
        (Way::Program, own.join("chain"), &["--why", "l0000.so", "--json"]),
    ] {
        let mut command = bench.command(way, &file, &own);
        if !options.is_empty() {
            command = bench.command_with(options, &file, &own);
        }
        command.env("LD_LIBRARY_PATH", &own);
        let (outcome, errors) = bench.end_within(&mut command, &own, &[(RLIMIT_STACK, 32 * KIB)], 60);
        assert_eq!(outcome, Outcome::Exited(0), "{way:?} {options:?}: {errors}");
        assert_eq!(errors, "", "{way:?} {options:?}");
    }
    let _ = fs::remove_dir_all(&own);
}

/// A copy of `from` that needs the library of another number than 0.
fn needing(from: &Path, number: usize, to: &Path) {
    let (first, wanted) = (b"l0000.so", format!("l{number:04}.so"));
    let mut bytes = fs::read(from).expect("just built");
    let at = bytes.windows(first.len()).position(|name| name == first).expect("the name of the library that is needed");
    bytes[at..at + first.len()].copy_from_slice(wanted.as_bytes());
    fs::write(to, bytes).expect("room below target/");
    fs::set_permissions(to, fs::metadata(from).expect("just built").permissions()).expect("our own file");
}
