//! Constructors and destructors: in which order they run is the library's decision, here they are called.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering;

use luci::addr::{Addr, Vaddr};
use luci::diag::{Error, Result};
use luci::elf::dynamic::{Flags1, Table};
use luci::glibc::record::Flags;
use luci::link::object::{NamespaceId, Object, ObjectId, Role, Version};
use luci::link::order;
use luci::link::resolve::{self, Class, Reference};
use luci::link::world::World;

use super::abi::binding::call_resolver;
use super::abi::debug::{self, State};
use super::audit::{self, Activity};
use super::image::load_word;
use super::libpthread;
use super::lock::{LoaderLock, thread_number};
use super::process::PROCESS;
use super::registry::{Registry, Stage};
use super::relocation::is_linked_by_us;
use super::sync::{futex_wait, futex_wake_all};
use super::trace::{self, Topics};
use super::version::LIBC_SONAME;
use super::x86_64;

/// The function that the program's `_start` registers with atexit.
pub fn finaliser() -> u64 {
    run_destructors as *const () as u64
}

/// Finds the program's allocator and lets libc prepare itself, before any constructor.
pub fn start_libc(libc: Option<ObjectId>) -> Result<()> {
    let world = PROCESS.world.read();
    let function = |name: &[u8]| {
        let scope = world.list(world.global(NamespaceId::BASE));
        let found = resolve::lookup(scope, &Reference::new(name, None, Class::PLT | Class::NEWEST), false);
        let Some(found) = found else { return Ok(0) };
        let address = if found.is_ifunc() { call_resolver(found.address())? } else { found.address() };
        check_is_code(&world, &found.object.current, address).map(|()| address.0)
    };
    let malloc = &PROCESS.malloc;
    malloc.malloc.store(function(b"malloc")?, Ordering::Relaxed);
    malloc.calloc.store(function(b"calloc")?, Ordering::Relaxed);
    malloc.free.store(function(b"free")?, Ordering::Relaxed);
    if !PROCESS.record().has(Flags::DTV_TO_FREE) {
        malloc.memalign.store(function(b"memalign")?, Ordering::Relaxed);
    }
    let libc = libc.and_then(|id| world.get(id)).cloned();
    drop(world);
    if let Some(libc) = libc {
        prepare_libc(&libc)?;
    }
    if PROCESS.updates.are_on() {
        super::live::begin();
    }
    if audit::is_on() {
        let world = PROCESS.world.read().clone();
        audit::activity(&world, NamespaceId::BASE, Activity::Consistent);
    }
    debug::notify(NamespaceId::BASE, State::Consistent);
    Ok(())
}

/// Lets the libcs among these new objects prepare themselves: those of further namespaces, or of a program without libc.
pub fn start_further_libcs(new: &[ObjectId]) -> Result<()> {
    let world = PROCESS.world.read();
    let is_libc = |object: &&Arc<Object<'static>>| object.current.soname == Some(LIBC_SONAME);
    let libcs: Vec<Arc<Object<'static>>> = new.iter().filter_map(|&id| world.get(id)).filter(is_libc).cloned().collect();
    drop(world);
    libcs.iter().try_for_each(|libc| prepare_libc(libc))
}

/// Calls `__libc_early_init` and enters the fork handlers.
fn prepare_libc(libc: &Object<'static>) -> Result<()> {
    if PROCESS.record().has(Flags::EARLY_INIT) {
        early_init(&libc.current, libc.namespace == NamespaceId::BASE)?;
    }
    super::fork::register(libc.namespace);
    Ok(())
}

/// `__libc_early_init(initial)`: whether this is the libc of the base namespace.
fn early_init(libc: &Version<'static>, initial: bool) -> Result<()> {
    let reference = Reference::new(b"__libc_early_init", None, Class::PLT | Class::NEWEST);
    let Some(symbol) = resolve::find(&libc.symbols, &reference) else { return Ok(()) };
    check_is_code(&PROCESS.world.read(), libc, libc.address_of(symbol))?;
    // SAFETY: libc's own function, which takes a bool, and libc is relocated.
    unsafe { x86_64::call_program(libc.address_of(symbol).0, u64::from(initial), 0, 0) };
    Ok(())
}

/// Refuses to load an object whose arrays name functions where there is no code. To be called when all images are
/// relocated.
pub fn check_arrays(version: &Version<'static>) -> Result<()> {
    let world = PROCESS.world.read();
    let dynamic = &version.dynamic;
    let arrays = [dynamic.preinit_array, dynamic.init_array, dynamic.fini_array];
    let mut all = arrays.into_iter().flat_map(|array| functions(version, array));
    all.try_for_each(|function| check_is_code(&world, version, function))
}

fn check_is_code(world: &World<'static>, version: &Version<'static>, function: Addr) -> Result<()> {
    if version.layout.is_code(version.bias.vaddr_of(function)) {
        return Ok(());
    }
    // a relocation may have led to another object; the loader itself has no function that it calls for others
    let is_loader = || world.find_address(function).is_some_and(|mapping| mapping.version.role == Role::Loader);
    if world.is_code(function) && !is_loader() {
        return Ok(());
    }
    let name = alloc::string::String::from_utf8_lossy(&version.path);
    Err(Error::bad_elf(name, "a function that the loader calls lies outside the executable segments"))
}

/// Runs the constructors of `objects` (in load order, the first one's last), as far as they have not run.
/// `new` are those that this call has loaded; what another call of the same thread has loaded is left to that, which is on its
/// way. `environment` is what they get as third argument.
pub fn run_constructors(objects: &[ObjectId], new: &[ObjectId], environment: u64) {
    if objects.is_empty() {
        return;
    }
    let ordered = {
        let world = PROCESS.world.read();
        let all: Vec<Arc<Object<'static>>> = objects.iter().filter_map(|&id| world.get(id).cloned()).collect();
        let order = order::initialisation(all.len(), |index| positions(&all, &all[index].needed));
        order.into_iter().map(|index| all[index].clone()).collect::<Vec<_>>()
    };
    let me = thread_number();
    // the one that was loaded last, as in glibc: old libpthreads ask for it too
    let asks = |id: &&ObjectId| {
        let object = ordered.iter().find(|object| object.id == **id);
        object.is_some_and(|object| object.current.dynamic.flags_1.contains(Flags1::INITFIRST))
    };
    let last = new.iter().rev().find(asks);
    let first = ordered.iter().find(|object| last == Some(&object.id));
    if let Some(object) = first {
        construct(object, me, new, environment);
    }
    if let Some(program) = ordered.iter().find(|object| object.current.role == Role::Program) {
        if program.current.dynamic.preinit_array.size > 0 && trace::is_on(Topics::CALLS) {
            trace::load::preinit(&program.current);
        }
        call_array(&program.current, program.current.dynamic.preinit_array, environment);
    }
    for object in &ordered {
        construct(object, me, new, environment);
    }
}

fn positions(all: &[Arc<Object<'static>>], needed: &[ObjectId]) -> Vec<usize> {
    needed.iter().filter_map(|id| all.iter().position(|object| object.id == *id)).collect()
}

/// The constructors of one object, once. When another thread runs them, it is waited for. The program's are run by libc or by
/// its own start code.
fn construct(object: &Object<'static>, me: u32, new: &[ObjectId], environment: u64) {
    let is_new = new.contains(&object.id);
    let claimed = claim(object, me, is_new);
    // glibc's loader has no constructors either, and says so
    let is_told = claimed || (object.current.role == Role::Loader && is_new);
    if is_told && trace::is_on(Topics::CALLS) {
        trace::load::constructs(object);
    }
    if !claimed {
        return;
    }
    let version = &object.current;
    let kept = libpthread::Kept::before(object);
    if let Some(init) = version.dynamic.init {
        call_constructor(init + version.bias, environment);
    }
    call_array(version, version.dynamic.init_array, environment);
    if let Some(kept) = kept {
        kept.give_back(object.id);
    }
    let is_awaited = PROCESS.with_registry(|registry| {
        // exit may have come in between
        if matches!(registry.state(object.id).stage, Stage::Constructing(_)) {
            registry.set_stage(object.id, Stage::Constructed);
        }
        !registry.waiting.is_empty()
    });
    PROCESS.constructed.fetch_add(1, Ordering::Release);
    if is_awaited {
        futex_wake_all(&PROCESS.constructed);
    }
}

/// Whether this thread is to run the constructors of an object now. Returns false only when they have run, except where
/// waiting for them could never end: in a constructor that opens its own object, directly or through other threads; and for
/// what an outer call of this thread has loaded.
fn claim(object: &Object<'static>, me: u32, is_new: bool) -> bool {
    let mut is_new = is_new;
    loop {
        let seen = PROCESS.constructed.load(Ordering::Acquire);
        let claimed = PROCESS.with_registry(|registry| {
            registry.waiting.retain(|&(thread, _)| thread != me);
            let stage = registry.state(object.id).stage;
            match stage {
                Stage::Closing | Stage::Destroyed => {
                    registry.revive(object.id, me, object.initial);
                    (registry.state(object.id).stage != Stage::Loaded(me)).then_some(false)
                }
                Stage::Loaded(by) if is_new || by != me => {
                    registry.set_stage(object.id, Stage::Constructing(me));
                    Some(true)
                }
                Stage::Constructing(owner) if !waits_for(registry, owner, me) && !LoaderLock::is_mine() => {
                    registry.waiting.push((me, object.id));
                    None
                }
                _ => Some(false),
            }
        });
        match claimed {
            Some(claimed) => return claimed,
            // revived: its constructors run once more, here
            None if PROCESS.with_registry(|registry| registry.state(object.id).stage == Stage::Loaded(me)) => is_new = true,
            None => futex_wait(&PROCESS.constructed, seen),
        }
    }
}

/// Whether `thread` is `target`, or waits for constructors that it runs, directly or through others.
fn waits_for(registry: &Registry, thread: u32, target: u32) -> bool {
    let mut thread = thread;
    // no chain is longer than the list
    for _ in 0..=registry.waiting.len() {
        if thread == target {
            return true;
        }
        let waits = registry.waiting.iter().find(|&&(waiter, _)| waiter == thread);
        match waits.map(|&(_, object)| registry.state(object).stage) {
            Some(Stage::Constructing(owner)) => thread = owner,
            _ => return false,
        }
    }
    false
}

fn call_array(version: &Version<'static>, array: Table, environment: u64) {
    for function in functions(version, array) {
        call_constructor(function, environment);
    }
}

/// The addresses in an array of functions; 0 and -1 are placeholders.
fn functions(version: &Version<'static>, array: Table) -> Vec<Addr> {
    let count = array.size / 8;
    if !array.vaddr.0.is_multiple_of(8) || version.layout.segment_of(array.vaddr, array.size).is_none() {
        return Vec::new();
    }
    let word = |index| {
        let at: Vaddr = array.vaddr + 8 * index;
        // SAFETY: an aligned word of a mapped segment of a relocated object.
        Addr(unsafe { load_word(at + version.bias) })
    };
    (0..count).map(word).filter(|function| !matches!(function.0, 0 | u64::MAX)).collect()
}

fn call_constructor(function: Addr, environment: u64) {
    let start = &PROCESS.start;
    let (argc, argv) = (start.argc.load(Ordering::Relaxed), start.argv.load(Ordering::Relaxed));
    // SAFETY: a constructor of a relocated object (gABI "Initialization and Termination Functions"); glibc passes the
    // program's arguments.
    unsafe { x86_64::call_program(function.0, argc, argv, environment) };
}

/// The environment as the libc of a namespace has it now; the initial one before there is a libc.
pub fn environment_of(world: &World<'static>, namespace: NamespaceId) -> u64 {
    let scope = world.list(world.global(namespace));
    let found = resolve::lookup(scope, &Reference::new(b"__environ", None, Class::NEWEST), false);
    let variable = found.map(|found| (found.object, found.address()));
    let inside = |(object, at): &(&Object<'static>, Addr)| {
        at.0.is_multiple_of(8) && object.current.layout.segment_of(object.current.bias.vaddr_of(*at), 8).is_some()
    };
    match variable.filter(inside) {
        // SAFETY: an aligned word of a mapped segment, the variable `char **__environ`.
        Some((_, at)) => unsafe { load_word(at) },
        None => PROCESS.start.envp.load(Ordering::Relaxed),
    }
}

/// The destructors of all objects, run once when the program ends.
extern "C" fn run_destructors() {
    let world = PROCESS.world.read();
    let mut namespaces: Vec<(bool, NamespaceId)> = world.namespaces().map(|(id, namespace)| (namespace.audits, id)).collect();
    drop(world);
    // the program's own is the last but for the auditors
    namespaces.sort_by_key(|&(audits, id)| (audits, core::cmp::Reverse(id)));
    for (_, id) in namespaces {
        let world = PROCESS.world.read().clone();
        let members: Vec<ObjectId> = world.members(id).map(|object| object.id).collect();
        audit::activity(&world, id, Activity::Delete);
        destroy(&members, &mut |_| {});
        audit::activity(&world, id, Activity::Consistent);
    }
    if trace::is_on(Topics::STATISTICS) {
        trace::statistics::end();
    }
}

/// Runs the destructors of `objects`, each before what it depends on; the program's first. `destroyed` hears of each before
/// the auditors do.
pub fn destroy(objects: &[ObjectId], destroyed: &mut dyn FnMut(&Object<'static>)) {
    let ordered = {
        let world = PROCESS.world.read();
        let all: Vec<Arc<Object<'static>>> = objects.iter().filter_map(|&id| world.get(id).cloned()).collect();
        let has_program = all.first().is_some_and(|object| object.current.role == Role::Program);
        let bound: Vec<Vec<ObjectId>> =
            PROCESS.with_registry(|registry| all.iter().map(|object| registry.state(object.id).bound_to.clone()).collect());
        let bound: Vec<Vec<ObjectId>> = all.iter().zip(bound).map(|(object, bound)| only_bound(&world, object, bound)).collect();
        let needed = |index: usize| positions(&all, &all[index].needed);
        let order = order::finalisation(all.len(), needed, |index| positions(&all, &bound[index]), has_program);
        order.into_iter().map(|index| all[index].clone()).collect::<Vec<_>>()
    };
    for object in ordered {
        let version = &object.current;
        let due = PROCESS.with_registry(|registry| {
            let state = registry.state_mut(object.id);
            let due = matches!(state.stage, Stage::Constructing(_) | Stage::Constructed | Stage::Closing);
            if due {
                registry.set_stage(object.id, Stage::Destroyed);
            }
            due
        });
        if !due {
            continue;
        }
        if object.current.role != Role::Vdso && trace::is_on(Topics::CALLS) {
            trace::load::destroys(&object);
        }
        if is_linked_by_us(&object) {
            for function in functions(version, version.dynamic.fini_array).into_iter().rev() {
                call_destructor(function);
            }
            if let Some(fini) = version.dynamic.fini {
                call_destructor(fini + version.bias);
            }
        }
        destroyed(&object);
        audit::closed(&object);
    }
}

/// Of the objects that one is bound to those that it does not depend on.
fn only_bound(world: &World<'static>, object: &Object<'static>, mut bound: Vec<ObjectId>) -> Vec<ObjectId> {
    bound.retain(|id| !object.needed.contains(id));
    if !bound.is_empty() {
        let dependencies = world.breadth_first(object.id);
        bound.retain(|id| !dependencies.contains(id));
    }
    bound
}

fn call_destructor(function: Addr) {
    // SAFETY: a destructor of a relocated object.
    unsafe { x86_64::call_program(function.0, 0, 0, 0) };
}
