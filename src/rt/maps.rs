//! The native `struct link_map` of each Version: where it lies, and the list that debuggers and libc walk.
//!
//! In front of the structure two words of our own lead from the map back to the Version, for lazy binding.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::AtomicU64;

use luci::addr::{Addr, Vaddr};
use luci::diag::Result;
use luci::elf::hash::SymbolHash;
use luci::glibc::link_map::{self, Hash, Kind, LinkMapValues, TlsModule};
use luci::glibc::record::{RECORDS, Record};
use luci::link::object::{Object, ObjectId, Role, Version};
use luci::link::world::World;

use super::abi::debug;
use super::image::{load_word, store_word};

/// Words in front of the `link_map`: address of the Version, number of the object.
const OWN_WORDS: usize = 2;
/// `struct libname_list`: name, next, dont_free.
const LIBNAME_WORDS: usize = 3;
/// One element of a search list plus its end.
const SCOPE_WORDS: usize = 2;

/// Offsets of the public part, the same in every libc (link.h).
const L_NEXT: u64 = 24;
const L_PREV: u64 = 32;

/// Words of the largest `link_map` of any record.
const MAP_WORDS: usize = {
    let mut largest = 0;
    let mut index = 0;
    while index < RECORDS.len() {
        let size = RECORDS[index].sizes.link_map as usize;
        if size > largest {
            largest = size;
        }
        index += 1;
    }
    largest.div_ceil(8)
};

/// Zeroed room for the `link_map` of a Version opened as `path`, kept in `backing`; the result is the map's address.
pub fn allocate(path: &[u8], backing: &mut Vec<Box<[AtomicU64]>>) -> Addr {
    let name_words = path.len() / 8 + 1;
    let total = OWN_WORDS + MAP_WORDS + LIBNAME_WORDS + SCOPE_WORDS + name_words;
    let mut words = alloc::vec![0u64; total];
    for (to, from) in words[total - name_words..].iter_mut().zip(path.chunks(8)) {
        let mut word = [0u8; 8];
        word[..from.len()].copy_from_slice(from);
        *to = u64::from_le_bytes(word);
    }
    let words: Box<[AtomicU64]> = words.into_iter().map(AtomicU64::new).collect();
    let start = words.as_ptr() as u64;
    backing.push(words);
    Addr(start) + (OWN_WORDS * 8) as u64
}

/// Addresses of the parts behind a map.
fn libname_of(map: Addr) -> Addr {
    map + (MAP_WORDS * 8) as u64
}

fn scope_of(map: Addr) -> Addr {
    libname_of(map) + (LIBNAME_WORDS * 8) as u64
}

/// Address of the path as a C string.
pub fn name_of(map: Addr) -> Addr {
    scope_of(map) + (SCOPE_WORDS * 8) as u64
}

/// The Version and object that a `link_map` of ours belongs to.
///
/// # Safety
/// `map` comes from [`allocate`] and its Version lives.
pub unsafe fn owner(map: Addr) -> (&'static Version<'static>, ObjectId) {
    // SAFETY: the two words in front of every map are written by `fill` before its address leaves the loader.
    let (version, object) = unsafe { (load_word(Addr(map.0 - 16)), load_word(Addr(map.0 - 8))) };
    // SAFETY: the Version is alive by the caller's contract.
    (unsafe { &*(version as *const Version<'static>) }, ObjectId(object as u32))
}

/// Fills the `link_map` of a Version by the record's offsets. The list pointers are set by [`relink`].
pub fn fill(record: &Record, world: &World<'static>, object: &Object<'static>, version: &Arc<Version<'static>>) -> Result<()> {
    let map = version.link_map;
    let dynamic_start = version.layout.dynamic.map_or(Vaddr(0), |header| header.vaddr) + version.bias;
    let entries: Vec<(i64, u64)> =
        version.dynamic.entries.iter().map(|&(tag, index)| (tag as i64, dynamic_start.0 + u64::from(index) * 16)).collect();
    let (start, end) = version.range();
    let absolute = |vaddr: Option<Vaddr>| vaddr.map_or(0, |vaddr| (vaddr + version.bias).0);
    let values = LinkMapValues {
        address: map.0,
        l_addr: version.bias.0,
        l_name: name_of(map).0,
        l_ld: dynamic_start.0,
        l_ns: u64::from(object.namespace.0),
        l_libname: libname_of(map).0,
        dynamic: &entries,
        l_phdr: version.headers_addr.0,
        l_entry: (version.entry + version.bias).0,
        l_phnum: version.layout.headers.len() as u16,
        searchlist: scope_of(map).0,
        searchlist_len: 1,
        l_versyms: absolute(version.dynamic.versym),
        hash: hash_values(version),
        kind: if version.role == Role::Program { Kind::Executable } else { Kind::Library },
        relocated: true,
        init_called: true,
        contiguous: version.layout.is_contiguous(),
        ld_readonly: version.role == Role::Vdso,
        l_map_start: start.0,
        l_map_end: end.0,
        tls: tls_values(world, object, version),
        ..LinkMapValues::default()
    };
    let mut bytes = alloc::vec![0u8; usize::from(record.sizes.link_map)];
    link_map::fill(record, &values, &mut bytes)?;
    store_own(map, version, object.id, &bytes);
    Ok(())
}

fn store_own(map: Addr, version: &Arc<Version<'static>>, id: ObjectId, bytes: &[u8]) {
    let store = |at: Addr, value: u64| {
        // SAFETY: a word of the allocation that `allocate` made for this map.
        unsafe { store_word(at, value) }
    };
    for (index, chunk) in bytes.chunks_exact(8).enumerate() {
        let at = map + 8 * index as u64;
        let word = u64::from_le_bytes(chunk.try_into().expect("chunks of eight"));
        // l_next and l_prev belong to `relink`
        if at.0 - map.0 != L_NEXT && at.0 - map.0 != L_PREV {
            store(at, word);
        }
    }
    store(Addr(map.0 - 16), Arc::as_ptr(version) as u64);
    store(Addr(map.0 - 8), u64::from(id.0));
    store(libname_of(map), name_of(map).0);
    store(libname_of(map) + 16, 1);
    store(scope_of(map), map.0);
}

fn hash_values(version: &Version<'static>) -> Hash {
    let at = |vaddr: Option<Vaddr>| vaddr.map_or(0, |vaddr| (vaddr + version.bias).0);
    match &version.symbols.hash {
        SymbolHash::Gnu(table) => {
            let (buckets, blooms, symbol_offset) = table.shape();
            let start = at(version.dynamic.gnu_hash);
            let bitmask = start + 16;
            let bucket_start = bitmask + 8 * blooms as u64;
            let chains = bucket_start + 4 * buckets as u64;
            Hash::Gnu {
                nbuckets: buckets as u32,
                bitmask_idxbits: blooms as u32 - 1,
                shift: table.bloom_shift(),
                bitmask,
                buckets: bucket_start,
                chain_zero: chains.wrapping_sub(4 * u64::from(symbol_offset)),
            }
        }
        SymbolHash::SysV(table) => {
            let start = at(version.dynamic.hash) + 8;
            let buckets = table.bucket_count();
            Hash::SysV { nbuckets: buckets, buckets: start, chain: start + 4 * u64::from(buckets) }
        }
        SymbolHash::None => Hash::None,
    }
}

fn tls_values(world: &World<'static>, object: &Object<'static>, version: &Version<'static>) -> Option<TlsModule> {
    let module = object.tls?;
    let known = world.tls.get(module.id)?;
    let header = version.layout.tls?;
    Some(TlsModule {
        initimage: known.image.0,
        initimage_size: known.filesz,
        blocksize: known.block.memsz,
        align: known.block.align,
        firstbyte_offset: header.vaddr.0 & (known.block.align - 1),
        offset: known.static_offset.map_or(link_map::NO_TLS_OFFSET, |offset| offset as i64),
        modid: module.id,
    })
}

/// Links the maps of each namespace into its list: all objects in load order, old Versions behind their objects.
pub fn relink(world: &World<'static>) {
    let others: Vec<(ObjectId, Addr)> = others(world).collect();
    for (id, _) in world.namespaces() {
        let mut last = Addr(0);
        let mut append = |map: Addr| {
            link(last, map);
            last = map;
        };
        for object in world.members(id) {
            // the object's handle first
            append(object.handle);
            others.iter().filter(|&&(owner, _)| owner == object.id).for_each(|&(_, map)| append(map));
        }
        link(last, Addr(0));
        debug::set_head(id, world.members(id).next().map_or(Addr(0), |object| object.handle));
    }
}

/// The maps that are no handles: those of other Versions than the first.
fn others(world: &World<'static>) -> impl Iterator<Item = (ObjectId, Addr)> {
    let maps = world.mappings().iter().map(|mapping| (mapping.object, mapping.version.link_map));
    maps.filter(|&(id, map)| world.get(id).is_some_and(|object| object.handle != map))
}

/// Makes two maps neighbours; address 0 is the end of the list.
fn link(before: Addr, behind: Addr) {
    // SAFETY: maps are allocated with the Versions of this world; a debugger or libc may read at the same time, and each
    // store leaves a list that ends.
    unsafe {
        if before.0 != 0 {
            store_word(before + L_NEXT, behind.0);
        }
        if behind.0 != 0 {
            store_word(behind + L_PREV, before.0);
        }
    }
}

/// How many destructors of thread_local objects still refer to the object (glibc `l_tls_dtor_count`, counted by libc).
pub fn tls_destructors(record: &Record, map: Addr) -> u64 {
    let Some(offset) = record.link_map.l_tls_dtor_count.get() else { return 0 };
    // SAFETY: a word inside the map, which libc changes atomically.
    unsafe { load_word(map + offset as u64) }
}
