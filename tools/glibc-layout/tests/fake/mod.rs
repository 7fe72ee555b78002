//! A tree with a small libc of our own making, whose structures have the names of glibc's and offsets of their own; the tests
//! compile it, so that debug information is as this machine's compiler writes it. `print.c` tells what the compiler thinks.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub const LIBRARIES: &str = "usr/lib/x86_64-linux-gnu";
pub const LOADER: &str = "ld-linux-x86-64.so.2";

/// The tree, and beside it what it was made from.
pub struct Tree {
    pub folder: PathBuf,
    pub root: PathBuf,
    /// The loader with everything, and its debug file.
    pub full: PathBuf,
    pub debug: PathBuf,
    flags: Vec<String>,
}

impl Tree {
    /// A tree whose libc says that it is this version; `flags` are the compiler's. Both files in it are stripped.
    pub fn new(name: &str, version: &str, flags: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        let root = folder.join("root");
        fs::create_dir_all(root.join(LIBRARIES)).unwrap();
        fs::create_dir_all(root.join("etc")).unwrap();
        fs::write(root.join("etc/os-release"), "NAME=\"Fake\"\nID=fake\nID_LIKE=\"debian other\"\n").unwrap();
        let flags = flags.iter().map(|flag| flag.to_string()).collect();
        let tree = Tree { full: folder.join("loader.full"), debug: folder.join("loader.debug"), folder, root, flags };
        let libc = tree.folder.join("libc.full");
        tree.gcc(&["-shared", "-nostdlib", "-fPIC", &format!("-DVERSION=\"{version}\"")], &["libc.c"], &libc);
        objcopy(&["--strip-debug"], &libc, &tree.libc());
        let shared = ["-shared", "-nostdlib", "-fPIC", "-Wl,--build-id=sha1"];
        tree.gcc(&shared, &["short.c", "loader.c"], &tree.full);
        objcopy(&["--only-keep-debug"], &tree.full, &tree.debug);
        objcopy(&["--strip-debug"], &tree.full, &tree.loader());
        tree
    }

    pub fn loader(&self) -> PathBuf {
        self.root.join(LIBRARIES).join(LOADER)
    }

    pub fn libc(&self) -> PathBuf {
        self.root.join(LIBRARIES).join("libc.so.6")
    }

    pub fn build_id(&self) -> String {
        let output = Command::new("readelf").arg("-n").arg(&self.full).output().expect("readelf runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.split_once("Build ID: ").expect("a build ID").1.trim().to_owned()
    }

    /// Puts the debug file where a package would.
    pub fn install_debug_file(&self) {
        place(&self.debug, &self.root.join("usr/lib/debug").join(by_build_id(&self.build_id())));
    }

    /// The rows of `print.c`: structure and path with their numbers.
    pub fn compilers_rows(&self) -> BTreeMap<(String, String), Vec<u64>> {
        let program = self.folder.join("print");
        self.gcc(&["-w"], &["print.c"], &program);
        let output = Command::new(&program).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let row = |line: &str| {
            let words: Vec<&str> = line.split(' ').collect();
            let numbers = words[2..].iter().map(|word| word.parse().unwrap()).collect();
            ((words[0].to_owned(), words[1].to_owned()), numbers)
        };
        text.lines().map(row).collect()
    }

    /// Runs the tool on this tree.
    pub fn run(&self, command: &str, more: &[&str]) -> Output {
        run(command, &self.root, more)
    }

    fn gcc(&self, options: &[&str], sources: &[&str], out: &Path) {
        let sources = sources.iter().map(|source| format!("{}/tests/fake/{source}", env!("CARGO_MANIFEST_DIR")));
        let mut gcc = Command::new("gcc");
        gcc.args(options).args(&self.flags).args(sources).arg("-o").arg(out);
        assert!(gcc.status().expect("gcc runs").success(), "{gcc:?}");
    }
}

/// Runs the tool on a tree.
pub fn run(command: &str, root: &Path, more: &[&str]) -> Output {
    let mut tool = Command::new(env!("CARGO_BIN_EXE_glibc-layout"));
    tool.arg(command).arg("--root").arg(root).args(more).output().unwrap()
}

pub fn objcopy(options: &[&str], from: &Path, to: &Path) {
    let mut objcopy = Command::new("objcopy");
    objcopy.args(options).arg(from).arg(to);
    assert!(objcopy.status().expect("objcopy runs").success(), "{objcopy:?}");
}

pub fn by_build_id(id: &str) -> String {
    format!(".build-id/{}/{}.debug", &id[..2], &id[2..])
}

/// Copies a file, with the folders it needs.
pub fn place(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(from, to).unwrap();
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
