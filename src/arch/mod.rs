//! What differs between machines, as data. One machine so far.

pub mod cpuid;
mod x86_64;

pub use x86_64::*;
