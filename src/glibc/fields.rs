//! The places a record names: byte offsets, bit fields and bit numbers, in one table per structure of glibc.
//! The tables follow `tools/glibc-layout/fields.toml`; a field that a libc does not have is absent. See [`super::record`].

use alloc::vec::Vec;

/// Where a field is, if this libc has it: a byte offset in its structure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Offset(u16);

/// Where a bit field is: byte offset, first bit and number of bits in that byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BitField {
    byte: Offset,
    first: u8,
    count: u8,
}

/// The number of a bit, if this libc has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BitIndex(u8);

/// One of the three above that is there. As text it is what a record's file says: `24`, or `820.3:1` for a bit field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// Byte offset, or number of a bit.
    pub at: usize,
    /// First bit and number of bits of a bit field.
    pub bits: Option<(u8, u8)>,
}

/// A structure of places that are all absent unless a record gives them.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $place:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name {
            $(pub $field: $place,)*
        }

        impl $name {
            /// Nothing is there.
            pub const ABSENT: Self = $name { $($field: $place::ABSENT,)* };

            /// Every place that is there, with its name.
            pub fn places(&self) -> Vec<(&'static str, Place)> {
                let places = [$((stringify!($field), self.$field.place())),*];
                places.into_iter().filter_map(|(name, place)| Some((name, place?))).collect()
            }
        }
    };
}

table! {
    /// Offsets in `struct rtld_global_ro`: read by libc, written by the loader before RELRO.
    RoFields {
        dl_debug_mask: Offset,
        dl_platform: Offset,
        dl_pagesize: Offset,
        dl_minsigstacksize: Offset,
        dl_initial_searchlist_r_list: Offset,
        dl_initial_searchlist_r_nlist: Offset,
        dl_clktck: Offset,
        dl_fpu_control: Offset,
        dl_hwcap: Offset,
        dl_auxv: Offset,
        dl_x86_cpu_features: Offset,
        dl_tls_static_size: Offset,
        dl_tls_static_align: Offset,
        dl_init_all_dirs: Offset,
        dl_sysinfo_map: Offset,
        dl_vdso_clock_gettime64: Offset,
        dl_vdso_gettimeofday: Offset,
        dl_vdso_time: Offset,
        dl_vdso_getcpu: Offset,
        dl_vdso_clock_getres_time64: Offset,
        dl_vdso_getrandom: Offset,
        dl_hwcap2: Offset,
        dl_hwcap3: Offset,
        dl_hwcap4: Offset,
        dl_debug_printf: Offset,
        dl_signal_error: Offset,
        dl_mcount: Offset,
        dl_lookup_symbol_x: Offset,
        dl_check_caller: Offset,
        dl_open: Offset,
        dl_close: Offset,
        dl_catch_error: Offset,
        dl_error_free: Offset,
        dl_tls_get_addr_soft: Offset,
        dl_libc_freeres: Offset,
        dl_find_object: Offset,
        dl_readonly_area: Offset,
        dl_discover_osversion: Offset,
        dl_dlfcn_hook: Offset,
        dl_audit: Offset,
        dl_naudit: Offset,
    }
}

table! {
    /// Offsets in `struct rtld_global`: read and written by both sides.
    RgFields {
        dl_ns: Offset,
        dl_nns: Offset,
        dl_load_lock: Offset,
        dl_load_write_lock: Offset,
        dl_load_tls_lock: Offset,
        dl_load_adds: Offset,
        dl_profile_map: Offset,
        dl_all_dirs: Offset,
        dl_error_catch_tsd: Offset,
        dl_rtld_map: Offset,
        dl_rtld_lock_recursive: Offset,
        dl_rtld_unlock_recursive: Offset,
        dl_make_stack_executable_hook: Offset,
        dl_stack_flags: Offset,
        dl_stack_prot_flags: Offset,
        dl_tls_max_dtv_idx: Offset,
        dl_tls_dtv_slotinfo_list: Offset,
        dl_tls_static_size: Offset,
        dl_tls_static_align: Offset,
        dl_initial_dtv: Offset,
        dl_tls_generation: Offset,
        dl_init_static_tls: Offset,
        dl_wait_lookup_done: Offset,
        dl_scope_free_list: Offset,
        dl_stack_used: Offset,
        dl_stack_user: Offset,
        dl_stack_cache: Offset,
        dl_stack_cache_actsize: Offset,
        dl_in_flight_stack: Offset,
        dl_stack_cache_lock: Offset,
        dl_thp_mode: Offset,
    }
}

table! {
    /// Offsets in `struct link_namespaces`, the element of `_rtld_global._dl_ns`.
    NamespaceFields {
        ns_loaded: Offset,
        ns_nloaded: Offset,
        ns_main_searchlist: Offset,
        ns_global_scope_alloc: Offset,
        libc_map: Offset,
    }
}

table! {
    /// Offsets in `struct link_map`.
    LinkMapFields {
        l_addr: Offset,
        l_name: Offset,
        l_ld: Offset,
        l_next: Offset,
        l_prev: Offset,
        l_real: Offset,
        l_ns: Offset,
        l_libname: Offset,
        l_info: Offset,
        l_phdr: Offset,
        l_entry: Offset,
        l_phnum: Offset,
        l_searchlist_r_list: Offset,
        l_searchlist_r_nlist: Offset,
        l_loader: Offset,
        l_nbuckets: Offset,
        l_gnu_bitmask_idxbits: Offset,
        l_gnu_shift: Offset,
        l_gnu_bitmask: Offset,
        l_gnu_buckets: Offset,
        l_gnu_chain_zero: Offset,
        l_chain: Offset,
        l_buckets: Offset,
        l_type: BitField,
        l_relocated: BitField,
        l_init_called: BitField,
        l_auditing: BitField,
        l_audit_any_plt: BitField,
        l_contiguous: BitField,
        l_free_initfini: BitField,
        l_ld_readonly: BitField,
        l_versyms: Offset,
        l_origin: Offset,
        l_map_start: Offset,
        l_map_end: Offset,
        l_scope: Offset,
        l_local_scope: Offset,
        l_initfini: Offset,
        l_tls_initimage: Offset,
        l_tls_initimage_size: Offset,
        l_tls_blocksize: Offset,
        l_tls_align: Offset,
        l_tls_firstbyte_offset: Offset,
        l_tls_offset: Offset,
        l_tls_modid: Offset,
        l_tls_dtor_count: Offset,
    }
}

table! {
    /// Offsets in `struct pthread`, which begins with the TCB that `%fs` points at.
    PthreadFields {
        header_tcb: Offset,
        header_dtv: Offset,
        header_self: Offset,
        header_multiple_threads: Offset,
        header_gscope_flag: Offset,
        header_stack_guard: Offset,
        header_pointer_guard: Offset,
        header_feature_1: Offset,
        list: Offset,
        tid: Offset,
        robust_prev: Offset,
        robust_head: Offset,
        robust_head_futex_offset: Offset,
        cancelhandling: Offset,
        specific_1stblock: Offset,
        specific: Offset,
        report_events: Offset,
        user_stack: Offset,
        stack_mode: Offset,
        joinid: Offset,
        joinstate: Offset,
        lock: Offset,
        start_routine: Offset,
        eventbuf: Offset,
        nextevent: Offset,
        schedpolicy: Offset,
        schedparam: Offset,
        stackblock: Offset,
        stackblock_size: Offset,
        guardsize: Offset,
        sigmask: Offset,
        rtld_catch: Offset,
        cancelstate: Offset,
        canceltype: Offset,
        exiting: Offset,
        exit_lock: Offset,
        getrandom_buf: Offset,
        rseq_area: Offset,
    }
}

table! {
    /// Offsets in `struct cpu_features`, which lies at [`RoFields::dl_x86_cpu_features`].
    CpuFields {
        kind: Offset,
        max_cpuid: Offset,
        family: Offset,
        model: Offset,
        stepping: Offset,
        cpuid: Offset,
        features: Offset,
        feature: Offset,
        preferred: Offset,
        isa_1: Offset,
        xsave_state_size: Offset,
        xsave_state_full_size: Offset,
        data_cache_size: Offset,
        shared_cache_size: Offset,
        non_temporal_threshold: Offset,
        memset_non_temporal_threshold: Offset,
        rep_movsb_threshold: Offset,
        rep_movsb_stop_threshold: Offset,
        rep_stosb_threshold: Offset,
        level1_icache_size: Offset,
        level1_icache_linesize: Offset,
        level1_dcache_size: Offset,
        level1_dcache_assoc: Offset,
        level1_dcache_linesize: Offset,
        level2_cache_size: Offset,
        level2_cache_assoc: Offset,
        level2_cache_linesize: Offset,
        level3_cache_size: Offset,
        level3_cache_assoc: Offset,
        level3_cache_linesize: Offset,
        level4_cache_size: Offset,
        cachesize_non_temporal_divisor: Offset,
    }
}

table! {
    /// Bit numbers of the architecture's own flags, counted from the words at [`CpuFields::preferred`] or, where that is absent, at
    /// [`CpuFields::feature`]. The `*_usable` bits are there only in the latter.
    ArchBits {
        avoid_non_temporal_memset: BitIndex,
        avoid_short_distance_rep_movsb: BitIndex,
        avoid_stosb: BitIndex,
        avx2_usable: BitIndex,
        avx512_4fmaps_usable: BitIndex,
        avx512_4vnniw_usable: BitIndex,
        avx512_bitalg_usable: BitIndex,
        avx512_ifma_usable: BitIndex,
        avx512_vbmi2_usable: BitIndex,
        avx512_vbmi_usable: BitIndex,
        avx512_vnni_usable: BitIndex,
        avx512_vpopcntdq_usable: BitIndex,
        avx512bw_usable: BitIndex,
        avx512cd_usable: BitIndex,
        avx512dq_usable: BitIndex,
        avx512er_usable: BitIndex,
        avx512f_usable: BitIndex,
        avx512pf_usable: BitIndex,
        avx512vl_usable: BitIndex,
        avx_fast_unaligned_load: BitIndex,
        avx_usable: BitIndex,
        fast_copy_backward: BitIndex,
        fast_rep_string: BitIndex,
        fast_unaligned_copy: BitIndex,
        fast_unaligned_load: BitIndex,
        fma4_usable: BitIndex,
        fma_usable: BitIndex,
        i586: BitIndex,
        i686: BitIndex,
        mathvec_prefer_no_avx512: BitIndex,
        prefer_avx2_strcmp: BitIndex,
        prefer_erms: BitIndex,
        prefer_evex512: BitIndex,
        prefer_fsrm: BitIndex,
        prefer_map_32bit_exec: BitIndex,
        prefer_no_avx512: BitIndex,
        prefer_no_vzeroupper: BitIndex,
        prefer_pminub_for_stringop: BitIndex,
        slow_bsf: BitIndex,
        slow_sse4_2: BitIndex,
        vaes_usable: BitIndex,
        vpclmulqdq_usable: BitIndex,
        xop_usable: BitIndex,
        xsavec_usable: BitIndex,
    }
}

impl Offset {
    pub const ABSENT: Self = Offset(u16::MAX);

    /// The field at this byte.
    pub const fn at(byte: u16) -> Self {
        Offset(byte)
    }

    /// The byte offset, or `None` when this libc has no such field.
    pub const fn get(self) -> Option<usize> {
        if self.0 == u16::MAX { None } else { Some(self.0 as usize) }
    }

    fn place(self) -> Option<Place> {
        self.get().map(|at| Place { at, bits: None })
    }
}

impl core::fmt::Display for Place {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}", self.at)?;
        self.bits.map_or(Ok(()), |(first, count)| write!(f, ".{first}:{count}"))
    }
}

impl core::fmt::Debug for Offset {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.get().fmt(f)
    }
}

impl BitField {
    pub const ABSENT: Self = BitField { byte: Offset::ABSENT, first: 0, count: 0 };

    /// `count` bits of this byte, from bit `first` on.
    pub const fn at(byte: u16, first: u8, count: u8) -> Self {
        BitField { byte: Offset::at(byte), first, count }
    }

    /// The byte the bits are in, and their mask there.
    pub const fn get(self) -> Option<(usize, u8)> {
        match self.byte.get() {
            Some(byte) => Some((byte, (((1u16 << self.count) - 1) as u8) << self.first)),
            None => None,
        }
    }

    /// Number of the first bit in its byte.
    pub const fn first_bit(self) -> u8 {
        self.first
    }

    fn place(self) -> Option<Place> {
        self.byte.get().map(|at| Place { at, bits: Some((self.first, self.count)) })
    }
}

impl BitIndex {
    pub const ABSENT: Self = BitIndex(u8::MAX);

    pub const fn at(bit: u8) -> Self {
        BitIndex(bit)
    }

    /// The bit's number, or `None` when this libc has no such bit.
    pub const fn get(self) -> Option<usize> {
        if self.0 == u8::MAX { None } else { Some(self.0 as usize) }
    }

    fn place(self) -> Option<Place> {
        self.get().map(|at| Place { at, bits: None })
    }
}
