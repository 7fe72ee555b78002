//! One object as libc and debuggers see it: `struct link_map` with its private part, at the record's offsets.

use super::bytes::{Image, address_of};
use super::record::Record;
use crate::diag::Result;

/// What the `link_map` of an object holds. Addresses in the process; 0 is NULL.
#[derive(Clone, Debug, Default)]
pub struct LinkMapValues<'a> {
    /// Address of this `link_map`.
    pub address: u64,
    /// Load bias.
    pub l_addr: u64,
    /// Address of the path, a C string; empty for the program.
    pub l_name: u64,
    /// Address of the dynamic section.
    pub l_ld: u64,
    pub l_next: u64,
    pub l_prev: u64,
    /// Index of the namespace.
    pub l_ns: u64,
    /// Address of a `libname_list` {name, next, dont_free}, never NULL.
    pub l_libname: u64,
    /// The dynamic section's entries: tag and address of the `Elf64_Dyn`. Of equal tags the last counts.
    pub dynamic: &'a [(i64, u64)],
    pub l_phdr: u64,
    pub l_entry: u64,
    pub l_phnum: u16,
    /// Address of the array of `link_map` pointers that dlsym on this object's handle searches, and its length.
    pub searchlist: u64,
    pub searchlist_len: u32,
    /// The object that asked for this one.
    pub l_loader: u64,
    /// Address of the version symbol table.
    pub l_versyms: u64,
    pub hash: Hash,
    pub kind: Kind,
    pub relocated: bool,
    pub init_called: bool,
    /// Whether `[l_map_start, l_map_end)` has no hole that belongs to another object.
    pub contiguous: bool,
    /// Whether the dynamic section's addresses could not be made absolute in place.
    pub ld_readonly: bool,
    /// Address of the directory's path, a C string.
    pub l_origin: u64,
    pub l_map_start: u64,
    pub l_map_end: u64,
    /// Address of a NULL-terminated array of `r_scope_elem` pointers; 0: the object's own `l_local_scope`.
    pub l_scope: u64,
    /// Address of the NULL-terminated array of objects in the order of initialisation.
    pub l_initfini: u64,
    pub tls: Option<TlsModule>,
}

/// `l_type`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// `lt_executable`
    Executable = 0,
    /// `lt_library`: part of the initial set.
    #[default]
    Library = 1,
    /// `lt_loaded`: by dlopen.
    Loaded = 2,
}

/// The object's symbol hash table, taken apart. Addresses.
#[derive(Clone, Copy, Debug, Default)]
pub enum Hash {
    #[default]
    None,
    Gnu {
        nbuckets: u32,
        /// Number of Bloom filter words minus one.
        bitmask_idxbits: u32,
        shift: u32,
        bitmask: u64,
        buckets: u64,
        /// Where the chain word of symbol 0 would be.
        chain_zero: u64,
    },
    SysV {
        nbuckets: u32,
        buckets: u64,
        chain: u64,
    },
}

/// The object's PT_TLS segment.
#[derive(Clone, Copy, Debug, Default)]
pub struct TlsModule {
    /// Address of the initialisation image.
    pub initimage: u64,
    pub initimage_size: u64,
    pub blocksize: u64,
    pub align: u64,
    /// `p_vaddr` modulo `align`.
    pub firstbyte_offset: u64,
    /// Distance of the block below the thread pointer; [`NO_TLS_OFFSET`] or [`FORCED_DYNAMIC_TLS_OFFSET`] when it has none.
    pub offset: i64,
    /// Module ID, from 1.
    pub modid: u64,
}

/// `l_tls_offset` of a module without a static block.
pub const NO_TLS_OFFSET: i64 = 0;
/// `l_tls_offset` of a module that must not get one.
pub const FORCED_DYNAMIC_TLS_OFFSET: i64 = -1;

/// Writes a `link_map` into zeroed bytes.
pub fn fill(record: &Record, values: &LinkMapValues, bytes: &mut [u8]) -> Result<()> {
    let fields = &record.link_map;
    let mut image = Image::new(bytes, record.sizes.link_map, "a link_map")?;
    let rows = [
        (fields.l_addr, values.l_addr),
        (fields.l_name, values.l_name),
        (fields.l_ld, values.l_ld),
        (fields.l_next, values.l_next),
        (fields.l_prev, values.l_prev),
        (fields.l_real, values.address),
        (fields.l_ns, values.l_ns),
        (fields.l_libname, values.l_libname),
        (fields.l_phdr, values.l_phdr),
        (fields.l_entry, values.l_entry),
        (fields.l_searchlist_r_list, values.searchlist),
        (fields.l_loader, values.l_loader),
        (fields.l_versyms, values.l_versyms),
        (fields.l_origin, values.l_origin),
        (fields.l_map_start, values.l_map_start),
        (fields.l_map_end, values.l_map_end),
        (fields.l_initfini, values.l_initfini),
    ];
    for (at, value) in rows {
        image.u64(at, value);
    }
    image.u16(fields.l_phnum, values.l_phnum);
    image.u32(fields.l_searchlist_r_nlist, values.searchlist_len);
    for &(tag, entry) in values.dynamic {
        if let Some(index) = info_index(record, tag) {
            image.word(fields.l_info, index, entry);
        }
    }
    image.bits(fields.l_type, values.kind as u8);
    image.bits(fields.l_relocated, values.relocated.into());
    image.bits(fields.l_init_called, values.init_called.into());
    image.bits(fields.l_contiguous, values.contiguous.into());
    image.bits(fields.l_ld_readonly, values.ld_readonly.into());
    fill_scope(record, values, &mut image);
    fill_hash(record, &values.hash, &mut image);
    if let Some(tls) = &values.tls {
        fill_tls(record, tls, &mut image);
    }
    Ok(())
}

/// The index in `l_info` of a dynamic tag; `None` when this libc keeps no slot for it.
///
/// Slots: generic tags below DT_NUM, processor's tags, and then downwards from the top of each reserved range
/// version tags, extra tags (DT_AUXILIARY, DT_FILTER), DT_VALRNG and DT_ADDRRNG.
pub fn info_index(record: &Record, tag: i64) -> Option<usize> {
    const DT_LOPROC: i64 = 0x7000_0000;
    const VERSION_TAGS: (i64, i64) = (0x6fff_ffff, 16);
    const EXTRA_TAGS: (i64, i64) = (0x7fff_ffff, 3);
    const VALUE_TAGS: (i64, i64) = (0x6fff_fdff, 12);
    const ADDRESS_TAGS: (i64, i64) = (0x6fff_feff, 11);
    let mut first = i64::from(record.values.dt_num);
    if (0..first).contains(&tag) {
        return usize::try_from(tag).ok();
    }
    let processor = i64::from(record.values.dt_procnum);
    if (DT_LOPROC..DT_LOPROC + processor).contains(&tag) {
        return usize::try_from(first + tag - DT_LOPROC).ok();
    }
    first += processor;
    for (top, count) in [VERSION_TAGS, EXTRA_TAGS, VALUE_TAGS, ADDRESS_TAGS] {
        if (top - count + 1..=top).contains(&tag) {
            return usize::try_from(first + top - tag).ok();
        }
        first += count;
    }
    None
}

fn fill_scope(record: &Record, values: &LinkMapValues, image: &mut Image) {
    let fields = &record.link_map;
    if let Some(searchlist) = address_of(values.address, fields.l_searchlist_r_list) {
        image.word(fields.l_local_scope, 0, searchlist);
    }
    let own_scope = address_of(values.address, fields.l_local_scope);
    image.u64(fields.l_scope, if values.l_scope == 0 { own_scope.unwrap_or(0) } else { values.l_scope });
}

fn fill_hash(record: &Record, hash: &Hash, image: &mut Image) {
    let fields = &record.link_map;
    match *hash {
        Hash::None => {}
        Hash::Gnu { nbuckets, bitmask_idxbits, shift, bitmask, buckets, chain_zero } => {
            image.u32(fields.l_nbuckets, nbuckets);
            image.u32(fields.l_gnu_bitmask_idxbits, bitmask_idxbits);
            image.u32(fields.l_gnu_shift, shift);
            image.u64(fields.l_gnu_bitmask, bitmask);
            image.u64(fields.l_gnu_buckets, buckets);
            image.u64(fields.l_gnu_chain_zero, chain_zero);
        }
        Hash::SysV { nbuckets, buckets, chain } => {
            image.u32(fields.l_nbuckets, nbuckets);
            image.u64(fields.l_buckets, buckets);
            image.u64(fields.l_chain, chain);
        }
    }
}

fn fill_tls(record: &Record, tls: &TlsModule, image: &mut Image) {
    let fields = &record.link_map;
    image.u64(fields.l_tls_initimage, tls.initimage);
    image.u64(fields.l_tls_initimage_size, tls.initimage_size);
    image.u64(fields.l_tls_blocksize, tls.blocksize);
    image.u64(fields.l_tls_align, tls.align);
    image.u64(fields.l_tls_firstbyte_offset, tls.firstbyte_offset);
    image.u64(fields.l_tls_offset, tls.offset.cast_unsigned());
    image.u64(fields.l_tls_modid, tls.modid);
}

#[cfg(test)]
mod tests {
    use super::super::record::of_build;
    use super::*;

    fn word(bytes: &[u8], at: usize) -> u64 {
        u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
    }

    fn values() -> LinkMapValues<'static> {
        LinkMapValues {
            address: 0x9000,
            l_addr: 0x4000,
            l_name: 0x10,
            dynamic: &[(5, 0x50), (6, 0x60), (0x6fff_fef5, 0x70), (0x6fff_fff0, 0x80), (0x1234_5678, 0x90)],
            l_phnum: 11,
            l_map_start: 0x4000,
            l_map_end: 0x8000,
            hash: Hash::Gnu { nbuckets: 3, bitmask_idxbits: 1, shift: 6, bitmask: 0xa0, buckets: 0xb0, chain_zero: 0xc0 },
            kind: Kind::Loaded,
            relocated: true,
            contiguous: true,
            ld_readonly: true,
            tls: Some(TlsModule { blocksize: 64, align: 16, offset: -1, modid: 2, ..TlsModule::default() }),
            ..LinkMapValues::default()
        }
    }

    #[test]
    fn a_link_map_is_laid_out_as_this_libc_reads_it() {
        let mut bytes = [0; 1192];
        fill(of_build("2.36-debian"), &values(), &mut bytes).unwrap();
        assert_eq!((word(&bytes, 0), word(&bytes, 8), word(&bytes, 40)), (0x4000, 0x10, 0x9000));
        assert_eq!((word(&bytes, 64 + 5 * 8), word(&bytes, 64 + 6 * 8)), (0x50, 0x60));
        assert_eq!((word(&bytes, 64 + 79 * 8), word(&bytes, 64 + 53 * 8)), (0x70, 0x80), "GNU_HASH and VERSYM");
        assert_eq!(bytes[720], 11);
        assert_eq!((bytes[780], word(&bytes, 800), word(&bytes, 808)), (3, 0xb0, 0xc0));
        assert_eq!(bytes[820], 2 | 1 << 3, "l_type and l_relocated");
        assert_eq!(bytes[822], 1 << 3 | 1 << 5, "l_contiguous and l_ld_readonly");
        assert_eq!((word(&bytes, 880), word(&bytes, 888)), (0x4000, 0x8000));
        assert_eq!(word(&bytes, 944), 0x9000 + 952, "l_scope is l_local_scope");
        assert_eq!((word(&bytes, 952), word(&bytes, 960)), (0x9000 + 728, 0), "l_local_scope holds l_searchlist and NULL");
        assert_eq!((word(&bytes, 1120), word(&bytes, 1144), word(&bytes, 1152)), (64, u64::MAX, 2));
        assert_eq!(word(&bytes, 1160), 0, "l_tls_dtor_count belongs to libc");
    }

    #[test]
    fn the_old_layout_has_its_own_places() {
        let mut bytes = [0; 1152];
        let sysv = LinkMapValues { hash: Hash::SysV { nbuckets: 4, buckets: 0xd0, chain: 0xe0 }, ..values() };
        fill(of_build("2.31-debian"), &sysv, &mut bytes).unwrap();
        assert_eq!(word(&bytes, 64 + 76 * 8), 0x70, "GNU_HASH");
        assert_eq!((bytes[756], word(&bytes, 776), word(&bytes, 784)), (4, 0xe0, 0xd0));
        assert_eq!(bytes[797], 1 << 6, "l_contiguous; l_ld_readonly does not exist");
        assert_eq!(word(&bytes, 1112), 2);
        assert!(fill(of_build("2.31-debian"), &values(), &mut [0; 1151]).is_err());
    }

    #[test]
    fn dynamic_tags_have_their_slots() {
        let newest = of_build("2.44-debian");
        assert_eq!(info_index(newest, 36), Some(36), "DT_RELR");
        assert_eq!(info_index(of_build("2.31-debian"), 36), None);
        assert_eq!(info_index(newest, 0x7000_0003), Some(38 + 3), "DT_X86_64_PLTENT");
        assert_eq!(info_index(of_build("2.36-debian"), 0x7000_0003), None);
        assert_eq!(info_index(newest, 0x6fff_fff0), Some(38 + 4 + 15), "DT_VERSYM");
        assert_eq!(info_index(newest, 0x7fff_fffd), Some(38 + 4 + 16 + 2), "DT_AUXILIARY");
        assert_eq!(info_index(newest, 0x6fff_fef5), Some(83), "DT_GNU_HASH");
        assert_eq!(info_index(newest, 0x6000_0000), None);
        assert_eq!(info_index(newest, -1), None);
    }
}
