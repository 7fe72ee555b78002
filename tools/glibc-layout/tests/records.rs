//! The tool as its user runs it: on a layout that is kept here (the fields of interest of one Debian build), and on all
//! layouts where they are at hand (`LUCI_LAYOUTS`, or `shared/layouts` beside the repository).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn the_records_of_the_repository_agree_with_the_kept_layout() {
    let output = run(&["compare", &kept(), "--records", &records()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_moved_field_is_noticed() {
    let folder = empty_folder("moved");
    let text = fs::read_to_string(kept()).unwrap();
    let moved = text.replace(r#"["_dl_pagesize", 24,"#, r#"["_dl_pagesize", 32,"#);
    assert_ne!(text, moved);
    fs::write(folder.join("moved.json"), moved).unwrap();
    let output = run(&["compare", folder.join("moved.json").to_str().unwrap(), "--records", &records()]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("differs"));
}

#[test]
fn a_build_with_a_known_layout_joins_its_record() {
    let folder = empty_folder("joins");
    let out = folder.join("out");
    let text = fs::read_to_string(kept()).unwrap();
    let changed = text
        .replace(r#""build": "debian""#, r#""build": "twin""#)
        .replace("7ebc65e5", "00000000")
        .replace("93ac61ec", "11111111");
    fs::write(folder.join("twin.json"), changed).unwrap();
    let twin = folder.join("twin.json").display().to_string();
    let out_text = out.display().to_string();
    for layout in [kept(), twin.clone(), kept()] {
        assert!(run(&["record", &layout, "--out", &out_text, "--like", "2.36-debian"]).status.success());
    }
    assert!(run(&["compare", &twin, &kept(), "--records", &out_text]).status.success());
    let files: Vec<PathBuf> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files, [out.join("2.36-debian.toml")]);
    let listing = run(&["list", "--ids", out.to_str().unwrap()]);
    let listing = String::from_utf8_lossy(&listing.stdout);
    assert!(listing.contains("2.36-debian") && listing.contains("2.36-twin") && listing.contains("1111111"), "{listing}");
}

#[test]
fn a_layout_without_a_structure_is_refused_by_name() {
    let folder = empty_folder("refused");
    let file = folder.join("bad.json");
    fs::write(&file, fs::read_to_string(kept()).unwrap().replace("\"rtld_global_ro\"", "\"another\"")).unwrap();
    let output = run(&["record", file.to_str().unwrap(), "--out", folder.join("out").to_str().unwrap()]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && error.contains("bad.json") && error.contains("rtld_global_ro"), "{error}");
}

#[test]
fn the_records_agree_with_every_layout_at_hand() {
    let folder = std::env::var_os("LUCI_LAYOUTS").map_or_else(|| Path::new(HERE).join("../../../shared/layouts"), PathBuf::from);
    let layouts = fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let layouts: Vec<String> =
        layouts.filter(|path| path.extension().is_some_and(|e| e == "json")).map(|path| path.display().to_string()).collect();
    if layouts.is_empty() {
        return println!("skipped: there are no layouts in {}", folder.display());
    }
    let mut arguments = vec!["compare", "--records"];
    let records = records();
    arguments.push(&records);
    arguments.extend(layouts.iter().map(String::as_str));
    let output = run(&arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_glibc-layout")).args(arguments).output().unwrap()
}

fn kept() -> String {
    format!("{HERE}/tests/glibc-2.36-debian.json")
}

fn records() -> String {
    format!("{HERE}/../../glibc-compat")
}

fn empty_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}
