//! Text to standard error without allocation: one write(2) per line, so that lines of several processes do not mix.

use core::fmt;

/// Collects a line and writes it at once. A line longer than the buffer is written in pieces.
pub struct StderrLine {
    bytes: [u8; 1024],
    len: usize,
}

impl StderrLine {
    pub fn new() -> Self {
        StderrLine { bytes: [0; 1024], len: 0 }
    }

    /// Ends the line and writes what has been collected.
    pub fn flush(&mut self) {
        self.push(b"\n");
        self.write_out();
    }

    fn push(&mut self, text: &[u8]) {
        for &byte in text {
            if self.len == self.bytes.len() {
                self.write_out();
            }
            self.bytes[self.len] = byte;
            self.len += 1;
        }
    }

    fn write_out(&mut self) {
        super::sys::write_all(2, &self.bytes[..self.len]);
        self.len = 0;
    }
}

impl fmt::Write for StderrLine {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes());
        Ok(())
    }
}

/// Writes one formatted line to standard error.
pub fn line(arguments: fmt::Arguments<'_>) {
    let mut text = StderrLine::new();
    let _ = fmt::Write::write_fmt(&mut text, arguments);
    text.flush();
}
