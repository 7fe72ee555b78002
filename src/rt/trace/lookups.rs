//! What is told of symbol lookups.

use core::sync::atomic::Ordering;

use luci::addr::Addr;
use luci::arch::reloc::R_X86_64_JUMP_SLOT;
use luci::link::object::{Object, ObjectId, Version};
use luci::link::relocate::{self, Mode};
use luci::link::resolve::{Class, Definition, Reference};
use luci::link::trace::{Trace, told};
use luci::link::world::World;

use super::{Bytes, File, Topics, is_on, say};
use crate::rt::process::PROCESS;
use crate::rt::relocation::RunningProcess;

/// The topics for which every lookup counts.
pub const TOPICS: Topics = Topics::SYMBOLS.union(Topics::BINDINGS).union(Topics::STATISTICS).union(Topics::UNUSED);

/// Tells of lookups and counts them.
pub struct Listener;

/// The listener, where there is one.
pub fn listener() -> Option<&'static dyn Trace> {
    is_on(TOPICS).then_some(&Listener)
}

impl Trace for Listener {
    fn looks_in(&self, reference: &Reference<'_>, object: &Object<'_>) {
        if is_on(Topics::SYMBOLS) {
            say(format_args!("symbol={};  lookup in file={}\n", Bytes(reference.name), File(object)));
        }
    }

    fn ends(&self, from: &Object<'_>, reference: &Reference<'_>, found: Option<&Definition<'_, '_>>, protected: bool) {
        PROCESS.statistics.lookups.fetch_add(1, Ordering::Relaxed);
        let Some(found) = found.filter(|_| is_on(Topics::BINDINGS)) else { return };
        let (to, kind, name) = (File(found.object), if protected { "protected" } else { "normal" }, Bytes(reference.name));
        match reference.version {
            None => say(format_args!("binding file {} to {to}: {kind} symbol `{name}'\n", File(from))),
            Some(version) => {
                say(format_args!("binding file {} to {to}: {kind} symbol `{name}' [{}]\n", File(from), Bytes(version.name)));
            }
        }
    }

    fn reuses(&self) {
        PROCESS.statistics.reused.fetch_add(1, Ordering::Relaxed);
    }
}

/// A function is bound at its call: tells the lookup once more.
#[cold]
pub fn called(world: &World<'static>, user: &Object<'static>, version: &Version<'static>, symbol: u32) {
    let mode = Mode { lazy: false, weak_yields: PROCESS.settings.weak_yields.load(Ordering::Relaxed) };
    let _ = relocate::tell(
        world,
        user,
        version,
        (symbol, Class::PLT, R_X86_64_JUMP_SLOT),
        mode,
        (&Listener, &mut RunningProcess { world: Some(world) }),
    );
}

/// What dlsym has found for `user`, by the handle or, where that is one of the special ones, by the user's scope.
#[cold]
pub fn found(world: &World<'static>, user: ObjectId, handle: u64, reference: &Reference<'_>, found: Option<&Definition<'_, '_>>) {
    let Some(user) = world.get(user) else { return };
    let opened = world.find_handle(Addr(handle));
    let from = opened.unwrap_or(user);
    let tell = |scope: &mut dyn Iterator<Item = &Object<'static>>| {
        let until = scope.map(|object| object.id).position(|id| found.is_some_and(|found| found.object.id == id));
        until.map_or(usize::MAX, |position| position + 1)
    };
    let mut list: alloc::vec::Vec<&Object<'static>> = match opened {
        Some(object) => world.list(&world.breadth_first(object.id)).collect(),
        None => world.scope_of(user).collect(),
    };
    list.truncate(tell(&mut list.iter().copied()));
    told(&Listener, reference, list.into_iter()).for_each(drop);
    Listener.ends(from, reference, found, false);
}
