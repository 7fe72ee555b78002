//! What the tests share: small programs that gcc builds, and running things.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub const HELLO: &str = "#include <stdio.h>\nint main(void) { puts(\"hello\"); return 0; }\n";

/// A directory with programs, removed at the end.
pub struct Bench {
    dir: tempfile::TempDir,
}

impl Bench {
    pub fn new() -> Self {
        Bench { dir: tempfile::tempdir().expect("a directory for the test") }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Builds C code with gcc.
    pub fn build(&self, name: &str, code: &str, switches: &[&str]) -> PathBuf {
        let (source, built) = (self.path(&format!("{name}.c")), self.path(name));
        std::fs::write(&source, code).expect("the source can be written");
        let output = Command::new("gcc").args(["-o"]).arg(&built).arg(&source).args(switches).output().expect("gcc");
        assert!(output.status.success(), "gcc: {}", String::from_utf8_lossy(&output.stderr));
        built
    }

    /// A copy of the system's loader below a path that is about so long.
    pub fn loader_at_path_of(&self, length: usize) -> String {
        let mut directory = self.dir.path().to_path_buf();
        while directory.as_os_str().len() + 220 < length {
            directory.push("d".repeat(200));
        }
        let rest = length.saturating_sub(directory.as_os_str().len() + 7);
        directory.push("e".repeat(rest.clamp(1, 250)));
        std::fs::create_dir_all(&directory).expect("a deep directory");
        let path = directory.join("ld.so");
        std::fs::copy("/lib64/ld-linux-x86-64.so.2", &path).expect("a copy of the loader");
        path.to_str().expect("a plain path").to_string()
    }
}

/// One of the programs under test.
pub fn tool(name: &str) -> Command {
    let path = match name {
        "elfo-dump" => env!("CARGO_BIN_EXE_elfo-dump"),
        "elfo-dynamic-dump" => env!("CARGO_BIN_EXE_elfo-dynamic-dump"),
        "elfo-lookup" => env!("CARGO_BIN_EXE_elfo-lookup"),
        "elfo-vdso-dump" => env!("CARGO_BIN_EXE_elfo-vdso-dump"),
        _ => env!("CARGO_BIN_EXE_elfo-setinterp"),
    };
    Command::new(path)
}

/// Runs a command that must succeed; its standard output.
pub fn succeeds(command: &mut Command) -> String {
    let output = command.output().expect("it can be run");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs a command that must fail with one sentence; that sentence.
pub fn fails(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().expect("it can be run");
    let sentence = String::from_utf8_lossy(&stderr).trim_end().to_string();
    assert_eq!(status.code(), Some(1), "{command:?}: {sentence}");
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    sentence
}

pub fn json(command: &mut Command) -> serde_json::Value {
    serde_json::from_str(&succeeds(command)).expect("a JSON document")
}

pub fn readelf(switch: &str, path: &Path) -> String {
    succeeds(Command::new("readelf").args(["-W", switch]).arg(path))
}

/// Files with one changed byte each: every byte of the file header, the program headers, the dynamic section's and the section
/// headers' places, set to the values that break most.
pub fn mutations(bytes: &[u8], ranges: &[std::ops::Range<usize>]) -> impl Iterator<Item = (usize, Vec<u8>)> {
    let places: Vec<usize> = ranges.iter().cloned().flatten().filter(|&at| at < bytes.len()).collect();
    let original = bytes.to_vec();
    places.into_iter().flat_map(move |at| {
        let values = [0xff, original[at] ^ 0x80, original[at].wrapping_add(1)];
        let original = original.clone();
        values.into_iter().map(move |value| {
            let mut changed = original.clone();
            changed[at] = value;
            (at, changed)
        })
    })
}

/// Where the headers of a file are.
pub fn header_ranges(bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
    let image = elfo::image::Image::parse(bytes).expect("a file of gcc");
    let (ph, sh) = (image.header.e_phoff as usize, image.header.e_shoff as usize);
    vec![0..64, ph..ph + image.segments.len() * 56, sh..sh + image.sections.len() * 64]
}
