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
//! | [`binary`] | 2 | one file as evidence: bytes by address, symbols, relocations |
//! | [`code`] | 3 | machine code as evidence: functions, what they refer to, what has changed |
//! | [`report`] | 3 | what a program would load and why, told without running it |
//! | [`glibc`] | 3 | the private ABI of a stock libc, filled from records |
//! | [`update`] | 3 | the live update as decisions |
//! | [`status`] | 3 | what the outside is told |
//!
//! Arrows point downwards only; `tests/tidy.rs` keeps them.
//!
//! ## The life of an object
//!
//! `rt::files::ElfFile` (open, headers checked) → `link::segments::Layout` (the plan) → mapped by `rt::map` →
//! [`link::object::Version`] (described by `rt::version`) → part of an [`link::object::Object`] of a namespace in a
//! [`link::world::World`] (`rt::load`; `rt::registry` remembers names, memory and open counts) → relocated
//! (`link::relocate` decides, `rt::relocation` carries out) → published: lookups see it → constructed (`rt::init`, without
//! the loader's lock). For dlopen `rt::open` does all this. An update makes another Version current; the former one stays
//! mapped, because its code may still run. dlclose of the last reference (`rt::close`) hides the object, runs its
//! destructors, takes it out of the World and gives all its memory back. Auditors are told of each step (`rt::audit`).
//!
//! A World is immutable. Whoever changes it holds the loader's lock, works on a copy, and publishes that; readers (lazy
//! binding, unwinders, signal handlers) never wait.
//!
//! ## Words
//!
//! The specifications' own (gABI, psABI, glibc manual), and four of ours: an **Object** is a file the process uses, an
//! identity; a **Version** is one loaded state of it; the **World** is all Objects as lookups see them; a **Verdict** says
//! whether one Version may replace another, and why not.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod addr;
pub mod arch;
pub mod binary;
pub mod code;
pub mod config;
pub mod diag;
pub mod elf;
pub mod glibc;
pub mod link;
pub mod report;
pub mod status;
pub mod tls;
pub mod update;
