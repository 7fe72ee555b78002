//! The private ABI between the loader and a stock libc, from records: which layout this libc has ([`record`]), and
//! the bytes its structures must hold.

pub mod fields;
pub mod record;
