//! Opening files, the end of a program, and output: text with every byte visible, JSON, a closed pipe.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use serde::Serialize;

/// The bytes of a regular file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let name = || text(path.as_os_str().as_bytes());
    let metadata = fs::metadata(path).map_err(plain).with_context(name)?;
    ensure!(!metadata.is_dir(), "{}: is a directory", name());
    // a FIFO would be waited for
    ensure!(metadata.is_file(), "{}: is no regular file", name());
    fs::read(path).map_err(plain).with_context(name)
}

/// An error of the system without Rust's `(os error 2)`.
pub fn plain(error: std::io::Error) -> anyhow::Error {
    let sentence = error.to_string();
    anyhow::anyhow!("{}", sentence.split(" (os error").next().unwrap_or_default())
}

/// Ends a program: a failure is one sentence on standard error and status 1.
pub fn finish(tool: &str, result: Result<ExitCode>) -> ExitCode {
    result.unwrap_or_else(|error| {
        complain(tool, &format!("{error:#}"));
        ExitCode::FAILURE
    })
}

/// A sentence on standard error.
pub fn complain(tool: &str, sentence: &str) {
    // nobody is left to be told when standard error is closed
    let _ = writeln!(std::io::stderr(), "{tool}: {sentence}");
}

/// Writes to standard output; a reader that went away, as `head` does, is no failure.
pub fn print(output: &str) -> Result<()> {
    match std::io::stdout().write_all(output.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(plain(error)).context("standard output"),
        _ => Ok(()),
    }
}

/// Prints a document.
pub fn print_json(document: &impl Serialize) -> Result<()> {
    let mut output = serde_json::to_string_pretty(document)?;
    output.push('\n');
    print(&output)
}

/// Bytes as text. A byte that is not printable UTF-8 is `\xNN`, a backslash is two.
pub fn text(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => out.push_str("\\\\"),
                character if character.is_control() => {
                    let mut utf8 = [0; 4];
                    character.encode_utf8(&mut utf8).bytes().for_each(|byte| out.push_str(&format!("\\x{byte:02x}")));
                }
                character => out.push(character),
            }
        }
        chunk.invalid().iter().for_each(|byte| out.push_str(&format!("\\x{byte:02x}")));
    }
    out
}

/// A path as text.
pub fn path_text(path: &Path) -> String {
    text(path.as_os_str().as_bytes())
}

/// A path from bytes.
pub fn path_of(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_stays_visible() {
        assert_eq!(text(b"a\\b\n\xff\xc3\xa4"), "a\\\\b\\x0a\\xff\u{e4}");
        assert_eq!(hex(&[0, 0xab]), "00ab");
    }
}
