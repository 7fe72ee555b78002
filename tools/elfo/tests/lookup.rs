//! `elfo-lookup`, `elfo-dynamic-dump` and `elfo-vdso-dump`.

mod common;

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use common::{Bench, HELLO, fails, header_ranges, json, mutations, readelf, succeeds, tool};
use elfo::object::Loaded;
use elfo::scope::{Files, Scope};
use elfo::{lookup, process};
use luci::link::resolve::Class;

const LIBC: &str = "/lib/x86_64-linux-gnu/libc.so.6";

#[test]
fn every_exported_symbol_is_found_where_it_is() {
    let bench = Bench::new();
    let code = "int first(void) { return 1; }\nint second = 2;\n__thread int third;\n";
    for style in ["gnu", "sysv", "both"] {
        let switches = ["-shared", "-fPIC", &format!("-Wl,--hash-style={style}")];
        let library = bench.build(&format!("lib{style}.so"), code, &switches);
        let document = json(tool("elfo-lookup").arg("--json").arg(&library).args(["first", "second", "third"]));
        for answer in document["answers"].as_array().expect("a list") {
            let (name, found) = (answer["name"].as_str().expect("a name"), &answer["found"]);
            let line = readelf("--dyn-syms", &library);
            let line = line.lines().find(|line| line.ends_with(&format!(" {name}"))).expect("readelf has it").to_string();
            assert!(line.contains(&format!(" {:016x} ", found["value"].as_u64().expect("a number"))), "{line} {found}");
            assert!(line.trim_start().starts_with(&format!("{}:", found["index"])), "{line} {found}");
            let table = &answer["objects"][0]["table"];
            assert_eq!(table, if style == "sysv" { "DT_HASH" } else { "DT_GNU_HASH" });
        }
    }
}

#[test]
fn versions_decide() {
    let quiet = |name: &str, dlsym: &[&str]| succeeds(tool("elfo-lookup").arg("-q").args(dlsym).arg(LIBC).arg(name));
    assert!(quiet("memcpy@GLIBC_2.14", &[]).contains("version @@GLIBC_2.14"));
    assert!(quiet("memcpy@GLIBC_2.2.5", &[]).contains("version @GLIBC_2.2.5"));
    assert!(quiet("memcpy", &["--dlsym"]).contains("version @@GLIBC_2.14"));
    assert!(quiet("memcpy", &[]).contains("version @GLIBC_2.2.5"));
    let output = tool("elfo-lookup").arg(LIBC).arg("memcpy@NEVER").output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("has memcpy@GLIBC_2.14: another version than NEVER"));
    let output = tool("elfo-lookup").arg(LIBC).arg("no_such_symbol").output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("is not found"));
}

#[test]
fn a_scope_is_searched_in_the_loaders_order() {
    let bench = Bench::new();
    let below = bench.build("libbelow.so", "int answer(void) { return 1; }\n", &["-shared", "-fPIC", "-Wl,-soname,libbelow.so"]);
    let here = format!("-L{}", bench.path("").display());
    let switches = ["-shared", "-fPIC", "-Wl,-soname,libabove.so", &here, "-Wl,--no-as-needed", "-lbelow", "-Wl,-rpath,$ORIGIN"];
    let above = bench.build("libabove.so", "int answer(void) { return 2; }\n", &switches);
    let switches = [&here, "-Wl,--no-as-needed", "-labove", "-Wl,-rpath,$ORIGIN"];
    let program = bench.build("program", "int answer(void);\nint main(void) { return answer(); }\n", &switches);
    let document = json(tool("elfo-lookup").args(["--json", "--all"]).arg(&program).args(["answer", "puts"]));
    assert_eq!(document["answers"][0]["found"]["object"].as_str(), above.to_str());
    assert_eq!(document["answers"][0]["objects"].as_array().expect("a list").len(), 2, "the search ends there");
    assert_eq!(document["answers"][1]["found"]["object"].as_str().map(|path| path.ends_with("libc.so.6")), Some(true));
    // the same objects in the same order as the system's loader lists them; the loader itself is last in both
    let listed = succeeds(Command::new("/lib64/ld-linux-x86-64.so.2").arg("--list").arg(&program));
    let theirs: Vec<&str> = listed.lines().filter_map(|line| line.split(" => ").nth(1)?.split_whitespace().next()).collect();
    let scope = document["scope"].as_array().expect("a list");
    let ours: Vec<&str> = scope[1..scope.len() - 1].iter().filter_map(|path| path.as_str()).collect();
    assert_eq!(ours, theirs.into_iter().take(ours.len()).collect::<Vec<_>>());
    fs::remove_file(below).expect("the library");
    let output = tool("elfo-lookup").args(["-q", "--all"]).arg(&program).arg("answer").output().expect("it runs");
    assert!(String::from_utf8_lossy(&output.stderr).contains("libbelow.so is not found (needed by"));
}

#[test]
fn the_dynamic_section_of_a_file() {
    let document = json(tool("elfo-dynamic-dump").arg("--json").arg(LIBC));
    let object = &document[0];
    assert_eq!(object["soname"], "libc.so.6");
    let listed = readelf("-r", LIBC.as_ref());
    let rela =
        object["relocations"]["rela"].as_u64().expect("a number") + object["relocations"]["plt"].as_u64().expect("a number");
    assert_eq!(listed.lines().filter(|line| line.contains("R_X86_64_")).count() as u64, rela);
    let notes = readelf("-n", LIBC.as_ref());
    assert!(notes.contains(object["build_id"].as_str().expect("a build ID")));
    assert!(fails(tool("elfo-dynamic-dump").arg("/etc/passwd")).contains("invalid ELF header"));
    assert!(fails(tool("elfo-dynamic-dump").arg("4194305")).contains("there is no process"));
}

#[test]
fn the_objects_of_a_process_are_those_of_its_files() {
    let bench = Bench::new();
    let echo = "#include <stdio.h>\nint main(void) { int c; while ((c = getchar()) != EOF) { putchar(c); fflush(stdout); } return 0; }\n";
    for switch in ["-pie", "-no-pie"] {
        let program = bench.build("echo", echo, &[switch]);
        let mut child = Command::new(&program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        // when it answers, everything is loaded
        let mut pipe = child.stdin.take().expect("a pipe");
        pipe.write_all(b"x").expect("it reads");
        std::io::Read::read_exact(&mut child.stdout.take().expect("a pipe"), &mut [0]).expect("it answers");
        let document = json(tool("elfo-dynamic-dump").arg("--json").arg(child.id().to_string()));
        drop(pipe);
        child.wait().expect("it ends");
        let objects = document.as_array().expect("a list");
        assert!(objects.len() >= 3);
        let mut compared = 0;
        for object in objects.iter().filter(|object| object["path"] != "[vdso]") {
            let mut of_file =
                json(tool("elfo-dynamic-dump").arg("--json").arg(object["path"].as_str().expect("a path")))[0].clone();
            for key in ["start", "end", "bias"] {
                assert!(object[key].is_u64());
                of_file[key] = object[key].clone();
            }
            assert_eq!(*object, of_file);
            compared += 1;
        }
        assert!(compared >= 3);
        let own = objects.iter().find(|object| object["path"].as_str() == program.to_str()).expect("the program");
        assert_eq!(own["bias"] == 0, switch == "-no-pie");
    }
}

#[test]
fn the_vdso_is_an_object() {
    let bench = Bench::new();
    let written = bench.path("vdso.so");
    let output = tool("elfo-vdso-dump").arg("--output").arg(&written).output().expect("it runs");
    if !output.status.success() {
        assert!(String::from_utf8_lossy(&output.stderr).contains("maps no vDSO"));
        return;
    }
    assert!(readelf("--dyn-syms", &written).contains("__vdso_clock_gettime@@LINUX_2.6"));
    let document = json(tool("elfo-vdso-dump").arg("--json"));
    assert_eq!(document["header"]["type"], "ET_DYN");
    assert!(succeeds(tool("elfo-lookup").arg("-q").arg(&written).arg("__vdso_clock_gettime@LINUX_2.6")).contains("FUNC"));
}

#[test]
fn no_damage_makes_them_panic() {
    let bench = Bench::new();
    let program = bench.build("program", HELLO, &["-s", "-Wl,--hash-style=both"]);
    let bytes = fs::read(&program).expect("the program");
    let image = elfo::image::Image::parse(&bytes).expect("ELF");
    let dynamic = image.segment(2).expect("PT_DYNAMIC");
    let first = image.loads().next().expect("a segment").p_filesz as usize;
    let mut ranges = header_ranges(&bytes);
    ranges.truncate(2);
    ranges.push(64 + 56 * image.segments.len()..first);
    ranges.push(dynamic.p_offset as usize..(dynamic.p_offset + dynamic.p_filesz) as usize);
    let damaged_path = bench.path("damaged");
    let mut outcomes = [0, 0];
    for (_, damaged) in mutations(&bytes, &ranges).step_by(2) {
        fs::write(&damaged_path, &damaged).expect("a file");
        let _ = process::of_file(&damaged_path);
        outcomes[usize::from(Loaded::open(&damaged_path).is_ok())] += 1;
        if let Ok(files) = Files::single(&damaged_path) {
            let scope = Scope::new(&files);
            for name in ["puts", "main@GLIBC_2.34", ""] {
                lookup::answer(&files, &scope, name.as_bytes(), Class::PLT).to_text(true);
            }
        }
    }
    assert!(outcomes.iter().all(|&count| count > 50), "{outcomes:?}");
}
