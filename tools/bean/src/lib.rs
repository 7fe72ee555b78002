//! What the host tools share: reading a file as evidence, and the verdict as a JSON document.
//!
//! Key types: [`Input`], a file's bytes with its path; [`Answer`], what `bean-update` says of a pair of files.

pub mod hazards;

use std::fs;
use std::path::{Path, PathBuf};

use luci::update::{FileView, Reason, Unreadable, Verdict};
use serde::Serialize;

/// A file that was read as a whole.
pub struct Input {
    pub path: PathBuf,
    bytes: Vec<u8>,
}

impl Input {
    /// Reads the file; the error is a sentence with its path.
    pub fn read(path: &Path) -> Result<Self, String> {
        let bytes = fs::read(path).map_err(|error| format!("{}: cannot be read: {error}", path.display()))?;
        Ok(Input { path: path.to_path_buf(), bytes })
    }

    /// The file's tables; the error is a sentence with its path.
    pub fn view(&self) -> Result<FileView<'_>, String> {
        FileView::parse(&self.bytes).map_err(|error| {
            let (Unreadable::NotReady(what) | Unreadable::Unsupported(what)) = error;
            format!("{}: {what}", self.path.display())
        })
    }

    /// What reasons call the object: its soname, or the file's name when it has none.
    pub fn object(&self, view: &FileView) -> String {
        match view.soname() {
            Some(soname) => String::from_utf8_lossy(soname).into_owned(),
            None => self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy().into_owned(),
        }
    }
}

/// The answer about a pair of files as one JSON document.
#[derive(Debug, Serialize)]
pub struct Answer {
    pub object: Option<String>,
    pub old: String,
    pub new: String,
    pub verdict: Outcome,
    /// Whether the update could be applied all the same with `--force`.
    pub forced_ok: bool,
    pub reasons: Vec<ReasonEntry>,
    /// How many more reasons there are than the list has.
    pub omitted: usize,
    /// What a running program may have against an update that the files allow.
    pub hazards: Vec<ReasonEntry>,
    /// Why a file could not be compared.
    pub error: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Accepted,
    Refused,
    Unreadable,
}

impl Outcome {
    pub fn exit_status(self) -> u8 {
        match self {
            Outcome::Accepted => 0,
            Outcome::Refused => 1,
            Outcome::Unreadable => 2,
        }
    }
}

/// One reason to refuse.
#[derive(Debug, Serialize)]
pub struct ReasonEntry {
    pub object: String,
    pub symbol: Option<String>,
    pub offset: Option<u64>,
    pub rule: u8,
    pub kind: &'static str,
    /// The whole sentence.
    pub text: String,
}

impl Answer {
    pub fn judged(old: &Path, new: &Path, verdict: &Verdict, hazards: &Verdict) -> Self {
        Answer {
            object: Some(verdict.object.clone()),
            verdict: if verdict.is_accepted() { Outcome::Accepted } else { Outcome::Refused },
            forced_ok: verdict.is_accepted_when_forced(),
            reasons: verdict.reasons.iter().map(entry).collect(),
            omitted: verdict.omitted,
            hazards: hazards.reasons.iter().map(entry).collect(),
            ..Answer::unreadable(old, new, None)
        }
    }

    pub fn unreadable(old: &Path, new: &Path, error: Option<String>) -> Self {
        let (old, new) = (old.display().to_string(), new.display().to_string());
        let (verdict, reasons, hazards) = (Outcome::Unreadable, Vec::new(), Vec::new());
        Answer { object: None, old, new, verdict, forced_ok: false, reasons, omitted: 0, hazards, error }
    }
}

fn entry(reason: &Reason) -> ReasonEntry {
    ReasonEntry {
        object: reason.object.clone(),
        symbol: reason.symbol.clone(),
        offset: reason.offset,
        rule: reason.difference.rule(),
        kind: reason.difference.kind(),
        text: reason.to_string(),
    }
}
