//! Text to a descriptor without allocation: one write(2) per message, so that lines of several processes do not mix.

use core::fmt;

use luci::diag::Error;

use super::{fail, sys};

const STANDARD_OUTPUT: i32 = 1;
pub const STANDARD_ERROR: i32 = 2;

/// Collects a message and writes it at once. One longer than the buffer is written in pieces.
pub struct Line {
    pub fd: i32,
    bytes: [u8; 1024],
    len: usize,
}

impl Line {
    pub fn new(fd: i32) -> Self {
        Line { fd, bytes: [0; 1024], len: 0 }
    }

    pub fn push(&mut self, text: &[u8]) {
        for &byte in text {
            if self.len == self.bytes.len() {
                self.write_out();
            }
            self.bytes[self.len] = byte;
            self.len += 1;
        }
    }

    /// Writes what has been collected. What a file does not take, because its file system is full, goes to standard error, and
    /// all that follows.
    pub fn write_out(&mut self) {
        let bytes = &self.bytes[..self.len];
        if sys::write_all(self.fd, bytes).is_err() && self.fd != STANDARD_ERROR {
            self.fd = STANDARD_ERROR;
            let _ = sys::write_all(self.fd, bytes);
        }
        self.len = 0;
    }
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes());
        Ok(())
    }
}

/// Writes one formatted line to standard error.
pub fn line(arguments: fmt::Arguments<'_>) {
    let mut text = Line::new(STANDARD_ERROR);
    let _ = fmt::Write::write_fmt(&mut text, arguments);
    text.push(b"\n");
    text.write_out();
}

/// Writes text to standard output; standard error tells when that cannot be written, and the result.
pub fn output(text: &str) -> bool {
    let written = sys::write_all(STANDARD_OUTPUT, text.as_bytes());
    if let Err(errno) = written {
        line(format_args!("ld-luci.so: {}", Error::os("standard output", "cannot be written", errno)));
    }
    written.is_ok()
}

/// The same for an answer, which is all that the process is for: ends it when nobody gets the answer.
pub fn answer(text: &str) {
    if !output(text) {
        sys::exit_group(fail::STATUS);
    }
}
