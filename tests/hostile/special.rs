//! Files that are no libraries at all: each way to use one ends in the sentence that glibc has for it, at once.

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use super::supervise::{self, Outcome};
use super::{Bench, FAILED, SECONDS, Way};

/// What stands where the library should be.
enum Special {
    Content(&'static [u8]),
    Directory,
    Fifo,
    Link(&'static str),
    /// A good library with this byte at this offset of its file header.
    Byte(u64, u8),
    /// A good library cut to this many bytes.
    Cut(u64),
}

use Special::{Byte, Content, Cut, Directory, Fifo, Link};

/// Only these two are passed over by a search, because another folder may have the library for this machine.
const SPECIALS: [(Special, &str); 18] = [
    (Content(b""), "file too short"),
    (Content(b"\x7fEL"), "file too short"),
    (Content(b"hello, world"), "file too short"),
    (Content(b"/* GNU ld script */ INPUT(libother.so), which only the linker reads */"), "invalid ELF header"),
    (Directory, "cannot read file data: Is a directory"),
    (Fifo, "file too short"),
    (Link("/dev/null"), "file too short"),
    (Link("/dev/zero"), "file too short"),
    (Link("libplain.so"), "Too many levels of symbolic links"),
    (Byte(4, 1), "wrong ELF class: ELFCLASS32"),
    (Byte(5, 2), "ELF file data encoding not little-endian"),
    (Byte(6, 9), "ELF file version ident does not match current one"),
    (Byte(7, 9), "ELF file OS ABI invalid"),
    (Byte(16, 1), "only ET_DYN and ET_EXEC can be loaded"),
    (Byte(16, 4), "only ET_DYN and ET_EXEC can be loaded"),
    (Byte(18, 183), "wrong machine"),
    (Cut(60), "file too short"),
    (Cut(5000), "file too short"),
];

#[test]
fn what_is_no_library_is_refused_with_its_reason() {
    let bench = Bench::new("special");
    let own = bench.folder.join("own");
    fs::create_dir(&own).expect("a new folder");
    let file = own.join("libplain.so");
    for (special, sentence) in SPECIALS {
        special.make(&bench.folder.join("libplain.so"), &file);
        for way in [Way::Preload, Way::Dlopen, Way::Program] {
            let (outcome, errors) = bench.end_of(&mut bench.command(way, &file, &own), &own, &[]);
            let expected = if matches!(way, Way::Program) { FAILED } else { 0 };
            assert_eq!(outcome, Outcome::Exited(expected), "{sentence}, {way:?}: {errors}");
            // a search passes over files of another machine and then has found nothing
            let told = if sentence == "wrong machine" && way != Way::Program { "No such file or directory" } else { sentence };
            assert!(errors.contains(told), "{told}, {way:?}: {errors}");
        }
        let passed_over = ["wrong", "symbolic links"].iter().any(|word| sentence.contains(word));
        let (outcome, errors) = bench.end_of(&mut bench.command(Way::Needed, &file, &own), &own, &[]);
        assert_eq!(outcome, Outcome::Exited(if passed_over { 0 } else { FAILED }), "{sentence}: {errors}");
        assert!(passed_over || errors.contains(sentence), "{sentence}: {errors}");
        special.remove(&file);
    }
}

impl Special {
    fn make(&self, good: &Path, at: &Path) {
        match self {
            Content(bytes) => fs::write(at, bytes).expect("room below target/"),
            Directory => fs::create_dir(at).expect("a new folder"),
            Fifo => assert!(Command::new("mkfifo").arg(at).status().is_ok_and(|status| status.success()), "mkfifo"),
            Link(to) => symlink(to, at).expect("a new link"),
            Byte(offset, value) => {
                fs::copy(good, at).expect("a good library");
                let mut file = OpenOptions::new().write(true).open(at).expect("our own file");
                file.seek(SeekFrom::Start(*offset)).and_then(|_| file.write_all(&[*value])).expect("a changed byte");
            }
            Cut(len) => {
                fs::copy(good, at).expect("a good library");
                OpenOptions::new().write(true).open(at).and_then(|file| file.set_len(*len)).expect("a shorter file");
            }
        }
    }

    fn remove(&self, at: &Path) {
        if matches!(self, Directory) { fs::remove_dir(at) } else { fs::remove_file(at) }.expect("what was just made");
    }
}

impl Bench {
    /// How a run ends, and what it writes to standard error.
    pub fn end_of(&self, command: &mut Command, own: &Path, limits: &[(i32, u64)]) -> (Outcome, String) {
        self.end_within(command, own, limits, SECONDS)
    }

    /// The same for a run that has more to do.
    pub fn end_within(&self, command: &mut Command, own: &Path, limits: &[(i32, u64)], seconds: u32) -> (Outcome, String) {
        let outcome = supervise::run(command, &self.loader, limits, seconds).expect("ptrace(2) works here");
        let errors = fs::read(own.join("stderr")).unwrap_or_default();
        (outcome, String::from_utf8_lossy(&errors).into_owned())
    }
}
