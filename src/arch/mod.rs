//! What differs between machines, as data. One machine so far.

mod x86_64;

pub use x86_64::*;
