//! The live update: a helper thread sees that the file of a library changes, judges the new version, maps it beside the old
//! one and switches the process over.
//!
//! [`thread`] makes and ends the helper. [`watch`] is what it sleeps in, [`candidate`] reads and judges a changed file,
//! [`apply`] maps, relocates and commits the new Version with the words that [`slots`] lists, [`report`] tells the outcome.

mod apply;
mod candidate;
mod report;
mod slots;
mod thread;
mod watch;

use alloc::vec::Vec;
use core::sync::atomic::Ordering;

use luci::config::{Config, Snapshot};

use crate::rt::files;
use crate::rt::process::PROCESS;

pub use thread::{start_in_child, without_helper};

/// Part of the names of what valgrind preloads.
const VALGRIND: &[u8] = b"/vgpreload_";

/// Takes the settings over; the result says whether objects are followed from now on.
pub fn configure(config: &Config<'static>) -> bool {
    let under_valgrind = config.preload().any(|(name, _)| name.windows(VALGRIND.len()).any(|window| window == VALGRIND));
    PROCESS.settings.under_valgrind.store(under_valgrind, Ordering::Relaxed);
    if !config.update {
        return false;
    }
    let updates = &PROCESS.updates;
    updates.enabled.store(true, Ordering::Relaxed);
    updates.follow_opened.store(config.dlupdate, Ordering::Relaxed);
    updates.force.store(config.force, Ordering::Relaxed);
    updates.relax_check.store(config.relax_check as u8, Ordering::Relaxed);
    updates.follow_calls.store(config.func_dep_check, Ordering::Relaxed);
    updates.settle_ms.store(config.update_settle_ms, Ordering::Relaxed);
    updates.verbosity.store(config.verbosity, Ordering::Relaxed);
    let snapshot = match config.snapshot {
        // valgrind takes symbols, among them those of its own malloc, from files that have a name
        _ if under_valgrind => 2,
        Snapshot::Auto => 0,
        Snapshot::Always => 1,
        Snapshot::Never => 2,
    };
    updates.snapshot.store(snapshot, Ordering::Relaxed);
    updates.early_status.store(config.early_statusinfo, Ordering::Relaxed);
    updates.status.with(|path| *path = config.statusinfo.map(absolute).unwrap_or_default());
    updates.logfile.with(|path| *path = config.logfile.map(absolute).unwrap_or_default());
    true
}

/// A path that stays right when the program changes its directory; `unix:` in front of it stays there.
fn absolute(path: &[u8]) -> Vec<u8> {
    let (scheme, path) = path.split_at(if path.starts_with(report::SOCKET) { report::SOCKET.len() } else { 0 });
    let mut full = scheme.to_vec();
    if !path.starts_with(b"/") && !path.is_empty() {
        full.extend(files::current_directory().unwrap_or_default());
        full.push(b'/');
    }
    full.extend(path);
    full
}

/// Objects were opened: the helper follows them if the settings say so.
pub fn opened() {
    if PROCESS.updates.follow_opened.load(Ordering::Relaxed) {
        thread::wake();
    }
}

/// Starts the helper if there is anything to watch. Called when libc is ready and before any constructor.
pub fn begin() {
    PROCESS.with_registry(|registry| registry.following = PROCESS.updates.follow_opened.load(Ordering::Relaxed));
    thread::start();
    if PROCESS.updates.early_status.load(Ordering::Relaxed) {
        thread::wait_until_begun();
    }
}
