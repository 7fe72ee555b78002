//! Constructors and destructors: in which order they run is the library's decision, here they are called.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering;

use luci::addr::{Addr, Vaddr};
use luci::diag::{Error, Result};
use luci::elf::dynamic::{Flags1, Table};
use luci::glibc::record::Flags;
use luci::link::object::{Object, ObjectId, Role, Version};
use luci::link::order;
use luci::link::resolve::{self, Class, Reference};
use luci::link::world::World;

use super::abi::binding::call_resolver;
use super::abi::debug::{self, State};
use super::image::load_word;
use super::process::PROCESS;

type Constructor = extern "C" fn(i32, u64, u64);
type Destructor = extern "C" fn();

/// The function that the program's `_start` registers with atexit.
pub fn finaliser() -> u64 {
    run_destructors as *const () as u64
}

/// Finds the program's allocator and lets libc prepare itself, before any constructor.
pub fn start_libc(libc: Option<ObjectId>) -> Result<()> {
    let world = PROCESS.world.read();
    let function = |name: &[u8]| {
        let scope = world.list(&world.global);
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
    let libc = libc.and_then(|id| world.get(id)).map(|object| object.current.clone());
    drop(world);
    if let Some(libc) = libc.filter(|_| PROCESS.record().has(Flags::EARLY_INIT)) {
        early_init(&libc, true)?;
    }
    super::fork::register();
    if PROCESS.updates.are_on() {
        super::live::begin();
    }
    debug::notify(State::Consistent);
    Ok(())
}

/// `__libc_early_init(initial)`: whether this is the libc of the base namespace.
fn early_init(libc: &Version<'static>, initial: bool) -> Result<()> {
    let reference = Reference::new(b"__libc_early_init", None, Class::PLT | Class::NEWEST);
    let Some(symbol) = resolve::find(&libc.symbols, &reference) else { return Ok(()) };
    check_is_code(&PROCESS.world.read(), libc, libc.address_of(symbol))?;
    // SAFETY: libc's own function of this type, and libc is relocated.
    let function: extern "C" fn(bool) = unsafe { core::mem::transmute(libc.address_of(symbol).0) };
    function(initial);
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
pub fn run_constructors(objects: &[ObjectId]) {
    let ordered = {
        let world = PROCESS.world.read();
        let all: Vec<Arc<Object<'static>>> = objects.iter().filter_map(|&id| world.get(id).cloned()).collect();
        let order = order::initialisation(all.len(), |index| positions(&all, &all[index].needed));
        order.into_iter().map(|index| all[index].clone()).collect::<Vec<_>>()
    };
    let first = ordered.iter().find(|object| object.current.dynamic.flags_1.contains(Flags1::INITFIRST));
    if let Some(object) = first {
        construct(object);
    }
    if let Some(program) = ordered.iter().find(|object| object.current.role == Role::Program) {
        call_array(&program.current, program.current.dynamic.preinit_array);
    }
    for object in &ordered {
        construct(object);
    }
}

fn positions(all: &[Arc<Object<'static>>], needed: &[ObjectId]) -> Vec<usize> {
    needed.iter().filter_map(|id| all.iter().position(|object| object.id == *id)).collect()
}

/// The constructors of one object, once. The program's are run by libc or by its own start code.
fn construct(object: &Object<'static>) {
    let first = PROCESS.with_registry(|registry| {
        let state = registry.state_mut(object.id);
        !core::mem::replace(&mut state.initialised, true)
    });
    let version = &object.current;
    if !first || version.role != Role::Library {
        return;
    }
    if let Some(init) = version.dynamic.init {
        call_constructor(init + version.bias);
    }
    call_array(version, version.dynamic.init_array);
}

fn call_array(version: &Version<'static>, array: Table) {
    for function in functions(version, array) {
        call_constructor(function);
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

fn call_constructor(function: Addr) {
    let start = &PROCESS.start;
    // SAFETY: a constructor of a relocated object (gABI "Initialization and Termination Functions"); glibc passes the
    // program's arguments.
    let function: Constructor = unsafe { core::mem::transmute(function.0) };
    let argc = start.argc.load(Ordering::Relaxed) as i32;
    function(argc, start.argv.load(Ordering::Relaxed), start.envp.load(Ordering::Relaxed));
}

/// The destructors of all objects, run once when the program ends.
extern "C" fn run_destructors() {
    let all: Vec<ObjectId> = PROCESS.world.read().order.clone();
    destroy(&all);
}

/// Runs the destructors of `objects`, each before what it depends on.
pub fn destroy(objects: &[ObjectId]) {
    let ordered = {
        let world = PROCESS.world.read();
        let all: Vec<Arc<Object<'static>>> = objects.iter().filter_map(|&id| world.get(id).cloned()).collect();
        let order = order::finalisation(all.len(), |index| dependencies(&world, &all, index));
        order.into_iter().map(|index| all[index].clone()).collect::<Vec<_>>()
    };
    for object in ordered {
        let version = &object.current;
        let due = PROCESS.with_registry(|registry| {
            let state = registry.state_mut(object.id);
            state.initialised && !core::mem::replace(&mut state.finalised, true)
        });
        if !due || !matches!(version.role, Role::Library | Role::Program) {
            continue;
        }
        for function in functions(version, version.dynamic.fini_array).into_iter().rev() {
            call_destructor(function);
        }
        if let Some(fini) = version.dynamic.fini {
            call_destructor(fini + version.bias);
        }
    }
}

/// What an object needs, by its file and by the symbols it has been bound to.
fn dependencies(_world: &World<'static>, all: &[Arc<Object<'static>>], index: usize) -> Vec<usize> {
    let mut needed = positions(all, &all[index].needed);
    let bound = PROCESS.with_registry(|registry| registry.state(all[index].id).bound_to.clone());
    needed.extend(positions(all, &bound));
    needed
}

fn call_destructor(function: Addr) {
    // SAFETY: a destructor of a relocated object.
    let function: Destructor = unsafe { core::mem::transmute(function.0) };
    function();
}
