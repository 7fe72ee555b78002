//! Where every Version lies, for `_dl_find_object`: unwinders ask it some twenty times for one exception, in all threads at once
//! and in signal handlers, so that it writes nothing at all.
//!
//! Two tables take turns. The writer fills the one that is not in use and then counts up; a reader searches the one that the
//! count names, and believes what it found if the count is still the same. A table that has become too small is left where it
//! is, because a late reader may still be in it.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering, fence};

use luci::addr::Addr;
use luci::link::world::{Mapping, World};

/// A range of addresses with what is told of them.
#[derive(Clone, Copy)]
pub struct Place {
    pub start: Addr,
    pub end: Addr,
    /// First and one-past-last address of the whole Version.
    pub map_start: Addr,
    pub map_end: Addr,
    pub link_map: Addr,
    /// 0 for none.
    pub eh_frame_header: Addr,
}

const WORDS: usize = 6;

struct Table {
    used: AtomicUsize,
    /// Ascending; ranges do not overlap.
    places: Box<[[AtomicU64; WORDS]]>,
}

static COUNT: AtomicU64 = AtomicU64::new(0);
static TABLES: [AtomicPtr<Table>; 2] = [AtomicPtr::new(null_mut()), AtomicPtr::new(null_mut())];

/// The place of an address.
pub fn find(addr: Addr) -> Option<Place> {
    loop {
        let count = COUNT.load(Ordering::Acquire);
        let found = table(count).and_then(|table| table.find(addr));
        fence(Ordering::Acquire);
        if COUNT.load(Ordering::Relaxed) == count {
            return found;
        }
    }
}

/// Stores where the Versions of a world are. Writers exclude each other outside.
pub fn store(world: &World<'static>) {
    let count = COUNT.load(Ordering::Relaxed) + 1;
    let mut all: Vec<Place> = world.mappings().iter().flat_map(places_of).collect();
    // a hole of one may hold another
    all.sort_unstable_by_key(|place| place.start);
    let needed = all.len();
    let table = match table(count) {
        Some(table) if table.places.len() >= needed => table,
        _ => new_table(count, needed),
    };
    // who reads one of the words below has to see the former count
    fence(Ordering::Release);
    for (words, place) in table.places.iter().zip(all) {
        let Place { start, end, map_start, map_end, link_map, eh_frame_header } = place;
        let values = [start, end, map_start, map_end, link_map, eh_frame_header];
        words.iter().zip(values).for_each(|(word, value)| word.store(value.0, Ordering::Relaxed));
    }
    table.used.store(needed, Ordering::Relaxed);
    COUNT.store(count, Ordering::Release);
}

fn table(count: u64) -> Option<&'static Table> {
    // SAFETY: null or a table that `new_table` leaked.
    unsafe { TABLES[count as usize % 2].load(Ordering::Acquire).as_ref() }
}

fn new_table(count: u64, needed: usize) -> &'static Table {
    let room = (2 * needed).next_power_of_two();
    let places = (0..room).map(|_| [const { AtomicU64::new(0) }; WORDS]).collect();
    let table = Box::leak(Box::new(Table { used: AtomicUsize::new(0), places }));
    TABLES[count as usize % 2].store(table, Ordering::Release);
    table
}

/// A Version without holes is one place; of others each segment is one, because something else may lie in between.
fn places_of(mapping: &Mapping<'static>) -> impl Iterator<Item = Place> {
    let version = &mapping.version;
    let segments: &[_] = if version.layout.is_contiguous() { &[] } else { &version.layout.segments };
    let whole = segments.is_empty().then_some((mapping.start, mapping.end));
    let pieces = segments.iter().map(|segment| (segment.start + version.bias, segment.alloc_end + version.bias));
    let header = version.layout.eh_frame_header.map_or(Addr(0), |header| header.vaddr + version.bias);
    whole.into_iter().chain(pieces).map(move |(start, end)| Place {
        start,
        end,
        map_start: mapping.start,
        map_end: mapping.end,
        link_map: version.link_map,
        eh_frame_header: header,
    })
}

impl Table {
    fn find(&self, addr: Addr) -> Option<Place> {
        let places = self.places.get(..self.used.load(Ordering::Relaxed))?;
        let after = places.partition_point(|words| words[0].load(Ordering::Relaxed) <= addr.0);
        let words = places.get(after.checked_sub(1)?)?;
        let [start, end, map_start, map_end, link_map, eh_frame_header] =
            core::array::from_fn(|index| Addr(words[index].load(Ordering::Relaxed)));
        (addr < end).then_some(Place { start, end, map_start, map_end, link_map, eh_frame_header })
    }
}
