//! dlopen(3) and its family, as libc's table of dl functions calls them.

use alloc::string::{String, ToString};
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr;
use core::sync::atomic::Ordering;

use luci::addr::Addr;
use luci::diag::{Error, ErrorKind, Result};
use luci::elf::Sym;
use luci::elf::hash::sysv_hash;
use luci::elf::symbols as sym;
use luci::elf::versions::VersionEntry;
use luci::link::object::{Object, ObjectId, Role};
use luci::link::resolve::{self, Class, Definition, Reference};
use luci::link::world::World;

use super::binding::call_resolver;
use super::error::_dl_signal_error;
use super::tls::{TlsIndex, luci_tls_block_address, program_free};
use crate::rt::maps;
use crate::rt::open::{self, OpenMode};
use crate::rt::process::PROCESS;

use super::last_error;

/// `RTLD_DEFAULT`, `RTLD_NEXT`
const RTLD_DEFAULT: u64 = 0;
const RTLD_NEXT: u64 = u64::MAX;

/// # Safety
/// `file` is null or a C string; `caller` an address in the calling object.
pub unsafe extern "C" fn dlopen(file: *const c_char, mode: c_int, caller: u64) -> u64 {
    // SAFETY: the caller's contract.
    let name = unsafe { bytes(file) };
    answer(open_for(name, mode, caller)).map_or(0, |handle| handle.map_or(0, |handle: Addr| handle.0))
}

fn open_for(name: &[u8], mode: c_int, caller: u64) -> Result<Option<Addr>> {
    let mode = OpenMode(mode);
    if !mode.is_valid() {
        return Err(Error::other(String::from_utf8_lossy(name), "invalid mode for dlopen(): Invalid argument"));
    }
    open::open(name, mode, calling_object(caller)?)
}

/// The object that holds the calling code; code outside all objects counts as the program's.
fn calling_object(caller: u64) -> Result<ObjectId> {
    let world = PROCESS.world.read();
    let found = world.find_address(Addr(caller)).map(|mapping| mapping.object);
    found.or(world.order.first().copied()).ok_or_else(|| Error::other("", "no program is loaded"))
}

/// # Safety
/// As glibc's dlclose: the handle must come from dlopen; anything else is refused.
pub unsafe extern "C" fn dlclose(handle: u64) -> c_int {
    if answer(open::close(Addr(handle))).is_some() { 0 } else { -1 }
}

/// # Safety
/// `name` is a C string.
pub unsafe extern "C" fn dlsym(handle: u64, name: *const c_char, caller: u64) -> u64 {
    // SAFETY: the caller's contract.
    let name = unsafe { bytes(name) };
    answer(find_symbol(handle, name, None, caller)).unwrap_or(0)
}

/// # Safety
/// `name` and `version` are C strings.
pub unsafe extern "C" fn dlvsym(handle: u64, name: *const c_char, version: *const c_char, caller: u64) -> u64 {
    // SAFETY: the caller's contract.
    let (name, version) = unsafe { (bytes(name), bytes(version)) };
    let wanted = VersionEntry { name: version, hash: sysv_hash(version), file: b"", hidden: true };
    answer(find_symbol(handle, name, Some(wanted), caller)).unwrap_or(0)
}

/// What has been found, copied out of the world so that program code can run.
enum Found {
    Address(Addr),
    Resolver(Addr),
    ThreadLocal { module: u64, offset: u64 },
}

fn find_symbol(handle: u64, name: &[u8], version: Option<VersionEntry<'_>>, caller: u64) -> Result<u64> {
    let class = if version.is_some() { Class::empty() } else { Class::NEWEST };
    let reference = Reference::new(name, version, class);
    let found = {
        let world = PROCESS.world.read();
        let user = calling_object(caller)?;
        let definition = match handle {
            RTLD_DEFAULT => by_scope(&world, user, &reference),
            RTLD_NEXT => after(&world, user, &reference)?,
            _ => by_handle(&world, Addr(handle), &reference)?,
        };
        let definition = definition.ok_or_else(|| undefined(&world, handle, user, &reference))?;
        // a search by handle is the caller's business, one without makes the caller depend on what it found
        if handle == RTLD_DEFAULT && !definition.object.pinned {
            note_binding(user, definition.object.id);
        }
        describe(&definition)?
    };
    Ok(match found {
        Found::Address(address) => address.0,
        Found::Resolver(resolver) => call_resolver(resolver)?.0,
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

fn by_scope<'w>(world: &'w World<'static>, user: ObjectId, reference: &Reference<'_>) -> Option<Definition<'w, 'static>> {
    resolve::lookup(world.scope_of(world.get(user)?), reference, weak_yields())
}

fn by_handle<'w>(world: &'w World<'static>, handle: Addr, reference: &Reference<'_>) -> Result<Option<Definition<'w, 'static>>> {
    let object = world.find_handle(handle).ok_or_else(|| Error::other("", "invalid handle"))?;
    if object.current.role == Role::Program {
        return Ok(resolve::lookup(world.list(&world.global), reference, weak_yields()));
    }
    let list = world.breadth_first(object.id);
    Ok(resolve::lookup(world.list(&list), reference, weak_yields()))
}

/// RTLD_NEXT: behind the calling object in the list it was loaded with.
fn after<'w>(world: &'w World<'static>, user: ObjectId, reference: &Reference<'_>) -> Result<Option<Definition<'w, 'static>>> {
    let lost = || Error::other("", "RTLD_NEXT used in code not dynamically loaded");
    let object = world.get(user).ok_or_else(lost)?;
    let list = if world.global.contains(&user) { Some(&world.global) } else { object.local_scopes.first() };
    let list = list.ok_or_else(lost)?;
    let position = list.iter().position(|&id| id == user).ok_or_else(lost)?;
    Ok(resolve::lookup(world.list(&list[position + 1..]), reference, weak_yields()))
}

fn weak_yields() -> bool {
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
pub fn note_binding(from: ObjectId, to: ObjectId) {
    PROCESS.with_registry(|registry| registry.bound(from, to));
}

/// The last error of the calling thread as text, once; null when there is none.
pub extern "C" fn dlerror() -> *const c_char {
    last_error::take()
}

fn answer<T>(result: Result<T>) -> Option<T> {
    result.map_err(|error| last_error::set(error.to_string())).ok()
}

/// `Dl_info`
#[repr(C)]
pub struct DlInfo {
    fname: *const c_char,
    fbase: u64,
    sname: *const c_char,
    saddr: u64,
}

/// # Safety
/// `info` is valid for writing.
pub unsafe extern "C" fn dladdr(address: u64, info: *mut DlInfo) -> c_int {
    // SAFETY: the caller's contract.
    unsafe { dladdr1(address, info, ptr::null_mut(), 0) }
}

/// # Safety
/// `info` is valid for writing, and `extra` as `flags` says.
pub unsafe extern "C" fn dladdr1(address: u64, info: *mut DlInfo, extra: *mut u64, flags: c_int) -> c_int {
    const RTLD_DL_SYMENT: c_int = 1;
    const RTLD_DL_LINKMAP: c_int = 2;
    let world = PROCESS.world.read();
    let Some(mapping) = world.find_address(Addr(address)) else { return 0 };
    let version = &mapping.version;
    let symbol = nearest_symbol(version, Addr(address));
    let (sname, saddr) = match symbol {
        Some((name, symbol)) => (name, version.address_of(symbol).0),
        None => (ptr::null(), 0),
    };
    let found = DlInfo { fname: file_name(version), fbase: mapping.start.0, sname, saddr };
    // SAFETY: the caller's contract.
    unsafe {
        info.write(found);
        match flags {
            RTLD_DL_SYMENT if !extra.is_null() => extra.write(symbol.map_or(0, |(_, symbol)| ptr::from_ref(symbol) as u64)),
            RTLD_DL_LINKMAP if !extra.is_null() => extra.write(version.link_map.0),
            _ => {}
        }
    }
    1
}

/// The path of a Version as a C string; the program's first argument for the program.
fn file_name(version: &luci::link::object::Version<'static>) -> *const c_char {
    if version.role == Role::Program {
        let argv = PROCESS.start.argv.load(Ordering::Relaxed) as *const *const c_char;
        // SAFETY: the initial argument vector.
        return unsafe { *argv };
    }
    maps::name_of(version.link_map).0 as *const c_char
}

/// The exported symbol that covers `address`, the one that starts last.
fn nearest_symbol(version: &luci::link::object::Version<'static>, address: Addr) -> Option<(*const c_char, &'static Sym)> {
    let vaddr = version.bias.vaddr_of(address).0;
    let covers = |symbol: &&'static Sym| {
        let into = vaddr.wrapping_sub(symbol.st_value);
        let defined = symbol.st_shndx != sym::SHN_UNDEF || symbol.st_value != 0;
        let placed = sym::kind(symbol) != sym::STT_TLS && symbol.st_shndx != sym::SHN_ABS;
        defined && placed && vaddr >= symbol.st_value && (into < symbol.st_size || into == 0)
    };
    let table = &version.symbols.table[..version.symbols.count() as usize];
    let symbol = table.iter().filter(covers).max_by_key(|symbol| symbol.st_value)?;
    let name = version.symbols.name(symbol)?;
    Some((name.as_ptr().cast(), symbol))
}

/// # Safety
/// `argument` is valid for what the request writes.
pub unsafe extern "C" fn dlinfo(handle: u64, request: c_int, argument: *mut c_void) -> c_int {
    // SAFETY: the caller's contract.
    answer(unsafe { information(Addr(handle), request, argument.cast()) }).unwrap_or(-1)
}

/// # Safety
/// As [`dlinfo`].
unsafe fn information(handle: Addr, request: c_int, out: *mut u64) -> Result<c_int> {
    const LMID: c_int = 1;
    const LINKMAP: c_int = 2;
    const ORIGIN: c_int = 6;
    const TLS_MODID: c_int = 9;
    const TLS_DATA: c_int = 10;
    const PHDR: c_int = 11;
    let world = PROCESS.world.read();
    let object = world.find_handle(handle).ok_or_else(|| Error::other("", "invalid handle"))?;
    let modid = object.tls.map_or(0, |module| module.id);
    let value = match request {
        LMID => 0,
        LINKMAP => object.handle.0,
        TLS_MODID => modid,
        TLS_DATA if modid != 0 => super::tls::existing_block(&world, modid),
        TLS_DATA => 0,
        PHDR => object.current.headers_addr.0,
        ORIGIN => {
            let id = object.id;
            // SAFETY: the caller's contract: room for the path.
            return unsafe { write_origin(&world, id, out.cast()) };
        }
        _ => return Err(Error::other("", "unsupported dlinfo request")),
    };
    // SAFETY: the caller's contract.
    unsafe { out.write(value) };
    Ok(if request == PHDR { object.current.layout.headers.len() as c_int } else { 0 })
}

/// # Safety
/// `out` has room for the directory and its NUL.
unsafe fn write_origin(world: &World<'static>, id: ObjectId, out: *mut u8) -> Result<c_int> {
    PROCESS.with_registry(|registry| {
        let origin = registry.origin_of(world, id).ok_or_else(|| Error::other("", "the object's directory is unknown"))?;
        // SAFETY: the caller's contract.
        unsafe {
            ptr::copy_nonoverlapping(origin.as_ptr(), out, origin.len());
            out.add(origin.len()).write(0);
        }
        Ok(0)
    })
}

/// # Safety
/// As [`dlopen`].
pub unsafe extern "C" fn dlmopen(namespace: i64, file: *const c_char, mode: c_int, caller: u64) -> u64 {
    const LM_ID_BASE: i64 = 0;
    if namespace == LM_ID_BASE {
        // SAFETY: the caller's contract.
        return unsafe { dlopen(file, mode, caller) };
    }
    answer::<()>(Err(Error::other("", "only the base namespace (LM_ID_BASE) is supported")));
    0
}

/// libc opens a library for itself: NSS, iconv, libgcc_s.
///
/// # Safety
/// `name` is a C string.
pub unsafe extern "C" fn libc_dlopen_mode(name: *const c_char, mode: c_int) -> u64 {
    let caller = libc_address();
    // SAFETY: the caller's contract.
    unsafe { dlopen(name, mode, caller) }
}

fn libc_address() -> u64 {
    let world = PROCESS.world.read();
    let libc = world.iter().find(|object| object.current.soname == Some(crate::rt::version::LIBC_SONAME));
    libc.map_or(0, |object| object.current.range().0.0)
}

/// # Safety
/// `name` is a C string.
pub unsafe extern "C" fn libc_dlsym(handle: u64, name: *const c_char) -> u64 {
    let caller = libc_address();
    // SAFETY: the caller's contract.
    unsafe { dlsym(handle, name, caller) }
}

/// # Safety
/// `name` and `version` are C strings.
pub unsafe extern "C" fn libc_dlvsym(handle: u64, name: *const c_char, version: *const c_char) -> u64 {
    let caller = libc_address();
    // SAFETY: the caller's contract.
    unsafe { dlvsym(handle, name, version, caller) }
}

/// `struct r_found_version`
#[repr(C)]
pub struct FoundVersion {
    name: *const c_char,
    hash: u32,
    hidden: c_int,
    filename: *const c_char,
}

/// `_dl_lookup_symbol_x`: the symbol table entry through `reference`, the defining object as result; a symbol that is not
/// found raises, unless the reference was weak.
///
/// # Safety
/// glibc's contract of this function.
pub unsafe extern "C" fn lookup_symbol_x(
    name: *const c_char,
    user: u64,
    reference: *mut *const Sym,
    _scope: *const c_void,
    version: *const FoundVersion,
    _class: c_int,
    _flags: c_int,
    skip: u64,
) -> u64 {
    // SAFETY: the caller's contract.
    let name_bytes = unsafe { bytes(name) };
    // SAFETY: null or a version as glibc lays it out.
    let wanted = unsafe { version.as_ref() }.map(|version| VersionEntry {
        // SAFETY: the version's name is a C string.
        name: unsafe { bytes(version.name) },
        hash: version.hash,
        file: b"",
        hidden: version.hidden != 0,
    });
    let looked_up = Reference::new(name_bytes, wanted, Class::NEWEST);
    let found = {
        let world = PROCESS.world.read();
        let object = world.find_handle(Addr(user)).map(|object| object.id);
        let definition = match object {
            Some(id) if skip != 0 => after(&world, id, &looked_up).ok().flatten(),
            Some(id) => by_scope(&world, id, &looked_up),
            None => resolve::lookup(world.list(&world.global), &looked_up, weak_yields()),
        };
        definition.map(|definition| (definition.symbol, definition.object.handle))
    };
    // SAFETY: `reference` is valid by the caller's contract; the entry it held is a symbol or null.
    unsafe {
        let weak = reference.read().as_ref().is_some_and(|symbol| sym::binding(symbol) == sym::STB_WEAK);
        match found {
            Some((symbol, handle)) => {
                reference.write(symbol);
                handle.0
            }
            None if weak => {
                reference.write(ptr::null());
                0
            }
            None => _dl_signal_error(0, ptr::null(), ptr::null(), c"undefined symbol".as_ptr()),
        }
    }
}

/// `GLRO(dl_open)`: like dlopen, but raises.
///
/// # Safety
/// As [`dlopen`].
pub unsafe extern "C" fn rtld_open(file: *const c_char, mode: c_int, caller: u64) -> u64 {
    // SAFETY: the caller's contract.
    let handle = unsafe { dlopen(file, mode & 0xffff, caller) };
    if handle == 0 {
        raise_last_error();
    }
    handle
}

/// `GLRO(dl_close)`: like dlclose, but raises.
///
/// # Safety
/// As [`dlclose`].
pub unsafe extern "C" fn rtld_close(handle: u64) {
    // SAFETY: the caller's contract.
    if unsafe { dlclose(handle) } != 0 {
        raise_last_error();
    }
}

fn raise_last_error() {
    let message = last_error::take();
    if !message.is_null() {
        // SAFETY: a C string that stays valid until this thread's next error.
        unsafe { _dl_signal_error(0, ptr::null(), ptr::null(), message) };
    }
}

/// `GLRO(dl_error_free)`
///
/// # Safety
/// `pointer` comes from the program's malloc or is null.
pub unsafe extern "C" fn error_free(pointer: u64) {
    program_free(pointer);
}

/// RTLD_DI_SERINFO for a libc that does not use the table: nothing is listed.
///
/// # Safety
/// `info` is a `Dl_serinfo`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _dl_rtld_di_serinfo(_map: u64, info: *mut u64, _counting: bool) {
    const HEADER: u64 = 16;
    // SAFETY: the caller's contract: size and count of the structure.
    unsafe {
        info.write(HEADER);
        info.add(1).write(0);
    }
}

/// # Safety
/// Null or a C string that outlives the use.
unsafe fn bytes<'a>(text: *const c_char) -> &'a [u8] {
    if text.is_null() {
        return b"";
    }
    // SAFETY: the caller's contract.
    unsafe { CStr::from_ptr(text) }.to_bytes()
}
