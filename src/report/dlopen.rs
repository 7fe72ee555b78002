//! The notes by which an object tells which libraries it may open at run time (UAPI.10, "ELF dlopen metadata"): a JSON
//! array of objects with `soname`, `feature`, `description` and `priority`.

use super::parse::{self, Value};
use super::trace::Edge;
use alloc::string::String;
use alloc::vec::Vec;

/// One entry of such a note.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Feature {
    pub feature: Option<String>,
    pub description: Option<String>,
    /// `required`, `recommended` or `suggested`, as it stands there.
    pub priority: Option<String>,
    /// Alternatives: the first that is found serves.
    pub sonames: Vec<String>,
    /// What a search for each would come to; for the runtime to fill.
    pub found: Vec<Edge>,
    /// The note cannot be understood.
    pub malformed: bool,
}

/// The entries of one note.
pub fn features(note: &[u8]) -> Vec<Feature> {
    match parse::parse(note) {
        Some(Value::Array(entries)) => entries.iter().map(feature).collect(),
        _ => [Feature { malformed: true, ..Feature::default() }].into(),
    }
}

fn feature(entry: &Value) -> Feature {
    let text = |key| entry.get(key).and_then(Value::text).map(String::from);
    let sonames: Vec<String> = match entry.get("soname") {
        Some(Value::Text(name)) => [name.clone()].into(),
        Some(list) => list.elements().iter().filter_map(Value::text).map(String::from).collect(),
        None => Vec::new(),
    };
    Feature {
        feature: text("feature"),
        description: text("description"),
        priority: text("priority"),
        malformed: sonames.is_empty(),
        sonames,
        found: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read() {
        let all = features(br#"[{"soname":["libz.so.1","libz.so"],"feature":"zlib","priority":"suggested","x":{}}, 5]"#);
        assert_eq!(all[0].sonames, ["libz.so.1", "libz.so"]);
        assert_eq!((all[0].feature.as_deref(), all[0].description.as_deref()), (Some("zlib"), None));
        assert!(!all[0].malformed && all[1].malformed);
    }

    #[test]
    fn other_texts_are_malformed() {
        for note in [&b""[..], b"{}", b"[{\"soname\":[]", b"\xff"] {
            assert!(features(note)[0].malformed);
        }
        assert!(features(b"[]").is_empty());
    }
}
