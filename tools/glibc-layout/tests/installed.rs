//! The two questions of a user about an installed libc: does the loader know it (`check`), and if not, how does it come to
//! know it (`adopt`). The libc is one of our own making; its loader has the sizes that a test gives it.

mod fake;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use fake::{LIBRARIES, Tree, text};

/// Sizes of `_rtld_global` and `_rtld_global_ro` of a build that the loader knows, with its version.
const KNOWN: (&str, u64, u64) = ("2.36", 4336, 896);

#[test]
fn a_libc_with_the_sizes_of_a_known_one_fits() {
    let tree = known_sizes("fits");
    let output = tree.run("check", &[]);
    let sentence = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{sentence}");
    for part in ["recognised by its layout as 2.36-", "no debug files", "/usr/lib/x86_64-linux-gnu/libc.so.6 (glibc 2.36)"] {
        assert!(sentence.contains(part), "{sentence}");
    }
}

#[test]
fn debug_files_that_say_otherwise_win_over_sizes() {
    let tree = known_sizes("otherwise");
    tree.install_debug_file();
    let output = tree.run("check", &[]);
    let sentence = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{sentence}");
    let pagesize = tree_offset(&tree, "rtld_global_ro", "_dl_pagesize");
    for part in ["debug files differ", "places", &format!("ro.dl_pagesize is {pagesize} and not 24"), "…"] {
        assert!(sentence.contains(part), "{sentence}");
    }
}

#[test]
fn an_unknown_layout_does_not_fit() {
    let tree = Tree::new("unknown", "2.36", &["-g"]);
    let output = tree.run("check", &[]);
    let sentence = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{sentence}");
    assert!(sentence.contains("this build of glibc 2.36") && sentence.contains("make adopt"), "{sentence}");
}

#[test]
fn what_cannot_be_told_has_a_status_of_its_own() {
    let tree = Tree::new("untold", "2.36", &["-g"]);
    let cannot = |root: &Path, options: &[&str], part: &str| {
        let output = fake::run("check", root, options);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains("cannot be told") && error.contains(part), "{error}");
    };
    cannot(&tree.folder.join("nowhere"), &[], "nowhere is not a directory");
    cannot(&tree.root.join("etc"), &[], "there is no libc.so.6 for x86_64");
    cannot(&tree.root, &["--libc", "/etc/os-release"], "etc/os-release");
    let loader = format!("/{LIBRARIES}/{}", fake::LOADER);
    cannot(&tree.root, &["--libc", &loader], "is not a glibc");
    let known = known_sizes("damaged");
    known.install_debug_file();
    let debug = known.root.join("usr/lib/debug").join(fake::by_build_id(&known.build_id()));
    let mut bytes = fs::read(&debug).unwrap();
    let sections = bytes.windows(12).position(|window| window == b".debug_info\0").unwrap();
    bytes[sections..sections + 6].copy_from_slice(b".other");
    fs::write(&debug, &bytes).unwrap();
    let output = known.run("check", &[]);
    assert_eq!(output.status.code(), Some(0), "a file without debug information verifies nothing");
    assert!(text(&output.stdout).contains("no debug files"), "{}", text(&output.stdout));
}

#[test]
fn adopting_needs_debug_files_and_says_where_they_come_from() {
    let tree = Tree::new("without", "2.36", &["-g"]);
    let records = records("without-records");
    let output = tree.run("adopt", &["--records", records.to_str().unwrap()]);
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    for part in ["ld-linux-x86-64.so.2", &tree.build_id(), "are missing", "apt install libc6-dbg", "debuginfod-find debuginfo"] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn an_adopted_libc_has_a_record_with_its_own_places() {
    let tree = Tree::new("adopted", "2.36", &["-g"]);
    tree.install_debug_file();
    let records = records("adopted-records");
    let before = contents(&records);
    let adopt = || {
        let output = tree.run("adopt", &["--records", records.to_str().unwrap()]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let said = adopt();
    for part in
        ["is now 2.36-fake in", "its layout is new", "new in tunables.toml: glibc.fake.depth, glibc.fake.word", "next: `make`"]
    {
        assert!(said.contains(part), "{said}");
    }
    let after = contents(&records);
    let new: Vec<&String> = after.keys().filter(|name| !before.contains_key(*name)).collect();
    assert_eq!(new, ["2.36-fake.toml"]);
    let record: toml::Table = after["2.36-fake.toml"].parse().unwrap();
    let pagesize = i64::try_from(tree_offset(&tree, "rtld_global_ro", "_dl_pagesize")).unwrap();
    assert_eq!(record["ro"]["dl_pagesize"].as_integer(), Some(pagesize));
    assert!(record["build_ids"].as_array().unwrap().iter().any(|id| id.as_str() == Some(&tree.build_id())));
    assert!(record["like"].as_str().unwrap().starts_with("2.36-"));
    let flags: Vec<&str> = record["flags"].as_array().unwrap().iter().filter_map(|flag| flag.as_str()).collect();
    // what the fields show counts, the rest is as in the release
    assert!(flags.contains(&"early_init") && flags.contains(&"stack_lists_in_rtld_global"));
    assert!(flags.contains(&"pointer_guard_exported") && !flags.contains(&"dlfcn_hook_in_ro"));
    let tunables: toml::Table = after["tunables.toml"].parse().unwrap();
    let depth =
        toml::from_str::<toml::Table>(r#"row = { type = "int32", alias = "FAKE_DEPTH", default = 12, min = 7 }"#).unwrap();
    assert_eq!(tunables["glibc.fake.depth"], depth["row"]);
    assert_eq!(tunables["glibc.fake.word"]["type"].as_str(), Some("string"));
    assert!(adopt().contains("has its record already, that of 2.36-fake"));
    assert_eq!(contents(&records), after, "adopting again changes nothing");
}

#[test]
fn another_build_with_the_same_name_keeps_its_record() {
    let records = records("twice-records");
    let adopt = |name: &str, flags: &[&str]| {
        let tree = Tree::new(name, "2.36", flags);
        tree.install_debug_file();
        let output = tree.run("adopt", &["--records", records.to_str().unwrap(), "--like", "2.36-debian"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    assert!(adopt("once", &["-g"]).contains("is now 2.36-fake in"));
    let first = contents(&records)["2.36-fake.toml"].clone();
    let said = adopt("twice", &["-g", "-DRO_PADDING=105"]);
    assert!(said.contains("is now 2.36-fake-") && said.contains("that of 2.36-debian"), "{said}");
    assert_eq!(contents(&records)["2.36-fake.toml"], first);
}

#[test]
fn versions_that_no_record_is_near_are_told() {
    let records = records("versions-records");
    let adopt = |version: &str| {
        let tree = Tree::new(&format!("version-{version}"), version, &["-g"]);
        tree.install_debug_file();
        tree.run("adopt", &["--records", records.to_str().unwrap()])
    };
    let old = adopt("2.12");
    assert!(text(&old.stderr).contains("glibc 2.12 is older than every one that is known"), "{}", text(&old.stderr));
    let new = adopt("2.99");
    assert!(text(&new.stdout).contains("glibc 2.99 is newer than every record"), "{}", text(&new.stderr));
    for entry in fs::read_dir(&records).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with("2.40-") {
            fs::remove_file(path).unwrap();
        }
    }
    let between = adopt("2.40");
    assert!(text(&between.stdout).contains("no other record is of glibc 2.40"), "{}", text(&between.stderr));
}

/// A tree whose loader has the sizes of a known one; what is inside is another matter.
fn known_sizes(name: &str) -> Tree {
    let (version, rg, ro) = KNOWN;
    let padding = ["-DRG_PADDING=8", "-DRO_PADDING=8"];
    let rows = Tree::new(&format!("{name}-sizes"), version, &padding).compilers_rows();
    let size = |structure: &str| rows[&(structure.to_owned(), ".".to_owned())][1];
    let rg = format!("-DRG_PADDING={}", 8 + rg - size("rtld_global"));
    let ro = format!("-DRO_PADDING={}", 8 + ro - size("rtld_global_ro"));
    Tree::new(name, version, &["-g", &rg, &ro])
}

fn tree_offset(tree: &Tree, structure: &str, path: &str) -> u64 {
    tree.compilers_rows()[&(structure.to_owned(), path.to_owned())][0]
}

/// A copy of the repository's records.
fn records(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../glibc-compat")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
    }
    folder
}

fn contents(folder: &Path) -> BTreeMap<String, String> {
    let file = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap())
    };
    fs::read_dir(folder).unwrap().map(file).collect()
}
