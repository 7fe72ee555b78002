//! The live update as decisions: when a change is due, whether the new version may replace the old one, which pointers move.
//!
//! [`schedule`] turns file events into transactions. [`compare`] judges two files (of the room `binary`)
//! and answers with a [`verdict`], helped by [`data`] (writable data and thread-local images), [`init`] (constructors) and
//! [`exports`] (what others use), [`evidence`] (what the code says where names are missing); [`hazards`] adds what depends on the running process. [`relink`] lists the pointers inside shared data that the commit has to move.

pub mod compare;
mod data;
mod evidence;
mod exports;
pub mod hazards;
mod init;
pub mod relink;
pub mod schedule;
pub mod verdict;

#[cfg(test)]
mod evidence_tests;
#[cfg(test)]
mod rules_tests;
#[cfg(test)]
pub(crate) mod tests;

pub use crate::binary::{FileView, SharedRange, Unreadable};
pub use compare::{Rigour, Usage, compare, compare_files, compare_usage, new_needed, new_undefined};
pub use relink::{PointerMove, Value, pointer_moves};
pub use schedule::{Change, Due, Schedule};
pub use verdict::{Difference, Reason, Verdict};
