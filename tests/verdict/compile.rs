//! Compilers with their flags, and how a source becomes a library's bytes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// One way to build a library.
#[derive(Debug)]
pub struct Build {
    pub compiler: &'static str,
    pub flags: &'static [&'static str],
    pub is_stripped: bool,
    pub is_lazy: bool,
    /// The linker places writable data behind code at any distance: only what keeps all sizes can keep its place in the page.
    pub is_tight: bool,
}

impl Build {
    pub fn is_cpp(&self) -> bool {
        self.compiler.ends_with("++")
    }

    /// Whether the compiler and the linker are there.
    pub fn is_possible(&self) -> bool {
        let linker = self.flags.iter().find_map(|flag| flag.strip_prefix("-fuse-ld="));
        exists(self.compiler) && linker.is_none_or(|linker| exists(&format!("ld.{linker}")))
    }

    pub fn name(&self) -> String {
        let strip = if self.is_stripped { " stripped" } else { "" };
        format!("{} {}{strip}", self.compiler, self.flags.join(" "))
    }
}

const fn build(compiler: &'static str, flags: &'static [&'static str]) -> Build {
    Build { compiler, flags, is_stripped: false, is_lazy: false, is_tight: false }
}

const fn stripped(build: Build) -> Build {
    Build { is_stripped: true, ..build }
}

const fn lazy(build: Build) -> Build {
    Build { is_lazy: true, ..build }
}

const fn tight(build: Build) -> Build {
    Build { is_tight: true, ..build }
}

const FULL: &str = "-Wl,-z,relro,-z,now";
const LAZY: &str = "-Wl,-z,relro,-z,lazy";

pub const BUILDS: &[Build] = &[
    build("gcc", &["-O2", FULL]),
    stripped(build("gcc", &["-O2", FULL])),
    lazy(build("gcc", &["-O0", LAZY])),
    lazy(stripped(build("gcc", &["-O2", LAZY]))),
    build("gcc", &["-O1", FULL, "-fcf-protection=full"]),
    stripped(build("gcc", &["-Os", FULL, "-fcf-protection=full"])),
    build("gcc", &["-O2", FULL, "-flto"]),
    stripped(build("gcc", &["-O2", FULL, "-flto"])),
    build("gcc", &["-O2", FULL, "-ffunction-sections", "-fdata-sections", "-fuse-ld=gold", "-Wl,--icf=all"]),
    stripped(build("gcc", &["-O2", FULL, "-ffunction-sections", "-fuse-ld=gold", "-Wl,--icf=all"])),
    stripped(build("gcc", &["-O2", FULL, "-freorder-blocks-and-partition", "-fno-plt"])),
    build("gcc", &["-O1", FULL, "-fno-toplevel-reorder", "-g"]),
    build("g++", &["-O2", FULL]),
    stripped(build("g++", &["-O1", FULL, "-fno-toplevel-reorder"])),
    lazy(stripped(build("g++", &["-O2", LAZY]))),
    build("clang", &["-O2", FULL]),
    stripped(build("clang", &["-O2", FULL, "-fcf-protection=full"])),
    stripped(build("clang++", &["-Os", FULL])),
    tight(build("clang", &["-O2", FULL, "-fuse-ld=lld", "-ffunction-sections", "-Wl,--icf=all"])),
    tight(stripped(build("gcc", &["-O2", FULL, "-fuse-ld=lld"]))),
];

/// What is special about one building of a source.
#[derive(Clone, Copy, Default)]
pub struct Circumstances {
    /// In a folder with a longer name, at another time.
    pub elsewhere: bool,
    pub later: bool,
}

/// The library's bytes, before it is stripped and as `build` asks.
pub fn compile(build: &Build, source: &str, circumstances: Circumstances) -> (Vec<u8>, Vec<u8>) {
    let folder = Folder::new(if circumstances.elsewhere { "elsewhere" } else { "here" });
    let file = folder.0.join(if build.is_cpp() { "lib.cpp" } else { "lib.c" });
    let library = folder.0.join("lib.so");
    fs::write(&file, source).expect("the temporary folder is writable");
    let mut command = Command::new(build.compiler);
    command.args(["-w", "-fPIC", "-shared", "-Wl,-soname,libx.so"]).args(build.flags).arg("-o").arg(&library).arg(&file);
    // what __DATE__ and __TIME__ say, of both versions; not every compiler asks the clock otherwise
    command.env("SOURCE_DATE_EPOCH", if circumstances.later { "1234567890" } else { "1000000000" });
    run(&mut command, source);
    let whole = fs::read(&library).expect("the compiler wrote it");
    if !build.is_stripped {
        return (whole.clone(), whole);
    }
    run(Command::new("strip").arg(&library), source);
    (whole, fs::read(&library).expect("strip wrote it"))
}

/// A folder that goes with its value.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("luci-proof-{}-{number}-{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("the temporary folder is writable");
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn run(command: &mut Command, source: &str) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}\n{source}", String::from_utf8_lossy(&output.stderr));
}

pub fn exists(command: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| Path::new(&folder).join(command).exists())
}
