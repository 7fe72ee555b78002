//! The verdict about a pair of files as a JSON document: what `bean-update` says, and what the other tools embed.
//!
//! Key types: [`Judged`], made by [`judge`]; [`Answer`], [`Outcome`], [`Level`].

use std::path::Path;

use luci::update::{FileView, Reason, Usage, Verdict, compare};
use serde::Serialize;

use crate::hazards::hazards;

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

/// The verdict on two files, and what a running program may have against the update.
pub struct Judged {
    pub verdict: Verdict,
    pub hazards: Verdict,
}

/// The loader's own comparison, with every symbol and version taken as used.
pub fn judge(object: &str, old: &FileView, new: &FileView) -> Judged {
    Judged { verdict: compare(object, old, new, &Usage::everything()), hazards: hazards(object, old, new) }
}

/// How much the user lets through.
#[derive(Clone, Copy, Debug, Default)]
pub struct Level {
    /// 0 to 3
    pub relax: u8,
    pub force: bool,
}

impl Level {
    pub fn accepts(self, verdict: &Verdict) -> bool {
        verdict.is_accepted() || verdict.is_accepted_at(self.relax) || self.force && verdict.is_accepted_when_forced()
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
    /// The lowest level of `--relax` that lets it through; `null` when none does.
    pub relaxed_at: Option<u8>,
}

impl Answer {
    /// Without any reason let through.
    pub fn judged(old: &Path, new: &Path, judged: &Judged) -> Self {
        Answer::judged_at(old, new, judged, Level::default())
    }

    pub fn judged_at(old: &Path, new: &Path, Judged { verdict, hazards }: &Judged, level: Level) -> Self {
        Answer {
            object: Some(verdict.object.clone()),
            verdict: if level.accepts(verdict) { Outcome::Accepted } else { Outcome::Refused },
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
        relaxed_at: reason.difference.relaxed_at(),
    }
}
