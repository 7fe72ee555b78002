//! What the elfo tools share. Whatever the loader's library can answer is asked there (`luci::elf`, `luci::link`), so that a tool
//! never tells something else than what the loader does; here is what it does not need: section headers, names, output, writing.
//!
//! | module | what for |
//! |---|---|
//! | [`input`] | opening files, the end of a program, escaped text, JSON |
//! | [`image`] | one file by its raw headers, nothing trusted |
//! | [`names`], [`table`] | constants and columns for people |
//! | [`dump`] | `elfo-dump`: the whole file as a document |
//! | [`object`], [`scope`], [`lookup`] | `elfo-lookup`: symbols as the loader finds them |
//! | [`summary`], [`process`] | `elfo-dynamic-dump`: the decoded dynamic section, of a file or of a process |
//! | [`vdso`] | the vDSO of this machine |
//! | [`interp`] | `elfo-setinterp`: where a path goes, and how the file is replaced |
#![forbid(unsafe_code)]

pub mod dump;
pub mod image;
pub mod input;
pub mod interp;
pub mod lookup;
pub mod names;
pub mod object;
pub mod process;
pub mod scope;
pub mod summary;
pub mod table;
pub mod vdso;
