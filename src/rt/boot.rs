//! OPEN FIRST: the start of a process, phase by phase. Errors are printed as they are found out to be final; nothing of the
//! program runs before the last gate.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::c_char;
use core::sync::atomic::Ordering;

use luci::addr::{Addr, Bias, Vaddr};
use luci::arch::cpuid::CpuidCache;
use luci::config::{Config, Mode, help};
use luci::diag::{Error, Result};
use luci::elf::header::{Header, Kind};
use luci::elf::segments::{self, PT_INTERP, PT_PHDR, ProgramHeader};
use luci::glibc::cpu_features::IsaLevel;
use luci::link::cache::Cache;
use luci::link::hwcaps::Hwcaps;
use luci::link::object::{ObjectId, Role};
use luci::link::search::Search;
use luci::link::segments::{self as layout, Layout};
use luci::link::versions::{self, Findings};
use luci::link::world::World;
use rustix::fd::AsFd;

use super::files::{self, OpenError};
use super::load::{Asked, Registry};
use super::process::PROCESS;
use super::start::{InitialStack, auxv};
use super::version::{LIBC_SONAME, Mapped};
use super::x86_64::{self, Processor};
use super::{fail, identify, init, libc, list, map, print, relocation, sys};

/// The path under which the system knows its loader.
const CACHE_PATH: &[u8] = b"/etc/ld.so.cache";
const PRELOAD_PATH: &[u8] = b"/etc/ld.so.preload";
/// The soname that every libc asks for.
const LOADER_SONAME: &[u8] = b"ld-linux-x86-64.so.2";

unsafe extern "C" {
    /// Our own file header, where the kernel mapped it.
    static __ehdr_start: u8;
    fn _start();
}

/// Entered from `_start` when the loader itself is relocated. Leaves for the program's entry point.
///
/// # Safety
/// Called once, by `_start`, with the initial stack pointer.
#[unsafe(no_mangle)]
unsafe extern "C" fn luci_start(stack_pointer: *mut u64, _base: u64) -> ! {
    let stack = InitialStack { pointer: stack_pointer };
    // SAFETY: the environment of the initial stack, followed by the auxiliary vector.
    unsafe { rustix::param::init(stack.envp().cast()) };
    let by_name = stack.aux(auxv::AT_ENTRY) == Some(_start as *const () as u64);
    remember_start(stack, by_name);
    let config = read_config(stack, by_name);
    match run(stack, &config) {
        Ok(entry) => {
            // SAFETY: everything is in place, and the loader's frames are left for good.
            unsafe { x86_64::enter(entry.0, stack_pointer as u64, init::finaliser()) }
        }
        Err(error) => fail::load(&error),
    }
}

/// All phases after the settings are known; the result is the program's entry.
fn run(stack: InitialStack, config: &Config<'static>) -> Result<Addr> {
    let mut source = Processor;
    let mut cpuid = CpuidCache::new(&mut source);
    let mut world = World::default();
    let mut registry = Registry::new(search(config, stack, &mut cpuid));
    registry.lists_only = config.mode == Mode::List;
    registry.following = super::live::configure(config);
    registry.excluded = config.exclude.iter().map(|name| (*name).into()).collect();
    let program = take_program(stack, config, &mut world, &mut registry)?;
    let loader = take_loader(config, &mut world, &mut registry)?;
    let vdso = take_vdso(stack, &mut world, &mut registry);
    let mut scope = alloc::vec![program];
    let preloads = preload(config, &mut world, &mut registry, &mut scope);
    registry.load_dependencies(&mut world, &mut scope)?;
    arrange(&mut world, &scope, vdso, loader);
    check_versions(config, &world, &registry)?;
    if config.mode == Mode::List {
        list::answer(config, &world, &registry, &preloads);
    }
    let libc_id = registry.loaded(LIBC_SONAME);
    identify::identify(&world, libc_id)?;
    let thread = libc::set_up(&mut world, stack, libc_id, &mut cpuid)?;
    let entry = entry_of(&world, program)?;
    PROCESS.registry.with(|slot| *slot = Some(registry));
    // SAFETY: the TCB is filled and lives as long as the process.
    unsafe { sys::set_thread_pointer(thread) };
    relocation::initial(world)?;
    init::start_libc(libc_id)?;
    init::run_constructors(&PROCESS.world.read().order.clone());
    Ok(entry)
}

fn remember_start(stack: InitialStack, by_name: bool) {
    let start = &PROCESS.start;
    start.by_name.store(by_name, Ordering::Relaxed);
    start.argc.store(stack.argc() as u64, Ordering::Relaxed);
    start.argv.store(stack.argv() as u64, Ordering::Relaxed);
    start.envp.store(stack.envp() as u64, Ordering::Relaxed);
    start.auxv.store(stack.auxv_address(), Ordering::Relaxed);
}

fn read_config(stack: InitialStack, by_name: bool) -> Config<'static> {
    let secure = stack.aux(auxv::AT_SECURE).is_some_and(|value| value != 0);
    let mut args = stack.args();
    let args: Option<&mut dyn Iterator<Item = &'static [u8]>> = if by_name { Some(&mut args) } else { None };
    let config = Config::read(args, stack.environment(), secure, |path| config_file(path, secure));
    let config = config.unwrap_or_else(|error| {
        print::line(format_args!("ld-luci.so: {error}"));
        sys::exit_group(luci::config::USAGE_STATUS)
    });
    for problem in &config.problems {
        print::line(format_args!("ld-luci.so: warning: {problem}"));
    }
    match config.mode {
        Mode::Help => answer(&help::help()),
        Mode::Version => answer(concat!("ld-luci.so ", env!("CARGO_PKG_VERSION"), "\n")),
        _ => {}
    }
    if secure {
        stack.remove_environment(|string| {
            let name = string.split(|&byte| byte == b'=').next().unwrap_or_default();
            luci::config::UNSECURE_VARIABLES.iter().any(|unsafe_name| unsafe_name.as_bytes() == name)
        });
    }
    let settings = &PROCESS.settings;
    settings.secure.store(secure, Ordering::Relaxed);
    settings.bind_now.store(config.bind_now, Ordering::Relaxed);
    settings.weak_yields.store(config.weak, Ordering::Relaxed);
    if by_name {
        PROCESS.start.loader_path.store(stack.aux(auxv::AT_EXECFN).unwrap_or(0), Ordering::Relaxed);
        shift_arguments(stack, &config);
    }
    remember_start(stack, by_name);
    config
}

/// Prints an answer that needs no program, and ends.
fn answer(text: &str) -> ! {
    sys::write_all(1, text.as_bytes());
    sys::exit_group(0)
}

/// The configuration file's content; in secure mode only root's own.
fn config_file(path: &[u8], secure: bool) -> Option<&'static [u8]> {
    if secure && !files::belongs_to_root(path) {
        return None;
    }
    files::map_whole(path)
}

/// Makes the argument vector the program's own.
fn shift_arguments(stack: InitialStack, config: &Config<'static>) {
    let Some(program) = config.program else { return };
    if program.separator {
        stack.remove_arguments(program.consumed + 1, 1);
    }
    stack.remove_arguments(0, program.consumed);
    if let Some(argv0) = config.argv0 {
        // command line strings end in NUL where the kernel put them
        PROCESS.start.argv0_is_set.store(true, Ordering::Relaxed);
        PROCESS.start.program_path.store(stack.args().next().map_or(0, |name| name.as_ptr() as u64), Ordering::Relaxed);
        stack.set_argument(0, argv0.as_ptr().cast::<c_char>());
    }
}

fn search(config: &Config<'static>, stack: InitialStack, cpuid: &mut CpuidCache<'_>) -> Search<'static> {
    let cache = if config.inhibit_cache { None } else { files::map_whole(CACHE_PATH).and_then(|bytes| Cache::parse(bytes).ok()) };
    let level = IsaLevel::detect(cpuid, stack.aux(auxv::AT_HWCAP2).unwrap_or(0)) as u32;
    let hwcaps = Hwcaps::new(level, config.glibc_hwcaps_prepend, config.glibc_hwcaps_mask);
    let mut search = Search::new(cache, hwcaps);
    search.library_path = config.library_path().collect();
    search.inhibit_rpath = config.inhibit_rpath;
    search.secure = config.secure;
    search
}

/// The program: mapped by the kernel, or by us when we were started by name. A static program is entered at once.
fn take_program(
    stack: InitialStack,
    config: &Config<'static>,
    world: &mut World<'static>,
    registry: &mut Registry,
) -> Result<ObjectId> {
    if config.program.is_none() {
        return registry.adopt(world, mapped_program(stack)?, None);
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
    if mapped.layout.interpreter.is_none() && mapped.layout.dynamic.is_none() {
        let headers = mapped.layout.headers_vaddr.map_or(0, |vaddr| (vaddr + mapped.bias).0);
        stack.set_aux(auxv::AT_PHDR, headers);
        enter_static(stack, checked_entry(&mapped.path, &mapped.layout, mapped.entry)? + mapped.bias);
    }
    let id = registry.adopt(world, mapped, Some(reservation))?;
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
    let (bias, reservation) = map::image(&name, file.fd.as_fd(), &plan, file.header.kind)?;
    let bias = if file.header.kind == Kind::Executable { Bias(0) } else { bias };
    let entry = Vaddr(file.header.entry);
    Ok((Mapped { path: file.path, role: Role::Program, bias, layout: plan, entry }, reservation))
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
    Ok(Mapped { path, role: Role::Program, bias, layout: plan, entry })
}

/// Ourselves, under the name the program or the user asked for us by.
fn take_loader(config: &Config<'static>, world: &mut World<'static>, registry: &mut Registry) -> Result<ObjectId> {
    let base = Addr(&raw const __ehdr_start as u64);
    let path = match config.program {
        Some(_) => started_as(),
        None => interpreter(world).unwrap_or(LOADER_SONAME).to_vec(),
    };
    let mapped = mapped_image(base, path, Role::Loader)?;
    let id = registry.adopt(world, mapped, None)?;
    registry.alias(LOADER_SONAME, id);
    Ok(id)
}

/// The path that execve(2) got when we were started by name.
fn started_as() -> Vec<u8> {
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
    Ok(Mapped { path, role, bias, layout: plan, entry: Vaddr(header.entry) })
}

/// The kernel's vDSO; a process works without it.
fn take_vdso(stack: InitialStack, world: &mut World<'static>, registry: &mut Registry) -> Option<ObjectId> {
    let base = Addr(stack.aux(auxv::AT_SYSINFO_EHDR).filter(|&base| base != 0)?);
    let mapped = mapped_image(base, b"linux-vdso.so.1".to_vec(), Role::Vdso).ok()?;
    registry.adopt(world, mapped, None).ok()
}

/// LD_PRELOAD and `/etc/ld.so.preload`; what cannot be preloaded is reported and left out, as in glibc. The result are the
/// names of the others.
fn preload(
    config: &Config<'static>,
    world: &mut World<'static>,
    registry: &mut Registry,
    scope: &mut Vec<ObjectId>,
) -> Vec<Box<[u8]>> {
    let mut names = Vec::new();
    let mut load = |name: &[u8], source: &str| {
        if config.secure && name.contains(&b'/') && source == "LD_PRELOAD" {
            return;
        }
        let by = scope.first().copied();
        match registry.find_or_load(world, Asked { name, by }) {
            Ok(id) if scope.contains(&id) => {}
            Ok(id) => {
                scope.push(id);
                names.push(Box::from(name));
            }
            Err(error) => print::line(format_args!(
                "ERROR: ld.so: object '{}' from {source} cannot be preloaded ({}): ignored.",
                String::from_utf8_lossy(name),
                fail::Reason(&error)
            )),
        }
    };
    for name in config.preload() {
        load(name, "LD_PRELOAD");
    }
    if let Some(file) = files::read_whole(PRELOAD_PATH, 1 << 20) {
        for line in luci::config::without_comments(&file) {
            for name in luci::config::preload_names(line) {
                load(name, "/etc/ld.so.preload");
            }
        }
    }
    names
}

/// Fixes the global scope and the order of the link_map list: program, vDSO, then the scope, the loader where it is needed.
fn arrange(world: &mut World<'static>, scope: &[ObjectId], vdso: Option<ObjectId>, loader: ObjectId) {
    world.global = Arc::from(scope);
    let mut order = alloc::vec![scope[0]];
    order.extend(vdso);
    order.extend(&scope[1..]);
    if !order.contains(&loader) {
        order.push(loader);
    }
    world.order = order;
    for id in world.order.clone() {
        if let Some(object) = world.get(id) {
            let mut object = (**object).clone();
            object.pinned = true;
            world.put(object);
        }
    }
}

/// Gate: every version that is needed must be there.
fn check_versions(config: &Config<'_>, world: &World<'static>, registry: &Registry) -> Result<()> {
    let mut findings = Findings::default();
    for object in world.iter() {
        let provider = |name: &[u8]| Some(&*world.get(registry.loaded(name)?)?.current);
        versions::check(&object.current, provider, &mut findings);
    }
    for warning in &findings.warnings {
        fail::version_line(warning);
    }
    for error in &findings.errors {
        fail::version_line(error);
    }
    // glibc ends a start with missing versions with status 1
    if findings.errors.is_empty() || config.mode == Mode::List { Ok(()) } else { sys::exit_group(1) }
}

fn entry_of(world: &World<'static>, program: ObjectId) -> Result<Addr> {
    let version = &world.get(program).expect("the program is the first object").current;
    checked_entry(&version.path, &version.layout, version.entry).map(|entry| entry + version.bias)
}

/// Refuses to leave for a place without code; a library has no entry point at all.
fn checked_entry(path: &[u8], layout: &Layout, entry: Vaddr) -> Result<Vaddr> {
    let outside = || Error::bad_elf(String::from_utf8_lossy(path), "entry point lies outside the executable segments");
    layout.is_code(entry).then_some(entry).ok_or_else(outside)
}
