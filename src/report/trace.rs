//! What the search for files comes by: each path that was tried with the reason why it was passed over, and what became of
//! each name. The runtime notes it only when a report is asked for.

use crate::link::object::ObjectId;
use crate::link::search::Rule;
use alloc::string::String;
use alloc::vec::Vec;

/// One path that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    pub path: Vec<u8>,
    pub rule: Rule,
    /// Path of the object whose RPATH or RUNPATH led here.
    pub owner: Option<Vec<u8>>,
    /// Why it was passed over; `None` when it was opened.
    pub reason: Option<String>,
}

/// Why a name was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// DT_NEEDED
    Needed,
    /// DT_FILTER
    Filter,
    /// DT_AUXILIARY: may be missing.
    Auxiliary,
    /// LD_PRELOAD, `--preload` or `/etc/ld.so.preload`
    Preload,
    /// A note tells that it may be opened at run time.
    Dlopen,
}

/// What a name led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Object(ObjectId),
    /// A file that is not loaded: of a [`Kind::Dlopen`].
    File(Vec<u8>),
    Missing(String),
    /// The user left it out (`--exclude`).
    Excluded,
}

/// How the object of a name was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The last path that was tried is it, and it was not there before.
    Searched,
    /// An object of this name was there.
    Loaded,
    /// The path that was found is the file of an object that was there, or its soname is the loader's.
    SameFile,
    /// It was not found, or not looked for.
    NotAtAll,
}

/// A name that an object asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    pub from: ObjectId,
    pub kind: Kind,
    pub name: Vec<u8>,
    pub tries: Vec<Try>,
    pub target: Target,
    pub how: How,
    /// The cache was asked and has no entry of this name.
    pub not_in_cache: bool,
}

impl Edge {
    pub fn object(&self) -> Option<ObjectId> {
        match self.target {
            Target::Object(id) => Some(id),
            _ => None,
        }
    }

    /// The path that was opened, if one was.
    pub fn opened(&self) -> Option<&Try> {
        self.tries.last().filter(|tried| tried.reason.is_none())
    }
}

/// What has been noted so far.
#[derive(Debug, Default)]
pub struct Trace {
    /// The tries for the name that is being looked for.
    pub tries: Vec<Try>,
    pub edges: Vec<Edge>,
    /// The objects that are there.
    pub known: Vec<ObjectId>,
    /// There is a cache to be asked.
    pub has_cache: bool,
}

impl Trace {
    /// The search for a name is over: an edge of what was tried for it.
    pub fn close(&mut self, from: ObjectId, kind: Kind, name: &[u8], target: Target) -> Edge {
        let mut tries = core::mem::take(&mut self.tries);
        if let (Target::Missing(reason), Some(last)) = (&target, tries.last_mut()) {
            // it was opened and then found to be of no use
            last.reason.get_or_insert_with(|| reason.clone());
        }
        let how = match target {
            Target::Object(_) if tries.is_empty() => How::Loaded,
            Target::Object(id) if self.known.contains(&id) => How::SameFile,
            Target::Object(id) => {
                self.known.push(id);
                How::Searched
            }
            Target::File(_) => How::Searched,
            Target::Missing(_) | Target::Excluded => How::NotAtAll,
        };
        let passed = match tries.last() {
            Some(last) => last.rule == Rule::Default || last.reason.is_some(),
            None => matches!(target, Target::Missing(_)),
        };
        let asked = self.has_cache && passed && !name.contains(&b'/') && target != Target::Excluded;
        let not_in_cache = asked && tries.iter().all(|tried| tried.rule != Rule::Cache);
        Edge { from, kind, name: name.to_vec(), tries, target, how, not_in_cache }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(rule: Rule, reason: Option<&str>) -> Try {
        Try { path: b"/x/liba.so".to_vec(), rule, owner: None, reason: reason.map(String::from) }
    }

    #[test]
    fn an_edge_says_how_its_object_was_found() {
        let mut trace = Trace { known: [ObjectId(0)].into(), has_cache: true, ..Trace::default() };
        let from = ObjectId(0);
        trace.tries = [tried(Rule::Runpath, Some("gone")), tried(Rule::Default, None)].into();
        let first = trace.close(from, Kind::Needed, b"liba.so", Target::Object(ObjectId(1)));
        assert!(first.how == How::Searched && first.not_in_cache && first.opened().is_some());
        let again = trace.close(from, Kind::Needed, b"liba.so", Target::Object(ObjectId(1)));
        assert!(again.how == How::Loaded && !again.not_in_cache);
        trace.tries.push(tried(Rule::Cache, None));
        let same = trace.close(from, Kind::Needed, b"libb.so", Target::Object(ObjectId(1)));
        assert!(same.how == How::SameFile && !same.not_in_cache);
    }

    #[test]
    fn what_is_missing_was_not_in_the_cache_if_the_cache_was_asked() {
        let mut trace = Trace { has_cache: true, ..Trace::default() };
        let missing = || Target::Missing("gone".into());
        assert!(trace.close(ObjectId(0), Kind::Needed, b"liba.so", missing()).not_in_cache);
        assert!(!trace.close(ObjectId(0), Kind::Needed, b"./liba.so", missing()).not_in_cache);
        assert!(!trace.close(ObjectId(0), Kind::Needed, b"liba.so", Target::Excluded).not_in_cache);
    }
}
