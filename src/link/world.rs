//! [`World`]: all objects of the process as lookups see them. Immutable; a change makes a new one.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::object::{Object, ObjectId, Version};
use crate::addr::Addr;
use crate::tls::TlsModules;

/// Objects in the order in which they are searched.
pub type SearchList = Arc<[ObjectId]>;

/// The address range of one Version.
#[derive(Clone)]
pub struct Mapping<'m> {
    pub start: Addr,
    pub end: Addr,
    pub object: ObjectId,
    pub version: Arc<Version<'m>>,
}

/// Every object, and the order that matters.
#[derive(Clone, Default)]
pub struct World<'m> {
    /// By [`ObjectId`].
    objects: Vec<Option<Arc<Object<'m>>>>,
    /// Order of the link_map list: as loaded.
    pub order: Vec<ObjectId>,
    /// The global scope: the program, preloads, dependencies breadth first, then what was opened with RTLD_GLOBAL.
    pub global: Arc<[ObjectId]>,
    /// Where every Version is, old ones too, ascending; for finding an object by address.
    mappings: Vec<Mapping<'m>>,
    /// How many objects were ever added and removed (dl_iterate_phdr `dlpi_adds`, `dlpi_subs`).
    pub adds: u64,
    pub subs: u64,
    pub tls: TlsModules,
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
        self.add_mapping(object.id, object.current.clone());
        self.put(object);
    }

    /// Makes the addresses of a Version known.
    pub fn add_mapping(&mut self, object: ObjectId, version: Arc<Version<'m>>) {
        let (start, end) = version.range();
        let at = self.mappings.partition_point(|mapping| mapping.start < start);
        self.mappings.insert(at, Mapping { start, end, object, version });
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
            self.mappings.retain(|mapping| mapping.object != id);
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

    /// The Version that holds `addr` in one of its segments. Lock-free and without allocation.
    pub fn find_address(&self, addr: Addr) -> Option<&Mapping<'m>> {
        let after = self.mappings.partition_point(|mapping| mapping.start <= addr);
        // spans of objects with holes may enclose others, so earlier ones are tried too
        self.mappings[..after].iter().rev().find(|mapping| addr < mapping.end && mapping.version.contains(addr))
    }

    /// Whether `addr` lies in an executable segment.
    pub fn is_code(&self, addr: Addr) -> bool {
        self.find_address(addr).is_some_and(|mapping| {
            let version = &mapping.version;
            version.layout.is_code(version.bias.vaddr_of(addr))
        })
    }

    /// Every Version, ascending by address.
    pub fn mappings(&self) -> &[Mapping<'m>] {
        &self.mappings
    }

    /// The object that dlopen gave this handle for.
    pub fn find_handle(&self, handle: Addr) -> Option<&Arc<Object<'m>>> {
        self.iter().find(|object| object.handle == handle)
    }

    /// What a reference of `object` searches, in order: the global scope and its local scopes; its own definitions first
    /// when it was linked with -Bsymbolic.
    pub fn scope_of<'w>(&'w self, object: &'w Object<'m>) -> impl Iterator<Item = &'w Object<'m>> {
        use crate::elf::dynamic::Flags;
        let symbolic = object.current.dynamic.flags.contains(Flags::SYMBOLIC).then_some(object);
        let (first, then): (&'w [SearchList], &'w [SearchList]) =
            if object.deep_bind { (&object.local_scopes, &[]) } else { (&[], &object.local_scopes) };
        let lists = first.iter().chain(core::iter::once(&self.global)).chain(then);
        symbolic.into_iter().chain(self.objects_in(lists))
    }

    fn objects_in<'w>(&'w self, lists: impl Iterator<Item = &'w Arc<[ObjectId]>>) -> impl Iterator<Item = &'w Object<'m>> {
        lists.flat_map(|list| list.iter()).filter_map(|&id| self.get(id)).map(|object| &**object)
    }

    /// The objects of one search list.
    pub fn list<'w, 'i>(&'w self, ids: &'i [ObjectId]) -> impl Iterator<Item = &'w Object<'m>> + use<'w, 'i, 'm> {
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
