//! Machine code as evidence: what a file is made of, what each piece refers to, and which pieces of two files are the same. The one
//! room that knows iced-x86.
//!
//! [`extents`] finds where functions begin and end (symbols, [`frames`], references, decoding); [`decode`] reads one of them: its
//! references, and a fingerprint of its bytes in which nothing depends on where it lies. [`Analysis`] is that for a whole file;
//! [`targets`] says what an address of the file means. [`pairing`] matches the functions of an old and a new file, with `similar` for those that have changed, [`equal`]
//! decides whether two addresses mean the same in both, [`change`] classifies. [`classes`] knows C++ vtables.
//!
//! All of it holds for any bytes: what cannot be decoded has no references, tables are checked, work is bounded by the file's size.

pub mod analysis;
pub mod change;
pub mod classes;
pub mod decode;
pub mod equal;
pub mod extents;
pub mod frames;
pub mod pairing;
mod similar;
pub mod targets;

#[cfg(test)]
mod tests;

pub use analysis::{Analysis, Function};
pub use change::{Change, Comparison};
pub use decode::Reference;
pub use pairing::Pairing;
pub use targets::Target;
