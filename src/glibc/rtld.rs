//! The two objects every libc imports from its loader: `_rtld_global_ro` (the loader writes, libc reads) and `_rtld_global`
//! (both do), and the table through which libc hands its dl functions to the loader. Values in, bytes at the record's
//! offsets out; what is not named here stays zero.

use super::bytes::Image;
use super::record::{Flags, Record};
use crate::diag::{Error, Result};

/// `PTHREAD_MUTEX_RECURSIVE_NP`, the kind of the loader's locks, at its place in `pthread_mutex_t` (4-byte words).
const MUTEX_RECURSIVE: u32 = 1;
const MUTEX_KIND_WORD: usize = 4;
/// `MINSIGSTKSZ`, when the kernel names none: sysconf(3) must not find 0.
const MINSIGSTKSZ: u64 = 2048;
const PF_X: u32 = 1;
const PF_W_R: u32 = 6;
const PROT_READ_WRITE: u32 = 3;
const PROT_EXEC: u32 = 4;

/// What `_rtld_global_ro` holds. Addresses of functions and objects in the process; 0 is NULL.
#[derive(Clone, Debug)]
pub struct RoValues<'a> {
    /// What libc tells of itself, with [`RoFunctions::debug_printf`]: bit 1 is the start of the program.
    pub debug_mask: u32,
    /// AT_PAGESZ, bytes.
    pub pagesize: u64,
    /// AT_MINSIGSTKSZ, bytes; 0 when the kernel gives none.
    pub minsigstacksize: u64,
    /// AT_CLKTCK, per second.
    pub clktck: u32,
    /// AT_FPUCW; the psABI's initial value is [`FPU_CONTROL`].
    pub fpu_control: u16,
    /// AT_HWCAP, AT_HWCAP2, AT_HWCAP3, AT_HWCAP4.
    pub hwcap: [u64; 4],
    /// Address of the auxiliary vector.
    pub auxv: u64,
    /// Bytes of static TLS and thread descriptor in each thread's stack, see [`super::tcb::static_tls`].
    pub tls_static_size: u64,
    /// Its alignment.
    pub tls_static_align: u64,
    /// Bytes of `struct cpu_features` in this libc's layout.
    pub cpu_features: &'a [u8],
    /// `link_map` of the vDSO, for a libc that looks its functions up itself; 0: it makes system calls.
    pub sysinfo_map: u64,
    pub vdso: Vdso,
    pub functions: RoFunctions,
    /// Address of the table made from [`DlFunctions`]; 0 where libc has no such field.
    pub dlfcn_hook: u64,
}

/// Initial value of the x87 control word (psABI), compared by libc with its own.
pub const FPU_CONTROL: u16 = 0x037f;

/// Addresses of functions in the vDSO; 0 where it has none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vdso {
    pub clock_gettime: u64,
    pub gettimeofday: u64,
    pub time: u64,
    pub getcpu: u64,
    pub clock_getres: u64,
    pub getrandom: u64,
}

/// Addresses of the loader's functions that libc calls through `_rtld_global_ro`.
#[derive(Clone, Copy, Debug, Default)]
pub struct RoFunctions {
    pub debug_printf: u64,
    pub mcount: u64,
    pub lookup_symbol_x: u64,
    pub check_caller: u64,
    pub open: u64,
    pub close: u64,
    pub catch_error: u64,
    pub signal_error: u64,
    pub error_free: u64,
    pub tls_get_addr_soft: u64,
    pub libc_freeres: u64,
    pub find_object: u64,
    pub readonly_area: u64,
    pub discover_osversion: u64,
}

/// What `_rtld_global` holds at the program's start.
#[derive(Clone, Copy, Debug, Default)]
pub struct RgValues {
    /// Address of `_rtld_global` itself.
    pub address: u64,
    /// The base namespace.
    pub base: NamespaceValues,
    /// Number of objects loaded so far.
    pub load_adds: u64,
    /// Largest module ID in use.
    pub tls_max_dtv_idx: u64,
    /// Address of the first chunk written by [`fill_slotinfo`].
    pub tls_dtv_slotinfo_list: u64,
    pub tls_generation: u64,
    /// As in [`RoValues`]; this is where older libcs have them.
    pub tls_static_size: u64,
    pub tls_static_align: u64,
    /// The main thread's dtv, the address that is also in its TCB.
    pub initial_dtv: u64,
    /// Whether PT_GNU_STACK of the program asks for executable stacks.
    pub executable_stacks: bool,
    /// Address of the main thread's `struct pthread`.
    pub main_thread: u64,
    pub functions: RgFunctions,
}

/// One element of `_dl_ns`.
#[derive(Clone, Copy, Debug, Default)]
pub struct NamespaceValues {
    /// `link_map` of the first object; in the base namespace that is the program.
    pub loaded: u64,
    /// Number of objects.
    pub nloaded: u32,
    /// Address of the `r_scope_elem` of the global scope.
    pub main_searchlist: u64,
    /// `link_map` of this namespace's libc.
    pub libc_map: u64,
}

/// Functions in `_rtld_global` of libcs with a libpthread of their own, which replaces some of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct RgFunctions {
    pub lock_recursive: u64,
    pub unlock_recursive: u64,
    pub make_stack_executable: u64,
    pub init_static_tls: u64,
    pub wait_lookup_done: u64,
    pub error_catch_tsd: u64,
}

/// The loader's dl functions in the order of `struct dlfcn_hook`; its first nine are also libdl's `_dlfcn_hook`.
#[derive(Clone, Copy, Debug, Default)]
pub struct DlFunctions {
    pub dlopen: u64,
    pub dlclose: u64,
    pub dlsym: u64,
    pub dlvsym: u64,
    pub dlerror: u64,
    pub dladdr: u64,
    pub dladdr1: u64,
    pub dlinfo: u64,
    pub dlmopen: u64,
    pub libc_dlopen_mode: u64,
    pub libc_dlsym: u64,
    pub libc_dlvsym: u64,
    pub libc_dlclose: u64,
}

/// Writes `_rtld_global_ro` into zeroed bytes.
///
/// `_dl_init_all_dirs` stays NULL, so that a libc that asks whether the loader is active uses the table of dl functions.
pub fn fill_ro(record: &Record, values: &RoValues, bytes: &mut [u8]) -> Result<()> {
    if values.cpu_features.len() > usize::from(record.sizes.cpu) {
        return Err(Error::other("", "more bytes of CPU features than this libc has room for"));
    }
    let fields = &record.ro;
    let mut image = Image::new(bytes, record.sizes.ro, "_rtld_global_ro")?;
    image.u32(fields.dl_debug_mask, values.debug_mask);
    image.u64(fields.dl_pagesize, values.pagesize);
    image.u64(fields.dl_minsigstacksize, if values.minsigstacksize == 0 { MINSIGSTKSZ } else { values.minsigstacksize });
    image.u32(fields.dl_clktck, values.clktck);
    image.u16(fields.dl_fpu_control, values.fpu_control);
    for (at, value) in [fields.dl_hwcap, fields.dl_hwcap2, fields.dl_hwcap3, fields.dl_hwcap4].into_iter().zip(values.hwcap) {
        image.u64(at, value);
    }
    image.u64(fields.dl_auxv, values.auxv);
    image.u64(fields.dl_tls_static_size, values.tls_static_size);
    image.u64(fields.dl_tls_static_align, values.tls_static_align);
    image.bytes(fields.dl_x86_cpu_features, values.cpu_features);
    image.u64(fields.dl_sysinfo_map, values.sysinfo_map);
    image.u64(fields.dl_vdso_clock_gettime64, values.vdso.clock_gettime);
    image.u64(fields.dl_vdso_gettimeofday, values.vdso.gettimeofday);
    image.u64(fields.dl_vdso_time, values.vdso.time);
    image.u64(fields.dl_vdso_getcpu, values.vdso.getcpu);
    image.u64(fields.dl_vdso_clock_getres_time64, values.vdso.clock_getres);
    image.u64(fields.dl_vdso_getrandom, values.vdso.getrandom);
    image.u64(fields.dl_dlfcn_hook, values.dlfcn_hook);
    fill_ro_functions(record, &values.functions, &mut image);
    Ok(())
}

fn fill_ro_functions(record: &Record, functions: &RoFunctions, image: &mut Image) {
    let fields = &record.ro;
    let rows = [
        (fields.dl_debug_printf, functions.debug_printf),
        (fields.dl_mcount, functions.mcount),
        (fields.dl_lookup_symbol_x, functions.lookup_symbol_x),
        (fields.dl_check_caller, functions.check_caller),
        (fields.dl_open, functions.open),
        (fields.dl_close, functions.close),
        (fields.dl_catch_error, functions.catch_error),
        (fields.dl_signal_error, functions.signal_error),
        (fields.dl_error_free, functions.error_free),
        (fields.dl_tls_get_addr_soft, functions.tls_get_addr_soft),
        (fields.dl_libc_freeres, functions.libc_freeres),
        (fields.dl_find_object, functions.find_object),
        (fields.dl_readonly_area, functions.readonly_area),
        (fields.dl_discover_osversion, functions.discover_osversion),
    ];
    for (at, function) in rows {
        image.u64(at, function);
    }
}

/// Writes `_rtld_global` into zeroed bytes: before the program's first instruction, later changes are single fields.
///
/// Where [`super::record::RgFields::dl_rtld_map`] is present, the loader's own `link_map` belongs there.
pub fn fill_rg(record: &Record, values: &RgValues, bytes: &mut [u8]) -> Result<()> {
    fill_namespace(record, 0, &values.base, bytes)?;
    let fields = &record.rg;
    let mut image = Image::new(bytes, record.sizes.rg, "_rtld_global")?;
    image.u64(fields.dl_nns, 1);
    for lock in [fields.dl_load_lock, fields.dl_load_write_lock, fields.dl_load_tls_lock] {
        image.half_word(lock, MUTEX_KIND_WORD, MUTEX_RECURSIVE);
    }
    image.u64(fields.dl_load_adds, values.load_adds);
    image.u64(fields.dl_tls_max_dtv_idx, values.tls_max_dtv_idx);
    image.u64(fields.dl_tls_dtv_slotinfo_list, values.tls_dtv_slotinfo_list);
    image.u64(fields.dl_tls_generation, values.tls_generation);
    image.u64(fields.dl_tls_static_size, values.tls_static_size);
    image.u64(fields.dl_tls_static_align, values.tls_static_align);
    image.u64(fields.dl_initial_dtv, values.initial_dtv);
    image.u32(fields.dl_stack_flags, PF_W_R | if values.executable_stacks { PF_X } else { 0 });
    image.u32(fields.dl_stack_prot_flags, PROT_READ_WRITE | if values.executable_stacks { PROT_EXEC } else { 0 });
    if record.has(Flags::STACK_LISTS_IN_RTLD_GLOBAL) {
        image.empty_list(fields.dl_stack_used, values.address);
        image.empty_list(fields.dl_stack_cache, values.address);
        image.list(fields.dl_stack_user, values.main_thread.wrapping_add(record.pthread.list.get().unwrap_or(0) as u64));
    }
    let functions = &values.functions;
    image.u64(fields.dl_rtld_lock_recursive, functions.lock_recursive);
    image.u64(fields.dl_rtld_unlock_recursive, functions.unlock_recursive);
    image.u64(fields.dl_make_stack_executable_hook, functions.make_stack_executable);
    image.u64(fields.dl_init_static_tls, functions.init_static_tls);
    image.u64(fields.dl_wait_lookup_done, functions.wait_lookup_done);
    image.u64(fields.dl_error_catch_tsd, functions.error_catch_tsd);
    Ok(())
}

/// Writes the element `index` of `_dl_ns` in the bytes of `_rtld_global`.
pub fn fill_namespace(record: &Record, index: usize, values: &NamespaceValues, rtld_global: &mut [u8]) -> Result<()> {
    let start = record.rg.dl_ns.get().map(|start| start + index * usize::from(record.sizes.ns));
    let valid = index < usize::from(record.values.namespaces);
    let bytes = start.filter(|_| valid).and_then(|start| rtld_global.get_mut(start..));
    let bytes = bytes.ok_or_else(|| Error::other("", alloc::format!("there is no namespace {index} in this libc")))?;
    let mut image = Image::new(bytes, record.sizes.ns, "a namespace")?;
    image.u64(record.ns.ns_loaded, values.loaded);
    image.u32(record.ns.ns_nloaded, values.nloaded);
    image.u64(record.ns.ns_main_searchlist, values.main_searchlist);
    image.u64(record.ns.libc_map, values.libc_map);
    Ok(())
}

/// Bytes of a chunk of the slotinfo list with `slots` entries.
pub const fn slotinfo_size(slots: usize) -> usize {
    16 + 16 * slots
}

/// Writes the only chunk of the slotinfo list: {len, next, {generation, link_map}[len]}, where the entry of a module is at
/// its ID. `modules` are (module ID, link_map); the chunk has as many entries as fit.
pub fn fill_slotinfo(bytes: &mut [u8], generation: u64, modules: &[(usize, u64)]) -> Result<()> {
    let slots = bytes.len().saturating_sub(16) / 16;
    let short = || Error::other("", alloc::format!("a slotinfo list of {slots} entries is too short"));
    bytes.get_mut(..8).ok_or_else(short)?.copy_from_slice(&(slots as u64).to_le_bytes());
    for &(modid, map) in modules {
        let entry = modid.checked_mul(16).and_then(|at| bytes.get_mut(at + 16..at + 32)).ok_or_else(short)?;
        let (generation_word, map_word) = entry.split_at_mut(8);
        generation_word.copy_from_slice(&generation.to_le_bytes());
        map_word.copy_from_slice(&map.to_le_bytes());
    }
    Ok(())
}

impl DlFunctions {
    /// The table that `_dl_dlfcn_hook` (or libdl's `_dlfcn_hook`) points to.
    pub fn table(&self) -> [u64; 13] {
        [
            self.dlopen,
            self.dlclose,
            self.dlsym,
            self.dlvsym,
            self.dlerror,
            self.dladdr,
            self.dladdr1,
            self.dlinfo,
            self.dlmopen,
            self.libc_dlopen_mode,
            self.libc_dlsym,
            self.libc_dlvsym,
            self.libc_dlclose,
        ]
    }

    /// The table that `_dl_open_hook` and `_dl_open_hook2` of libc point to.
    pub fn open_hook_table(&self) -> [u64; 4] {
        [self.libc_dlopen_mode, self.libc_dlsym, self.libc_dlclose, self.libc_dlvsym]
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::of_build;
    use super::*;

    fn word(bytes: &[u8], at: usize) -> u64 {
        u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
    }

    fn half_word(bytes: &[u8], at: usize) -> u32 {
        u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
    }

    fn ro_values(cpu_features: &[u8]) -> RoValues<'_> {
        RoValues {
            debug_mask: 0,
            pagesize: 4096,
            minsigstacksize: 0,
            clktck: 100,
            fpu_control: FPU_CONTROL,
            hwcap: [1, 2, 3, 4],
            auxv: 0x7fff_0000,
            tls_static_size: 0x1180,
            tls_static_align: 64,
            cpu_features,
            sysinfo_map: 0,
            vdso: Vdso { clock_gettime: 0x5000, getrandom: 0x5100, ..Vdso::default() },
            functions: RoFunctions { open: 0x6000, catch_error: 0x6100, find_object: 0x6200, ..RoFunctions::default() },
            dlfcn_hook: 0x7000,
        }
    }

    #[test]
    fn ro_is_laid_out_as_this_libc_reads_it() {
        let record = of_build("2.36-debian");
        let mut bytes = [0; 896];
        fill_ro(record, &ro_values(&[7; 480]), &mut bytes).unwrap();
        assert_eq!(word(&bytes, 24), 4096);
        assert_eq!(word(&bytes, 32), 2048);
        assert_eq!(half_word(&bytes, 64), 100);
        assert_eq!(bytes[88..90], [0x7f, 3]);
        assert_eq!((word(&bytes, 96), word(&bytes, 776)), (1, 2));
        assert_eq!(word(&bytes, 104), 0x7fff_0000);
        assert_eq!(bytes[111..113], [0, 7]);
        assert_eq!(bytes[591..593], [7, 0]);
        assert_eq!((word(&bytes, 672), word(&bytes, 680)), (0x1180, 64));
        assert_eq!(word(&bytes, 712), 0, "_dl_init_all_dirs");
        assert_eq!(word(&bytes, 736), 0x5000);
        assert_eq!((word(&bytes, 816), word(&bytes, 832), word(&bytes, 864)), (0x6000, 0x6100, 0x6200));
        assert_eq!(word(&bytes, 872), 0x7000);
    }

    #[test]
    fn fields_of_other_versions_are_left_out_or_added() {
        let mut old = [0; 544];
        fill_ro(of_build("2.31-debian"), &ro_values(&[]), &mut old).unwrap();
        assert_eq!((word(&old, 464), word(&old, 496), word(&old, 424)), (2, 0x6000, 0x5000));
        assert!(!old.windows(8).any(|window| window == 0x7000u64.to_le_bytes()), "no dlfcn hook");
        let mut new = [0; 928];
        fill_ro(of_build("2.43-debian"), &ro_values(&[]), &mut new).unwrap();
        assert_eq!((word(&new, 776), word(&new, 792), word(&new, 800)), (0x5100, 3, 4));
    }

    #[test]
    fn short_buffers_and_long_features_are_refused() {
        let record = of_build("2.36-debian");
        assert!(fill_ro(record, &ro_values(&[]), &mut [0; 895]).is_err());
        assert!(fill_ro(record, &ro_values(&[0; 481]), &mut [0; 896]).is_err());
        assert!(fill_rg(record, &RgValues::default(), &mut [0; 4335]).is_err());
        assert!(fill_namespace(record, 16, &NamespaceValues::default(), &mut [0; 4336]).is_err());
        assert!(fill_slotinfo(&mut [0; 8 + 16], 1, &[(1, 2)]).is_err());
    }

    #[test]
    fn rtld_global_has_lists_locks_and_the_base_namespace() {
        let record = of_build("2.36-debian");
        let base = NamespaceValues { loaded: 0x100, nloaded: 3, main_searchlist: 0x200, libc_map: 0x300 };
        let values = RgValues {
            address: 0x1_0000,
            base,
            load_adds: 3,
            tls_dtv_slotinfo_list: 0x400,
            initial_dtv: 0x500,
            main_thread: 0x2_0000,
            ..RgValues::default()
        };
        let mut bytes = [0; 4336];
        fill_rg(record, &values, &mut bytes).unwrap();
        assert_eq!((word(&bytes, 0), half_word(&bytes, 8), word(&bytes, 16), word(&bytes, 32)), (0x100, 3, 0x200, 0x300));
        assert_eq!(word(&bytes, 2560), 1);
        assert_eq!([2568, 2608, 2648].map(|lock| half_word(&bytes, lock + 16)), [1; 3]);
        assert_eq!((word(&bytes, 2688), word(&bytes, 4208), word(&bytes, 4240)), (3, 0x400, 0x500));
        assert_eq!(half_word(&bytes, 4192), 6);
        assert_eq!((word(&bytes, 4264), word(&bytes, 4272)), (0x1_0000 + 4264, 0x1_0000 + 4264), "_dl_stack_used is empty");
        assert_eq!(
            (word(&bytes, 4280), word(&bytes, 4288)),
            (0x2_0000 + 704, 0x2_0000 + 704),
            "_dl_stack_user holds the main thread"
        );
        assert_eq!((word(&bytes, 4296), word(&bytes, 4304)), (0x1_0000 + 4296, 0x1_0000 + 4296), "_dl_stack_cache is empty");
    }

    #[test]
    fn rtld_global_of_a_libc_with_a_libpthread_of_its_own() {
        let functions =
            RgFunctions { lock_recursive: 0x10, unlock_recursive: 0x20, init_static_tls: 0x30, ..RgFunctions::default() };
        let values = RgValues {
            functions,
            executable_stacks: true,
            tls_static_size: 0x1000,
            main_thread: 0x2_0000,
            ..RgValues::default()
        };
        let mut bytes = [0; 4000];
        fill_rg(of_build("2.31-debian"), &values, &mut bytes).unwrap();
        assert_eq!((word(&bytes, 3848), word(&bytes, 3856), word(&bytes, 3976)), (0x10, 0x20, 0x30));
        assert_eq!((half_word(&bytes, 3896), word(&bytes, 3928)), (7, 0x1000));
        let mut newest = [0; 2120];
        fill_rg(of_build("2.43-debian"), &values, &mut newest).unwrap();
        assert_eq!(half_word(&newest, 1976), 7, "PROT_READ | PROT_WRITE | PROT_EXEC");
    }

    #[test]
    fn a_module_is_at_its_id_in_the_slotinfo_list() {
        let mut bytes = [0; slotinfo_size(4)];
        fill_slotinfo(&mut bytes, 1, &[(1, 0x100), (3, 0x300)]).unwrap();
        assert_eq!((word(&bytes, 0), word(&bytes, 8)), (4, 0));
        assert_eq!((word(&bytes, 16 + 16), word(&bytes, 16 + 24)), (1, 0x100));
        assert_eq!((word(&bytes, 16 + 48), word(&bytes, 16 + 56)), (1, 0x300));
        assert!(fill_slotinfo(&mut bytes, 1, &[(4, 0x400)]).is_err());
    }

    #[test]
    fn the_table_of_dl_functions_has_the_order_of_the_hook() {
        let functions = DlFunctions { dlopen: 1, dlerror: 5, libc_dlclose: 13, libc_dlsym: 11, ..DlFunctions::default() };
        let table = functions.table();
        assert_eq!((table[0], table[4], table[10], table[12]), (1, 5, 11, 13));
        assert_eq!(functions.open_hook_table(), [0, 11, 13, 0]);
    }
}
