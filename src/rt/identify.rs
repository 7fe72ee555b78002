//! Which libc this is: the record that fits, by its build ID, else by what it shows of itself, else with the help of the
//! stock loader that was installed with it, which is read and never run.

use alloc::string::String;
use alloc::vec::Vec;

use luci::addr::Vaddr;
use luci::diag::{Error, Result};
use luci::elf::segments::Permissions;
use luci::glibc::choose::{self as records, Evidence};
use luci::glibc::record::{RECORDS, Record};
use luci::link::object::{NamespaceId, ObjectId, Role, Version};
use luci::link::resolve::{self, Class, Reference};
use luci::link::segments;
use luci::link::world::World;
use rustix::fd::AsFd;

use super::files::directory_of;
use super::image::Metadata;
use super::load::Asked;
use super::process::PROCESS;
use super::version::{self, LIBC_SONAME, Mapped};
use super::{files, load, map, origin};

/// The file name of a stock loader, and where the psABI puts it.
const LOADER_NAME: &[u8] = b"/ld-linux-x86-64.so.2";
const LOADER_PATH: &[u8] = b"/lib64/ld-linux-x86-64.so.2";

/// Finds the record of the libc; a program without one gets the newest layout, which only the loader itself then uses.
pub fn identify(world: &World<'static>, libc: Option<ObjectId>) -> Result<()> {
    let record = match libc.and_then(|id| world.get(id)) {
        Some(object) => record_of(world, &object.current)?,
        None => &RECORDS[RECORDS.len() - 1],
    };
    choose(record);
    Ok(())
}

fn choose(record: &'static Record) {
    PROCESS.set_record(record);
    origin::settle(record);
}

fn record_of(world: &World<'static>, libc: &Version<'static>) -> Result<&'static Record> {
    match libc.build_id.and_then(records::by_build_id) {
        Some(record) => Ok(record),
        None => examine(world, libc),
    }
}

/// The same before the program's libc is loaded: the file that it would be is looked at.
pub fn ahead(world: &World<'static>) -> Result<()> {
    let program = world.order.first().copied();
    let asked = Asked { name: LIBC_SONAME, by: program, by_call: false, namespace: NamespaceId::BASE };
    if let Some(id) = PROCESS.with_registry(|registry| registry.loaded(NamespaceId::BASE, LIBC_SONAME)) {
        return identify(world, Some(id));
    }
    let file = load::look_ahead(world, asked)?;
    let name = String::from_utf8_lossy(&file.path).into_owned();
    let layout = segments::plan(file.headers, file.header.phoff, file.size);
    let layout = layout.map_err(|what| Error::bad_elf(name.as_str(), what))?;
    let (bias, reservation) = map::image(&name, file.fd.as_fd(), &layout, file.header.kind)?;
    let mapped =
        Mapped { path: file.path, role: Role::Library, bias, layout, entry: Vaddr(file.header.entry), data_homes: Vec::new() };
    let record = version::describe(mapped).and_then(|libc| record_of(world, &libc));
    map::unmap(reservation);
    choose(record?);
    Ok(())
}

/// A libc that no record lists.
#[cold]
fn examine(world: &World<'static>, libc: &Version<'static>) -> Result<&'static Record> {
    let mut evidence = Evidence::from_libc(libc.build_id, &|name| symbol_of(libc, name), &|vaddr| bytes_at(libc, vaddr));
    let libpthread = world.iter().find(|object| object.current.soname == Some(b"libpthread.so.0"));
    if let Some(version) = libpthread.map(|object| &object.current) {
        evidence = evidence.with_thread_db(&|name| symbol_of(version, name), &|vaddr| bytes_at(version, vaddr));
    }
    // where we stand in for the stock loader, the sizes are our own, which are nobody's
    let beside = directory_of(libc.path.to_vec()).map(|directory| [&directory, LOADER_NAME].concat());
    let loaders = beside.into_iter().chain([LOADER_PATH.to_vec()]).filter_map(|path| sizes_in_stock_loader(&path));
    let name = || String::from_utf8_lossy(&libc.path).into_owned();
    records::choose_with_loaders(&evidence, loaders).map_err(|unknown| unknown.into_error(&name()))
}

/// Value and size of a symbol that an object defines.
pub fn symbol_of(version: &Version<'static>, name: &str) -> Option<(Vaddr, u64)> {
    let found = resolve::find(&version.symbols, &Reference::new(name.as_bytes(), None, Class::NEWEST))?;
    Some((Vaddr(found.st_value), found.st_size))
}

/// The read-only bytes of an object from an address on; all evidence lies in such.
fn bytes_at(version: &Version<'static>, vaddr: Vaddr) -> Option<&'static [u8]> {
    let segment = version.layout.segment_of(vaddr, 1)?;
    if segment.permissions.contains(Permissions::WRITE) {
        return None;
    }
    Metadata::new(version.bias, &version.layout).tail(vaddr, u64::MAX)
}

/// Sizes of `_rtld_global` and `_rtld_global_ro` in a loader's file, which is mapped for the time of the question.
fn sizes_in_stock_loader(path: &[u8]) -> Option<(u64, u64)> {
    let file = files::open_elf(path).ok()?;
    let layout = segments::plan(file.headers, file.header.phoff, file.size).ok()?;
    let (bias, reservation) = map::image(&String::from_utf8_lossy(path), file.fd.as_fd(), &layout, file.header.kind).ok()?;
    let mapped =
        Mapped { path: file.path, role: Role::Library, bias, layout, entry: Vaddr(file.header.entry), data_homes: Vec::new() };
    let sizes = version::describe(mapped).ok().and_then(|loader| {
        let size = |name| symbol_of(&loader, name).map(|(_, size)| size);
        Some((size("_rtld_global")?, size("_rtld_global_ro")?))
    });
    map::unmap(reservation);
    sizes
}
