//! The namespaces as libc, libthread_db and debuggers read them in `_rtld_global`: `_dl_ns[]`, the counters, the list of TLS
//! modules. Written anew with each world that is published.

use alloc::vec::Vec;

use luci::addr::Addr;
use luci::glibc::record::Offset;
use luci::glibc::rtld;
use luci::link::object::NamespaceId;
use luci::link::world::World;

use super::abi::rtld as exported;
use super::image::store_word;
use super::process::PROCESS;
use super::sync::Locked;
use super::version::LIBC_SONAME;

/// Stores what libc and tools want to know of all loaded objects.
pub fn store(world: &World<'static>) {
    let record = PROCESS.record();
    let mut count = 1;
    for (id, _) in world.namespaces() {
        store_namespace(world, id);
        count = count.max(u64::from(id.0) + 1);
    }
    let global = exported::global();
    store_at(global, record.rg.dl_nns, count);
    store_at(global, record.rg.dl_load_adds, world.adds);
    store_at(global, record.rg.dl_tls_max_dtv_idx, world.tls.highest());
    store_at(global, record.rg.dl_tls_generation, world.tls.generation);
    store_modules(world);
}

fn store_namespace(world: &World<'static>, id: NamespaceId) {
    let record = PROCESS.record();
    let Some(array) = record.rg.dl_ns.get() else { return };
    let element = exported::global() + array as u64 + u64::from(id.0) * u64::from(record.sizes.ns);
    let members = || world.members(id);
    let libc = members().find(|object| object.current.soname == Some(LIBC_SONAME));
    store_at(element, record.ns.ns_loaded, members().next().map_or(0, |object| object.handle.0));
    store_at(element, record.ns.ns_nloaded, members().count() as u64);
    store_at(element, record.ns.libc_map, libc.map_or(0, |object| object.handle.0));
}

fn store_at(start: Addr, offset: Offset, value: u64) {
    if let Some(offset) = offset.get() {
        // SAFETY: an aligned word of `_rtld_global` that only the loader writes, under its lock.
        unsafe { store_word(start + offset as u64, value) };
    }
}

/// The chunks of the slotinfo list in use: address and number of slots of each. They are never given back, because a
/// debugger may walk the list at any time.
pub static CHUNKS: Locked<Vec<(Addr, usize)>> = Locked::new(Vec::new());

/// Slots beyond those that are in use when a chunk is made.
const SPARE_SLOTS: usize = 62;

/// Enters every TLS module in the list that libthread_db reads: slots by module ID, over all chunks.
fn store_modules(world: &World<'static>) {
    let slots = world.tls.highest() as usize + 1;
    CHUNKS.with(|chunks| {
        let have: usize = chunks.iter().map(|&(_, len)| len).sum();
        if have < slots {
            append_chunk(chunks, slots - have + SPARE_SLOTS);
        }
        let maps: Vec<(u64, u64)> = world.iter().filter_map(|object| Some((object.tls?.id, object.handle.0))).collect();
        for (id, slot) in world.tls.iter() {
            let map = maps.iter().find(|&&(module, _)| module == id).map_or(0, |&(_, map)| map);
            let Some(at) = slot_address(chunks, id as usize) else { continue };
            // SAFETY: both words of a slot in a chunk made below.
            unsafe {
                store_word(at, slot.generation);
                store_word(at + 8, map);
            }
        }
    });
}

fn append_chunk(chunks: &mut Vec<(Addr, usize)>, slots: usize) {
    let words = alloc::vec![0u64; rtld::slotinfo_size(slots) / 8].leak();
    words[0] = slots as u64;
    let start = Addr(words.as_mut_ptr() as u64);
    match chunks.last() {
        // SAFETY: the word `next` of a chunk.
        Some(&(last, _)) => unsafe { store_word(last + 8, start.0) },
        None => store_at(exported::global(), PROCESS.record().rg.dl_tls_dtv_slotinfo_list, start.0),
    }
    chunks.push((start, slots));
}

fn slot_address(chunks: &[(Addr, usize)], module: usize) -> Option<Addr> {
    let mut index = module;
    for &(start, slots) in chunks {
        if index < slots {
            return Some(start + rtld::slotinfo_size(index) as u64);
        }
        index -= slots;
    }
    None
}
