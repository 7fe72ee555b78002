//! `bean-hash`, `bean-map`, `bean-graph` and `bean-dbgsym` on libraries that gcc makes.

mod folder;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use folder::{Folder, assert_unreadable, json, path_of, run, text};
use serde_json::Value;

const SOURCE: &str = "
    int puts(const char *);
    __attribute__((visibility(\"hidden\"))) int counter = 5;
    static const char *const words[2] = { \"first word\", \"second word\" };
    __attribute__((noinline)) static int helper(int x) { counter += x; return counter; }
    int calls(int x) { puts(words[x & 1]); return helper(x) + x; }
    int alone(int x) { return x ^ 0x55; }";

/// Internal and external hash by name.
fn hashes(file: &Path) -> (String, BTreeMap<String, (String, String)>) {
    let answer = json(&run("bean-hash", ["--json"], &[file]));
    let entries = ["functions", "data"].into_iter().flat_map(|part| answer[0][part].as_array().expect("a list").clone());
    let word = |entry: &Value, key: &str| entry[key].as_str().expect("text").to_string();
    let entries = entries.map(|entry| (word(&entry, "name"), (word(&entry, "internal"), word(&entry, "external"))));
    (word(&answer[0], "hash"), entries.collect())
}

#[test]
fn hashes_stay_when_code_moves_and_tell_what_changes() {
    let folder = Folder::new("hash");
    let (whole, old) = hashes(&folder.library("old.so", SOURCE));
    let (moved, elsewhere) = hashes(&folder.library_with("moved.so", SOURCE, &["-Wl,--section-start=.text=0x9000"]));
    assert_eq!((&whole, &old), (&moved, &elsewhere));
    let (other, new) = hashes(&folder.library("new.so", &SOURCE.replace("x ^ 0x55", "x ^ 0x56")));
    assert_ne!(whole, other);
    let differing: Vec<&String> = old.keys().filter(|name| old[*name] != new[*name]).collect();
    assert_eq!(differing, ["alone"]);
    let (_, new) = hashes(&folder.library("data.so", &SOURCE.replace("counter = 5", "counter = 6")));
    assert_ne!(old["counter"].0, new["counter"].0);
    // a pointer in data: the bytes are the relocation's, what it leads to is the external hash
    let (_, new) = hashes(&folder.library("word.so", &SOURCE.replace("first", "First")));
    assert!(old["words"].0 == new["words"].0 && old["words"].1 != new["words"].1);
}

#[test]
fn the_text_of_hashes_has_a_line_for_each_function() {
    let folder = Folder::new("hash-text");
    let library = folder.library("old.so", SOURCE);
    let (status, out) = text(&run("bean-hash", [], &[&library]));
    assert_eq!(status, Some(0));
    assert!(out.lines().next().is_some_and(|line| line.ends_with(&format!("  {}", library.display()))), "{out}");
    for name in ["calls", "alone", "helper", "counter (data)"] {
        assert!(out.lines().any(|line| line.starts_with("  ") && line.ends_with(&format!(" {name}"))), "{name}: {out}");
    }
    let (_, summary) = text(&run("bean-hash", ["--summary"], &[&library, &library]));
    assert_eq!(summary.lines().count(), 2);
}

#[test]
fn a_map_covers_every_byte_of_every_section_once() {
    let folder = Folder::new("map");
    let map = json(&run("bean-map", ["--json"], &[&folder.library("old.so", SOURCE)]));
    let number = |text: &Value| u64::from_str_radix(text.as_str().expect("text").trim_start_matches("0x"), 16).expect("hex");
    let sections = map["sections"].as_array().expect("sections");
    for section in sections {
        let mut at = number(&section["address"]);
        let end = at + section["size"].as_u64().expect("size");
        for region in section["regions"].as_array().expect("regions") {
            assert_eq!(number(&region["address"]), at, "{section}");
            at += region["size"].as_u64().expect("size");
        }
        assert_eq!(at, end, "{section}");
    }
    let find = |name: &str| {
        let regions = sections.iter().flat_map(|section| section["regions"].as_array().expect("regions"));
        regions.filter(|region| region["name"] == name).map(|region| region["what"].as_str().expect("text")).collect::<Vec<_>>()
    };
    assert_eq!((find("helper"), find("counter"), find("puts@plt")), (vec!["function"], vec!["data"], vec!["stub"]));
    assert_eq!(find("\"first word\""), ["other"]);
    assert!(map["totals"]["padding"].as_u64().is_some_and(|bytes| bytes > 0), "{map}");
}

#[test]
fn a_map_tells_how_functions_are_known() {
    let folder = Folder::new("basis");
    let library = folder.library_with("old.so", SOURCE, &["-s"]);
    let (status, out) = text(&run("bean-map", [], &[&library]));
    assert_eq!(status, Some(0));
    assert!(out.lines().any(|line| line.ends_with("function calls [symbol]")), "{out}");
    assert!(out.lines().any(|line| line.ends_with("function [unwind table]")), "{out}");
    assert!(out.contains("  .text (code)\n") && out.contains(" segment r-x, "), "{out}");
}

#[test]
fn a_graph_has_functions_imports_and_variables() {
    let folder = Folder::new("graph");
    let old = folder.library("old.so", SOURCE);
    let (status, dot) = text(&run("bean-graph", [], &[&old]));
    assert_eq!(status, Some(0));
    assert!(dot.starts_with("digraph \"libx.so.1\" {\n") && dot.ends_with("}\n"), "{dot}");
    assert!(dot.contains(" -> \"import puts\";") && dot.contains(" -> \"variable counter\";"), "{dot}");
    assert!(dot.contains("label=\"alone\""), "{dot}");
    let (_, near) = text(&run("bean-graph", ["--from", "calls", "--depth", "1"], &[&old]));
    assert!(near.contains("label=\"helper\"") && !near.contains("alone") && !near.contains("counter"), "{near}");
    let new = folder.library("new.so", &SOURCE.replace("counter += x", "counter += x + 2"));
    let old_path = old.display().to_string();
    let (_, marked) = text(&run("bean-graph", ["--changed", &old_path], &[&new]));
    let tip = |name: &str| marked.lines().find(|line| line.contains(&format!("label=\"{name}\""))).unwrap_or_default();
    assert!(tip("helper").contains("\"changed\"") && tip("calls").contains("\"depends on"), "{marked}");
    assert!(!tip("alone").contains("tooltip"), "{marked}");
    let nobody = run("bean-graph", ["--from", "nobody"], &[&old]);
    assert_eq!(
        (nobody.status.code(), String::from_utf8_lossy(&nobody.stderr).contains("there is no function nobody")),
        (Some(2), true)
    );
}

#[test]
fn svg_is_drawn_by_graphviz_and_its_absence_is_one_sentence() {
    let folder = Folder::new("svg");
    let (library, svg) = (folder.library("old.so", SOURCE), folder.0.join("graph.svg"));
    let draw = || {
        let mut command = Command::new(path_of("bean-graph"));
        command.env("PATH", folder.0.join("bin")).arg("--svg").args([&svg, &library]).output().expect("bean-graph runs")
    };
    let without = draw();
    assert_eq!(without.status.code(), Some(2));
    let expected = "bean-graph: graphviz, which draws the SVG, is not installed: apt install graphviz\n";
    assert_eq!(String::from_utf8_lossy(&without.stderr), expected);
    // one that takes its options as graphviz does and writes what it reads
    let dot = folder.0.join("bin/dot");
    fs::create_dir_all(folder.0.join("bin")).expect("a folder");
    fs::write(&dot, "#!/bin/sh\n[ \"$1 $2\" = '-Tsvg -o' ] && exec /bin/cat > \"$3\"\n").expect("a script");
    fs::set_permissions(&dot, fs::Permissions::from_mode(0o755)).expect("permissions");
    assert_eq!(draw().status.code(), Some(0));
    assert!(fs::read_to_string(&svg).expect("the drawing").starts_with("digraph "));
}

/// Moves names and debug information of a library into a file of its own.
fn split(library: &Path, debug: &Path) {
    let objcopy = |arguments: &[&str], files: &[&Path]| {
        let status = Command::new("objcopy").args(arguments).args(files).status().expect("objcopy runs");
        assert!(status.success());
    };
    fs::create_dir_all(debug.parent().expect("a folder")).expect("a folder for the debug file");
    objcopy(&["--only-keep-debug"], &[library, debug]);
    objcopy(&["--strip-all", &format!("--add-gnu-debuglink={}", debug.display())], &[library]);
}

#[test]
fn debug_files_are_found_by_build_id_and_give_names() {
    let folder = Folder::new("dbgsym");
    let library = folder.library_with("libx.so", SOURCE, &["-Wl,--build-id=0x1234567890"]);
    let root = folder.0.join("root");
    let debug = root.join("usr/lib/debug/.build-id/12/34567890.debug");
    split(&library, &debug);
    let place = root.display().to_string();
    let (status, out) = text(&run("bean-dbgsym", ["--root", &place], &[&library]));
    assert_eq!((status, out), (Some(0), format!("{}\n", debug.display())));
    let (_, functions) = text(&run("bean-dbgsym", ["--functions", "--root", &place], &[&library]));
    assert!(functions.lines().any(|line| line.ends_with(" helper")) && !functions.contains("counter"), "{functions}");
    let stripped = text(&run("bean-hash", [], &[&library])).1;
    let named = text(&run("bean-hash", [format!("--dbgsym={place}").as_str()], &[&library])).1;
    assert!(!stripped.contains(" helper\n") && named.contains(" helper\n"), "{named}");
    let diff = run("bean-diff", ["-vv", format!("--dbgsym={place}").as_str()], &[&library, &library]);
    assert!(diff.status.code() == Some(0) && text(&diff).1.contains("same     helper "), "{diff:?}");
    let missing = run("bean-dbgsym", ["--root", "/nowhere"], &[&library]);
    assert_unreadable("bean-dbgsym", &missing, &library);
    assert!(
        String::from_utf8_lossy(&missing.stderr).contains("build ID 1234567890 below /nowhere/usr/lib/debug: install"),
        "{missing:?}"
    );
}

#[test]
fn a_debug_link_counts_when_its_checksum_agrees() {
    let folder = Folder::new("debuglink");
    let library = folder.library_with("libx.so", SOURCE, &["-Wl,--build-id=none"]);
    let debug = folder.0.join(".debug/libx.so.debug");
    split(&library, &debug);
    let find = || run("bean-dbgsym", ["--root", "/nowhere"], &[&library]);
    let found = fs::canonicalize(&debug).expect("the debug file");
    assert_eq!(text(&find()), (Some(0), format!("{}\n", found.display())));
    let mut bytes = fs::read(&debug).expect("the debug file");
    bytes.push(0);
    fs::write(&debug, bytes).expect("another debug file");
    assert_unreadable("bean-dbgsym", &find(), &library);
}

#[test]
fn unreadable_files_end_in_a_sentence() {
    for tool in ["bean-hash", "bean-map", "bean-graph", "bean-dbgsym"] {
        for file in [Path::new("/none/libx.so"), Path::new("/etc/passwd")] {
            assert_unreadable(tool, &run(tool, [], &[file]), file);
        }
    }
}
