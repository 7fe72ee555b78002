//! # The map
//!
//! Luci's loader, the deciding part: bytes in, decisions out. No `unsafe`, no system call; `src/main.rs` with `src/rt/`
//! carries the decisions out in the process.
//!
//! ## Rooms by layer
//!
//! | room | layer | what it knows |
//! |---|---|---|
//! | [`addr`] | 0 | file offset, link-time address, run-time address, bias |
//! | [`diag`] | 0 | what can go wrong and the sentence the user reads |
//! | [`elf`] | 1 | the file format in the specification's words |
//! | [`arch`] | 1 | what differs between machines, as data |
//! | [`config`] | 1 | every switch once |
//! | [`tls`] | 2 | thread-local storage arithmetic |
//! | [`link`] | 2 | search, dependencies, scope, symbol resolution, relocation, initialisation order |
//! | [`code`] | 2 | machine code as evidence |
//! | [`glibc`] | 3 | the private ABI of a stock libc, filled from records |
//! | [`objlink`] | 3 | relocatable objects and archives |
//! | [`update`] | 3 | the live update as decisions |
//! | [`status`] | 3 | what the outside is told |
//!
//! Arrows point downwards only; `tests/tidy.rs` keeps them.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod addr;
pub mod arch;
pub mod config;
pub mod diag;
pub mod elf;
pub mod glibc;
pub mod link;
pub mod status;
pub mod tls;
pub mod update;
