//! OPEN FIRST: the start of a process, phase by phase. Errors are printed as they are found out to be final; nothing of the
//! program runs before the last gate.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::c_char;
use core::sync::atomic::Ordering;

use luci::addr::Addr;
use luci::arch::cpuid::CpuidCache;
use luci::config::{Config, Mode, help};
use luci::diag::{Error, Result};
use luci::glibc::cpu_features::IsaLevel;
use luci::glibc::record::Flags;
use luci::link::cache::Cache;
use luci::link::hwcaps::Hwcaps;
use luci::link::object::{NamespaceId, ObjectId, Role};
use luci::link::search::Search;
use luci::link::world::World;
use rustix::fd::AsFd;
use rustix::io::Errno;

use super::abi::debug;
use super::audit::{self, Activity};
use super::files;
use super::libc::Reserve;
use super::load::{self, Asked};
use super::process::PROCESS;
use super::program::{entry_of, take_loader, take_program, take_vdso};
use super::registry::Registry;
use super::start::{InitialStack, auxv};
use super::trace::{self, Topics};
use super::version::LIBC_SONAME;
use super::x86_64::{self, Processor};
use super::{diagnostics, fail, identify, init, libc, list, origin, print, relocation, show, sys, tree};

const CACHE_PATH: &[u8] = b"/etc/ld.so.cache";
const PRELOAD_FILE: &str = "/etc/ld.so.preload";

/// Exit status of a secure program that is to be listed: ldd(1) then asks the loader by name, without its privileges.
const NOT_TRACED: i32 = 5;

unsafe extern "C" {
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
    PROCESS.statistics.start.store(x86_64::clock(), Ordering::Relaxed);
    remember_start(stack, by_name);
    let config = read_config(stack, by_name);
    match run(stack, &config) {
        Ok(entry) => {
            // SAFETY: everything is in place, and the loader's frames are left for good.
            unsafe { x86_64::enter(entry.0, stack_pointer as u64, init::finaliser()) }
        }
        Err(error) => {
            if config.json {
                tree::failure(stack.args().next().unwrap_or_default(), &error);
            }
            fail::load(&error)
        }
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
    registry.excluded = config.exclude.iter().map(|list| list.text.into()).collect();
    PROCESS.registry.with(|slot| *slot = Some(registry));
    debug::begin();
    if matches!(config.mode, Mode::ListTunables | Mode::ListDiagnostics) {
        diagnostics::answer(stack, config, &mut cpuid, &mut world)?;
    }
    let program = take_program(stack, config, &mut world)?;
    let loader = take_loader(config, &mut world)?;
    let vdso = take_vdso(stack, &mut world);
    tree::begin(config, &world, program);
    let auditors = if config.mode == Mode::Run { audit::names(config, &world, program) } else { Vec::new() };
    if auditors.is_empty() {
        origin::settle_early(config, &world, program);
    } else {
        world = start_auditing(world, stack, &mut cpuid, &auditors)?;
    }
    let mut scope = alloc::vec![program];
    let preloads = preload(config, &mut world, &mut scope);
    trace::statistics::timed(&PROCESS.statistics.loading, || load::load_dependencies(&mut world, &mut scope))?;
    arrange(&mut world, &scope, vdso, loader);
    if config.mode == Mode::Tree {
        tree::answer(config, world);
    }
    check_versions(config, &world)?;
    if config.mode == Mode::List {
        PROCESS.with_registry(|registry| list::answer(config, &world, registry, &preloads));
    }
    let libc_id = PROCESS.with_registry(|registry| registry.loaded(NamespaceId::BASE, LIBC_SONAME));
    let entry = entry_of(&world, program)?;
    if auditors.is_empty() {
        identify::identify(&world, libc_id)?;
        start_thread(&mut world, stack, &mut cpuid, Reserve::NONE)?;
        libc::complete(&mut world, Reserve::NONE)?;
    } else {
        libc::complete(&mut world, Reserve::LARGE)?;
    }
    if trace::is_on(Topics::TLS | Topics::SCOPES) {
        trace::load::initial(&world);
    }
    trace::statistics::timed(&PROCESS.statistics.relocation, || relocation::initial(world))?;
    init::start_libc(libc_id)?;
    if trace::is_on(Topics::STATISTICS) {
        trace::statistics::start(&PROCESS.world.read());
    }
    let initial: Vec<ObjectId> = PROCESS.world.read().members(NamespaceId::BASE).map(|object| object.id).collect();
    init::run_constructors(&initial, &initial, PROCESS.start.envp.load(Ordering::Relaxed));
    if !PROCESS.record().has(Flags::AUDIT_PREINIT) {
        audit::preinit();
    }
    Ok(entry)
}

/// Makes the main thread and what libc reads.
fn start_thread(world: &mut World<'static>, stack: InitialStack, cpuid: &mut CpuidCache<'_>, reserve: Reserve) -> Result<()> {
    let thread = libc::set_up(world, stack, cpuid, reserve)?;
    // SAFETY: the TCB is filled and lives as long as the process.
    unsafe { sys::set_thread_pointer(thread) };
    Ok(())
}

/// Loads the auditors, which come before everything that they are to be told of. The result is the world with them.
fn start_auditing(
    mut world: World<'static>,
    stack: InitialStack,
    cpuid: &mut CpuidCache<'_>,
    names: &[&'static [u8]],
) -> Result<World<'static>> {
    identify::ahead(&world)?;
    start_thread(&mut world, stack, cpuid, Reserve::LARGE)?;
    let initial = world.order.clone();
    keep_for_good(&mut world, &initial);
    PROCESS.publish(world);
    let is_vdso = |id: &ObjectId| PROCESS.world.read().get(*id).is_some_and(|object| object.current.role == Role::Vdso);
    let (vdso, told): (Vec<ObjectId>, Vec<ObjectId>) = initial.into_iter().partition(is_vdso);
    audit::start(names, &told);
    let mut world = PROCESS.world.read().clone();
    audit::activity(&world, NamespaceId::BASE, Activity::Add);
    vdso.into_iter().for_each(|id| audit::opened(&mut world, id, false));
    Ok(world)
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
    if secure {
        files::open_standard_descriptors();
    }
    let mut args = stack.args();
    let args: Option<&mut dyn Iterator<Item = &'static [u8]>> = if by_name { Some(&mut args) } else { None };
    let config =
        Config::read(args, stack.environment(), secure, |path| settings_file(path, secure, "cannot read the configuration file"));
    let config = config.unwrap_or_else(|error| {
        print::line(format_args!("ld-luci.so: {error}"));
        sys::exit_group(if stack.args().nth(1).is_none() { luci::config::BARE_STATUS } else { luci::config::USAGE_STATUS })
    });
    for problem in &config.problems {
        print::line(format_args!("ld-luci.so: warning: {problem}"));
    }
    match config.mode {
        Mode::Help => answer(&help::help()),
        Mode::Version => answer(&diagnostics::version()),
        _ => {}
    }
    if secure && config.mode != Mode::Run {
        sys::exit_group(NOT_TRACED)
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
    settings.bind_not.store(config.bind_not, Ordering::Relaxed);
    settings.weak_yields.store(config.weak, Ordering::Relaxed);
    if config.debug.is_some() {
        trace::begin(&config);
        if trace::is_on(Topics::SECURITY) {
            trace::load::secure(stack.environment());
        }
    }
    if config.show_auxv {
        show::auxv(stack);
    }
    if by_name {
        PROCESS.start.loader_path.store(stack.aux(auxv::AT_EXECFN).unwrap_or(0), Ordering::Relaxed);
        shift_arguments(stack, &config);
    }
    remember_start(stack, by_name);
    if config.show_args {
        show::args(stack);
    }
    if config.show_env {
        show::env(stack);
    }
    PROCESS.start.origin_path.store(config.origin_path.map_or(0, |path| path.as_ptr() as u64), Ordering::Relaxed);
    config
}

/// Prints an answer that needs no program, and ends.
fn answer(text: &str) -> ! {
    print::answer(text);
    sys::exit_group(0)
}

/// The content of a file that settings are in; in secure mode only root's own. `action` is what fails.
fn settings_file(path: &[u8], secure: bool, action: &'static str) -> Result<&'static [u8]> {
    const LARGEST: u64 = 1 << 20;
    let bytes = files::open_path(path).and_then(|file| match secure && !files::belongs_to_root(file.as_fd(), path) {
        true => Err(Errno::PERM),
        false => files::read_open(&file, LARGEST),
    });
    let failed = |errno: Errno| Error::os(String::from_utf8_lossy(path), action, errno.raw_os_error());
    bytes.map(|bytes| &*bytes.leak()).map_err(failed)
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
    let cache = files::map_whole(CACHE_PATH).and_then(|bytes| Cache::parse(bytes).ok());
    let level = IsaLevel::detect(cpuid, stack.aux(auxv::AT_HWCAP2).unwrap_or(0)) as u32;
    let hwcaps = Hwcaps::new(level, config.glibc_hwcaps_prepend, config.glibc_hwcaps_mask);
    let mut search = Search::new(cache, hwcaps);
    if config.inhibit_cache {
        // it has told the default directories all the same
        search.cache = None;
    }
    if !config.library_conf.is_empty() {
        match settings_file(config.library_conf, config.secure, "cannot read the list of directories") {
            Ok(file) => {
                search.cache = None;
                search.default_directories = luci::config::listed_directories(file).collect::<Vec<_>>().leak();
            }
            Err(error) => print::line(format_args!("ld-luci.so: warning: {error}")),
        }
    }
    search.library_path = config.library_path().collect();
    search.library_path_source = config.library_path_source();
    search.inhibit_rpath = config.inhibit_rpath;
    search.secure = config.secure;
    search
}

/// LD_PRELOAD and `/etc/ld.so.preload`; what cannot be preloaded is reported and left out, as in glibc. The result are the
/// names of the others.
fn preload(config: &Config<'static>, world: &mut World<'static>, scope: &mut Vec<ObjectId>) -> Vec<Box<[u8]>> {
    let mut names = Vec::new();
    let mut load = |name: &[u8], source: &str| {
        let by = scope.first().copied();
        let asked = Asked { name, by, by_call: false, namespace: NamespaceId::BASE };
        let of_caller = config.secure && source != PRELOAD_FILE;
        let found = if of_caller { load::find_or_load_setuid(world, asked) } else { load::find_or_load(world, asked) };
        if config.mode == Mode::Tree {
            tree::preloaded(scope[0], name, &found);
        }
        match found {
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
    for (name, source) in config.preload() {
        load(name, source.name_of("--preload", "LD_PRELOAD"));
    }
    if let Some(file) = files::read_whole(PRELOAD_FILE.as_bytes(), 1 << 20) {
        for line in luci::config::without_comments(&file) {
            for name in luci::config::preload_names(line) {
                load(name, PRELOAD_FILE);
            }
        }
    }
    names
}

/// Fixes the global scope and the order of the link_map list: program, vDSO, then the scope, the loader where it is needed.
fn arrange(world: &mut World<'static>, scope: &[ObjectId], vdso: Option<ObjectId>, loader: ObjectId) {
    world.set_global(NamespaceId::BASE, Arc::from(scope));
    let mut order = alloc::vec![scope[0]];
    order.extend(vdso);
    order.extend(&scope[1..]);
    if !order.contains(&loader) {
        order.push(loader);
    }
    let initial = order.clone();
    order.extend(world.order.iter().filter(|id| !initial.contains(id)));
    world.order = order;
    keep_for_good(world, &initial);
}

/// Marks the objects that are there before the program runs.
fn keep_for_good(world: &mut World<'static>, initial: &[ObjectId]) {
    for &id in initial {
        world.change(id, |object| (object.pinned, object.initial) = (true, true));
    }
}

/// Gate: every version that is needed must be there.
fn check_versions(config: &Config<'_>, world: &World<'static>) -> Result<()> {
    let findings = PROCESS.with_registry(|registry| {
        let objects = world.global(NamespaceId::BASE);
        if trace::is_on(Topics::VERSIONS) {
            trace::load::versions(world, registry, objects);
        }
        registry.check_versions(world, objects)
    });
    for warning in &findings.warnings {
        fail::version_line(warning);
    }
    for (error, explanation) in findings.errors.iter().zip(&findings.explanations) {
        fail::version_line(error);
        // a listing is read by programs, which know glibc's lines only
        explanation.iter().filter(|_| config.mode != Mode::List).for_each(|line| fail::further_line(line));
    }
    // glibc ends a start with missing versions with status 1
    if findings.errors.is_empty() || config.mode == Mode::List { Ok(()) } else { sys::exit_group(1) }
}
