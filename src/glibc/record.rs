//! What a libc's private structures look like and how it behaves: one [`Record`] per distinct layout, made from
//! `glibc-compat/` when the loader is built. [`RECORDS`] are all of them; `choose` finds the one for a libc.
//!
//! Offsets and sizes are bytes. The names are glibc's own, without leading underscores and with `_` for `.`.

use core::fmt;
use core::ops::{Deref, Range};

use bitflags::bitflags;

pub use super::fields::{
    ArchBits, BitField, BitIndex, CpuFields, LinkMapFields, NamespaceFields, Offset, Place, PthreadFields, RgFields, RoFields,
};

/// One layout of the private ABI.
#[derive(Debug)]
pub struct Record {
    /// Upstream version, as `gnu_get_libc_version` says it.
    pub version: Text,
    /// The builds the numbers were read from, separated by spaces.
    pub builds: Text,
    pub flags: Flags,
    pub sizes: Sizes,
    pub values: Values,
    pub rseq: Rseq,
    pub ro: RoFields,
    pub rg: RgFields,
    pub ns: NamespaceFields,
    pub link_map: LinkMapFields,
    pub pthread: PthreadFields,
    pub cpu: CpuFields,
    pub bits: ArchBits,
    /// The leaves whose registers are in [`CpuFields::cpuid`] (4 words each) or [`CpuFields::features`] (4 words as
    /// CPUID gives them, 4 words of what may be used), in this order.
    pub cpuid_leaves: CpuidLeaves,
    /// What the tunable ids of this libc stand for.
    pub tunables: TunableIds,
}

/// A text of the records. Like the lists below a range of a shared pool, because a pointer would have to be relocated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Text {
    start: u16,
    len: u16,
}

/// A list of CPUID leaves.
#[derive(Clone, Copy, Debug)]
pub struct CpuidLeaves {
    start: u16,
    len: u16,
}

/// Indices into [`TUNABLES`] in the order of a libc's tunable ids.
#[derive(Clone, Copy, Debug)]
pub struct TunableIds {
    start: u16,
    len: u16,
}

/// Sizes of the structures in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// `_rtld_global_ro`, as `st_size` says in a stock loader.
    pub ro: u16,
    /// `_rtld_global`, as `st_size` says in a stock loader.
    pub rg: u16,
    /// One element of `_rtld_global._dl_ns`.
    pub ns: u16,
    pub link_map: u16,
    pub pthread: u16,
    /// `struct cpu_features`.
    pub cpu: u16,
}

/// Numbers that differ between versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Values {
    /// Default surplus of static TLS for libraries loaded later, in bytes.
    pub tls_static_surplus: u16,
    /// `ALLOCATE_GUARD_USER`, the `stack_mode` of the main thread.
    pub stack_mode_user: u16,
    /// `THREAD_STATE_JOINABLE`, the `joinstate` of the main thread.
    pub joinstate_joinable: u16,
    /// `DT_NUM`: generic dynamic tags with a slot of their own in `l_info`.
    pub dt_num: u16,
    /// `DT_THISPROCNUM`: processor specific tags with a slot in `l_info`.
    pub dt_procnum: u16,
    /// `__rseq_size` once rseq is registered; with [`Rseq::ExtraTlsBlock`] the least it can be.
    pub rseq_size: u16,
    /// Elements of `_rtld_global._dl_ns`.
    pub namespaces: u16,
    /// Which features can be active in `cpu_features`: those of this and all lower sets.
    pub cpu_feature_set: u16,
}

/// Where a thread's restartable sequences area is (rseq(2)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rseq {
    /// This libc does not register one.
    None,
    /// At this offset in `struct pthread`.
    InPthread(u16),
    /// Behind the last static TLS block, in every thread; libc reads its place from `__rseq_offset`.
    ExtraTlsBlock,
}

/// A question to CPUID: `%eax` and `%ecx`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CpuidLeaf {
    pub leaf: u32,
    pub subleaf: u32,
}

/// A tunable, the same in every libc that has it except for its id.
#[derive(Debug, PartialEq)]
pub struct Tunable {
    /// Full name, as in `GLIBC_TUNABLES`.
    pub name: Text,
    pub kind: TunableKind,
    /// What it is when nobody sets it.
    pub default: u64,
    /// The bounds of its value, as `--list-tunables` shows them.
    pub min: u64,
    pub max: u64,
    /// The environment variable that also sets it, or empty.
    pub alias: Text,
}

/// The type of a tunable's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TunableKind {
    Int32,
    SizeT,
    Uint64,
    String,
}

bitflags! {
    /// How this libc behaves where no layout shows it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Flags: u64 {
        /// __libc_early_init(true) must be called before any constructor.
        const EARLY_INIT = 1 << 0;
        /// The table of dl functions is set in _rtld_global_ro._dl_dlfcn_hook.
        const DLFCN_HOOK_IN_RO = 1 << 1;
        /// The table of dl functions is set in _dlfcn_hook, exported by libdl.so.2.
        const LIBDL_DLFCN_HOOK = 1 << 2;
        /// The dlinfo slot of the table has a fourth argument, the caller.
        const DLINFO_HOOK_TAKES_CALLER = 1 << 3;
        /// libc.so.6 exports _dl_open_hook {dlopen_mode, dlsym, dlclose}.
        const LIBC_OPEN_HOOK = 1 << 4;
        /// _dl_open_hook has a fourth slot, dlvsym.
        const LIBC_OPEN_HOOK_HAS_DLVSYM = 1 << 5;
        /// libc.so.6 exports _dl_open_hook2 as well, which has the dlvsym slot.
        const LIBC_OPEN_HOOK2 = 1 << 6;
        /// The tables are in force only while _rtld_global_ro._dl_init_all_dirs is NULL.
        const HOOKS_NEED_INACTIVE_RTLD = 1 << 7;
        /// libc takes the loader's locks through _dl_rtld_lock_recursive and its twin in _rtld_global.
        const LOCK_FUNCTION_POINTERS = 1 << 8;
        /// Libpthread.so.0 is a library of its own, whose constructor sets up the main thread and writes function pointers into _rtld_global.
        const SEPARATE_LIBPTHREAD = 1 << 9;
        /// The loader sets the main thread's tid, robust list, first specific block, stack lists and stack size.
        const LOADER_INITS_THREAD = 1 << 10;
        /// The lists of thread stacks are in _rtld_global; the loader makes them empty and links the main thread.
        const STACK_LISTS_IN_RTLD_GLOBAL = 1 << 11;
        /// Set_tid_address(2) gets the address of pthread.joinstate, not of pthread.tid.
        const TID_ADDRESS_IS_JOINSTATE = 1 << 12;
        /// The pointer guard is the exported variable __pointer_chk_guard, not a field of the thread descriptor.
        const POINTER_GUARD_EXPORTED = 1 << 13;
        /// The 16 bytes of AT_RANDOM are replaced by fresh entropy once the guards are taken from them.
        const AT_RANDOM_RESEEDED = 1 << 14;
        /// __libc_start_main runs the executable's constructors when the program passes no init function.
        const LIBC_RUNS_EXECUTABLE_INIT = 1 << 15;
        /// `d_ptr` of DT_RELR is among the dynamic entries that are made absolute in place.
        const RELR_RELOCATED_IN_PLACE = 1 << 16;
        /// Errors are raised through libc's own _dl_signal_error and _dl_signal_exception.
        const LIBC_RAISES_EXCEPTIONS = 1 << 17;
        /// The stack permission word holds PROT_ bits (mmap) instead of PF_ bits (program header).
        const STACK_PROT_FLAGS = 1 << 18;
        /// A dtv entry is {val, to_free}; before that {val, is_static}.
        const DTV_TO_FREE = 1 << 19;
        /// `_dl_allocate_tls_init` gets a second argument, to be ignored: its sense differs between versions, the work wanted does not.
        const ALLOCATE_TLS_INIT_FLAG = 1 << 20;
        /// Static TLS of a library loaded later is initialised in all threads by calling _rtld_global._dl_init_static_tls.
        const INIT_STATIC_TLS_HOOK = 1 << 21;
        /// The loader searches glibc-hwcaps subdirectories.
        const HWCAPS_SUBDIRECTORIES = 1 << 22;
        /// The loader searches the old hwcap and platform subdirectories (tls, x86_64, haswell).
        const LEGACY_HWCAP_SUBDIRECTORIES = 1 << 23;
        /// libc reads the static TLS size and alignment from _rtld_global_ro; before that from _dl_get_tls_static_info.
        const TLS_STATIC_SIZE_IN_RO = 1 << 24;
        /// `cpu_features` has raw `cpuid[]` and `feature[]` words instead of `features[]` with active bits.
        const CPU_FEATURE_WORDS = 1 << 25;
        /// libc copies cache sizes and thresholds from cpu_features without a check; before that it runs cpuid itself.
        const LIBC_READS_CACHE_SIZES = 1 << 26;
        /// libc calls __tunable_get_val.
        const TUNABLE_GET_VAL = 1 << 27;
        /// A string tunable's value is {pointer, length} instead of a pointer.
        const TUNABLE_STRING_HAS_LENGTH = 1 << 28;
        /// __libc_freeres walks l_libname, l_initfini, the slotinfo list and _dl_all_dirs.
        const FREERES_WALKS_LISTS = 1 << 29;
        /// __libc_start_main calls _dl_audit_preinit.
        const AUDIT_PREINIT = 1 << 30;
        /// libc is relocated before the other objects, so that IFUNC resolvers may call it.
        const LIBC_RELOCATED_FIRST = 1 << 31;
        /// The loader exports malloc, calloc, realloc and free as weak symbols.
        const LOADER_EXPORTS_MALLOC = 1 << 32;
        /// _dl_find_object reports PT_GNU_SFRAME.
        const FIND_OBJECT_SFRAME = 1 << 33;
        /// Zhaoxin's processors have a kind of their own in cpu_features.
        const CPU_ZHAOXIN = 1 << 34;
        /// Hygon's processors have a kind of their own in cpu_features, and Zhaoxin's newer ones are tuned.
        const CPU_HYGON = 1 << 35;
        /// Hygon's processors count as AMD's.
        const CPU_HYGON_IS_AMD = 1 << 36;
        /// Hygon's models are tuned.
        const CPU_HYGON_MODELS = 1 << 37;
        /// A Hygon processor's caches are also read from the old leaves, and non-temporal copies begin early.
        const CPU_HYGON_THRESHOLDS = 1 << 38;
        /// Transactional memory that errata disable is hidden, and where it works VZEROUPPER is avoided.
        const CPU_TSX_RULES = 1 << 39;
        /// 512-bit vectors are used on Intel processors with AVX-VNNI.
        const CPU_AVX512_WITH_VNNI = 1 << 40;
        /// Goldmont Plus, later Airmonts and Tremont are tuned.
        const CPU_INTEL_NEW_ATOMS = 1 << 41;
        /// Intel processors are tuned by microarchitecture, also for non-temporal copies.
        const CPU_INTEL_MICROARCHITECTURES = 1 << 42;
        /// Intel processors of families other than 6 are tuned.
        const CPU_INTEL_NEW_FAMILIES = 1 << 43;
        /// FSGSBASE is active if AT_HWCAP2 says so.
        const CPU_FSGSBASE_BY_HWCAP2 = 1 << 44;
        /// `xsave_state_size` has room for three more registers, for TLS descriptors.
        const CPU_XSAVE_WITH_DESCRIPTORS = 1 << 45;
        /// `xsave_state_full_size` is the compacted format with the tiles.
        const CPU_XSAVE_FULL_COMPACTED = 1 << 46;
        /// `xsave_state_size` covers the extended general purpose registers.
        const CPU_XSAVE_APX = 1 << 47;
        /// CPUID leaf 4 is believed where leaf 2 is no list of descriptors, and a cache it does not name has size -1.
        const CPU_LEAF2_CHECKED = 1 << 48;
        /// Non-temporal copies begin at a part of the whole cache instead of a thread's share.
        const CPU_THRESHOLD_OF_WHOLE_CACHE = 1 << 49;
        /// Non-temporal copies begin at 64 MiB where the caches cannot be told.
        const CPU_THRESHOLD_DEFAULT = 1 << 50;
        /// Caches of AMD's processors are read from CPUID leaf 0x8000001d.
        const CPU_AMD_CACHE_LEAF = 1 << 51;
        /// REP MOVSB and REP STOSB are not used on AMD's processors.
        const CPU_AMD_VECTOR_MOVES = 1 << 52;
        /// REP STOSB begins no later than non-temporal filling.
        const CPU_STOSB_YIELDS = 1 << 53;
        /// Debuggers and auditors hear of a consistent state behind the relocations of a dlopen, also of one that fails; auditors hear of a dlclose before la_objclose.
        const CONSISTENT_AT_THE_END = 1 << 54;
        /// Auditors hear of the loader's object in namespaces other than the program's.
        const LOADER_OBJECTS_AUDITED = 1 << 55;
        /// The origin of a program started by name is the directory of the file behind the name.
        const PROGRAM_ORIGIN_RESOLVED = 1 << 56;
        /// dlinfo knows RTLD_DI_ORIGIN_PATH.
        const DLINFO_ORIGIN_PATH = 1 << 57;
    }
}

pub use generated::{BUILD_IDS, RECORDS, TUNABLES};

#[allow(clippy::needless_update)]
mod generated {
    use super::*;
    include!(concat!(env!("OUT_DIR"), "/records.rs"));
}

impl Record {
    /// The tunable with this id.
    pub fn tunable(&self, id: u32) -> Option<&'static Tunable> {
        let index = self.tunables.as_slice().get(usize::try_from(id).ok()?)?;
        TUNABLES.get(usize::from(*index))
    }

    /// The id that this libc gives to a tunable.
    pub fn tunable_id(&self, name: &str) -> Option<u32> {
        let index = TUNABLES.iter().position(|tunable| tunable.name.as_str() == name)?;
        let id = self.tunables.as_slice().iter().position(|known| usize::from(*known) == index)?;
        u32::try_from(id).ok()
    }

    /// Whether all of `flags` hold.
    pub fn has(&self, flags: Flags) -> bool {
        self.flags.contains(flags)
    }

    /// Whether everything but the builds and the tunables is the same.
    pub fn same_layout(&self, other: &Record) -> bool {
        let structures = (self.sizes, self.ro, self.rg, self.ns, self.link_map, self.pthread, self.cpu);
        let others = (other.sizes, other.ro, other.rg, other.ns, other.link_map, other.pthread, other.cpu);
        let behaviour = (self.flags, self.values, self.rseq, self.bits, self.cpuid_leaves.as_slice());
        structures == others && behaviour == (other.flags, other.values, other.rseq, other.bits, other.cpuid_leaves.as_slice())
    }
}

impl Text {
    /// `len` bytes of the pool from `start` on.
    pub const fn range(start: u16, len: u16) -> Self {
        Text { start, len }
    }

    pub fn as_str(self) -> &'static str {
        generated::TEXT.get(span(self.start, self.len)).unwrap_or("")
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl CpuidLeaves {
    /// `len` leaves of the pool from `start` on.
    pub const fn range(start: u16, len: u16) -> Self {
        CpuidLeaves { start, len }
    }

    pub fn as_slice(self) -> &'static [CpuidLeaf] {
        generated::CPUID_LEAVES.get(span(self.start, self.len)).unwrap_or(&[])
    }

    pub fn iter(self) -> core::slice::Iter<'static, CpuidLeaf> {
        self.as_slice().iter()
    }
}

impl TunableIds {
    /// `len` indices of the pool from `start` on.
    pub const fn range(start: u16, len: u16) -> Self {
        TunableIds { start, len }
    }

    pub fn as_slice(self) -> &'static [u8] {
        generated::TUNABLE_IDS.get(span(self.start, self.len)).unwrap_or(&[])
    }
}

fn span(start: u16, len: u16) -> Range<usize> {
    usize::from(start)..usize::from(start) + usize::from(len)
}

impl Sizes {
    pub const ZERO: Self = Sizes { ro: 0, rg: 0, ns: 0, link_map: 0, pthread: 0, cpu: 0 };
}

impl Values {
    pub const ZERO: Self = Values {
        tls_static_surplus: 0,
        stack_mode_user: 0,
        joinstate_joinable: 0,
        dt_num: 0,
        dt_procnum: 0,
        rseq_size: 0,
        namespaces: 0,
        cpu_feature_set: 0,
    };
}

#[cfg(test)]
pub(super) fn of_build(name: &str) -> &'static Record {
    RECORDS.iter().find(|record| record.builds.split(' ').any(|build| build == name)).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_lie_inside_their_structures() {
        for record in &RECORDS {
            let tables = [
                (record.ro.places(), record.sizes.ro),
                (record.rg.places(), record.sizes.rg),
                (record.ns.places(), record.sizes.ns),
                (record.link_map.places(), record.sizes.link_map),
                (record.pthread.places(), record.sizes.pthread),
                (record.cpu.places(), record.sizes.cpu),
            ];
            for (places, size) in tables {
                let last = places.iter().map(|(_, place)| place.at).max();
                assert!(last.is_some_and(|last| last < size.into()), "{}", record.builds);
            }
        }
    }

    #[test]
    fn every_libc_has_what_the_writers_count_on() {
        for record in &RECORDS {
            let (ro, rg, map, thread) = (&record.ro, &record.rg, &record.link_map, &record.pthread);
            let needed = [
                [ro.dl_pagesize, ro.dl_fpu_control, ro.dl_auxv, ro.dl_x86_cpu_features, ro.dl_open, ro.dl_lookup_symbol_x],
                [rg.dl_ns, rg.dl_nns, rg.dl_load_lock, rg.dl_load_write_lock, rg.dl_load_adds, rg.dl_tls_dtv_slotinfo_list],
                [map.l_info, map.l_phdr, map.l_map_start, map.l_tls_modid, map.l_tls_dtor_count, map.l_local_scope],
                [thread.header_tcb, thread.header_self, thread.header_dtv, thread.header_stack_guard, thread.list, thread.tid],
            ];
            assert!(needed.as_flattened().iter().all(|at| at.get().is_some()), "{}", record.builds);
        }
    }

    #[test]
    fn flags_agree_with_the_fields_they_are_about() {
        for record in &RECORDS {
            let rows = [
                (Flags::DLFCN_HOOK_IN_RO, record.ro.dl_dlfcn_hook.get().is_some()),
                (Flags::TLS_STATIC_SIZE_IN_RO, record.ro.dl_tls_static_size.get().is_some()),
                (Flags::LOCK_FUNCTION_POINTERS, record.rg.dl_rtld_lock_recursive.get().is_some()),
                (Flags::INIT_STATIC_TLS_HOOK, record.rg.dl_init_static_tls.get().is_some()),
                (Flags::STACK_LISTS_IN_RTLD_GLOBAL, record.rg.dl_stack_used.get().is_some()),
                (Flags::STACK_PROT_FLAGS, record.rg.dl_stack_prot_flags.get().is_some()),
                (Flags::TID_ADDRESS_IS_JOINSTATE, record.pthread.joinstate.get().is_some()),
                (Flags::POINTER_GUARD_EXPORTED, record.pthread.header_pointer_guard.get().is_none()),
                (Flags::CPU_FEATURE_WORDS, record.cpu.feature.get().is_some()),
                (Flags::TUNABLE_GET_VAL, !record.tunables.as_slice().is_empty()),
            ];
            for (flag, field) in rows {
                assert_eq!(record.has(flag), field, "{flag:?} in {}", record.builds);
            }
            assert_eq!(record.values.stack_mode_user != 0, record.pthread.stack_mode.get().is_some(), "{}", record.builds);
        }
    }

    #[test]
    fn tunable_ids_are_the_builds_own() {
        let id = |build: &str, name: &str| of_build(build).tunable_id(name);
        assert_eq!(id("2.36-vanilla", "glibc.malloc.arena_max"), Some(26));
        assert_eq!(id("2.36-debian", "glibc.malloc.arena_max"), Some(27));
        assert_eq!(id("2.41-debian", "glibc.malloc.check"), Some(21));
        assert_eq!(id("2.24-vanilla", "glibc.malloc.check"), None);
        let record = of_build("2.43-debian");
        assert_eq!(record.tunable(15).map(|tunable| tunable.name.as_str()), Some("glibc.malloc.check"));
        assert_eq!(record.tunable(9999).map(|tunable| tunable.kind), None);
    }

    #[test]
    fn architecture_bits_and_leaves_follow_the_version() {
        let bits = |build: &str| of_build(build).bits;
        assert_eq!(bits("2.36-debian").prefer_fsrm.get(), Some(14));
        assert_eq!(bits("2.44-debian").prefer_evex512.get(), Some(19));
        assert_eq!(bits("2.31-debian").prefer_no_vzeroupper.get(), Some(32 + 11));
        assert_eq!(bits("2.36-debian").avx_usable.get(), None);
        let leaves = of_build("2.36-debian").cpuid_leaves.as_slice();
        assert_eq!(leaves.len(), 9);
        assert_eq!(leaves.get(3), Some(&CpuidLeaf { leaf: 0xd, subleaf: 1 }));
    }
}
