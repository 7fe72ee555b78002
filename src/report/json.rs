//! A writer for JSON (RFC 8259), and how bytes that may be anything are told as text. Ours because the crates for it bring
//! serialisation by derive and number formatting, many times the size of these few lines, and know no strings of bytes.

use alloc::string::String;
use core::fmt::{self, Write};

/// A document in the making. Commas are put where they belong; that keys stand in objects only is the caller's business.
#[derive(Default)]
pub struct Json {
    text: String,
    /// A value was written last, so that the next one needs a comma before it.
    after_value: bool,
}

impl Json {
    pub fn finish(mut self) -> String {
        self.text.push('\n');
        self.text
    }

    pub fn object(&mut self, fill: impl FnOnce(&mut Self)) {
        self.enclosed('{', '}', fill);
    }

    pub fn array<T>(&mut self, elements: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.enclosed('[', ']', |json| elements.into_iter().for_each(|element| write(json, element)));
    }

    /// The key of the value that is written next.
    pub fn key(&mut self, key: &str) -> &mut Self {
        self.bytes(key.as_bytes());
        self.text.push(':');
        self.after_value = false;
        self
    }

    /// A string of any bytes: what is not UTF-8 becomes `\xNN`, a backslash two, so that nothing is lost.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.value();
        self.text.push('"');
        let _ = write!(Escaped(&mut self.text), "{}", Lossless(bytes));
        self.text.push('"');
    }

    pub fn optional(&mut self, bytes: Option<&[u8]>) {
        match bytes {
            Some(bytes) => self.bytes(bytes),
            None => self.plain("null"),
        }
    }

    pub fn number(&mut self, number: Option<usize>) {
        match number {
            Some(number) => {
                self.value();
                let _ = write!(self.text, "{number}");
            }
            None => self.plain("null"),
        }
    }

    pub fn bool(&mut self, value: bool) {
        self.plain(if value { "true" } else { "false" });
    }

    fn plain(&mut self, word: &str) {
        self.value();
        self.text.push_str(word);
    }

    fn enclosed(&mut self, open: char, close: char, fill: impl FnOnce(&mut Self)) {
        self.value();
        self.text.push(open);
        self.after_value = false;
        fill(self);
        self.text.push(close);
        self.after_value = true;
    }

    /// A value is about to be written.
    fn value(&mut self) {
        if self.after_value {
            self.text.push(',');
        }
        self.after_value = true;
    }
}

/// Writes characters as they stand between the quotes of a JSON string.
struct Escaped<'a>(&'a mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            match character {
                '"' | '\\' => self.0.extend(['\\', character]),
                '\n' => self.0.push_str("\\n"),
                '\t' => self.0.push_str("\\t"),
                control if control.is_control() => write!(self.0, "\\u{:04x}", u32::from(control))?,
                other => self.0.push(other),
            }
        }
        Ok(())
    }
}

/// Bytes as text from which they can be had back: what is not UTF-8 becomes `\xNN`, a backslash two.
struct Lossless<'a>(&'a [u8]);

impl fmt::Display for Lossless<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escape(self.0, f, |_| false)
    }
}

/// Bytes for people and their terminals: control characters become `\xNN` too.
pub struct Shown<'a>(pub &'a [u8]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escape(self.0, f, char::is_control)
    }
}

fn escape(bytes: &[u8], f: &mut fmt::Formatter<'_>, hide: impl Fn(char) -> bool) -> fmt::Result {
    let hex = |f: &mut fmt::Formatter<'_>, bytes: &[u8]| bytes.iter().try_for_each(|byte| write!(f, "\\x{byte:02x}"));
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => f.write_str("\\\\")?,
                hidden if hide(hidden) => hex(f, hidden.encode_utf8(&mut [0; 4]).as_bytes())?,
                plain => f.write_char(plain)?,
            }
        }
        hex(f, chunk.invalid())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn commas_stand_between_values_only() {
        let mut json = Json::default();
        json.object(|json| {
            json.key("a").array([1, 2], |json, number| json.number(Some(number)));
            json.key("b").object(|_| {});
            json.key("c").array([(); 0], |_, ()| {});
            json.key("d").bool(true);
            json.key("e").optional(None);
            json.key("f").array([b"x", b"y"], |json, text| json.object(|json| json.key("g").bytes(text)));
        });
        assert_eq!(json.finish(), "{\"a\":[1,2],\"b\":{},\"c\":[],\"d\":true,\"e\":null,\"f\":[{\"g\":\"x\"},{\"g\":\"y\"}]}\n");
    }

    fn string(bytes: &[u8]) -> String {
        let mut json = Json::default();
        json.bytes(bytes);
        json.finish()
    }

    #[test]
    fn any_bytes_become_a_string() {
        assert_eq!(string(b"a\"b\n\x01\x7f"), "\"a\\\"b\\n\\u0001\\u007f\"\n");
        assert_eq!(string("ä\u{9b}".as_bytes()), "\"ä\\u009b\"\n");
        assert_eq!(string(b"\xff\\x"), "\"\\\\xff\\\\\\\\x\"\n");
        assert_eq!(string(b"\xed\xa0\x80"), "\"\\\\xed\\\\xa0\\\\x80\"\n", "a surrogate is not UTF-8");
    }

    #[test]
    fn terminals_get_no_control_characters() {
        assert_eq!(format!("{}", Shown(b"a\x1b[2J\\\xffz")), "a\\x1b[2J\\\\\\xffz");
        assert_eq!(format!("{}", Shown("ä\u{9b}".as_bytes())), "ä\\xc2\\x9b");
    }
}
