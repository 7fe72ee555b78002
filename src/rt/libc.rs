//! The stock libc's side of the contract: the memory it expects its loader to have filled before it runs. Which libc it is
//! says `identify`; contents come from `luci::glibc`; here they are put in place.

use alloc::alloc::{Layout as AllocLayout, alloc_zeroed};
use alloc::string::String;
use alloc::vec::Vec;
use core::sync::atomic::Ordering;

use luci::addr::Addr;
use luci::arch::cpuid::CpuidCache;
use luci::diag::{Error, Result};
use luci::elf::segments::Permissions;
use luci::glibc::cpu_features::{self, CpuFeatures, Inputs};
use luci::glibc::record::{Flags, Record};
use luci::glibc::rtld::{self, NamespaceValues, RgValues, RoValues, Vdso};
use luci::glibc::tcb::{self, Guards, TcbValues};
use luci::glibc::tunables::{Tunables, Value};
use luci::link::object::{NamespaceId, Object, ObjectId, Role, Version};
use luci::link::world::World;
use luci::tls::{Block, StaticTls};

use super::abi::{self, debug, misc, rtld as exported, tables};
use super::identify::symbol_of;
use super::image::store_word;
use super::maps;
use super::process::PROCESS;
use super::rseq;
use super::start::{InitialStack, auxv};
use super::sys;
use super::trace::Topics;

/// Modules that fit in the first dtv beyond the initial ones.
const SPARE_DTV_ENTRIES: usize = 14;

/// Room for what is loaded when libc's structures are there already, because there are auditors.
pub struct Reserve {
    /// Bytes of static TLS.
    pub tls: u64,
    /// TLS modules.
    pub modules: usize,
}

impl Reserve {
    /// Everything is loaded.
    pub const NONE: Reserve = Reserve { tls: 0, modules: 0 };
    /// For the auditors and all that comes behind them.
    pub const LARGE: Reserve = Reserve { tls: 128 * 1024, modules: 1024 };
}

/// Lays out TLS, makes the main thread's descriptor and fills everything libc reads, for what is loaded. The result is the
/// thread pointer.
pub fn set_up(world: &mut World<'static>, stack: InitialStack, cpuid: &mut CpuidCache<'_>, reserve: Reserve) -> Result<u64> {
    let record = PROCESS.record();
    let random = random_bytes(stack);
    let tunables = read_tunables(record, stack);
    let rseq_offset = lay_out_tls(world, record, &tunables, stack, reserve.tls)?;
    let thread = make_thread(world, record, stack, &random, reserve.modules)?;
    rseq::start(stack, record, &tunables, thread, rseq_offset);
    let ro = ro_bytes(world, record, stack, &tunables, cpuid)?;
    misc::TUNABLES.replace(alloc::boxed::Box::new(tunables));
    let rg = rg_bytes(world, record, thread)?;
    // SAFETY: the program does not run yet.
    unsafe { exported::install(&ro, &rg) };
    export_variables(stack, record, &random);
    start_debugger_interface(world);
    Ok(thread)
}

/// Completes what libc reads when the whole initial set is loaded.
pub fn complete(world: &mut World<'static>, reserve: Reserve) -> Result<()> {
    let record = PROCESS.record();
    if reserve.tls > 0 {
        add_late_tls(world, record, reserve.tls)?;
    }
    fill_maps(world, record)?;
    maps::relink(world);
    super::namespaces::store(world);
    let searchlist = record.rg.dl_ns.get().zip(record.ns.ns_main_searchlist.get());
    if let Some((namespace, field)) = searchlist {
        // SAFETY: a word of `_rtld_global`, before the program runs.
        unsafe { store_word(exported::global() + (namespace + field) as u64, leak_searchlist(world)) };
    }
    tables::set_legacy_hooks(world.iter(), record);
    Ok(())
}

/// Gives the objects of the initial set their places in the reserve, and takes back what is left of that, so that threads
/// have static TLS of the usual size.
fn add_late_tls(world: &mut World<'static>, record: &Record, reserve: u64) -> Result<()> {
    let initial: Vec<ObjectId> = world.members(NamespaceId::BASE).map(|object| object.id).collect();
    place_tls(world, &initial, |object, block| {
        abi::tls::place_late(block).ok_or_else(|| abi::tls::no_static_room(&object.current.path, block))
    })?;
    PROCESS.static_tls.with(|area| area.iter_mut().for_each(|area| area.shrink(reserve)));
    let (size, _) = abi::tls::static_size();
    for (start, field) in
        [(exported::global_ro(), record.ro.dl_tls_static_size), (exported::global(), record.rg.dl_tls_static_size)]
    {
        if let Some(field) = field.get() {
            // SAFETY: a word of libc's structures, which are writable until the initial set is relocated.
            unsafe { store_word(start + field as u64, size) };
        }
    }
    Ok(())
}

/// Makes modules of those objects that have thread-local variables and no place for them yet.
fn place_tls(
    world: &mut World<'static>,
    objects: &[ObjectId],
    mut place: impl FnMut(&Object<'static>, Block) -> Result<u64>,
) -> Result<()> {
    for &id in objects {
        let Some(object) = world.get(id).filter(|object| object.tls.is_none()).cloned() else { continue };
        let Some(block) = super::relocation::block_of(&object.current) else { continue };
        let offset = place(&object, block)?;
        super::open::add_tls_module(world, &object, block, Some(offset));
    }
    world.tls.advance();
    Ok(())
}

fn random_bytes(stack: InitialStack) -> [u8; 16] {
    match stack.aux(auxv::AT_RANDOM) {
        // SAFETY: AT_RANDOM points to 16 bytes on the initial stack.
        Some(address) if address != 0 => unsafe { (address as *const [u8; 16]).read_unaligned() },
        _ => [0; 16],
    }
}

/// Gives every initial module its place below the thread pointer; the result is the offset of the extra block for
/// restartable sequences, where this libc wants one.
fn lay_out_tls(
    world: &mut World<'static>,
    record: &Record,
    tunables: &Tunables,
    stack: InitialStack,
    reserve: u64,
) -> Result<Option<u64>> {
    const TCB_ALIGN: u64 = 64;
    let mut area = StaticTls::new(TCB_ALIGN);
    let all = world.order.clone();
    place_tls(world, &all, |object, block| {
        let too_large = || Error::bad_elf(String::from_utf8_lossy(&object.current.path), "TLS segment is too large");
        area.place(block).filter(|&offset| offset < 1 << 40).ok_or_else(too_large)
    })?;
    let too_large = || Error::other("", "the static TLS of the program is too large");
    let rseq = match rseq::block(stack, record) {
        Some(block) => Some(area.place_at_end(block).ok_or_else(too_large)?),
        None => None,
    };
    area.finish(static_surplus(record, tunables).saturating_add(reserve)).ok_or_else(too_large)?;
    PROCESS.static_tls.with(|slot| *slot = Some(area));
    abi::tls::publish_generation(world.tls.generation);
    Ok(rseq)
}

/// Bytes of static TLS for libraries that are loaded later, which a tunable raises or lowers.
fn static_surplus(record: &Record, tunables: &Tunables) -> u64 {
    let usual = u64::from(record.values.tls_static_surplus);
    /// What glibc counts on for each namespace: the libc in it and some other libraries with initial-exec variables.
    const EACH_NAMESPACE: u64 = 192 + 144;
    let tunable = |name| {
        let id = record.tunable_id(name)?;
        let Value::Number(value) = tunables.get(id)? else { return None };
        Some((record.tunable(id)?.default, *value))
    };
    let (optional, wanted) = tunable("glibc.rtld.optional_static_tls").unwrap_or_default();
    let (namespaces, more) = tunable("glibc.rtld.nns").unwrap_or_default();
    let usual = usual.saturating_sub(optional).saturating_add(wanted);
    let fewer = namespaces.saturating_sub(more).saturating_mul(EACH_NAMESPACE);
    usual.saturating_add(more.saturating_sub(namespaces).saturating_mul(EACH_NAMESPACE)).saturating_sub(fewer)
}

/// Allocates and fills the main thread's static TLS, descriptor and dtv.
fn make_thread(
    world: &World<'static>,
    record: &Record,
    stack: InitialStack,
    random: &[u8; 16],
    more_modules: usize,
) -> Result<u64> {
    let (area_size, align) = PROCESS.static_tls.with(|area| area.as_ref().map_or((0, 64), |area| (area.size, area.align)));
    let no_memory = || Error::other("", "cannot allocate TLS data structures for initial thread");
    let blocks_size = luci::addr::align_up(area_size, align).ok_or_else(no_memory)?;
    let total = blocks_size + u64::from(record.sizes.pthread);
    let shape = AllocLayout::from_size_align(total as usize, align as usize).map_err(|_| no_memory())?;
    // SAFETY: the size is not zero.
    let memory = unsafe { alloc_zeroed(shape) };
    if memory.is_null() {
        return Err(no_memory());
    }
    let thread = memory as u64 + blocks_size;
    let dtv = make_dtv(world, record, thread, more_modules)?;
    let start = &PROCESS.start;
    start.initial_dtv.store(dtv, Ordering::Relaxed);
    start.main_thread.store(thread, Ordering::Relaxed);
    fill_thread(record, stack, thread, dtv, random)?;
    Ok(thread)
}

fn make_dtv(world: &World<'static>, record: &Record, thread: u64, more_modules: usize) -> Result<u64> {
    let capacity = world.tls.highest() as usize + SPARE_DTV_ENTRIES + more_modules;
    let blocks: Vec<(usize, u64)> =
        world.tls.iter().filter_map(|(id, slot)| Some((id as usize, thread.wrapping_sub(slot.module?.static_offset?)))).collect();
    let words = alloc::vec![0u64; tcb::dtv_size(capacity) / 8].leak();
    tcb::fill_dtv(record, world.tls.generation, &blocks, bytemuck::cast_slice_mut(words))?;
    Ok(words.as_ptr() as u64 + tcb::DTV_OFFSET as u64)
}

fn fill_thread(record: &Record, stack: InitialStack, thread: u64, dtv: u64, random: &[u8; 16]) -> Result<()> {
    let stack_user_list = exported::global().0 + record.rg.dl_stack_user.get().unwrap_or(0) as u64;
    let values = TcbValues {
        address: thread,
        dtv,
        guards: Guards::from_random(random),
        tid: set_tid_address(record, thread),
        stack_end: stack.pointer as u64,
        report_events: exported::__nptl_initial_report_events.load(Ordering::Relaxed),
        stack_user_list,
        rseq_cpu_id: tcb::RSEQ_UNINITIALIZED,
    };
    // SAFETY: zeroed memory of that size which nobody else knows yet.
    let bytes = unsafe { core::slice::from_raw_parts_mut(thread as *mut u8, usize::from(record.sizes.pthread)) };
    tcb::fill(record, &values, bytes)?;
    if let Some(offset) = tcb::robust_list_offset(record) {
        const HEAD_SIZE: u64 = 24;
        let head = thread + offset as u64;
        // SAFETY: the list head lies in the thread descriptor, which lives as long as the thread.
        unsafe { sys::syscall(linux_raw_sys::general::__NR_set_robust_list, [head, HEAD_SIZE, 0, 0, 0, 0]) };
    }
    Ok(())
}

fn set_tid_address(record: &Record, thread: u64) -> u32 {
    let Some(offset) = tcb::tid_address_offset(record) else { return sys::thread_id() };
    // SAFETY: the word lies in the thread descriptor, which lives as long as the thread.
    unsafe { sys::syscall(linux_raw_sys::general::__NR_set_tid_address, [thread + offset as u64, 0, 0, 0, 0, 0]) as u32 }
}

fn fill_maps(world: &World<'static>, record: &Record) -> Result<()> {
    for object in world.members(NamespaceId::BASE) {
        maps::fill(record, world, object, &object.current)?;
        let version = &object.current;
        if version.role != Role::Vdso {
            relocate_dynamic(record, version);
        }
    }
    Ok(())
}

/// Makes the addresses in the dynamic section absolute in place, as programs that walk `_DYNAMIC` expect of glibc's loader.
pub fn relocate_dynamic(record: &Record, version: &Version<'static>) {
    const TAGS: [u64; 8] = [3, 4, 5, 6, 7, 23, 0x6fff_fef5, 0x6fff_fff0];
    const DT_RELR: u64 = 36;
    let Some(section) = version.layout.dynamic else { return };
    let segment = version.layout.segment_of(section.vaddr, section.filesz);
    if !segment.is_some_and(|segment| segment.permissions.contains(Permissions::WRITE)) || section.vaddr.0 % 8 != 0 {
        return;
    }
    let relr = record.has(Flags::RELR_RELOCATED_IN_PLACE).then_some(DT_RELR);
    for tag in TAGS.into_iter().chain(relr) {
        let Some(index) = version.dynamic.entry_index(tag) else { continue };
        let at = section.vaddr + u64::from(index) * 16 + 8 + version.bias;
        // SAFETY: an aligned word of the dynamic section in a writable segment of an image that does not run yet.
        unsafe { store_word(at, super::image::load_word(at).wrapping_add(version.bias.0)) };
    }
}

/// What the environment sets for this libc.
pub fn read_tunables(record: &Record, stack: InitialStack) -> Tunables {
    if PROCESS.settings.secure.load(Ordering::Relaxed) {
        return Tunables::default();
    }
    // most strings are none of these, and are only looked at
    let is_one =
        |string: &&[u8]| [&b"GLIBC_TUNABLES="[..], b"MALLOC_", b"LD_HWCAP_MASK="].iter().any(|start| string.starts_with(start));
    let text = |string: &'static [u8]| core::str::from_utf8(string).ok()?.split_once('=');
    let variables: Vec<(&str, &str)> = stack.environment().filter(is_one).filter_map(text).collect();
    let mut tunables = Tunables::default();
    for (_, value) in variables.iter().filter(|(name, _)| *name == "GLIBC_TUNABLES") {
        tunables = Tunables::parse(record, value);
    }
    for (name, value) in variables {
        tunables.set_alias(record, name, value);
    }
    tunables
}

fn ro_bytes(
    world: &World<'static>,
    record: &Record,
    stack: InitialStack,
    tunables: &Tunables,
    cpuid: &mut CpuidCache<'_>,
) -> Result<Vec<u8>> {
    let aux = |tag| stack.aux(tag).unwrap_or(0);
    let inputs = Inputs {
        hwcap2: aux(auxv::AT_HWCAP2),
        min_signal_stack: aux(auxv::AT_MINSIGSTKSZ),
        tunables: cpu_features::Tunables::of(tunables, record),
    };
    let cpu = CpuFeatures::compute(cpuid, &inputs, record);
    super::relocation::choose_trampolines(&cpu);
    let (tls_static_size, tls_static_align) = abi::tls::static_size();
    let hook_table = tables::dl_functions().table();
    let hook: &'static [u64] = alloc::boxed::Box::leak(alloc::boxed::Box::new(hook_table));
    let values = RoValues {
        debug_mask: PROCESS.settings.debug.load(Ordering::Relaxed) & Topics::CALLS.bits(),
        pagesize: aux(auxv::AT_PAGESZ),
        minsigstacksize: cpu.min_signal_stack,
        clktck: aux(auxv::AT_CLKTCK) as u32,
        fpu_control: stack.aux(auxv::AT_FPUCW).map_or(rtld::FPU_CONTROL, |value| value as u16),
        hwcap: [cpu.hwcap, aux(auxv::AT_HWCAP2), aux(auxv::AT_HWCAP3), aux(auxv::AT_HWCAP4)],
        auxv: stack.auxv_address(),
        tls_static_size,
        tls_static_align,
        cpu_features: &cpu.bytes,
        sysinfo_map: 0,
        vdso: vdso_functions(world),
        functions: tables::ro_functions(),
        dlfcn_hook: hook.as_ptr() as u64,
    };
    let mut bytes = alloc::vec![0u8; usize::from(record.sizes.ro)];
    rtld::fill_ro(record, &values, &mut bytes)?;
    Ok(bytes)
}

fn vdso_functions(world: &World<'static>) -> Vdso {
    let Some(object) = world.iter().find(|object| object.current.role == Role::Vdso) else { return Vdso::default() };
    let address = |name: &str| symbol_of(&object.current, name).map_or(0, |(value, _)| (value + object.current.bias).0);
    Vdso {
        clock_gettime: address("__vdso_clock_gettime"),
        gettimeofday: address("__vdso_gettimeofday"),
        time: address("__vdso_time"),
        getcpu: address("__vdso_getcpu"),
        clock_getres: address("__vdso_clock_getres"),
        getrandom: address("__vdso_getrandom"),
    }
}

fn rg_bytes(world: &World<'static>, record: &Record, thread: u64) -> Result<Vec<u8>> {
    let (tls_static_size, tls_static_align) = abi::tls::static_size();
    let program = world.iter().next();
    let executable_stacks = program
        .and_then(|object| object.current.layout.stack)
        .is_some_and(|permissions| permissions.contains(Permissions::EXECUTE));
    let values = RgValues {
        address: exported::global().0,
        // filled in by `complete`
        base: NamespaceValues::default(),
        load_adds: world.adds,
        tls_max_dtv_idx: world.tls.highest(),
        tls_dtv_slotinfo_list: 0,
        tls_generation: world.tls.generation,
        tls_static_size,
        tls_static_align,
        initial_dtv: PROCESS.start.initial_dtv.load(Ordering::Relaxed),
        executable_stacks,
        main_thread: thread,
        functions: tables::rg_functions(),
    };
    let mut bytes = alloc::vec![0u8; usize::from(record.sizes.rg)];
    rtld::fill_rg(record, &values, &mut bytes)?;
    Ok(bytes)
}

/// The global scope as a native `r_scope_elem`, for tools that read it.
fn leak_searchlist(world: &World<'static>) -> u64 {
    let maps: Vec<u64> = world.list(world.global(NamespaceId::BASE)).map(|object| object.handle.0).collect();
    let count = maps.len() as u64;
    let list = maps.leak().as_ptr() as u64;
    alloc::vec![list, count].leak().as_ptr() as u64
}

fn export_variables(stack: InitialStack, record: &Record, random: &[u8; 16]) {
    let secure = PROCESS.settings.secure.load(Ordering::Relaxed);
    exported::__libc_enable_secure.store(i32::from(secure), Ordering::Relaxed);
    exported::_dl_argv.store(stack.argv() as u64, Ordering::Relaxed);
    exported::__libc_stack_end.store(stack.pointer as u64, Ordering::Relaxed);
    if record.has(Flags::POINTER_GUARD_EXPORTED) {
        exported::__pointer_chk_guard.store(Guards::from_random(random).pointer, Ordering::Relaxed);
    }
    if let Some(bytes) = stack.aux(auxv::AT_RANDOM).filter(|&bytes| bytes != 0 && record.has(Flags::AT_RANDOM_RESEEDED)) {
        // the guards must not be readable there; a kernel without fresh bytes at hand leaves them
        const GRND_NONBLOCK: u64 = 1;
        // SAFETY: AT_RANDOM points to 16 bytes on the initial stack.
        unsafe { sys::syscall(linux_raw_sys::general::__NR_getrandom, [bytes, 16, GRND_NONBLOCK, 0, 0, 0]) };
    }
}

fn start_debugger_interface(world: &World<'static>) {
    let loader = world.iter().find(|object| object.current.role == Role::Loader);
    let base = loader.map_or(Addr(0), |object| Addr(object.current.bias.0));
    if let Some(program) = world.iter().next() {
        debug::start(base, &program.current);
    }
}
