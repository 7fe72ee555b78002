//! What the tests of all tools need: a folder with libraries that gcc makes, and the tools run on them.

// every test file uses a part of it
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder that goes when the test is over.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bean-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a temporary folder");
        Folder(path)
    }

    pub fn library(&self, name: &str, source: &str) -> PathBuf {
        self.library_with(name, source, &[])
    }

    pub fn library_with(&self, name: &str, source: &str, options: &[&str]) -> PathBuf {
        let (code, library) = (self.0.join("lib.c"), self.0.join(name));
        fs::create_dir_all(library.parent().expect("a folder")).expect("a folder for the library");
        fs::write(&code, source).expect("a source");
        let flags = ["-O1", "-fPIC", "-shared", "-Wl,-z,relro,-z,now", "-Wl,-soname,libx.so.1", "-o"];
        let status = Command::new("gcc").args(flags).arg(&library).arg(&code).args(options).status().expect("gcc runs");
        assert!(status.success());
        library
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs a tool of this crate.
pub fn run<'a>(tool: &str, arguments: impl IntoIterator<Item = &'a str>, files: &[&Path]) -> Output {
    Command::new(path_of(tool)).args(arguments).args(files).output().expect("the tool runs")
}

pub fn path_of(tool: &str) -> &'static str {
    match tool {
        "bean-compare" => env!("CARGO_BIN_EXE_bean-compare"),
        "bean-dbgsym" => env!("CARGO_BIN_EXE_bean-dbgsym"),
        "bean-diff" => env!("CARGO_BIN_EXE_bean-diff"),
        "bean-diffstat" => env!("CARGO_BIN_EXE_bean-diffstat"),
        "bean-graph" => env!("CARGO_BIN_EXE_bean-graph"),
        "bean-hash" => env!("CARGO_BIN_EXE_bean-hash"),
        "bean-map" => env!("CARGO_BIN_EXE_bean-map"),
        "bean-update" => env!("CARGO_BIN_EXE_bean-update"),
        "bean-update-code" => env!("CARGO_BIN_EXE_bean-update-code"),
        _ => panic!("there is no tool {tool}"),
    }
}

/// Exit status and standard output.
pub fn text(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8(output.stdout.clone()).expect("text"))
}

pub fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("no JSON ({error}): {output:?}"))
}

/// An unreadable file ends in one sentence with its name, and exit status 2.
pub fn assert_unreadable(tool: &str, output: &Output, file: &Path) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{tool}: {error}");
    assert!(error.starts_with(&format!("{tool}: {}: ", file.display())) && error.lines().count() == 1, "{error}");
}
