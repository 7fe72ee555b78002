//! `bean-compare` on folders with versions of a library.

mod folder;

use std::fs;

use folder::{Folder, assert_unreadable, json, run, text};

fn source(value: i32, factor: i32) -> String {
    format!("int value = {value}; int f(void) {{ return value * {factor}; }}")
}

/// 1.9 and 1.10 agree in their data, 1.11 has another value, 2.0 one variable more.
fn versions(folder: &Folder) {
    folder.library("b/libx.so.1.9", &source(1, 5));
    folder.library("a/libx.so.1.10", &source(1, 7));
    folder.library("a/libx.so.1.11", &source(2, 7));
    folder.library("a/libx.so.2.0", &(source(1, 7) + " int more = 3;"));
    fs::copy(folder.0.join("a/libx.so.1.10"), folder.0.join("b/libx.so.1.10.0")).expect("a copy");
    fs::write(folder.0.join("a/libtext.so"), "INPUT(libx.so)").expect("a linker script");
}

#[test]
fn versions_are_ordered_by_number_and_judged_in_both_directions() {
    let folder = Folder::new("matrix");
    versions(&folder);
    let output = run("bean-compare", ["-v"], &[&folder.0.join("a"), &folder.0.join("b")]);
    let (status, out) = text(&output);
    assert_eq!(status, Some(0), "{output:?}");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "libx.so.1: 4 versions");
    let names: Vec<&str> = lines[1..5].iter().filter_map(|line| line.rsplit('/').next()).collect();
    assert_eq!(names, ["libx.so.1.9", "libx.so.1.10", "libx.so.1.11", "libx.so.2.0"], "{out}");
    let signs: Vec<String> = lines[6..10].iter().map(|line| line.split_whitespace().skip(1).collect()).collect();
    assert_eq!(signs, ["=+f-", "+=f-", "ff=-", "---="], "{out}");
    assert!(out.contains("\n  1 -> 3: libx.so.1: the initial value of writable data changes: `value' at offset"), "{out}");
    assert!(output.stderr.is_empty(), "a progress bar without a terminal: {output:?}");
}

#[test]
fn page_drawing_and_json_say_the_same() {
    let folder = Folder::new("pages");
    versions(&folder);
    let (html, svg) = (folder.0.join("matrix.html"), folder.0.join("matrix.svg"));
    let paths = [html.display().to_string(), svg.display().to_string()];
    let options = ["--json", "--jobs", "1", "--html", &paths[0], "--svg", &paths[1]];
    let output = run("bean-compare", options, &[&folder.0]);
    let answer = json(&output);
    let cells = answer[0]["cells"].as_array().expect("cells");
    assert_eq!((output.status.code(), cells.len()), (Some(0), 4));
    assert!(cells[0][0].is_null() && cells[0][1]["accepted"] == true && cells[0][2]["forced_ok"] == true, "{answer}");
    assert_eq!(cells[0][3]["accepted"], false);
    let (page, drawing) = (fs::read_to_string(html).expect("a page"), fs::read_to_string(svg).expect("a drawing"));
    let count = |text: &str, what: &str| text.matches(what).count();
    assert_eq!(
        (count(&page, ">+</td>"), count(&page, ">f</td>"), count(&page, ">-</td>"), count(&page, ">=</td>")),
        (2, 4, 6, 4)
    );
    assert_eq!((count(&drawing, "<rect "), count(&drawing, "</title></rect>")), (12, 12));
    assert!(drawing.starts_with("<svg xmlns=") && drawing.ends_with("</svg>\n"));
    assert!(!drawing.contains("1.9 -> "), "what comes from file names is escaped");
}

#[test]
fn folders_without_two_versions_are_told() {
    let folder = Folder::new("single");
    folder.library("libx.so.1.9", &source(1, 5));
    assert_unreadable("bean-compare", &run("bean-compare", [], &[&folder.0]), &folder.0);
    let none = folder.0.join("none");
    assert_unreadable("bean-compare", &run("bean-compare", [], &[&none]), &none);
    versions(&folder);
    let other = run("bean-compare", ["--library", "liby"], &[&folder.0]);
    assert_unreadable("bean-compare", &other, &folder.0);
}
