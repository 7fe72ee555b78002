//! The record of what was done for a case, and the `repeat.sh` made of it.

use std::fs;
use std::path::{Path, PathBuf};

pub struct Record {
    directory: PathBuf,
    lines: Vec<String>,
}

impl Record {
    pub fn new(directory: &Path) -> Record {
        Record { directory: directory.to_path_buf(), lines: Vec::new() }
    }

    pub fn note(&mut self, text: &str) {
        self.lines.push(format!("# {}", text.replace('\n', "\n# ")));
    }

    pub fn command(&mut self, words: &[String]) {
        self.lines.push(words.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" "));
    }

    /// Writes `repeat.sh` into the case's directory and says where it is.
    pub fn write(&self) -> PathBuf {
        let path = self.directory.join("repeat.sh");
        let text = format!("#!/bin/sh\n# Builds and runs this case again, step by step.\nset -x\n{}\n", self.lines.join("\n"));
        let _ = fs::write(&path, text);
        path
    }
}

/// A word as a shell reads it back.
fn quote(word: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_./=,:+@%".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_string();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
