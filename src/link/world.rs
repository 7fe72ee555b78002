//! [`World`]: all objects of the process as lookups see them. Immutable; a change makes a new one.

use alloc::sync::Arc;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::object::{LocalScope, NamespaceId, Object, ObjectId, Role, Version};
use crate::addr::Addr;
use crate::elf::hash::SymbolHash;
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

/// What is common to the objects of a namespace.
#[derive(Clone)]
pub struct Namespace<'m> {
    /// The global scope. In the base namespace: the program, preloads, dependencies breadth first; in another one: the object
    /// that was opened first, with its dependencies. Then what was opened with RTLD_GLOBAL. Empty when nothing is loaded.
    pub global: SearchList,
    /// The hash tables of the global scope side by side, so that a lookup need not go to every object.
    hashes: Arc<[SymbolHash<'m>]>,
    /// It was made for an auditor: nothing else may be opened in it.
    pub audits: bool,
}

impl Default for Namespace<'_> {
    fn default() -> Self {
        Namespace { global: Arc::from([]), hashes: Arc::from([]), audits: false }
    }
}

/// Every object, and the order that matters.
#[derive(Clone, Default)]
pub struct World<'m> {
    /// By [`ObjectId`].
    objects: Vec<Option<Arc<Object<'m>>>>,
    /// As loaded; within a namespace the order of the link_map list. The first one is the program.
    pub order: Vec<ObjectId>,
    /// By [`NamespaceId`].
    namespaces: Vec<Namespace<'m>>,
    /// Where every Version is, old ones too, ascending; for finding an object by address.
    mappings: Arc<Vec<Mapping<'m>>>,
    /// The object of every handle.
    handles: HashMap<Addr, ObjectId>,
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
    pub fn add(&mut self, mut object: Object<'m>) {
        self.order.push(object.id);
        self.adds += 1;
        object.serial = self.adds;
        self.handles.insert(object.handle, object.id);
        // the loader is at one address for all namespaces
        if object.current.role != Role::Loader || object.namespace == NamespaceId::BASE {
            self.add_mapping(object.id, object.current.clone());
        }
        self.put(object);
    }

    /// What the objects of a namespace share.
    pub fn namespace_mut(&mut self, id: NamespaceId) -> &mut Namespace<'m> {
        let index = id.0 as usize;
        if self.namespaces.len() <= index {
            self.namespaces.resize(index + 1, Namespace::default());
        }
        &mut self.namespaces[index]
    }

    /// As [`Self::namespace_mut`]; `None` when nothing was ever loaded in it.
    pub fn namespace(&self, id: NamespaceId) -> Option<&Namespace<'m>> {
        self.namespaces.get(id.0 as usize)
    }

    /// All namespaces that were ever used, in the order of their numbers.
    pub fn namespaces(&self) -> impl ExactSizeIterator<Item = (NamespaceId, &Namespace<'m>)> {
        self.namespaces.iter().enumerate().map(|(index, namespace)| (NamespaceId(index as u32), namespace))
    }

    /// The global scope of a namespace.
    pub fn global(&self, id: NamespaceId) -> &[ObjectId] {
        self.namespace(id).map_or(&[], |namespace| &namespace.global)
    }

    pub fn is_global(&self, object: &Object<'_>) -> bool {
        self.global(object.namespace).contains(&object.id)
    }

    /// The objects of a namespace in link_map order.
    pub fn members(&self, id: NamespaceId) -> impl DoubleEndedIterator<Item = &Arc<Object<'m>>> {
        self.iter().filter(move |object| object.namespace == id)
    }

    /// Makes the addresses of a Version known.
    pub fn add_mapping(&mut self, object: ObjectId, version: Arc<Version<'m>>) {
        let (start, end) = version.range();
        let at = self.mappings.partition_point(|mapping| mapping.start < start);
        Arc::make_mut(&mut self.mappings).insert(at, Mapping { start, end, object, version });
    }

    /// Replaces the object with the same number; its place in the order stays.
    pub fn put(&mut self, object: Object<'m>) {
        let index = object.id.0 as usize;
        if self.objects.len() <= index {
            self.objects.resize(index + 1, None);
        }
        let former = self.objects[index].replace(Arc::new(object));
        let changed = former.zip(self.objects[index].as_ref()).filter(|(old, new)| !Arc::ptr_eq(&old.current, &new.current));
        if let Some((_, new)) = changed {
            // another Version has other tables
            let (namespace, global) = (new.namespace, self.global(new.namespace).into());
            self.set_global(namespace, global);
        }
    }

    /// Sets the global scope of a namespace.
    pub fn set_global(&mut self, id: NamespaceId, global: SearchList) {
        // without its object an entry finds nothing
        let hash = |id: &ObjectId| self.get(*id).map_or(SymbolHash::None, |object| object.current.symbols.hash);
        let hashes = global.iter().map(hash).collect();
        let namespace = self.namespace_mut(id);
        (namespace.global, namespace.hashes) = (global, hashes);
    }

    /// Changes an object in what does not concern its Version.
    pub fn change(&mut self, id: ObjectId, change: impl FnOnce(&mut Object<'m>)) {
        if let Some(object) = self.objects.get_mut(id.0 as usize).and_then(Option::as_mut) {
            change(Arc::make_mut(object));
        }
    }

    pub fn remove(&mut self, id: ObjectId) {
        if let Some(object) = self.objects.get_mut(id.0 as usize).and_then(Option::take) {
            self.handles.remove(&object.handle);
            self.order.retain(|&other| other != id);
            Arc::make_mut(&mut self.mappings).retain(|mapping| mapping.object != id);
            self.subs += 1;
        }
    }

    pub fn get(&self, id: ObjectId) -> Option<&Arc<Object<'m>>> {
        self.objects.get(id.0 as usize)?.as_ref()
    }

    /// All objects as loaded; those of one namespace are in link_map order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Object<'m>>> + Clone {
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
        self.get(*self.handles.get(&handle)?)
    }

    /// What a reference of `object` searches, in order: the global scope of its namespace and its local scopes; its own
    /// definitions first when it was linked with -Bsymbolic.
    pub fn scope_of<'w>(&'w self, object: &'w Object<'m>) -> impl Iterator<Item = &'w Object<'m>> {
        self.scope_where(object, |_| true)
    }

    /// The same without objects of the global scope that have no symbol of this hash.
    pub fn scope_for<'w>(&'w self, object: &'w Object<'m>, hash: u32) -> impl Iterator<Item = &'w Object<'m>> {
        self.scope_where(object, move |table| table.may_contain(hash))
    }

    fn scope_where<'w>(
        &'w self,
        object: &'w Object<'m>,
        wanted: impl Fn(&SymbolHash<'m>) -> bool + 'w,
    ) -> impl Iterator<Item = &'w Object<'m>> {
        use crate::elf::dynamic::Flags;
        let symbolic = object.current.dynamic.flags.contains(Flags::SYMBOLIC).then_some(object);
        let (first, then): (&'w [LocalScope], &'w [LocalScope]) =
            if object.deep_bind { (&object.local_scopes, &[]) } else { (&[], &object.local_scopes) };
        let (ids, hashes) = self.namespace(object.namespace).map_or((&[][..], &[][..]), |it| (&*it.global, &*it.hashes));
        let global = ids.iter().zip(hashes).filter(move |(_, hash)| wanted(hash)).filter_map(|(&id, _)| self.get(id));
        let locals = |scopes: &'w [LocalScope]| scopes.iter().flat_map(|scope| self.list(&scope.list));
        let visible = |other: &&'w Object<'m>| !other.closing.get() || object.closing.get();
        let found = locals(first).chain(global.map(|object| &**object)).chain(locals(then)).filter(visible);
        symbolic.into_iter().chain(found)
    }

    /// The objects of one search list.
    pub fn list<'w, 'i>(&'w self, ids: &'i [ObjectId]) -> impl Iterator<Item = &'w Object<'m>> + use<'w, 'i, 'm> {
        ids.iter().filter_map(|&id| self.get(id)).map(|object| &**object)
    }

    /// `root` and everything it needs, breadth first, filtees before their filters: the search list of a dlopen handle.
    pub fn breadth_first(&self, root: ObjectId) -> Vec<ObjectId> {
        let mut list = BreadthFirst::new(alloc::vec![root]);
        while let Some(id) = list.step() {
            let Some(object) = self.get(id) else { continue };
            list.append(&object.needed, &object.filtees);
        }
        list.order
    }
}

/// A search list in the making: a breadth-first walk over dependencies.
pub struct BreadthFirst {
    pub order: Vec<ObjectId>,
    /// Position of the object whose dependencies are asked for next.
    next: usize,
    /// Objects that were asked for already: those before `next`, unless a filtee was put among them.
    done: Vec<ObjectId>,
    /// By number: whether the object is in `order`.
    listed: Vec<bool>,
}

impl BreadthFirst {
    pub fn new(order: Vec<ObjectId>) -> Self {
        let mut list = BreadthFirst { order: Vec::new(), next: 0, done: Vec::new(), listed: Vec::new() };
        order.into_iter().for_each(|id| list.push(id));
        list
    }

    /// The next object whose dependencies are to be appended.
    pub fn step(&mut self) -> Option<ObjectId> {
        loop {
            let id = *self.order.get(self.next)?;
            self.next += 1;
            if self.done.is_empty() || !self.done.contains(&id) {
                return Some(id);
            }
        }
    }

    /// Appends the dependencies of the object that [`Self::step`] gave; its filtees come right before it.
    pub fn append(&mut self, needed: &[ObjectId], filtees: &[ObjectId]) {
        let current = self.next - 1;
        needed.iter().filter(|id| !filtees.contains(id)).for_each(|&id| self.push(id));
        if filtees.is_empty() {
            return;
        }
        self.done.extend(&self.order[..self.next]);
        let mut at = current;
        for &filtee in filtees {
            match self.order.iter().position(|&id| id == filtee) {
                Some(before) if before < at => continue,
                Some(behind) => drop(self.order.remove(behind)),
                None => self.push_listed(filtee),
            }
            self.order.insert(at, filtee);
            at += 1;
        }
        self.next = current;
    }

    fn push(&mut self, id: ObjectId) {
        if !self.listed.get(id.0 as usize).copied().unwrap_or(false) {
            self.push_listed(id);
            self.order.push(id);
        }
    }

    fn push_listed(&mut self, id: ObjectId) {
        let index = id.0 as usize;
        if self.listed.len() <= index {
            self.listed.resize(index + 1, false);
        }
        self.listed[index] = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(numbers: &[u32]) -> Vec<ObjectId> {
        numbers.iter().map(|&number| ObjectId(number)).collect()
    }

    /// `needed` and `filtees` by number.
    fn walk(start: &[u32], edges: &[(&[u32], &[u32])]) -> Vec<ObjectId> {
        let mut list = BreadthFirst::new(ids(start));
        while let Some(id) = list.step() {
            let (needed, filtees) = edges[id.0 as usize];
            list.append(&ids(needed), &ids(filtees));
        }
        list.order
    }

    #[test]
    fn dependencies_are_listed_once_level_by_level() {
        assert_eq!(walk(&[0], &[(&[1, 2], &[]), (&[3], &[]), (&[3, 0], &[]), (&[], &[])]), ids(&[0, 1, 2, 3]));
    }

    #[test]
    fn a_filtee_comes_right_before_its_filter() {
        let edges: &[(&[u32], &[u32])] = &[(&[1, 4], &[]), (&[3, 2], &[2]), (&[5], &[]), (&[], &[]), (&[], &[]), (&[], &[])];
        assert_eq!(walk(&[0], edges), ids(&[0, 2, 1, 4, 3, 5]));
    }

    #[test]
    fn a_filtee_that_is_listed_behind_moves_forward_and_one_before_stays() {
        let edges: &[(&[u32], &[u32])] = &[(&[1, 2, 3], &[]), (&[], &[2]), (&[], &[]), (&[], &[2])];
        assert_eq!(walk(&[0], edges), ids(&[0, 2, 1, 3]));
        assert_eq!(walk(&[0], &[(&[], &[0])]), ids(&[0]), "an object that is its own filtee");
    }
}
