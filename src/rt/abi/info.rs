//! What programs ask of loaded objects: dladdr(3), dlinfo(3).

use alloc::vec::Vec;
use core::ffi::{c_char, c_int, c_void};
use core::ptr;
use core::sync::atomic::Ordering;

use luci::addr::Addr;
use luci::diag::{Error, Result};
use luci::elf::Sym;
use luci::elf::symbols as sym;
use luci::glibc::record::Flags;
use luci::link::object::{ObjectId, Role};
use luci::link::world::World;

use super::dl::{answer, begin};
use crate::rt::maps;
use crate::rt::process::PROCESS;

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
    // of several that start there, the one that a walk over the hash table meets first
    let symbol = table.iter().filter(covers).rev().max_by_key(|symbol| symbol.st_value)?;
    let name = version.symbols.name(symbol)?;
    Some((name.as_ptr().cast(), symbol))
}

/// Entered through `x86_64::dlinfo`, which adds the caller.
///
/// # Safety
/// `argument` is valid for what the request writes.
pub unsafe extern "C" fn dlinfo(handle: u64, request: c_int, argument: *mut c_void, caller: u64) -> c_int {
    begin(caller);
    // SAFETY: the caller's contract.
    answer(unsafe { information(Addr(handle), request, argument.cast()) }, caller).unwrap_or(-1)
}

/// # Safety
/// As [`dlinfo`].
unsafe fn information(handle: Addr, request: c_int, out: *mut u64) -> Result<c_int> {
    const LMID: c_int = 1;
    const LINKMAP: c_int = 2;
    const ORIGIN: c_int = 6;
    const TLS_MODID: c_int = 9;
    const TLS_DATA: c_int = 10;
    const SERINFO: c_int = 4;
    const SERINFOSIZE: c_int = 5;
    const PHDR: c_int = 11;
    const ORIGIN_PATH: c_int = 12;
    let world = PROCESS.world.read();
    let object = world.find_handle(handle).ok_or_else(|| Error::other("", "invalid handle"))?;
    let modid = object.tls.map_or(0, |module| module.id);
    let value = match request {
        LMID => u64::from(object.namespace.0),
        LINKMAP => object.handle.0,
        TLS_MODID => modid,
        TLS_DATA if modid != 0 => super::tls::existing_block(&world, modid),
        TLS_DATA => 0,
        PHDR => object.current.headers_addr.0,
        SERINFO | SERINFOSIZE => {
            let places = search_places(&world, object.id);
            // SAFETY: the caller's contract: room for the header, with SERINFO for all that SERINFOSIZE has said.
            unsafe { write_search_info(out, &places, request == SERINFO) };
            return Ok(0);
        }
        ORIGIN => {
            let id = object.id;
            // SAFETY: the caller's contract: room for the path.
            return unsafe { write_origin(&world, id, out.cast()) };
        }
        ORIGIN_PATH if PROCESS.record().has(Flags::DLINFO_ORIGIN_PATH) => origin_address(&world, object.id),
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
            let bytes = origin.to_bytes_with_nul();
            ptr::copy_nonoverlapping(bytes.as_ptr(), out, bytes.len());
        }
        Ok(0)
    })
}

/// Where the directory of an object stands for as long as the object is there; 0 where there is none.
fn origin_address(world: &World<'static>, id: ObjectId) -> u64 {
    PROCESS.with_registry(|registry| registry.origin_of(world, id).map_or(0, |origin| origin.as_ptr() as u64))
}

/// The directories in which libraries are searched on behalf of an object.
fn search_places(world: &World<'static>, id: ObjectId) -> Vec<Vec<u8>> {
    PROCESS.with_registry(|registry| registry.search_directories(world, id))
}

/// `Dl_serinfo` (dlfcn.h): size in bytes, count, then name and flags of each directory, then the names. Only size and count
/// without `entries`.
///
/// # Safety
/// `out` is an aligned `Dl_serinfo`, with room for everything if the entries are wanted.
unsafe fn write_search_info(out: *mut u64, places: &[Vec<u8>], entries: bool) {
    const HEADER: usize = 16;
    const ENTRY: usize = 16;
    let strings = HEADER + ENTRY * places.len();
    let count = places.len() as u64;
    let size = strings + places.iter().map(|name| name.len() + 1).sum::<usize>();
    let start = out.cast::<u8>();
    let mut text = strings;
    // SAFETY: the caller's contract; the count is a 32-bit word behind the size.
    unsafe {
        if !entries {
            out.write(size as u64);
            out.add(1).cast::<u32>().write(count as u32);
            return;
        }
        for (index, name) in places.iter().enumerate() {
            let entry = start.add(HEADER + ENTRY * index);
            entry.cast::<u64>().write(start.add(text) as u64);
            entry.add(8).cast::<u32>().write(0);
            ptr::copy_nonoverlapping(name.as_ptr(), start.add(text), name.len());
            start.add(text + name.len()).write(0);
            text += name.len() + 1;
        }
    }
}

/// RTLD_DI_SERINFO for a libc that does not use the table.
///
/// # Safety
/// `map` is a `link_map` of ours, `info` a `Dl_serinfo` as `counting` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _dl_rtld_di_serinfo(map: u64, info: *mut u64, counting: bool) {
    let world = PROCESS.world.read();
    let places = world.find_handle(Addr(map)).map(|object| search_places(&world, object.id)).unwrap_or_default();
    // SAFETY: the caller's contract.
    unsafe { write_search_info(info, &places, !counting) };
}
