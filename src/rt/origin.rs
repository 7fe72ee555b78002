//! The directory that `$ORIGIN` stands for in the paths of an object, and that dlinfo(3) tells.
//!
//! For a program that was started by name glibcs differ: the older ones take the directory as the user spelled it, the newer
//! ones that of the file behind the name. Which it is shows when the libc is known, which may itself be found through it.

use alloc::ffi::CString;
use alloc::vec::Vec;
use core::sync::atomic::Ordering;

use luci::config::Config;
use luci::glibc::record::{Flags, Record};
use luci::link::object::{ObjectId, Role, Version};
use luci::link::world::World;

use super::process::PROCESS;
use super::{files, identify};

/// What is found out when an object is loaded: its directory if one of its paths may ask for it, or if its name is relative,
/// which means another file after chdir(2). Otherwise it waits until somebody asks.
pub fn when_loaded(version: &Version<'static>) -> Option<CString> {
    let is_relative = !version.path.starts_with(b"/");
    if is_relative || is_mentioned_in(version) { of(version) } else { None }
}

/// The directory of an object, absolute; for the program that of the file the kernel runs.
pub fn of(version: &Version<'static>) -> Option<CString> {
    let path = match version.role {
        Role::Vdso | Role::Loader => return None,
        Role::Program if !PROCESS.start.by_name.load(Ordering::Relaxed) => match files::executable_path() {
            Some(path) => path,
            None => return told(),
        },
        _ => version.path.to_vec(),
    };
    directory_of(path)
}

/// The directory of a file, as a program reads it.
pub fn directory_of(path: Vec<u8>) -> Option<CString> {
    CString::new(files::directory_of(path)?.into_vec()).ok()
}

/// Looks ahead for the libc if the search for it may depend on how the program's name was spelled.
pub fn settle_early(config: &Config<'static>, world: &World<'static>, program: ObjectId) {
    let Some(version) = world.get(program).map(|object| object.current.clone()) else { return };
    let depends = PROCESS.with_registry(|registry| {
        let spelled = registry.origin_of(world, program).map(CString::from);
        let behind = registry.program_directory.clone();
        behind.is_some() && behind != spelled
    });
    let has_token = |text: &[u8]| text.contains(&b'$');
    let mut preloads = config.preload().map(|(name, _)| name);
    if depends && (is_mentioned_in(&version) || config.library_path().any(has_token) || preloads.any(has_token)) {
        // what is wrong with the libc is told when it is loaded
        identify::ahead(world).ok();
    }
}

/// The libc is known, and with it which directory counts.
pub fn settle(record: &Record) {
    if !record.has(Flags::PROGRAM_ORIGIN_RESOLVED) {
        return;
    }
    PROCESS.with_registry(|registry| {
        let directory = registry.program_directory.take();
        if let Some((directory, program)) = directory.zip(registry.program) {
            registry.state_mut(program).origin = Some(directory);
        }
    });
}

/// Whether a path of the object may hold `$ORIGIN`.
fn is_mentioned_in(version: &Version<'static>) -> bool {
    let paths = [version.dynamic.rpath, version.dynamic.runpath];
    let mut texts = paths.into_iter().flatten().chain(version.dynamic.needed.iter().copied());
    texts.any(|offset| version.string(offset).is_some_and(|text| text.contains(&b'$')))
}

/// LD_ORIGIN_PATH without slashes at its end.
#[cold]
fn told() -> Option<CString> {
    let told = PROCESS.start.origin_path.load(Ordering::Relaxed);
    if told == 0 {
        return None;
    }
    let path = super::start::c_string(told);
    let end = path.iter().rposition(|&byte| byte != b'/').map_or(1, |last| last + 1);
    CString::new(&path[..end]).ok()
}
