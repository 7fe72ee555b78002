//! What the host tools share. Each tool in `src/bin` reads its command line and prints; what it prints is made here.
//!
//! [`input`] reads files, [`dbgsym`] finds their debug files; [`answer`] is the verdict as a document, with the
//! [`hazards`] of a running program; [`output`] how tools print and
//! end. [`names`] says what functions and addresses are called; [`diff`] and [`disassembly`] compare two files function by function,
//! [`redirect`] asks whether running code could be redirected, with [`flow`] inside a function. [`map`], [`graph`] and [`hashes`] describe one file, [`versions`] and
//! [`matrix`] judge many.

pub mod answer;
pub mod dbgsym;
pub mod diff;
pub mod disassembly;
pub mod flow;
pub mod graph;
pub mod hashes;
pub mod hazards;
pub mod input;
pub mod map;
pub mod matrix;
pub mod names;
pub mod output;
pub mod redirect;
pub mod versions;

pub use answer::{Answer, Level, Outcome, ReasonEntry};
pub use input::Input;
