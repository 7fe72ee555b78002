//! `elfo-setinterp`: every way a path can go, back again to the byte, and what the result is good for.

mod common;

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use common::{Bench, HELLO, fails, header_ranges, mutations, readelf, succeeds, tool};
use elfo::interp::{self, How};

const SYSTEM: &str = "/lib64/ld-linux-x86-64.so.2";

fn set(file: &Path, path: &str) -> String {
    succeeds(tool("elfo-setinterp").arg("-v").arg(file).arg(path))
}

fn refuses(file: &Path, path: &str) -> String {
    let before = fs::read(file).ok();
    let sentence = fails(tool("elfo-setinterp").arg(file).arg(path));
    assert_eq!(before, fs::read(file).ok(), "a refusal changes nothing");
    sentence
}

/// Sets the path, uses the result in every way, and sets the former path again.
fn goes_there_and_back(bench: &Bench, program: &Path, path: &str, how: How) {
    let before = fs::read(program).expect("the program");
    assert!(set(program, path).contains(how.sentence()), "another way than {how:?}");
    assert_eq!(succeeds(tool("elfo-setinterp").arg(program)), format!("{path}\n"));
    assert!(readelf("-l", program).contains(&format!("interpreter: {path}]")));
    assert_eq!(succeeds(&mut Command::new(program)), "hello\n");
    assert_eq!(succeeds(Command::new(SYSTEM).arg(program)), "hello\n", "by name");
    let complaints = Command::new("readelf").args(["-a", "-W"]).arg(program).output().expect("readelf").stderr;
    assert_eq!(String::from_utf8_lossy(&complaints), "");
    for copier in ["strip", "objcopy"] {
        let copy = bench.path(copier);
        let output = Command::new(copier).arg("-o").arg(&copy).arg(program).output().expect("binutils");
        let output =
            if copier == "strip" { output } else { Command::new(copier).arg(program).arg(&copy).output().expect("binutils") };
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{copier}");
        assert_eq!(succeeds(&mut Command::new(&copy)), "hello\n", "after {copier}");
        assert_eq!(succeeds(tool("elfo-setinterp").arg(&copy)), format!("{path}\n"), "after {copier}");
        // what another program wrote anew is changed like any other file
        set(&copy, SYSTEM);
        assert_eq!(succeeds(&mut Command::new(&copy)), "hello\n", "after {copier} and back");
    }
    let length = fs::metadata(program).expect("the program").len() as usize;
    assert_eq!(length > before.len(), how == How::Grown, "{length} bytes");
    set(program, SYSTEM);
    assert!(fs::read(program).expect("the program") == before, "{how:?}: not the same bytes as before");
}

#[test]
fn a_short_path_goes_where_the_former_one_was() {
    let bench = Bench::new();
    let short = "/tmp/elfo-s.so";
    for (name, switches) in [("pie", &[][..]), ("fixed", &["-no-pie"]), ("stripped", &["-s"])] {
        let program = bench.build(name, HELLO, switches);
        let before = fs::read(&program).expect("the program");
        let change = interp::change(&before, short.as_bytes(), false).expect("it fits");
        assert_eq!((change.how, change.bytes.len()), (How::InPlace, before.len()));
        fs::write(&program, &change.bytes).expect("the program");
        assert!(readelf("-l", &program).contains("0x00000f 0x00000f R"), "sizes are those of the path and its NUL");
        let back = interp::change(&change.bytes, SYSTEM.as_bytes(), false).expect("it fits");
        assert!(back.bytes == before, "{name}");
    }
}

#[test]
fn a_longer_path_goes_into_the_rest_of_a_page() {
    let bench = Bench::new();
    let path = bench.loader_at_path_of(120);
    let programs: [(&str, &[&str]); 4] =
        [("pie", &[]), ("fixed", &["-no-pie"]), ("stripped", &["-s"]), ("dense", &["-Wl,-z,noseparate-code"])];
    for (name, switches) in programs {
        let program = bench.build(name, HELLO, switches);
        goes_there_and_back(&bench, &program, &path, How::Padding);
    }
}

#[test]
fn a_path_that_fits_nowhere_goes_to_a_new_page() {
    let bench = Bench::new();
    let path = bench.loader_at_path_of(3000);
    let programs: [(&str, &[&str]); 3] = [
        ("dense", &["-Wl,-z,noseparate-code"]),
        ("dense-fixed", &["-Wl,-z,noseparate-code", "-no-pie"]),
        ("dense-stripped", &["-Wl,-z,noseparate-code", "-s"]),
    ];
    for (name, switches) in programs {
        let program = bench.build(name, HELLO, switches);
        goes_there_and_back(&bench, &program, &path, How::Grown);
    }
}

/// Without the C start files, so that no object asks for a property note.
const BARE: &str = "#include <stdio.h>\n#include <stdlib.h>\nvoid go(void) { puts(\"hello\"); exit(0); }\n\
    __asm__(\".globl _start\\n_start: andq $-16, %rsp\\ncall go\");\n";

#[test]
fn notes_make_room_for_one_more_program_header() {
    let bench = Bench::new();
    let path = bench.loader_at_path_of(3000);
    for (name, switch) in [("moved", "-pie"), ("moved-fixed", "-no-pie")] {
        let switches = [
            "-nostartfiles",
            "-fcf-protection=none",
            "-Wa,-mx86-used-note=no",
            "-Wl,-z,noseparate-code",
            "-Wl,--build-id",
            switch,
        ];
        let program = bench.build(name, BARE, &switches);
        let notes = readelf("-n", &program);
        assert!(notes.contains("Build ID") && !readelf("-l", &program).contains("GNU_PROPERTY"));
        let headers = |file: &Path| readelf("-l", file).lines().filter(|line| line.contains(" 0x0000")).count();
        let change = interp::change(&fs::read(&program).expect("the program"), path.as_bytes(), false).expect("it grows");
        let copy = bench.path("copy");
        fs::write(&copy, &change.bytes).expect("a copy");
        assert_eq!(readelf("-n", &copy), notes, "the notes have moved and still say the same");
        assert_eq!(headers(&copy), headers(&program) + 1);
        goes_there_and_back(&bench, &program, &path, How::Grown);
    }
}

#[test]
fn one_path_after_the_other_leads_back_as_well() {
    let bench = Bench::new();
    let program = bench.build("program", HELLO, &["-Wl,-z,noseparate-code"]);
    let before = fs::read(&program).expect("the program");
    let mut bytes = before.clone();
    for length in [100, 3000, 10, 200, 3500, 28, 27, 26] {
        let path = format!("/{}", "x".repeat(length));
        bytes = interp::change(&bytes, path.as_bytes(), false).expect("it can be changed").bytes;
        assert_eq!(interp::current(&bytes).expect("it has one"), path.as_bytes());
    }
    assert!(interp::change(&bytes, SYSTEM.as_bytes(), false).expect("it can be changed").bytes == before);
}

#[test]
fn the_record_goes_where_there_is_room_for_it() {
    let bench = Bench::new();
    let program = fs::read(bench.build("program", HELLO, &[])).expect("the program");
    let end = elfo::image::Image::parse(&program).expect("ELF").segments[2].p_filesz as usize;
    // the path fills the page so far that nothing fits behind it
    let path = format!("/{}", "x".repeat(4096 - end.next_multiple_of(8) - 20));
    let change = interp::change(&program, path.as_bytes(), false).expect("it fits");
    assert_eq!((change.how, change.bytes.len()), (How::Padding, program.len()));
    let back = interp::change(&change.bytes, SYSTEM.as_bytes(), false).expect("it fits");
    assert!(back.how == How::Restored && back.bytes == program);
}

#[test]
fn the_loader_of_this_repository_serves() {
    let loader = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/dist/ld-luci.so");
    let Ok(loader) = loader.canonicalize() else {
        // `make unit` builds it first
        eprintln!("target/dist/ld-luci.so is not built");
        return;
    };
    let bench = Bench::new();
    let program = bench.build("program", HELLO, &[]);
    set(&program, loader.to_str().expect("a plain path"));
    assert_eq!(succeeds(&mut Command::new(&program)), "hello\n");
    let maps = bench.build("maps", "#include <stdlib.h>\nint main(void) { return system(\"cat /proc/$PPID/maps\"); }\n", &[]);
    set(&maps, loader.to_str().expect("a plain path"));
    assert!(succeeds(&mut Command::new(&maps)).contains("ld-luci.so"));
}

#[test]
fn what_it_cannot_do_is_refused_in_a_sentence() {
    let bench = Bench::new();
    let long = format!("/{}", "x".repeat(200));
    let fixed = bench.build("static", HELLO, &["-static"]);
    assert!(refuses(&fixed, &long).contains("names no interpreter"));
    let library = bench.build("library.so", "int f(void) { return 1; }\n", &["-shared"]);
    assert!(refuses(&library, &long).contains("names no interpreter"));
    let object = bench.build("object.o", "int f(void) { return 1; }\n", &["-c"]);
    assert!(refuses(&object, &long).contains("only ET_DYN and ET_EXEC"));
    let text = bench.path("text");
    fs::write(&text, "#!/bin/sh\n".repeat(20)).expect("a script");
    assert!(refuses(&text, &long).contains("invalid ELF header"));
    assert!(refuses(&bench.path("absent"), &long).contains("No such file or directory"));
    assert!(refuses(&bench.path(""), &long).contains("is no regular file"));
    let program = bench.build("program", HELLO, &[]);
    assert!(refuses(&program, "").contains("empty"));
    assert!(refuses(&program, &format!("/{}", "x".repeat(5000))).contains("longer than the kernel takes"));
    // 32-bit
    let mut bytes = fs::read(&program).expect("the program");
    bytes[4] = 1;
    fs::write(&text, &bytes).expect("a file");
    assert!(refuses(&text, &long).contains("ELFCLASS32"));
}

#[test]
fn setuid_programs_and_hard_links_want_force() {
    let bench = Bench::new();
    let program = bench.build("program", HELLO, &[]);
    fs::set_permissions(&program, fs::Permissions::from_mode(0o4750)).expect("chmod");
    assert!(refuses(&program, "/x").contains("setuid"));
    succeeds(tool("elfo-setinterp").args(["--force"]).arg(&program).arg("/x"));
    assert_eq!(fs::metadata(&program).expect("stat").mode() & 0o7777, 0o4750, "the mode stays");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("chmod");
    fs::hard_link(&program, bench.path("second")).expect("link");
    assert!(refuses(&program, SYSTEM).contains("hard links"));
}

#[test]
fn what_follows_the_program_stays_at_its_end() {
    let bench = Bench::new();
    let path = bench.loader_at_path_of(3000);
    for (name, switch) in [("roomy", "-Wl,-z,separate-code"), ("dense", "-Wl,-z,noseparate-code")] {
        let program = bench.build(name, HELLO, &[switch]);
        let mut bytes = fs::read(&program).expect("the program");
        bytes.extend(b"an archive that is found from the end of the file");
        fs::write(&program, &bytes).expect("the program");
        if name == "dense" {
            assert!(refuses(&program, &path).contains("49 bytes that are no part of the program"));
            let change = interp::change(&bytes, path.as_bytes(), true).expect("forced");
            assert_eq!(change.bytes[..bytes.len()][bytes.len() - 49..], bytes[bytes.len() - 49..]);
            assert!(interp::change(&change.bytes, SYSTEM.as_bytes(), false).expect("back").bytes == bytes);
        } else {
            goes_there_and_back(&bench, &program, &path, How::Padding);
        }
    }
}

#[test]
fn links_are_followed_and_attributes_kept() {
    let bench = Bench::new();
    let program = bench.build("program", HELLO, &[]);
    fs::set_permissions(&program, fs::Permissions::from_mode(0o711)).expect("chmod");
    let attribute = rustix::fs::setxattr(&program, "user.elfo", b"kept", rustix::fs::XattrFlags::empty());
    let link = bench.path("link");
    symlink("program", &link).expect("symlink");
    let path = bench.loader_at_path_of(120);
    set(&link, &path);
    assert!(fs::symlink_metadata(&link).expect("stat").is_symlink());
    assert_eq!(fs::metadata(&program).expect("stat").mode() & 0o7777, 0o711);
    assert_eq!(succeeds(tool("elfo-setinterp").arg(&program)), format!("{path}\n"));
    if attribute.is_ok() {
        let mut value = [0; 16];
        let length = rustix::fs::getxattr(&program, "user.elfo", &mut value[..]).expect("the attribute is kept");
        assert_eq!(&value[..length], b"kept");
    }
    let names: Vec<_> = fs::read_dir(bench.path("")).expect("the directory").flatten().map(|entry| entry.file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().contains(".elfo-")), "nothing is left: {names:?}");
}

#[test]
fn a_running_program_goes_on_with_its_file() {
    let bench = Bench::new();
    let echo = "#include <stdio.h>\nint main(void) { int c; while ((c = getchar()) != EOF) putchar(c); return 7; }\n";
    let program = bench.build("echo", echo, &[]);
    let mut child = Command::new(&program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    set(&program, &bench.loader_at_path_of(120));
    child.stdin.take().expect("a pipe").write_all(b"still here").expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), &output.stdout[..]), (Some(7), &b"still here"[..]));
}

#[test]
fn a_record_counts_only_while_the_file_is_as_it_was_left() {
    let bench = Bench::new();
    let program = fs::read(bench.build("program", HELLO, &[])).expect("the program");
    let mut changed = interp::change(&program, format!("/{}", "x".repeat(100)).as_bytes(), false).expect("it fits").bytes;
    let segment = elfo::image::Image::parse(&changed).expect("ELF").segments[2];
    assert_eq!(segment.p_type, 1);
    // somebody makes the segment longer that the change made longer
    let at = 64 + 2 * 56 + 32;
    changed[at..at + 8].copy_from_slice(&(segment.p_filesz + 1).to_le_bytes());
    changed[at + 8..at + 16].copy_from_slice(&(segment.p_filesz + 1).to_le_bytes());
    let back = interp::change(&changed, SYSTEM.as_bytes(), false).expect("it fits");
    assert_eq!(back.how, How::InPlace);
}

#[test]
fn no_damage_makes_it_panic_or_write_nonsense() {
    let bench = Bench::new();
    let roomy = fs::read(bench.build("roomy", HELLO, &["-s"])).expect("the program");
    let dense = fs::read(bench.build("dense", HELLO, &["-Wl,-z,noseparate-code", "-s"])).expect("the program");
    let long = format!("/{}", "x".repeat(3000));
    let grown = interp::change(&dense, long.as_bytes(), false).expect("it grows").bytes;
    let mut outcomes = [0, 0];
    for bytes in [roomy, dense, grown] {
        for (at, damaged) in mutations(&bytes, &header_ranges(&bytes)).step_by(2) {
            for path in ["/short", &long] {
                match interp::change(&damaged, path.as_bytes(), true) {
                    Ok(change) => {
                        assert_eq!(interp::current(&change.bytes).expect("it has one"), path.as_bytes(), "byte {at:#x}");
                        outcomes[0] += 1;
                    }
                    Err(_) => outcomes[1] += 1,
                }
            }
        }
        for end in (0..bytes.len()).step_by(97) {
            let _ = interp::change(&bytes[..end], b"/short", true);
        }
    }
    assert!(outcomes.iter().all(|&count| count > 100), "{outcomes:?}");
}
