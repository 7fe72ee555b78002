//! What a program or library would load, as one value with two renderings: which objects, from where, by which rule, what
//! was tried before, what would be missing (`--tree`), and who needs one of them and what for (`--why`).
//!
//! [`trace`] is what the runtime notes while it looks for the files; [`build`] makes a [`Report`] of it and of the world that
//! came out; [`why`] walks a report; [`text`] and [`document`] (JSON, written by [`json`]) render both. [`dlopen`] reads
//! the notes about libraries that are opened at run time. Nothing of the program runs for any of it.

pub mod build;
pub mod dlopen;
pub mod document;
pub mod json;
pub mod parse;
pub mod text;
pub mod trace;
pub mod why;

use crate::link::object::{ObjectId, Role};
use alloc::string::String;
use alloc::vec::Vec;
use dlopen::Feature;
use trace::{Edge, Kind, Target};

/// Exit status when everything is there, and when something is missing.
pub const COMPLETE: i32 = 0;
pub const INCOMPLETE: i32 = 1;

/// What became of a question about a file.
#[derive(Debug, Default)]
pub struct Report {
    /// In load order; the first is the file that was asked about.
    pub objects: Vec<Entry>,
    /// Who asked for what: preloads, dependencies and filtees, in the order in which they were looked for.
    pub edges: Vec<Edge>,
    pub interpreter: Option<Vec<u8>>,
}

/// One object.
#[derive(Debug)]
pub struct Entry {
    pub id: ObjectId,
    pub path: Vec<u8>,
    pub soname: Option<Vec<u8>>,
    pub role: Role,
    /// It can be started: it names an interpreter, or is linked as an executable.
    pub is_program: bool,
    pub build_id: Option<Vec<u8>>,
    /// As they are in the file, tokens not expanded.
    pub rpath: Option<Vec<u8>>,
    pub runpath: Option<Vec<u8>>,
    pub audit: Option<Vec<u8>>,
    pub depaudit: Option<Vec<u8>>,
    pub versions: Vec<Need>,
    pub unresolved: Vec<Unresolved>,
    pub uses: Vec<Use>,
    pub dlopen: Vec<Feature>,
    /// What is wrong with its relocations, besides symbols that are missing.
    pub problems: Vec<String>,
}

/// A version that an object needs.
#[derive(Debug)]
pub struct Need {
    /// The soname that it is needed of.
    pub file: Vec<u8>,
    pub version: Vec<u8>,
    pub weak: bool,
    /// The object of that soname.
    pub provider: Option<ObjectId>,
    pub state: State,
    /// The symbols it is needed for, with the versions that the provider has them in.
    pub symbols: Vec<Wanted>,
    /// What the provider defines, when the version is not among it.
    pub defined: Vec<Vec<u8>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Found,
    Missing,
    /// The provider has no versions at all, which is worth a warning only.
    Unversioned,
    /// There is no provider, which is told elsewhere.
    NoProvider,
}

#[derive(Debug)]
pub struct Wanted {
    pub name: Vec<u8>,
    /// Looked for only when the version is missing.
    pub there: Vec<Vec<u8>>,
}

/// A symbol without a definition.
#[derive(Debug)]
pub struct Unresolved {
    pub name: Vec<u8>,
    pub version: Option<Vec<u8>>,
    pub usage: Usage,
    /// Its address will be 0, and the start goes on.
    pub weak: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// Called through the PLT: with lazy binding an error only when it is called.
    Function,
    Data,
    ThreadLocal,
}

/// A symbol of another object that is used.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    pub object: ObjectId,
    pub name: Vec<u8>,
    pub version: Option<Vec<u8>>,
}

impl Report {
    pub fn object(&self, id: ObjectId) -> Option<&Entry> {
        self.objects.iter().find(|entry| entry.id == id)
    }

    /// The place of an object in [`Self::objects`].
    pub fn index(&self, id: ObjectId) -> Option<usize> {
        self.objects.iter().position(|entry| entry.id == id)
    }

    pub fn path(&self, id: ObjectId) -> &[u8] {
        self.object(id).map_or(b"", |entry| &entry.path)
    }

    /// What an object asked for.
    pub fn edges_of(&self, id: ObjectId) -> impl Iterator<Item = &Edge> {
        self.edges.iter().filter(move |edge| edge.from == id)
    }

    /// The edges that lead nowhere although they must lead somewhere.
    pub fn missing(&self) -> impl Iterator<Item = &Edge> {
        let must = |edge: &&Edge| matches!(edge.target, Target::Missing(_)) && edge.kind != Kind::Auxiliary;
        self.edges.iter().filter(must)
    }

    pub fn missing_versions(&self) -> impl Iterator<Item = (&Entry, &Need)> {
        let all = self.objects.iter().flat_map(|entry| entry.versions.iter().map(move |need| (entry, need)));
        all.filter(|(_, need)| need.state == State::Missing && !need.weak)
    }

    pub fn unresolved(&self) -> impl Iterator<Item = (&Entry, &Unresolved)> {
        let all = self.objects.iter().flat_map(|entry| entry.unresolved.iter().map(move |symbol| (entry, symbol)));
        all.filter(|(_, symbol)| !symbol.weak)
    }

    /// The exit status that the report stands for.
    pub fn status(&self) -> i32 {
        let wrong = self.objects.iter().any(|entry| !entry.problems.is_empty());
        let lacks = self.missing().next().is_some() || self.missing_versions().next().is_some();
        if wrong || lacks || self.unresolved().next().is_some() { INCOMPLETE } else { COMPLETE }
    }
}
