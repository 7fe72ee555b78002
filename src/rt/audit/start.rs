//! Loads the auditors, before anything but the program and the loader: by then libc's native structures are in place.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::mem::transmute_copy;
use core::num::NonZeroU64;
use core::sync::atomic::Ordering;

use luci::addr::Addr;
use luci::config::Config;
use luci::diag::{Error, ErrorKind, Result};
use luci::link::object::ObjectId;
use luci::link::world::World;

use super::{Auditor, LOADING, append, auditors, current_version, opened};
use crate::rt::abi::dl;
use crate::rt::open::{self, OpenMode, Target, Wanted};
use crate::rt::process::PROCESS;
use crate::rt::{close, fail, print, x86_64};

/// The names of the auditors: LD_AUDIT or `--audit`, then what the program itself asks for.
pub fn names(config: &Config<'static>, world: &World<'static>, program: ObjectId) -> Vec<&'static [u8]> {
    let mut lists: Vec<&'static [u8]> = config.audit.iter().map(|list| list.text).collect();
    if let Some(program) = world.get(program) {
        let version = &program.current;
        let own = [version.dynamic.audit, version.dynamic.depaudit].into_iter().flatten();
        lists.extend(own.filter_map(|offset| version.string(offset)));
    }
    let mut names: Vec<&'static [u8]> = Vec::new();
    for name in lists.iter().flat_map(|list| list.split(|&byte| byte == b':')).filter(|name| !name.is_empty()) {
        // what the caller of a secure program may not choose, the program's own file may: then by name only
        if !config.secure || !name.contains(&b'/') {
            names.push(name);
        }
    }
    names
}

/// Loads them one after the other and tells them of what is there already.
pub fn start(names: &[&'static [u8]], initial: &[ObjectId]) {
    LOADING.store(true, Ordering::Relaxed);
    for name in names {
        if let Err(error) = load(name, initial[0]) {
            let name = String::from_utf8_lossy(name);
            let reason = match &error.kind {
                ErrorKind::Os { action, .. } => String::from(*action),
                _ => fail::Reason(&error).to_string(),
            };
            print::line(format_args!("ERROR: ld.so: object '{name}' cannot be loaded as audit interface: {reason}; ignored."));
        }
    }
    LOADING.store(false, Ordering::Relaxed);
    if auditors().is_empty() {
        return;
    }
    x86_64::audit::measure_vectors();
    let mut world = PROCESS.world.read().clone();
    initial.iter().for_each(|&id| opened(&mut world, id, false));
    PROCESS.publish(world);
}

fn load(name: &'static [u8], program: ObjectId) -> Result<()> {
    const RTLD_LAZY: i32 = 1;
    let wanted = Wanted { name, mode: OpenMode(RTLD_LAZY), by: program, target: Target::New };
    let handle = open::open(wanted)?.ok_or_else(|| Error::other("", "cannot be opened"))?;
    let accepted = accept(name, handle).inspect_err(|_| drop(close::close(handle)))?;
    if !accepted {
        return close::close(handle);
    }
    let mut world = PROCESS.world.read().clone();
    let namespace = world.find_handle(handle).map(|object| object.namespace).unwrap_or_default();
    world.namespace_mut(namespace).audits = true;
    for id in world.members(namespace).map(|object| object.id).collect::<Vec<_>>() {
        world.change(id, |object| object.audit = None);
    }
    PROCESS.publish(world);
    Ok(())
}

/// The address of a function that may be missing.
type Word = Option<NonZeroU64>;

/// # Safety
/// `F` is the type of the function at the address.
unsafe fn function<F>(address: Word) -> Option<F> {
    const { assert!(size_of::<Option<F>>() == size_of::<Word>()) };
    // SAFETY: the caller's contract; an optional address and an optional function pointer are alike.
    unsafe { transmute_copy(&address) }
}

/// Asks the auditor whether it goes with us, and takes its functions.
fn accept(name: &[u8], handle: Addr) -> Result<bool> {
    let version = dl::function_of(handle, b"la_version")?;
    // SAFETY: the auditor's function of this type (rtld-audit(7)).
    let la_version: unsafe extern "C" fn(u32) -> u32 = unsafe { core::mem::transmute(version.0) };
    // SAFETY: as above.
    let answer = unsafe { la_version(current_version()) };
    if answer == 0 {
        return Ok(false);
    }
    if answer > current_version() {
        let name = String::from_utf8_lossy(name);
        print::line(format_args!(
            "ERROR: audit interface '{name}' requires version {answer} (maximum supported version {}); ignored.",
            current_version()
        ));
        return Ok(false);
    }
    let find = |name: &[u8]| NonZeroU64::new(dl::function_of(handle, name).ok()?.0);
    // SAFETY: the interface defines the types of these functions.
    append(unsafe {
        Auditor {
            activity: function(find(b"la_activity")),
            objsearch: function(find(b"la_objsearch")),
            objopen: function(find(b"la_objopen")),
            preinit: function(find(b"la_preinit")),
            symbind: function(find(b"la_symbind64")),
            pltenter: function(find(b"la_x86_64_gnu_pltenter")),
            pltexit: function(find(b"la_x86_64_gnu_pltexit")),
            objclose: function(find(b"la_objclose")),
        }
    });
    Ok(true)
}
