//! The private ABI between the loader and a stock libc, from records: which layout this libc has ([`choose`], [`record`]),
//! and the bytes its structures must hold ([`rtld`], [`link_map`], [`tcb`], [`cpu_features`]). Addresses are arguments; nothing
//! here touches the process.

mod bytes;
pub mod choose;
pub mod cpu_features;
pub mod diagnostics;
pub mod fields;
pub mod libraries;
pub mod link_map;
pub mod record;
pub mod rtld;
pub mod tcb;
pub mod tunables;
