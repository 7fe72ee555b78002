//! The images that are there from the start: the program, mapped by the kernel or by us, the loader itself, the vDSO.

use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::c_char;
use core::sync::atomic::Ordering;

use luci::addr::{Addr, Bias, Vaddr};
use luci::config::{Config, Mode};
use luci::diag::{Error, Result};
use luci::elf::header::{Header, Kind};
use luci::elf::segments::{self, PT_INTERP, PT_PHDR, ProgramHeader};
use luci::link::object::{NamespaceId, ObjectId, Role};
use luci::link::segments::{self as layout, Layout};
use luci::link::world::World;
use rustix::fd::AsFd;

use super::files::{self, OpenError};
use super::process::PROCESS;
use super::start::{InitialStack, auxv};
use super::trace::{self, Topics};
use super::version::Mapped;
use super::{list, load, map, origin, sys, tree, x86_64};

/// The soname that every libc asks for.
const LOADER_SONAME: &[u8] = b"ld-linux-x86-64.so.2";

unsafe extern "C" {
    /// Our own file header, where the kernel mapped it.
    static __ehdr_start: u8;
}

/// The program: mapped by the kernel, or by us when we were started by name. A static program is entered at once.
pub fn take_program(stack: InitialStack, config: &Config<'static>, world: &mut World<'static>) -> Result<ObjectId> {
    if config.program.is_none() {
        return load::adopt(world, mapped_program(stack)?, None);
    }
    let mapped = map_program(stack);
    if config.mode == Mode::Verify {
        list::verify(mapped.as_ref().ok().map(|(mapped, _)| &mapped.layout));
    }
    let (mapped, reservation) = mapped?;
    stack.set_aux(auxv::AT_PHNUM, mapped.layout.headers.len() as u64);
    stack.set_aux(auxv::AT_ENTRY, (mapped.entry + mapped.bias).0);
    stack.set_aux(auxv::AT_EXECFN, stack.args().next().map_or(0, |name| name.as_ptr() as u64));
    if config.mode == Mode::List && mapped.layout.dynamic.is_none() {
        list::statically_linked();
    }
    if config.mode == Mode::Tree && mapped.layout.dynamic.is_none() {
        tree::statically_linked(config, &mapped.path);
    }
    if mapped.layout.interpreter.is_none() && mapped.layout.dynamic.is_none() {
        let headers = mapped.layout.headers_vaddr.map_or(0, |vaddr| (vaddr + mapped.bias).0);
        stack.set_aux(auxv::AT_PHDR, headers);
        enter_static(stack, checked_entry(&mapped.path, &mapped.layout, mapped.entry)? + mapped.bias);
    }
    if trace::is_on(Topics::FILES) {
        trace::load::mapping(&mapped.path, NamespaceId::BASE);
    }
    let id = load::adopt(world, mapped, Some(reservation))?;
    if let Some(program) = world.get(id).filter(|_| trace::is_on(Topics::FILES)) {
        trace::load::mapped(&program.current);
    }
    let program = world.get(id).map(|object| object.current.clone());
    if let Some(program) = program {
        stack.set_aux(auxv::AT_PHDR, program.headers_addr.0);
        if config.mode == Mode::Run && program.layout.interpreter.is_none() && program.dynamic.needed.is_empty() {
            enter_static(stack, entry_of(world, id)?);
        }
    }
    Ok(id)
}

/// A program that links itself needs nothing of us, not even a finaliser.
fn enter_static(stack: InitialStack, entry: Addr) -> ! {
    // SAFETY: the program is mapped, and the loader's frames are left for good.
    unsafe { x86_64::enter(entry.0, stack.pointer as u64, 0) }
}

/// The path of the program on our command line.
fn program_path(stack: InitialStack) -> &'static [u8] {
    let start = &PROCESS.start;
    let kept = start.program_path.load(Ordering::Relaxed);
    if start.argv0_is_set.load(Ordering::Relaxed) && kept != 0 {
        // SAFETY: an argument string of the initial stack.
        return unsafe { core::ffi::CStr::from_ptr(kept as *const c_char) }.to_bytes();
    }
    stack.args().next().unwrap_or_default()
}

/// The program's path; a name without slash that is no file here is looked for in PATH, as a shell would.
fn found_program(stack: InitialStack) -> Vec<u8> {
    let name = program_path(stack);
    if name.contains(&b'/') || files::is_regular(name) {
        return name.to_vec();
    }
    let path = stack.environment().find_map(|string| string.strip_prefix(b"PATH=")).unwrap_or_default();
    let candidates = path.split(|&byte| byte == b':').filter(|directory| !directory.is_empty());
    let found = candidates.map(|directory| [directory, b"/", name].concat()).find(|candidate| files::is_regular(candidate));
    found.unwrap_or_else(|| name.to_vec())
}

fn map_program(stack: InitialStack) -> Result<(Mapped, map::Reservation)> {
    let path = &*found_program(stack);
    let file = files::open_elf(path).map_err(|failure| match failure {
        OpenError::Skip(error) | OpenError::Fatal(error) => error,
    })?;
    let name = String::from_utf8_lossy(path).into_owned();
    let plan = layout::plan(file.headers, file.header.phoff, file.size).map_err(|what| Error::bad_elf(name.as_str(), what))?;
    super::version::check_permissions(path, &plan)?;
    let directory = files::path_of(file.fd.as_fd()).and_then(origin::directory_of);
    PROCESS.with_registry(|registry| registry.program_directory = directory);
    let (bias, reservation) = map::image(&name, file.fd.as_fd(), &plan, file.header.kind)?;
    let bias = if file.header.kind == Kind::Executable { Bias(0) } else { bias };
    let entry = Vaddr(file.header.entry);
    Ok((Mapped { path: file.path, role: Role::Program, bias, layout: plan, entry, data_homes: Vec::new() }, reservation))
}

/// The program as the kernel mapped it.
fn mapped_program(stack: InitialStack) -> Result<Mapped> {
    let path = stack.args().next().unwrap_or_default().to_vec();
    let bad = |what| Error::bad_elf(String::from_utf8_lossy(&path), what);
    let address = stack.aux(auxv::AT_PHDR).ok_or_else(|| bad("the kernel gave no program headers"))?;
    let count = stack.aux(auxv::AT_PHNUM).unwrap_or(0) as usize;
    let len = count * ProgramHeader::SIZE;
    let last_word = (len as u64).saturating_sub(8);
    let mut places = (0..last_word).step_by(luci::arch::PAGE_SIZE as usize).chain([last_word]);
    if !places.all(|offset| sys::is_readable(Addr(address) + offset)) {
        return Err(bad("the program headers are not in memory"));
    }
    // SAFETY: the kernel mapped the program headers there, and each of their pages can be read.
    let bytes = unsafe { core::slice::from_raw_parts(address as *const u8, len) };
    let headers: Vec<ProgramHeader> = segments::parse(bytes).collect();
    let own = headers.iter().find(|header| header.kind == PT_PHDR).map(|header| header.vaddr);
    let bias = Bias(own.map_or(0, |vaddr| address.wrapping_sub(vaddr.0)));
    let headers_vaddr = bias.vaddr_of(Addr(address));
    let file_size = files::executable_size().unwrap_or(u64::MAX);
    let mut plan = layout::plan(headers, 0, file_size).map_err(bad)?;
    if !plan.maps_headers_at(headers_vaddr) {
        return Err(bad("PT_PHDR does not say where the program headers are"));
    }
    plan.headers_vaddr = Some(headers_vaddr);
    let entry = bias.vaddr_of(Addr(stack.aux(auxv::AT_ENTRY).unwrap_or(0)));
    Ok(Mapped { path, role: Role::Program, bias, layout: plan, entry, data_homes: Vec::new() })
}

/// Ourselves, under the name the program or the user asked for us by.
pub fn take_loader(config: &Config<'static>, world: &mut World<'static>) -> Result<ObjectId> {
    let path = match config.program {
        Some(_) => started_as(),
        None => interpreter(world).unwrap_or(LOADER_SONAME).to_vec(),
    };
    let mapped = mapped_image(Addr(&raw const __ehdr_start as u64), path, Role::Loader)?;
    let id = load::adopt(world, mapped, None)?;
    PROCESS.with_registry(|registry| registry.alias(NamespaceId::BASE, LOADER_SONAME, id));
    Ok(id)
}

/// The path that execve(2) got when we were started by name.
pub fn started_as() -> Vec<u8> {
    match PROCESS.start.loader_path.load(Ordering::Relaxed) {
        0 => files::executable_path().unwrap_or_default(),
        // SAFETY: a string that the kernel put on the initial stack.
        path => unsafe { core::ffi::CStr::from_ptr(path as *const c_char) }.to_bytes().to_vec(),
    }
}

/// What the program's PT_INTERP says.
pub fn interpreter(world: &World<'static>) -> Option<&'static [u8]> {
    let program = world.iter().next()?;
    let header = program.current.layout.headers.iter().find(|header| header.kind == PT_INTERP)?;
    let bytes = super::image::Metadata::new(program.current.bias, &program.current.layout).bytes(header.vaddr, header.filesz)?;
    bytes.split(|&byte| byte == 0).next()
}

/// An image that the kernel mapped whole at `base`, whose first page holds the file header.
fn mapped_image(base: Addr, path: Vec<u8>, role: Role) -> Result<Mapped> {
    let bad = |what| Error::bad_elf(String::from_utf8_lossy(&path), what);
    // SAFETY: the kernel mapped at least the first page of the image there.
    let first = unsafe { core::slice::from_raw_parts(base.0 as *const u8, luci::arch::PAGE_SIZE as usize) };
    let header = Header::parse(first, luci::arch::MACHINE).map_err(bad)?;
    let (offset, len) = header.program_header_range();
    let table = first.get(offset as usize..offset as usize + len).ok_or_else(|| bad("program headers not in the first page"))?;
    let plan = layout::plan(segments::parse(table).collect(), header.phoff, u64::MAX).map_err(bad)?;
    let bias = Bias(base.0.wrapping_sub(plan.start.0));
    Ok(Mapped { path, role, bias, layout: plan, entry: Vaddr(header.entry), data_homes: Vec::new() })
}

/// The kernel's vDSO; a process works without it.
pub fn take_vdso(stack: InitialStack, world: &mut World<'static>) -> Option<ObjectId> {
    let base = Addr(stack.aux(auxv::AT_SYSINFO_EHDR).filter(|&base| base != 0)?);
    let mapped = mapped_image(base, b"linux-vdso.so.1".to_vec(), Role::Vdso).ok()?;
    load::adopt(world, mapped, None).ok()
}

/// Where the program starts.
pub fn entry_of(world: &World<'static>, program: ObjectId) -> Result<Addr> {
    let version = &world.get(program).expect("the program is the first object").current;
    checked_entry(&version.path, &version.layout, version.entry).map(|entry| entry + version.bias)
}

/// Refuses to leave for a place without code; a library has no entry point at all.
fn checked_entry(path: &[u8], layout: &Layout, entry: Vaddr) -> Result<Vaddr> {
    let outside = || Error::bad_elf(String::from_utf8_lossy(path), "entry point lies outside the executable segments");
    layout.is_code(entry).then_some(entry).ok_or_else(outside)
}
