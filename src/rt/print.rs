//! Text to a descriptor without allocation: one write(2) per message, so that lines of several processes do not mix.

use core::fmt;

/// Collects a message and writes it at once. One longer than the buffer is written in pieces.
pub struct Line {
    fd: i32,
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

    /// Writes what has been collected.
    pub fn write_out(&mut self) {
        super::sys::write_all(self.fd, &self.bytes[..self.len]);
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
    let mut text = Line::new(2);
    let _ = fmt::Write::write_fmt(&mut text, arguments);
    text.push(b"\n");
    text.write_out();
}
