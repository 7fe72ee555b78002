//! The names that libc and programs call: exported symbols and the functions behind libc's tables.

pub mod binding;
pub mod debug;
pub mod dl;
pub mod error;
pub mod find;
pub mod info;
pub mod last_error;
pub mod libc_calls;
pub mod misc;
pub mod rtld;
pub mod tables;
pub mod tls;

use alloc::vec::Vec;

use luci::addr::Addr;
use luci::elf::symbols::Symbols;
use luci::link::resolve::{self, Class, Reference};

use super::credentials;
use super::process::PROCESS;
use super::x86_64;

/// Functions of libc that the loader answers itself when a program or library binds to them: (symbol value, our function).
pub fn replacements(libc: &Symbols<'static>) -> Vec<(u64, Addr)> {
    let ours = [(&b"dl_iterate_phdr"[..], x86_64::dl_iterate_phdr as *const () as u64)];
    let found = |(name, function): (&[u8], u64)| {
        let symbol = resolve::find(libc, &Reference::new(name, None, Class::NEWEST))?;
        Some((symbol.st_value, Addr(function)))
    };
    let when_updating = if PROCESS.updates.are_on() { credentials::ANSWERED } else { &[] };
    let when_updating = when_updating.iter().map(|&(name, function)| (name, function as *const () as u64));
    ours.into_iter().chain(when_updating).filter_map(found).collect()
}
