//! `elfo-dump` beside readelf(1), and on damaged files.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use common::{Bench, HELLO, fails, header_ranges, json, mutations, readelf, succeeds, tool};
use elfo::dump::{self, Parts};
use serde_json::Value;

const LIBC: &str = "/lib/x86_64-linux-gnu/libc.so.6";

/// A library with versions, both hash tables, thread-local data, IFUNC and every kind of relocation table.
fn rich(bench: &Bench) -> std::path::PathBuf {
    let map = bench.path("map");
    fs::write(&map, "V1 { global: old; local: hidden; };\nV2 { global: new; counter; choose; } V1;\n").expect("a script");
    let code = "#include <stdio.h>\n\
        __thread int counter = 3;\n\
        static int one(void) { return 1; }\n\
        static void *pick(void) { return one; }\n\
        int choose(void) __attribute__((ifunc(\"pick\")));\n\
        int old_1(void) { return 1; } int old_2(void) { return 2; }\n\
        __asm__(\".symver old_1,old@V1\"); __asm__(\".symver old_2,old@@V2\");\n\
        int new(void) { return puts(\"x\") + counter; }\n\
        void *table[] = { new, one, table };\n";
    let script = format!("-Wl,--version-script={}", map.display());
    let switches =
        ["-shared", "-fPIC", "-Wl,-soname,librich.so.1", &script, "-Wl,--hash-style=both", "-Wl,-z,pack-relative-relocs"];
    bench.build("librich.so", code, &switches)
}

fn dump(path: &Path) -> Value {
    json(tool("elfo-dump").arg("--json").arg(path))
}

fn strings<'v>(list: &'v Value, key: &str) -> Vec<&'v str> {
    list.as_array().expect("a list").iter().filter_map(|entry| entry[key].as_str()).collect()
}

#[test]
fn sections_and_segments_are_readelfs() {
    let bench = Bench::new();
    let program = bench.build("program", HELLO, &[]);
    let document = dump(&program);
    let listed = readelf("-S", &program);
    let sections = document["sections"].as_array().expect("a list");
    assert!(sections.len() > 20);
    for section in &sections[1..] {
        let (name, offset) = (section["name"].as_str().expect("a name"), section["offset"].as_u64().expect("a number"));
        let line = listed.lines().find(|line| line.split_whitespace().any(|word| word == name)).expect(name);
        assert!(line.contains(&format!(" {offset:06x} ")), "{line}");
    }
    let kinds = strings(&document["segments"], "type");
    let listed = readelf("-l", &program);
    for kind in &kinds {
        assert!(listed.contains(&format!("  {} ", kind.trim_start_matches("PT_"))), "{kind}");
    }
    assert!(listed.contains(&format!("There are {} program headers", kinds.len())));
    assert_eq!(document["interpreter"], "/lib64/ld-linux-x86-64.so.2");
}

#[test]
fn symbols_are_readelfs() {
    let bench = Bench::new();
    for path in [rich(&bench), LIBC.into()] {
        let document = dump(&path);
        let ours: BTreeSet<String> = document["symbols"]["dynamic"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|symbol| {
                let at = if symbol["hidden_version"] == true || symbol["section"] == "UND" { "@" } else { "@@" };
                let version = symbol["version"].as_str().map(|version| format!("{at}{version}")).unwrap_or_default();
                let value = symbol["value"].as_u64().expect("a number");
                // readelf shows no version beside the symbol that stands for one
                let is_version = symbol["section"] == "ABS";
                format!("{value:016x} {}{}", symbol["name"].as_str().expect("a name"), if is_version { "" } else { &version })
            })
            .collect();
        let theirs: BTreeSet<String> = readelf("--dyn-syms", &path)
            .lines()
            .filter_map(|line| {
                let words: Vec<&str> = line.split_whitespace().collect();
                words.first()?.strip_suffix(':')?.parse::<u32>().ok()?;
                let name = words.get(7).copied().unwrap_or_default();
                let name = if words.get(6) == Some(&"ABS") { name.split('@').next()? } else { name };
                Some(format!("{} {name}", words[1]))
            })
            .collect();
        assert!(theirs.len() > 5);
        assert_eq!(ours, theirs, "{}", path.display());
    }
}

#[test]
fn relocations_dynamic_section_versions_and_notes_are_readelfs() {
    let bench = Bench::new();
    let library = rich(&bench);
    let document = dump(&library);
    let listed = readelf("-r", &library);
    let relocations = document["relocations"].as_array().expect("a list");
    let packed = relocations.iter().filter(|relocation| relocation["table"] == "DT_RELR").count();
    let lines = listed.lines().filter(|line| line.contains("R_X86_64_")).count();
    assert_eq!(relocations.len() - packed, lines);
    assert!(packed > 0 && listed.contains(".relr.dyn"));
    for relocation in relocations.iter().filter(|relocation| relocation["table"] != "DT_RELR") {
        let at = format!("{:016x}", relocation["at"].as_u64().expect("a number"));
        let line = listed.lines().find(|line| line.starts_with(&at)).expect("the same place");
        let symbol = relocation["symbol"].as_str().unwrap_or_default();
        assert!(line.contains(symbol.split('@').next().unwrap_or_default()), "{line}: {symbol}");
    }
    let listed = readelf("-d", &library);
    for entry in document["dynamic"].as_array().expect("a list") {
        let tag = entry["tag"].as_str().expect("a tag").trim_start_matches("DT_");
        assert!(listed.contains(&format!("({tag})")), "{tag}");
    }
    assert!(listed.contains(&format!("contains {} entries", document["dynamic"].as_array().expect("a list").len())));
    assert_eq!(strings(&document["versions"]["defined"], "name"), ["librich.so.1", "V1", "V2"]);
    let built = document["notes"].as_array().expect("a list").iter().find(|note| note["type"] == "NT_GNU_BUILD_ID");
    if let Some(note) = built {
        assert!(readelf("-n", &library).contains(note["meaning"].as_str().expect("a build ID")));
    }
    assert_eq!(document["hash"].as_array().expect("a list").len(), 2);
}

#[test]
fn a_note_about_libraries_is_told() {
    let bench = Bench::new();
    let json = r#"[{\"soname\":[\"libz.so.1\"],\"feature\":\"zlib\",\"priority\":\"suggested\"}]"#;
    let code = format!(
        "__asm__(\".section .note.dlopen,\\\"a\\\",@note\\n.balign 4\\n.long 4\\n.long 2f-1f\\n.long 0x407c0c0a\\n.asciz \\\"FDO\\\"\\n\
        1: .asciz \\\"{}\\\"\\n2: .balign 4\\n.previous\");\nint main(void) {{ return 0; }}\n",
        json.replace('\\', "\\\\\\")
    );
    let program = bench.build("program", &code, &[]);
    assert!(succeeds(tool("elfo-dump").arg("-n").arg(&program)).contains("libz.so.1 for zlib, suggested"));
}

#[test]
fn object_files_and_selected_parts() {
    let bench = Bench::new();
    let object = bench.build("object.o", HELLO, &["-c"]);
    let text = succeeds(tool("elfo-dump").arg(&object));
    assert!(text.contains("ET_REL") && text.contains("puts") && text.contains("R_X86_64_PLT32"));
    let some = succeeds(tool("elfo-dump").args(["--interpreter", "--hash"]).arg(bench.build("program", HELLO, &[])));
    assert!(some.contains("ld-linux") && some.contains("bloom") && !some.contains("Sections"));
}

#[test]
fn what_is_no_elf_file_is_told_in_a_sentence() {
    let bench = Bench::new();
    assert!(fails(tool("elfo-dump").arg("/etc/passwd")).contains("/etc/passwd: invalid ELF header"));
    assert!(fails(tool("elfo-dump").arg(bench.path("absent"))).contains("No such file"));
    assert!(fails(tool("elfo-dump").arg("/")).contains("is a directory"));
    let program = fs::read(bench.build("program", HELLO, &[])).expect("the program");
    let cut = bench.path("cut");
    fs::write(&cut, &program[..program.len() / 2]).expect("a file");
    let output = Command::new(env!("CARGO_BIN_EXE_elfo-dump")).arg(&cut).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("section headers lie outside the file"));
}

#[test]
fn names_that_overlap_do_not_fill_the_memory() {
    let bench = Bench::new();
    // thousands of symbols, all of which a crafted table lets begin at the start of one long name
    let code: String = (0..3000).map(|number| format!("int variable_{number};\n")).collect();
    let mut bytes = fs::read(bench.build("object.o", &code, &["-c"])).expect("the object");
    let image = elfo::image::Image::parse(&bytes).expect("ELF");
    let symbols = *image.section(2).expect("a symbol table");
    let strings = image.sections[symbols.sh_link as usize];
    for at in (symbols.sh_offset..symbols.sh_offset + symbols.sh_size).step_by(24) {
        bytes[at as usize..][..4].copy_from_slice(&1u32.to_le_bytes());
    }
    let names = strings.sh_offset as usize..(strings.sh_offset + strings.sh_size) as usize - 1;
    bytes[names].fill(b'x');
    let document = dump::document("crafted", &bytes, Parts::all()).expect("it can be read");
    assert!(document.problems.iter().any(|problem| problem.contains("far longer than the file")), "{:?}", document.problems);
    assert!(document.to_text().len() < 200 * bytes.len());
}

#[test]
fn no_damage_makes_it_panic() {
    let bench = Bench::new();
    let library = fs::read(rich(&bench)).expect("the library");
    let image = elfo::image::Image::parse(&library).expect("ELF");
    let mut ranges = header_ranges(&library);
    let loaded = image.loads().next().expect("a segment");
    ranges.push(64 + 56 * image.segments.len()..loaded.p_filesz as usize);
    let dynamic = image.segment(2).expect("PT_DYNAMIC");
    ranges.push(dynamic.p_offset as usize..(dynamic.p_offset + dynamic.p_filesz) as usize);
    let (mut whole, mut damaged_ones) = (0, 0);
    for (_, damaged) in mutations(&library, &ranges) {
        match dump::document("damaged", &damaged, Parts::all()) {
            Ok(document) if document.problems.is_empty() => whole += document.to_text().len().min(1),
            Ok(document) => damaged_ones += document.to_text().len().min(1),
            Err(sentence) => assert!(!sentence.is_empty()),
        }
    }
    assert!(whole > 100 && damaged_ones > 100, "{whole} {damaged_ones}");
}
