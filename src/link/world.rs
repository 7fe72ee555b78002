//! [`World`]: all objects of the process as lookups see them. Immutable; a change makes a new one.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::object::{Object, ObjectId};
use crate::addr::Addr;

/// Every object, and the order that matters.
#[derive(Clone, Default)]
pub struct World<'m> {
    /// By [`ObjectId`].
    objects: Vec<Option<Arc<Object<'m>>>>,
    /// Order of the link_map list: as loaded.
    pub order: Vec<ObjectId>,
    /// The global scope: the program, preloads, dependencies breadth first, then what was opened with RTLD_GLOBAL.
    pub global: Arc<[ObjectId]>,
    /// Address ranges of all objects, ascending; for finding an object by address.
    ranges: Vec<(Addr, Addr, ObjectId)>,
    /// How many objects were ever added and removed (dl_iterate_phdr `dlpi_adds`, `dlpi_subs`).
    pub adds: u64,
    pub subs: u64,
}

impl<'m> World<'m> {
    /// The lowest free number.
    pub fn free_id(&self) -> ObjectId {
        let index = self.objects.iter().position(Option::is_none).unwrap_or(self.objects.len());
        ObjectId(index as u32)
    }

    /// Adds an object at the end of the order.
    pub fn add(&mut self, object: Object<'m>) {
        self.order.push(object.id);
        self.adds += 1;
        let (start, end) = object.current.range();
        let at = self.ranges.partition_point(|range| range.0 < start);
        self.ranges.insert(at, (start, end, object.id));
        self.put(object);
    }

    /// Replaces the object with the same number; its place in the order stays.
    pub fn put(&mut self, object: Object<'m>) {
        let index = object.id.0 as usize;
        if self.objects.len() <= index {
            self.objects.resize(index + 1, None);
        }
        self.objects[index] = Some(Arc::new(object));
    }

    pub fn remove(&mut self, id: ObjectId) {
        if self.objects.get_mut(id.0 as usize).and_then(Option::take).is_some() {
            self.order.retain(|&other| other != id);
            self.ranges.retain(|range| range.2 != id);
            self.subs += 1;
        }
    }

    pub fn get(&self, id: ObjectId) -> Option<&Arc<Object<'m>>> {
        self.objects.get(id.0 as usize)?.as_ref()
    }

    /// All objects in link_map order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Object<'m>>> {
        self.order.iter().filter_map(|&id| self.get(id))
    }

    /// The object that holds `addr` in one of its segments.
    pub fn find_address(&self, addr: Addr) -> Option<&Arc<Object<'m>>> {
        let (object, _) = self.find_range(addr)?;
        Some(object)
    }

    /// The object and range whose span holds `addr`, lock-free and without allocation.
    pub fn find_range(&self, addr: Addr) -> Option<(&Arc<Object<'m>>, (Addr, Addr))> {
        let after = self.ranges.partition_point(|range| range.0 <= addr);
        // spans of objects with holes may enclose others, so earlier ranges are tried too
        self.ranges[..after].iter().rev().find_map(|&(start, end, id)| {
            let object = self.get(id)?;
            (addr < end && object.current.contains(addr)).then_some((object, (start, end)))
        })
    }

    pub fn find_link_map(&self, link_map: Addr) -> Option<&Arc<Object<'m>>> {
        self.iter().find(|object| object.link_map == link_map)
    }

    /// What a reference of `object` searches, in order: the global scope and its local scopes; its own definitions first
    /// when it was linked with -Bsymbolic.
    pub fn scope_of<'w>(&'w self, object: &'w Object<'m>) -> impl Iterator<Item = &'w Object<'m>> {
        use crate::elf::dynamic::Flags;
        let symbolic = object.current.dynamic.flags.contains(Flags::SYMBOLIC).then_some(object);
        let (first, then): (&'w [Arc<[ObjectId]>], &'w [Arc<[ObjectId]>]) =
            if object.deep_bind { (&object.local_scopes, &[]) } else { (&[], &object.local_scopes) };
        let lists = first.iter().chain(core::iter::once(&self.global)).chain(then);
        symbolic.into_iter().chain(self.objects_in(lists))
    }

    fn objects_in<'w>(&'w self, lists: impl Iterator<Item = &'w Arc<[ObjectId]>>) -> impl Iterator<Item = &'w Object<'m>> {
        lists.flat_map(|list| list.iter()).filter_map(|&id| self.get(id)).map(|object| &**object)
    }

    /// The objects of one search list.
    pub fn list<'w>(&'w self, ids: &'w [ObjectId]) -> impl Iterator<Item = &'w Object<'m>> {
        ids.iter().filter_map(|&id| self.get(id)).map(|object| &**object)
    }

    /// `root` and everything it needs, breadth first: the search list of a dlopen handle.
    pub fn breadth_first(&self, root: ObjectId) -> Vec<ObjectId> {
        let mut list = alloc::vec![root];
        let mut next = 0;
        while let Some(&id) = list.get(next) {
            next += 1;
            let Some(object) = self.get(id) else { continue };
            for &needed in object.needed.iter() {
                if !list.contains(&needed) {
                    list.push(needed);
                }
            }
        }
        list
    }
}
