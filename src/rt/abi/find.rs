//! Which object an address belongs to, for unwinders, libc and programs. All of it reads the published world, and
//! only dl_iterate_phdr has a lock, around its callbacks.

use core::ffi::{c_char, c_int, c_void};

use luci::addr::Addr;
use luci::elf::segments::Permissions;
use luci::link::object::{NamespaceId, Role};

use crate::rt::lock::ListLock;
use crate::rt::maps;
use crate::rt::places;
use crate::rt::process::PROCESS;

/// `struct dl_phdr_info` (link.h)
#[repr(C)]
pub struct DlPhdrInfo {
    addr: u64,
    name: *const c_char,
    phdr: u64,
    phnum: u16,
    adds: u64,
    subs: u64,
    tls_modid: u64,
    tls_data: u64,
}

type PhdrCallback = unsafe extern "C" fn(*mut DlPhdrInfo, usize, *mut c_void) -> c_int;

/// dl_iterate_phdr(3): every loaded Version of the calling object's namespace, those that have been replaced too, because
/// their frames must unwind.
///
/// # Safety
/// `callback` is a C function of this type.
pub unsafe extern "C" fn dl_iterate_phdr(callback: PhdrCallback, data: *mut c_void, caller: u64) -> c_int {
    let _lock = ListLock::take();
    let world = PROCESS.world.read();
    let calling = world.find_address(Addr(caller)).and_then(|mapping| world.get(mapping.object));
    let namespace = calling.map_or(NamespaceId::BASE, |object| object.namespace);
    for object in world.members(namespace) {
        let of_object = world.mappings().iter().filter(|mapping| mapping.object == object.id).map(|mapping| &mapping.version);
        // the loader's mapping belongs to the base namespace
        let shared = (object.current.role == Role::Loader && namespace != NamespaceId::BASE).then_some(&object.current);
        for version in of_object.chain(shared) {
            let modid = object.tls.map_or(0, |module| module.id);
            let mut info = DlPhdrInfo {
                addr: version.bias.0,
                name: maps::name_of(version.link_map).0 as *const c_char,
                phdr: version.headers_addr.0,
                phnum: version.layout.headers.len() as u16,
                adds: world.adds,
                subs: world.subs,
                tls_modid: modid,
                tls_data: if modid == 0 { 0 } else { super::tls::existing_block(&world, modid) },
            };
            // SAFETY: the caller's contract.
            let result = unsafe { callback(&raw mut info, size_of::<DlPhdrInfo>(), data) };
            if result != 0 {
                return result;
            }
        }
    }
    0
}

/// `struct dl_find_object` (dlfcn.h)
#[repr(C)]
pub struct DlFindObject {
    flags: u64,
    map_start: u64,
    map_end: u64,
    link_map: u64,
    eh_frame: u64,
    sframe: u64,
    reserved: [u64; 6],
}

/// `_dl_find_object(3)`: 0 and a filled result, or -1. Async-signal-safe.
///
/// # Safety
/// `result` is valid for writing.
pub unsafe extern "C" fn dl_find_object(pc: u64, result: *mut DlFindObject) -> c_int {
    let Some(place) = places::find(Addr(pc)) else { return -1 };
    let found = DlFindObject {
        flags: 0,
        map_start: place.map_start.0,
        map_end: place.map_end.0,
        link_map: place.link_map.0,
        eh_frame: place.eh_frame_header.0,
        sframe: 0,
        reserved: [0; 6],
    };
    // SAFETY: the caller's contract.
    unsafe { result.write(found) };
    0
}

/// The `link_map` of the object that holds an address, null if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn _dl_find_dso_for_object(address: u64) -> *mut u8 {
    let world = PROCESS.world.read();
    let found = world.find_address(Addr(address)).and_then(|mapping| world.get(mapping.object));
    found.map_or(core::ptr::null_mut(), |object| object.handle.0 as *mut u8)
}

/// What `_dl_readonly_area` tells of a range: whether printf's %n may come from it.
#[repr(C)]
pub enum ReadonlyArea {
    ReadOnly = 0,
    Writable = 1,
    NotFound = 2,
}

/// Whether all of `[start, start + len)` lies in read-only segments of one object, RELRO included.
pub extern "C" fn readonly_area(start: u64, len: usize) -> ReadonlyArea {
    let world = PROCESS.world.read();
    let Some(mapping) = world.find_address(Addr(start)) else { return ReadonlyArea::NotFound };
    let version = &mapping.version;
    let vaddr = version.bias.vaddr_of(Addr(start));
    let relro = version.layout.relro.is_some_and(|(from, to)| vaddr >= from && vaddr.0 + len as u64 <= to.0);
    match version.layout.segment_of(vaddr, len as u64) {
        Some(segment) if relro || !segment.permissions.contains(Permissions::WRITE) => ReadonlyArea::ReadOnly,
        Some(_) => ReadonlyArea::Writable,
        None => ReadonlyArea::NotFound,
    }
}

/// The block of an object's TLS module in the calling thread, null if it has none yet.
pub extern "C" fn tls_get_addr_soft(map: u64) -> u64 {
    let world = PROCESS.world.read();
    let module = world.find_handle(Addr(map)).and_then(|object| object.tls);
    module.map_or(0, |module| super::tls::existing_block(&world, module.id))
}
