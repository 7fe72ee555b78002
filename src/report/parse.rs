//! A reader for JSON (RFC 8259), for the notes about dlopen. Whatever the text is, it ends and its depth is bounded.

use alloc::string::String;
use alloc::vec::Vec;

/// Arrays and objects inside one another.
const DEPTH: usize = 16;

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, `true`, `false` and numbers, which no note gives a meaning.
    Other,
    Text(String),
    Array(Vec<Value>),
    Object(Vec<(String, Value)>),
}

impl Value {
    /// The value of a key of an object.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Object(members) => members.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn elements(&self) -> &[Value] {
        match self {
            Value::Array(elements) => elements,
            _ => &[],
        }
    }
}

/// Reads one value and nothing behind it; `None` when the text is not JSON.
pub fn parse(text: &[u8]) -> Option<Value> {
    let mut reader = Reader { rest: core::str::from_utf8(text).ok()? };
    let value = reader.value(DEPTH)?;
    reader.blanks();
    reader.rest.is_empty().then_some(value)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Takes a mark and the blanks before it.
    fn mark(&mut self, mark: char) -> Option<()> {
        self.blanks();
        self.rest = self.rest.strip_prefix(mark)?;
        Some(())
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        self.blanks();
        match self.rest.chars().next()? {
            '"' => self.text().map(Value::Text),
            '[' => self.list('[', ']', |reader| reader.value(depth)).map(Value::Array),
            '{' => self
                .list('{', '}', |reader| {
                    reader.blanks();
                    let key = reader.text()?;
                    reader.mark(':')?;
                    Some((key, reader.value(depth)?))
                })
                .map(Value::Object),
            _ => self.word(),
        }
    }

    fn list<T>(&mut self, open: char, close: char, element: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.mark(open)?;
        let mut all = Vec::new();
        if self.mark(close).is_some() {
            return Some(all);
        }
        loop {
            all.push(element(self)?);
            if self.mark(',').is_none() {
                return self.mark(close).map(|()| all);
            }
        }
    }

    /// A literal name or a number.
    fn word(&mut self) -> Option<Value> {
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        let is_number = word.starts_with(|c: char| c == '-' || c.is_ascii_digit()) && word.parse::<f64>().is_ok();
        (is_number || ["null", "true", "false"].contains(&word)).then_some(Value::Other)
    }

    fn text(&mut self) -> Option<String> {
        self.rest = self.rest.strip_prefix('"')?;
        let mut text = String::new();
        loop {
            let mut characters = self.rest.chars();
            let character = characters.next()?;
            self.rest = characters.as_str();
            match character {
                '"' => return Some(text),
                '\\' => text.push(self.escaped()?),
                control if control < ' ' => return None,
                other => text.push(other),
            }
        }
    }

    /// What stands behind a backslash.
    fn escaped(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let character = characters.next()?;
        self.rest = characters.as_str();
        Some(match character {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let first = self.unit()?;
                let mut units = alloc::vec![first];
                if (0xd800..0xdc00).contains(&first) {
                    self.rest = self.rest.strip_prefix("\\u")?;
                    units.push(self.unit()?);
                }
                char::decode_utf16(units).next()?.unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            '"' | '\\' | '/' => character,
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u16> {
        let (digits, rest) = self.rest.split_at_checked(4)?;
        self.rest = rest;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then(|| u16::from_str_radix(digits, 16).ok())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read() {
        let value = parse(b" [ {\"a\" : [\"x\", \"y\\n\\u00e4\\ud83d\\ude00\"], \"b\": -1.5e3, \"c\":null} , [] ] ").unwrap();
        let first = &value.elements()[0];
        assert_eq!(first.get("a").unwrap().elements()[1].text(), Some("y\nä😀"));
        assert_eq!(first.get("b"), Some(&Value::Other));
        assert_eq!(first.get("d"), None);
        assert_eq!(value.elements()[1], Value::Array(Vec::new()));
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in
            ["", "[", "[1,]", "{\"a\"}", "\"a", "[1] 2", "nul", "\"\\x\"", "\"\\u12\"", "\"\\ud800x\"", "\"\n\"", "{1:2}", "inf"]
        {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!(parse(b"\"\xff\""), None);
        assert_eq!(parse("[".repeat(100_000).as_bytes()), None);
        assert!(parse(alloc::format!("{}{}", "[".repeat(15), "]".repeat(15)).as_bytes()).is_some());
    }
}
