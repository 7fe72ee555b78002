//! Too much of anything: paths of 10,000 characters, 5,000 dependencies, symbol names of any bytes, hardly any descriptors.
//! Each ends in a sentence or just works.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use super::supervise::Outcome;
use super::{Bench, FAILED, Way, complaint};

const RLIMIT_NOFILE: i32 = 7;

#[test]
fn paths_of_ten_thousand_characters_end_in_a_sentence() {
    let bench = Bench::new("long");
    let own = bench.folder.join("own");
    fs::create_dir(&own).expect("a new folder");
    let long = format!("/{}", "long/".repeat(2000));
    let library = bench.folder.join("libplain.so");
    let run = |command: &mut Command| {
        let (outcome, errors) = bench.end_of(command, &own, &[]);
        assert_eq!(complaint(&outcome, &errors), None, "{errors}");
        (outcome, errors)
    };
    // as a directory it is passed over, also many times
    for list in [format!("{long}:."), format!("{long}:").repeat(8) + ".", format!("{}:.", "x".repeat(10_000))] {
        let (outcome, errors) = run(bench.command(Way::Dlopen, &library, &own).env("LD_LIBRARY_PATH", list));
        assert_eq!(outcome, Outcome::Exited(0), "{errors}");
    }
    let (outcome, errors) = run(bench.command(Way::Needed, &library, &own).env("LD_PRELOAD", format!("{long}x.so")));
    assert_eq!(outcome, Outcome::Exited(0), "{errors}");
    assert!(errors.contains("from LD_PRELOAD cannot be preloaded (cannot open shared object file"), "{errors}");
    let (outcome, errors) = run(&mut bench.command(Way::Dlopen, OsStr::new(&long).as_ref(), &own));
    assert_eq!(outcome, Outcome::Exited(0), "{errors}");
    assert!(errors.contains("cannot open shared object file: File name too long"), "{errors}");
    let (outcome, errors) = run(&mut bench.command(Way::Program, OsStr::new(&long).as_ref(), &own));
    assert_eq!(outcome, Outcome::Exited(FAILED), "{errors}");
    assert!(errors.contains("cannot open shared object file: File name too long"), "{errors}");
    let runpath = format!("-Wl,-rpath,{long}:{}", bench.folder.display());
    bench.compile("gcc", "user.c", "long", &["-L.", "-lplain", "-ltables", "-lrich", &runpath]);
    let (outcome, errors) = run(bench.command(Way::Program, &bench.folder.join("long"), &own).env_remove("LD_LIBRARY_PATH"));
    assert_eq!(outcome, Outcome::Exited(0), "{errors}");
}

#[test]
fn five_thousand_dependencies_are_loaded() {
    const COUNT: usize = 5000;
    let bench = Bench::new("many");
    let own = bench.folder.join("own");
    fs::create_dir(&own).expect("a new folder");
    let shell = "printf 'int all;' | gcc -x c - -shared -fPIC -nostdlib -Wl,-z,noseparate-code,--hash-style=gnu -o own/l0.so
        cd own; for i in $(seq 1 4999); do cp l0.so l$i.so; done; ls | grep so$ | sort -V >list
        printf 'int main(void) { return 0; }' | gcc -x c - -x none -Wl,--no-as-needed @list -o many";
    let built = Command::new("sh").args(["-ec", shell]).current_dir(&bench.folder).status().expect("sh");
    assert!(built.success(), "the libraries cannot be built");
    let program = own.join("many");
    // glibc's loader takes as long: each lookup goes through all of them
    let run = |limits: &[(i32, u64)]| {
        let mut command = bench.command(Way::Program, &program, &own);
        bench.end_within(command.env("LD_LIBRARY_PATH", &own), &own, limits, 100)
    };
    let (outcome, errors) = run(&[(RLIMIT_NOFILE, 8)]);
    assert_eq!(outcome, Outcome::Exited(0), "{errors}");
    fs::remove_file(own.join(format!("l{}.so", COUNT - 1))).expect("the last library");
    let (outcome, errors) = run(&[]);
    assert_eq!(outcome, Outcome::Exited(FAILED), "{errors}");
    assert!(errors.contains("l4999.so: cannot open shared object file: No such file or directory"), "{errors}");
    let _ = fs::remove_dir_all(&own);
}

#[test]
fn names_may_be_any_bytes() {
    let bench = Bench::new("names");
    let own = bench.folder.join("own");
    fs::create_dir(&own).expect("a new folder");
    // an object whose one undefined function gets a name of strange bytes
    let name = b"\xff\x01\x80%s \xc3(\x1b[x";
    let placeholder = vec![b'N'; name.len()];
    let source = format!("int {0}(void);\nint call(void) {{ return {0}(); }}", String::from_utf8_lossy(&placeholder));
    fs::write(bench.folder.join("names.c"), source).expect("room below target/");
    let mut built = Command::new("gcc");
    built.args(["-shared", "-fPIC", "-g0", "-Wl,--hash-style=both", "-o", "own/libplain.so", "names.c"]);
    assert!(built.current_dir(&bench.folder).status().is_ok_and(|status| status.success()), "names.c cannot be built");
    let file = own.join("libplain.so");
    let mut bytes = fs::read(&file).expect("just built");
    let places: Vec<usize> = (0..bytes.len() - name.len()).filter(|&at| bytes[at..].starts_with(&placeholder)).collect();
    places.iter().for_each(|&at| bytes[at..at + name.len()].copy_from_slice(name));
    fs::write(&file, bytes).expect("our own file");
    let (outcome, errors) = bench.end_of(bench.command(Way::Dlopen, &file, &own).env("LD_BIND_NOW", "1"), &own, &[]);
    assert_eq!(outcome, Outcome::Exited(0), "{errors}");
    assert!(errors.contains("undefined symbol: \u{fffd}\u{1}\u{fffd}%s \u{fffd}(\u{1b}[x"), "{errors:?}");
    let strange = own.join(OsStr::from_bytes(b"\xfe%n\x02.so"));
    let (_, errors) = bench.end_of(&mut bench.command(Way::Dlopen, &strange, &own), &own, &[]);
    assert!(errors.contains("%n\u{2}.so: cannot open shared object file: No such file or directory"), "{errors:?}");
}

#[test]
fn any_number_of_descriptors_ends_in_a_sentence() {
    let bench = Bench::new("few");
    let own = bench.folder.join("own");
    fs::create_dir(&own).expect("a new folder");
    let library = bench.folder.join("libplain.so");
    for way in [Way::Needed, Way::Dlopen, Way::Kernel] {
        for limit in 0..=8 {
            let mutated = if matches!(way, Way::Kernel) { bench.folder.join("started") } else { library.clone() };
            let (outcome, errors) = bench.end_of(&mut bench.command(way, &mutated, &own), &own, &[(RLIMIT_NOFILE, limit)]);
            let expected = if limit <= 3 { FAILED } else { 0 };
            assert_eq!(outcome, Outcome::Exited(expected), "{way:?}, {limit} descriptors: {errors}");
            assert!(limit > 3 || errors.contains("Too many open files"), "{way:?}, {limit} descriptors: {errors}");
        }
    }
}
