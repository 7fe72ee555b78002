//! dlopen(3), dlsym(3) and their kin, as libc's table of dl functions calls them. What they tell of objects is in `info`.

use alloc::string::{String, ToString};
use core::ffi::{CStr, c_char, c_int};
use core::sync::atomic::Ordering;

use luci::addr::Addr;
use luci::diag::{Error, ErrorKind, Result};
use luci::elf::hash::sysv_hash;
use luci::elf::symbols as sym;
use luci::elf::versions::VersionEntry;
use luci::link::object::{NamespaceId, Object, ObjectId, Role};
use luci::link::relocate::Called;
use luci::link::resolve::{self, Class, Definition, Reference};
use luci::link::world::World;

use super::binding::call_resolver;
use super::tls::{TlsIndex, luci_tls_block_address};
use crate::rt::audit::{self, Binding};
use crate::rt::close;
use crate::rt::open::{self, OpenMode, Target, Wanted};
use crate::rt::process::PROCESS;
use crate::rt::relocation;
use crate::rt::sys;
use crate::rt::trace::{self, lookups};

use super::last_error;

/// `RTLD_DEFAULT`, `RTLD_NEXT`
const RTLD_DEFAULT: u64 = 0;
const RTLD_NEXT: u64 = u64::MAX;

/// # Safety
/// `file` is null or a C string; `caller` an address in the calling object.
pub unsafe extern "C" fn dlopen(file: *const c_char, mode: c_int, caller: u64) -> u64 {
    // SAFETY: the caller's contract.
    let name = unsafe { bytes(file) };
    answer(open_for(name, mode, caller, Target::Caller), caller).map_or(0, |handle| handle.map_or(0, |handle: Addr| handle.0))
}

/// # Safety
/// As [`dlopen`].
pub unsafe extern "C" fn dlmopen(namespace: i64, file: *const c_char, mode: c_int, caller: u64) -> u64 {
    const LM_ID_BASE: i64 = 0;
    const LM_ID_NEWLM: i64 = -1;
    let target = match namespace {
        LM_ID_BASE => Target::Existing(LM_ID_BASE),
        _ if file.is_null() => return refuse("invalid namespace: Invalid argument", caller),
        _ if OpenMode(mode).has(OpenMode::GLOBAL) => return refuse("invalid mode: Invalid argument", caller),
        LM_ID_NEWLM => Target::New,
        other => Target::Existing(other),
    };
    // SAFETY: the caller's contract.
    let name = unsafe { bytes(file) };
    answer(open_for(name, mode, caller, target), caller).map_or(0, |handle| handle.map_or(0, |handle: Addr| handle.0))
}

fn refuse(sentence: &str, caller: u64) -> u64 {
    answer::<u64>(Err(Error::other("", sentence)), caller).unwrap_or(0)
}

fn open_for(name: &[u8], mode: c_int, caller: u64, target: Target) -> Result<Option<Addr>> {
    begin(caller);
    let mode = OpenMode(mode);
    if let Some(problem) = mode.problem() {
        // bits that do not exist are a mistake whatever the name is
        let name = if problem.contains("parameter") { b"" } else { name };
        return Err(Error::other(String::from_utf8_lossy(name), problem));
    }
    open::open(Wanted { name, mode, by: calling_object(caller)?, target })
}

/// The object that holds the calling code; code outside all objects counts as the program's.
pub fn calling_object(caller: u64) -> Result<ObjectId> {
    calling_object_in(&PROCESS.world.read(), caller)
}

fn calling_object_in(world: &World<'static>, caller: u64) -> Result<ObjectId> {
    let found = world.find_address(Addr(caller)).map(|mapping| mapping.object);
    found.or(world.order.first().copied()).ok_or_else(|| Error::other("", "no program is loaded"))
}

/// Entered through `x86_64::dlclose`, which adds the caller.
///
/// # Safety
/// As glibc's dlclose: the handle must come from dlopen; anything else is refused.
pub unsafe extern "C" fn dlclose(handle: u64, caller: u64) -> c_int {
    begin(caller);
    if answer(close::close(Addr(handle)), caller).is_some() { 0 } else { -1 }
}

/// # Safety
/// `name` is a C string.
pub unsafe extern "C" fn dlsym(handle: u64, name: *const c_char, caller: u64) -> u64 {
    // SAFETY: the caller's contract.
    let name = unsafe { bytes(name) };
    match find_own(handle, name) {
        Some(address) => {
            begin(caller);
            address.0
        }
        None => answer(find_symbol(handle, name, None, caller), caller).unwrap_or(0),
    }
}

/// What nearly every search by handle ends with: a function or a variable of the object itself, which is the first in its list
/// unless it has filtees. `None` says nothing.
fn find_own(handle: u64, name: &[u8]) -> Option<Addr> {
    if audit::is_on() || trace::is_on(lookups::TOPICS) || weak_yields() {
        return None;
    }
    let world = PROCESS.world.read();
    let object = world.find_handle(Addr(handle)).filter(|object| object.filtees.is_empty())?;
    let symbol = resolve::find(&object.current.symbols, &Reference::new(name, None, Class::NEWEST))?;
    let is_there = matches!(sym::kind(symbol), sym::STT_FUNC | sym::STT_OBJECT) && sym::binding(symbol) == sym::STB_GLOBAL;
    is_there.then(|| object.current.address_of(symbol))
}

/// # Safety
/// `name` and `version` are C strings.
pub unsafe extern "C" fn dlvsym(handle: u64, name: *const c_char, version: *const c_char, caller: u64) -> u64 {
    // SAFETY: the caller's contract.
    let (name, version) = unsafe { (bytes(name), bytes(version)) };
    let wanted = VersionEntry { name: version, hash: sysv_hash(version), file: b"", hidden: true };
    answer(find_symbol(handle, name, Some(wanted), caller), caller).unwrap_or(0)
}

/// The function of this name that a handle leads to.
pub fn function_of(handle: Addr, name: &[u8]) -> Result<Addr> {
    let reference = Reference::new(name, None, Class::NEWEST);
    let found = {
        let world = PROCESS.world.read();
        let definition = by_handle(&world, handle, &reference)?.map(|found| relocation::settled(&world, found));
        let object = world.find_handle(handle).map(|object| object.id).unwrap_or(ObjectId(0));
        describe(&definition.ok_or_else(|| undefined(&world, handle.0, object, &reference))?)?
    };
    match found {
        Found::Address(address) => Ok(address),
        Found::Resolver(resolver) => call_resolver(resolver),
        Found::ThreadLocal { .. } => Err(Error::other("", "not a function")),
    }
}

/// What has been found, copied out of the world so that program code can run.
enum Found {
    Address(Addr),
    Resolver(Addr),
    ThreadLocal { module: u64, offset: u64 },
}

fn find_symbol(handle: u64, name: &[u8], version: Option<VersionEntry<'_>>, caller: u64) -> Result<u64> {
    begin(caller);
    let class = if version.is_some() { Class::empty() } else { Class::NEWEST };
    let reference = Reference::new(name, version, class);
    let (found, binding) = loop {
        let world = PROCESS.world.read();
        // who calls is of no matter for a search by handle
        let by_caller = matches!(handle, RTLD_DEFAULT | RTLD_NEXT) || audit::is_on();
        let user = if by_caller { calling_object_in(&world, caller)? } else { ObjectId(0) };
        let definition = match handle {
            RTLD_DEFAULT => by_scope(&world, user, &reference),
            RTLD_NEXT if world.find_address(Addr(caller)).is_none() => return Err(not_loaded()),
            RTLD_NEXT => after(&world, user, &reference)?,
            _ => by_handle(&world, Addr(handle), &reference)?,
        };
        // a search by handle is the caller's business, one without makes the caller depend on what it found
        let depends_on = definition.filter(|found| handle == RTLD_DEFAULT && !found.object.pinned);
        if depends_on.is_some_and(|found| !note_binding(user, found.object)) {
            // another thread is closing it, and its definitions are about to vanish
            drop(world);
            sys::yield_processor();
            continue;
        }
        let definition = definition.map(|found| relocation::settled(&world, found));
        if trace::is_on(lookups::TOPICS) {
            lookups::found(&world, user, handle, &reference, definition.as_ref());
        }
        let definition = definition.ok_or_else(|| undefined(&world, handle, user, &reference))?;
        let binding = audit::is_on().then(|| Binding::find(&world, user, Called::of(&definition))).flatten();
        break (describe(&definition)?, binding);
    };
    let audited = |address| binding.as_ref().map_or(address, |binding| audit::bound_by_dlsym(binding, address));
    Ok(match found {
        Found::Address(address) => audited(address).0,
        Found::Resolver(resolver) => audited(call_resolver(resolver)?).0,
        // SAFETY: a module of the world and an offset of one of its symbols.
        Found::ThreadLocal { module, offset } => unsafe { luci_tls_block_address(&TlsIndex { module, offset }) },
    })
}

fn describe(definition: &Definition<'_, '_>) -> Result<Found> {
    if sym::kind(definition.symbol) == sym::STT_TLS {
        let no_tls = || Error::bad_elf(display(definition.object), "thread-local symbol in an object without TLS segment");
        let module = definition.object.tls.ok_or_else(no_tls)?.id;
        return Ok(Found::ThreadLocal { module, offset: definition.symbol.st_value });
    }
    let address = definition.address();
    Ok(if definition.is_ifunc() { Found::Resolver(address) } else { Found::Address(address) })
}

pub fn by_scope<'w>(world: &'w World<'static>, user: ObjectId, reference: &Reference<'_>) -> Option<Definition<'w, 'static>> {
    resolve::lookup(world.scope_for(world.get(user)?, reference.gnu_hash), reference, weak_yields())
}

fn by_handle<'w>(world: &'w World<'static>, handle: Addr, reference: &Reference<'_>) -> Result<Option<Definition<'w, 'static>>> {
    let object = world.find_handle(handle).ok_or_else(|| Error::other("", "invalid handle"))?;
    if object.current.role == Role::Program {
        return Ok(resolve::lookup(world.list(world.global(object.namespace)), reference, weak_yields()));
    }
    if let Some(scope) = object.local_scopes.iter().find(|scope| scope.root == object.id) {
        return Ok(resolve::lookup(world.list(&scope.list), reference, weak_yields()));
    }
    let list = world.breadth_first(object.id);
    Ok(resolve::lookup(world.list(&list), reference, weak_yields()))
}

/// RTLD_NEXT: behind the calling object in the list it was loaded with.
pub fn after<'w>(
    world: &'w World<'static>,
    user: ObjectId,
    reference: &Reference<'_>,
) -> Result<Option<Definition<'w, 'static>>> {
    let object = world.get(user).ok_or_else(not_loaded)?;
    let global = world.global(object.namespace);
    let list = if global.contains(&user) { global } else { &object.local_scopes.first().ok_or_else(not_loaded)?.list };
    let position = list.iter().position(|&id| id == user).ok_or_else(not_loaded)?;
    Ok(resolve::lookup(world.list(&list[position + 1..]), reference, weak_yields()))
}

fn not_loaded() -> Error {
    Error::other("", "RTLD_NEXT used in code not dynamically loaded")
}

pub fn weak_yields() -> bool {
    PROCESS.settings.weak_yields.load(Ordering::Relaxed)
}

fn undefined(world: &World<'static>, handle: u64, user: ObjectId, reference: &Reference<'_>) -> Error {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let object = match handle {
        RTLD_DEFAULT | RTLD_NEXT => world.get(user),
        _ => world.find_handle(Addr(handle)),
    };
    let kind =
        ErrorKind::UndefinedSymbol { name: text(reference.name), version: reference.version.map(|version| text(version.name)) };
    Error::new(object.map_or_else(String::new, |object| display(object)), kind)
}

fn display(object: &Object<'_>) -> String {
    String::from_utf8_lossy(&object.current.path).into_owned()
}

/// `from` uses something of `to` from now on; only worth remembering when `to` could be unloaded.
/// False when it is about to be.
pub fn note_binding(from: ObjectId, to: &Object<'_>) -> bool {
    PROCESS.with_registry(|registry| registry.bound(from, (to.id, to.serial)))
}

/// The last error of the calling thread as text, once; null when there is none. Entered through `x86_64::dlerror`, which adds
/// the caller.
pub extern "C" fn dlerror(caller: u64) -> *const c_char {
    last_error::take(namespace_of(caller))
}

/// A call begins: an error of a former one that was not asked for is forgotten.
pub fn begin(caller: u64) {
    last_error::clear(namespace_of(caller));
}

/// The value, or nothing and the error as the thread's last one.
pub fn answer<T>(result: Result<T>, caller: u64) -> Option<T> {
    result.map_err(|error| last_error::set(namespace_of(caller), error.to_string())).ok()
}

/// The namespace of the calling code.
pub fn namespace_of(caller: u64) -> NamespaceId {
    if !PROCESS.has_namespaces.load(Ordering::Relaxed) {
        return NamespaceId::BASE;
    }
    let world = PROCESS.world.read();
    let object = world.find_address(Addr(caller)).and_then(|mapping| world.get(mapping.object));
    object.map_or(NamespaceId::BASE, |object| object.namespace)
}

/// # Safety
/// Null or a C string that outlives the use.
pub unsafe fn bytes<'a>(text: *const c_char) -> &'a [u8] {
    if text.is_null() {
        return b"";
    }
    // SAFETY: the caller's contract.
    unsafe { CStr::from_ptr(text) }.to_bytes()
}
