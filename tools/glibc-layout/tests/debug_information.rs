//! What is read from debug information is what the compiler says, however the information is written; and its file is found
//! wherever it may lie, if it belongs to the library.

mod fake;

use std::fs;
use std::path::Path;
use std::process::Command;

use fake::{LIBRARIES, LOADER, Tree, by_build_id, objcopy, place, text};
use serde_json::Value;

#[test]
fn every_form_of_debug_information_gives_the_compilers_offsets() {
    let forms: [&[&str]; 6] = [
        &["-gdwarf-5"],
        &["-gdwarf-4"],
        &["-gdwarf-3"],
        &["-gdwarf-5", "-gz"],
        &["-gdwarf-4", "-gz=zlib-gnu", "-O2"],
        &["-gdwarf-5", "-fdebug-types-section"],
    ];
    for (index, flags) in forms.iter().enumerate() {
        let tree = Tree::new(&format!("form-{index}"), "2.36", flags);
        tree.install_debug_file();
        assert_layout_is_the_compilers(&tree, &[]);
    }
}

#[test]
fn type_units_of_dwarf_4_have_a_section_of_their_own() {
    let tree = Tree::new("type-units", "2.36", &["-gdwarf-4", "-fdebug-types-section"]);
    let sections = Command::new("readelf").arg("-SW").arg(&tree.debug).output().unwrap();
    assert!(text(&sections.stdout).contains(".debug_types"));
    assert_layout_is_the_compilers(&tree, &["--debug", tree.debug.to_str().unwrap()]);
}

#[test]
fn common_parts_that_dwz_moved_to_another_file_are_followed() {
    let tree = Tree::new("dwz", "2.36", &["-gdwarf-4"]);
    let twin = tree.folder.join("twin.debug");
    fs::copy(&tree.debug, &twin).unwrap();
    let common = tree.root.join("usr/lib/debug/.dwz/common");
    fs::create_dir_all(common.parent().unwrap()).unwrap();
    let dwz = Command::new("dwz")
        .arg("-m")
        .arg(&common)
        .arg("-M")
        .arg("/usr/lib/debug/.dwz/common")
        .args([&tree.debug, &twin])
        .status();
    match dwz {
        Err(_) => return println!("skipped: there is no dwz"),
        Ok(status) => assert!(status.success() && common.is_file()),
    }
    let debug = tree.debug.display().to_string();
    assert_layout_is_the_compilers(&tree, &["--debug", &debug]);
    fs::remove_file(&common).unwrap();
    let output = tree.run("layout", &["--debug", &debug]);
    assert!(text(&output.stderr).contains("its alternate file /usr/lib/debug/.dwz/common"), "{}", text(&output.stderr));
}

#[test]
fn debug_files_are_found_where_they_may_lie() {
    let tree = Tree::new("places", "2.36", &["-g"]);
    let by_id = by_build_id(&tree.build_id());
    let unpacked = tree.folder.join("unpacked");
    place(&tree.debug, &unpacked.join("usr/lib/debug").join(&by_id));
    let folder = tree.folder.join("folder");
    place(&tree.debug, &folder.join(&by_id));
    assert!(!tree.run("layout", &[]).status.success());
    for named in [&tree.debug, &unpacked, &folder] {
        assert_layout_is_the_compilers(&tree, &["--debug", named.to_str().unwrap()]);
    }
    let in_root = tree.root.join("usr/lib/debug").join(&by_id);
    place(&tree.debug, &in_root);
    assert_layout_is_the_compilers(&tree, &[]);
    fs::remove_file(in_root).unwrap();
    fs::copy(&tree.full, tree.loader()).unwrap();
    assert_layout_is_the_compilers(&tree, &[]);
}

#[test]
fn debug_files_are_found_by_debug_link() {
    let tree = Tree::new("link", "2.36", &["-g"]);
    let link = format!("--add-gnu-debuglink={}", tree.debug.display());
    objcopy(&["--strip-debug", "--remove-section=.note.gnu.build-id", &link], &tree.full, &tree.loader());
    let libraries = tree.root.join(LIBRARIES);
    let global = tree.root.join("usr/lib/debug").join(LIBRARIES);
    for folder in [libraries.clone(), libraries.join(".debug"), global] {
        let file = folder.join("loader.debug");
        place(&tree.debug, &file);
        assert_layout_is_the_compilers(&tree, &[]);
        let mut other = fs::read(&file).unwrap();
        *other.last_mut().unwrap() ^= 1;
        fs::write(&file, other).unwrap();
        assert!(!tree.run("layout", &[]).status.success(), "a file with another checksum");
        fs::remove_file(&file).unwrap();
    }
}

#[test]
fn where_another_loader_stands_in_libc_tells() {
    let tree = Tree::new("stands-in", "2.36", &["-g", "-fno-eliminate-unused-debug-types"]);
    fs::copy(tree.libc(), tree.loader()).unwrap();
    assert!(!tree.run("layout", &[]).status.success());
    fs::copy(tree.folder.join("libc.full"), tree.libc()).unwrap();
    assert_layout_is_the_compilers(&tree, &[]);
}

#[test]
fn the_debug_file_of_another_build_is_not_taken() {
    let tree = Tree::new("this-build", "2.36", &["-g"]);
    let other = Tree::new("other-build", "2.36", &["-g", "-O3", "-DRG_PADDING=77"]);
    let in_root = tree.root.join("usr/lib/debug").join(by_build_id(&tree.build_id()));
    place(&other.debug, &in_root);
    let output = tree.run("layout", &["--debug", other.debug.to_str().unwrap()]);
    let error = text(&output.stderr);
    assert!(!output.status.success());
    for part in [LOADER, &tree.build_id(), &other.build_id(), "libc6-dbg", "debuginfod-find"] {
        assert!(error.contains(part), "{error}");
    }
}

/// Every row that the compiler's program prints is in the layout, and with the same numbers.
fn assert_layout_is_the_compilers(tree: &Tree, options: &[&str]) {
    let output = tree.run("layout", options);
    assert!(output.status.success(), "{options:?}: {}", text(&output.stderr));
    let layout: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = tree.compilers_rows();
    assert!(rows.len() > 35);
    for ((name, path), numbers) in rows {
        let structure = &layout["structs"][&name];
        if path == "." {
            assert_eq!(structure["size"], numbers[1], "struct {name}");
            continue;
        }
        let fields = structure["fields"].as_array().unwrap_or_else(|| panic!("no struct {name}"));
        let row = fields.iter().find(|row| row[0] == path.as_str()).unwrap_or_else(|| panic!("no {path} in {name}"));
        let read: Vec<u64> = [1, 2, 4, 5].iter().filter_map(|index| row.get(index)?.as_u64()).collect();
        assert_eq!(read, numbers, "{name}.{path}");
    }
    let ids: Vec<&str> = layout["enums"]["tunable_id_t"].as_array().unwrap().iter().map(|row| row[0].as_str().unwrap()).collect();
    assert_eq!(ids, ["glibc_malloc_check", "glibc_fake_depth", "glibc_fake_word"]);
    assert!(Path::new(&tree.loader()).is_file());
}
