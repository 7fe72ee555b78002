//! Tunables: what the user set in GLIBC_TUNABLES, by this libc's ids, and what `__tunable_get_val` answers.

use alloc::string::String;
use alloc::vec::Vec;

use super::record::{Flags, Record, TUNABLES, Tunable, TunableKind};

/// The tunables that the user set: by id of the record they were read for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tunables {
    set: Vec<(u32, Value)>,
}

/// A value as the user gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Number(u64),
    /// With a NUL byte behind it, so that its address can be handed out.
    Text(String),
}

/// What `__tunable_get_val` does: the bytes to store at the caller's pointer, and whether to call back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    bytes: [u8; 16],
    len: usize,
    /// The text whose address goes into the first 8 bytes, for a tunable that is a string and set.
    pub text: Option<&'a str>,
    /// Whether the user set it: only then the caller's function is called.
    pub is_set: bool,
}

impl Tunables {
    /// Reads `name=value:name=value…` (glibc manual, "Tunables"). As in glibc, a value with a `=` in it or a string that ends
    /// without one sets nothing at all; names that this libc does not know and values that are no numbers are skipped.
    pub fn parse(record: &Record, glibc_tunables: &str) -> Self {
        let mut tunables = Tunables::default();
        let mut assignments = glibc_tunables.split(':').peekable();
        while let Some(assignment) = assignments.next() {
            match assignment.split_once('=') {
                Some((_, value)) if value.contains('=') => return Tunables::default(),
                Some((name, value)) => tunables.set_by_name(record, name, value),
                None if assignments.peek().is_none() => return Tunables::default(),
                None => {}
            }
        }
        tunables
    }

    /// Takes an environment variable such as MALLOC_CHECK_ that stands for a tunable. What GLIBC_TUNABLES says is stronger.
    pub fn set_alias(&mut self, record: &Record, variable: &str, value: &str) {
        let tunable = TUNABLES.iter().find(|tunable| !variable.is_empty() && tunable.alias.as_str() == variable);
        let Some(id) = tunable.and_then(|tunable| record.tunable_id(tunable.name.as_str())) else { return };
        if self.get(id).is_none() {
            self.set_by_id(record, id, value);
        }
    }

    /// The value of the tunable with this id, if it was set: `__tunable_is_initialized`.
    pub fn get(&self, id: u32) -> Option<&Value> {
        self.set.iter().find(|(known, _)| *known == id).map(|(_, value)| value)
    }

    /// The answer to `__tunable_get_val(id, …)`. An id that the record does not know is answered with a 32-bit zero.
    pub fn answer(&self, record: &Record, id: u32) -> Answer<'_> {
        let kind = record.tunable(id).map_or(TunableKind::Int32, |tunable| tunable.kind);
        let default = record.tunable(id).map_or(0, |tunable| tunable.default);
        let value = self.get(id);
        let (number, text) = match value {
            Some(Value::Number(number)) => (*number, None),
            Some(Value::Text(text)) => (0, text.strip_suffix('\0')),
            None => (default, None),
        };
        let mut bytes = [0; 16];
        let (first, second) = bytes.split_at_mut(8);
        first.copy_from_slice(&number.to_le_bytes());
        let has_length = kind == TunableKind::String && record.has(Flags::TUNABLE_STRING_HAS_LENGTH);
        if has_length {
            second.copy_from_slice(&text.map_or(0, |text| text.len() as u64).to_le_bytes());
        }
        let len = match kind {
            TunableKind::Int32 => 4,
            TunableKind::String if has_length => 16,
            TunableKind::SizeT | TunableKind::Uint64 | TunableKind::String => 8,
        };
        Answer { bytes, len, text, is_set: value.is_some() }
    }

    fn set_by_name(&mut self, record: &Record, name: &str, value: &str) {
        if let Some(id) = record.tunable_id(name) {
            self.set_by_id(record, id, value);
        }
    }

    fn set_by_id(&mut self, record: &Record, id: u32, value: &str) {
        let Some(value) = record.tunable(id).and_then(|tunable| read(tunable, value)) else { return };
        self.set.retain(|(known, _)| *known != id);
        self.set.push((id, value));
    }
}

impl Answer<'_> {
    /// The bytes to store, 4, 8 or 16. Where [`Answer::text`] is there, its address replaces the first 8.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or(&self.bytes)
    }
}

fn read(tunable: &Tunable, value: &str) -> Option<Value> {
    match tunable.kind {
        TunableKind::String => {
            let mut text = String::from(value);
            text.push('\0');
            Some(Value::Text(text))
        }
        TunableKind::Int32 => number(value).filter(|&number| fits_int32(number)).map(Value::Number),
        TunableKind::SizeT | TunableKind::Uint64 => number(value).map(Value::Number),
    }
}

/// Decimal, octal with a leading 0 or hexadecimal with 0x, with an optional sign, as strtoul(3) with base 0.
fn number(text: &str) -> Option<u64> {
    let text = text.trim_ascii();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (base, digits) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) => (16, digits),
        None if digits.len() > 1 && digits.starts_with('0') => (8, digits),
        None => (10, digits),
    };
    // from_str_radix takes a sign of its own
    if !digits.starts_with(|first: char| first.is_digit(base)) {
        return None;
    }
    let value = u64::from_str_radix(digits, base).ok()?;
    Some(if negative { value.wrapping_neg() } else { value })
}

fn fits_int32(number: u64) -> bool {
    i32::try_from(number.cast_signed()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::record::of_build;
    use super::*;

    #[test]
    fn a_set_tunable_is_answered_in_its_type_with_a_call_back() {
        let record = of_build("2.36-debian");
        let tunables = Tunables::parse(record, "glibc.malloc.arena_max=4:glibc.malloc.check=0x3");
        let arena_max = tunables.answer(record, 27);
        assert_eq!((arena_max.bytes(), arena_max.is_set), (&4u64.to_le_bytes()[..], true));
        let check = tunables.answer(record, record.tunable_id("glibc.malloc.check").unwrap());
        assert_eq!((check.bytes(), check.is_set), (&3u32.to_le_bytes()[..], true));
    }

    #[test]
    fn what_nobody_set_is_the_default_without_a_call_back() {
        let record = of_build("2.36-debian");
        let tunables = Tunables::parse(record, "");
        let minarcs = tunables.answer(record, 19);
        assert_eq!((minarcs.bytes(), minarcs.is_set), (&50u32.to_le_bytes()[..], false));
        let unknown = tunables.answer(record, 4000);
        assert_eq!((unknown.bytes(), unknown.is_set), (&[0; 4][..], false));
    }

    #[test]
    fn a_string_has_a_length_where_libc_wants_one() {
        let parse = |build: &str| {
            let record = of_build(build);
            let tunables = Tunables::parse(record, "glibc.cpu.hwcaps=-AVX2,ERMS");
            let answer = tunables.answer(record, record.tunable_id("glibc.cpu.hwcaps").unwrap());
            (answer.bytes().to_vec(), answer.text.map(String::from))
        };
        assert_eq!(parse("2.36-debian"), ([0; 8].to_vec(), Some("-AVX2,ERMS".into())));
        assert_eq!(parse("2.41-debian").0, [0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn malformed_settings_set_nothing() {
        let record = of_build("2.36-debian");
        for text in
            ["glibc.malloc.check", "=1", "glibc.malloc.check=1:", "glibc.malloc.check=1=2", "glibc.malloc.check=99999999999"]
        {
            assert_eq!(Tunables::parse(record, text), Tunables::default(), "{text}");
        }
        for value in ["x", "", "+-1", "99999999999"] {
            assert_eq!(Tunables::parse(record, &format!("glibc.malloc.check={value}")), Tunables::default(), "{value}");
        }
        let rest = Tunables::parse(record, "glibc.nosuch=1:x:=1:glibc.malloc.check=1");
        assert_eq!(rest.get(record.tunable_id("glibc.malloc.check").unwrap()), Some(&Value::Number(1)));
    }

    #[test]
    fn numbers_are_read_as_strtoul_does() {
        assert_eq!([number("0x10"), number("010"), number(" 8 "), number("0")], [Some(16), Some(8), Some(8), Some(0)]);
        assert_eq!(number("-1"), Some(u64::MAX));
        assert_eq!([number("08"), number("0x"), number("")], [None; 3]);
    }

    #[test]
    fn an_alias_is_weaker_than_glibc_tunables() {
        let record = of_build("2.36-debian");
        let id = record.tunable_id("glibc.malloc.check").unwrap();
        let mut tunables = Tunables::parse(record, "glibc.malloc.check=1");
        tunables.set_alias(record, "MALLOC_CHECK_", "3");
        assert_eq!(tunables.get(id), Some(&Value::Number(1)));
        let mut tunables = Tunables::default();
        tunables.set_alias(record, "MALLOC_CHECK_", "3");
        tunables.set_alias(record, "", "3");
        assert_eq!(tunables.get(id), Some(&Value::Number(3)));
    }
}
