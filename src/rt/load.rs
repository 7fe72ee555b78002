//! Brings objects into the process: finds the file of a name, maps it, describes it, and follows its dependencies breadth
//! first as the gABI asks. Works on a [`World`] that nobody else sees yet.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::ControlFlow;
use core::sync::atomic::Ordering;

use hashbrown::HashMap;
use luci::addr::Vaddr;
use luci::diag::{Error, ErrorKind, Result};
use luci::elf::dynamic::Flags1;
use luci::elf::header::Kind;
use luci::link::object::{Object, ObjectId, Role, Version};
use luci::link::search::{Files, Request, Requester, Rule, Search};
use luci::link::segments;
use luci::link::versions::{self, Findings};
use luci::link::world::World;
use rustix::fd::AsFd;

use super::files::{self, ElfFile, FileId, OpenError};
use super::followed::{Followed, Source};
use super::map::{self, Reservation};
use super::process::PROCESS;
use super::version::{self, Mapped};

/// What the loader remembers of every object besides what lookups see.
pub struct State {
    /// `None` for what the kernel mapped.
    pub reservation: Option<Reservation>,
    /// The object that first asked for it; its RPATH counts too.
    pub loader: Option<ObjectId>,
    /// Directory for `$ORIGIN`.
    pub origin: Option<Box<[u8]>>,
    /// dlopen calls that have not been undone by dlclose.
    pub open_count: u32,
    pub initialised: bool,
    pub finalised: bool,
    /// `None` for what is never replaced.
    pub followed: Option<Followed>,
    /// Objects it is bound to that are not among its dependencies.
    pub bound_to: Vec<ObjectId>,
}

/// All that is needed to load further objects.
pub struct Registry {
    pub search: Search<'static>,
    /// Every name under which an object has been asked for, its path and its soname.
    names: HashMap<Box<[u8]>, ObjectId>,
    files: HashMap<FileId, ObjectId>,
    states: Vec<Option<State>>,
    program: Option<ObjectId>,
    /// Dependencies to leave out (LD_EXCLUDE).
    pub excluded: Vec<Box<[u8]>>,
    /// The objects are only to be listed: missing ones do not stop the load.
    pub lists_only: bool,
    /// Objects that are loaded now may be replaced later.
    pub following: bool,
}

/// How a name came to be asked for.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub name: &'a [u8],
    pub by: Option<ObjectId>,
}

impl Registry {
    pub fn new(search: Search<'static>) -> Self {
        Registry {
            search,
            names: HashMap::new(),
            files: HashMap::new(),
            states: Vec::new(),
            program: None,
            excluded: Vec::new(),
            lists_only: false,
            following: false,
        }
    }

    pub fn state(&self, id: ObjectId) -> &State {
        self.states[id.0 as usize].as_ref().expect("every object of the world has a state")
    }

    pub fn state_mut(&mut self, id: ObjectId) -> &mut State {
        self.states[id.0 as usize].as_mut().expect("every object of the world has a state")
    }

    /// Takes an object that is already mapped into the world: the program, the loader, the vDSO.
    pub fn adopt(&mut self, world: &mut World<'static>, mapped: Mapped, reservation: Option<Reservation>) -> Result<ObjectId> {
        let is_program = mapped.role == Role::Program;
        let id = self.add(world, mapped, reservation, (None, None), Asked { name: b"", by: None })?;
        if is_program {
            self.program = Some(id);
        }
        Ok(id)
    }

    /// Lets `name` mean `id` from now on.
    pub fn alias(&mut self, name: &[u8], id: ObjectId) {
        self.names.entry_ref(name).or_insert(id);
    }

    /// The object that `asked` means, if it is loaded.
    pub fn loaded(&self, name: &[u8]) -> Option<ObjectId> {
        self.names.get(name).copied()
    }

    /// The object of this name, loaded now if it is not yet. The error says why the name leads nowhere.
    pub fn find_or_load(&mut self, world: &mut World<'static>, asked: Asked<'_>) -> Result<ObjectId> {
        if let Some(id) = self.loaded(asked.name) {
            return Ok(id);
        }
        let found = self.search_file(world, asked)?;
        if let Some(id) = self.same_file(&found) {
            self.alias(asked.name, id);
            return Ok(id);
        }
        self.map_file(world, found, asked)
    }

    fn search_file(&mut self, world: &World<'static>, asked: Asked<'_>) -> Result<ElfFile> {
        let mut opener = Opener { error: None };
        let loaders: Vec<ObjectId> = self.loader_chain(asked.by);
        let requesters: Vec<Requester<'_>> = loaders.iter().map(|&id| requester(world, &self.states, id)).collect();
        let program = self.program.map(|id| requester(world, &self.states, id));
        let request = Request {
            name: asked.name,
            requester: requesters.first().copied(),
            loaders: requesters.get(1..).unwrap_or(&[]),
            program,
        };
        match self.search.find(&request, &mut opener) {
            Some(Ok(found)) => Ok(found),
            Some(Err(error)) => Err(error),
            None => Err(not_found(asked.name, opener.error)),
        }
    }

    /// The object that a file is already loaded as. The file of an object that is followed may be gone, and its inode
    /// another file's; such an object is the file in the state that was judged last.
    fn same_file(&mut self, file: &ElfFile) -> Option<ObjectId> {
        let known = self.files.get(&file.id).copied().filter(|&id| self.state(id).followed.is_none());
        known.or_else(|| self.followed().find(|(_, followed)| followed.stamp == file.stamp).map(|(id, _)| id))
    }

    fn loader_chain(&self, by: Option<ObjectId>) -> Vec<ObjectId> {
        let mut chain = Vec::new();
        let mut next = by.or(self.program);
        while let Some(id) = next
            && !chain.contains(&id)
        {
            chain.push(id);
            next = self.state(id).loader;
        }
        chain
    }

    fn map_file(&mut self, world: &mut World<'static>, mut file: ElfFile, asked: Asked<'_>) -> Result<ObjectId> {
        let name = String::from_utf8_lossy(&file.path).into_owned();
        if file.header.kind == Kind::Executable {
            return Err(Error::bad_elf(name, "cannot dynamically load executable"));
        }
        let layout = segments::plan(core::mem::take(&mut file.headers), file.header.phoff, file.size);
        let layout = layout.map_err(|what| Error::bad_elf(name.as_str(), what))?;
        version::check_permissions(&file.path, &layout)?;
        let source = if self.following { Source::of(&file) } else { None };
        let fd = source.as_ref().map_or(file.fd.as_fd(), |source| source.fd(&file));
        let (bias, reservation) = map::image(&name, fd, &layout, file.header.kind)?;
        let followed = match source.map(|source| source.follow(&file, &layout, bias)) {
            Some(Err(error)) => {
                map::unmap(reservation);
                return Err(error);
            }
            other => other.transpose()?,
        };
        let entry = Vaddr(file.header.entry);
        let mapped = Mapped { path: file.path, role: Role::Library, bias, layout, entry };
        let added = self.add(world, mapped, Some(reservation), (Some(file.id), followed), asked);
        if added.is_err() {
            map::unmap(reservation);
        }
        added
    }

    fn add(
        &mut self,
        world: &mut World<'static>,
        mapped: Mapped,
        reservation: Option<Reservation>,
        (file, followed): (Option<FileId>, Option<Followed>),
        asked: Asked<'_>,
    ) -> Result<ObjectId> {
        let version = version::describe(mapped)?;
        if version.role == Role::Library && version.dynamic.flags_1.contains(Flags1::PIE) {
            let name = String::from_utf8_lossy(&version.path).into_owned();
            return Err(Error::bad_elf(name, "cannot dynamically load position-independent executable"));
        }
        if let Some(id) = self.second_loader(world, version.soname) {
            self.alias(asked.name, id);
            reservation.into_iter().for_each(map::unmap);
            return Ok(id);
        }
        let id = world.free_id();
        self.register_names(id, &version.path, version.soname, asked.name);
        if let Some(file) = file {
            self.files.insert(file, id);
        }
        let (link_map, pinned) = (version.link_map, version.dynamic.flags_1.contains(Flags1::NODELETE));
        let state = State {
            reservation,
            loader: asked.by,
            origin: if mentions_origin(&version) { origin(&version) } else { None },
            open_count: 0,
            initialised: false,
            finalised: false,
            followed,
            bound_to: Vec::new(),
        };
        let index = id.0 as usize;
        if self.states.len() <= index {
            self.states.resize_with(index + 1, || None);
        }
        self.states[index] = Some(state);
        world.add(Object {
            id,
            current: Arc::new(version),
            tls: None,
            handle: link_map,
            pinned,
            needed: Arc::from([]),
            local_scopes: Vec::new(),
            deep_bind: false,
        });
        Ok(id)
    }

    /// A file that calls itself the dynamic linker is us: there is never a second one in the process.
    fn second_loader(&self, world: &World<'static>, soname: Option<&[u8]>) -> Option<ObjectId> {
        let id = self.loaded(soname?)?;
        (world.get(id)?.current.role == Role::Loader).then_some(id)
    }

    fn register_names(&mut self, id: ObjectId, path: &[u8], soname: Option<&[u8]>, asked: &[u8]) {
        for name in [path, soname.unwrap_or_default(), asked] {
            if !name.is_empty() {
                self.alias(name, id);
            }
        }
    }

    /// Loads everything that `list` needs, breadth first, appending to `list`. Fills each object's `needed`.
    pub fn load_dependencies(&mut self, world: &mut World<'static>, list: &mut Vec<ObjectId>) -> Result<()> {
        let mut next = 0;
        while let Some(&id) = list.get(next) {
            next += 1;
            let object = world.get(id).expect("listed objects are in the world").clone();
            let version = object.current.clone();
            if version.dynamic.needed.len() == object.needed.len() || version.role == Role::Vdso {
                let known = object.needed.clone();
                known.iter().for_each(|&needed| push_once(list, needed));
                continue;
            }
            let mut needed = Vec::with_capacity(version.dynamic.needed.len());
            for &offset in &version.dynamic.needed {
                let name = version.string(offset).ok_or_else(|| {
                    Error::bad_elf(String::from_utf8_lossy(&version.path), "DT_NEEDED lies outside the string table")
                })?;
                if self.is_excluded(name) {
                    continue;
                }
                let dependency = match self.find_or_load(world, Asked { name, by: Some(id) }) {
                    Err(error) if self.lists_only && matches!(error.kind, ErrorKind::Os { .. }) => continue,
                    found => found?,
                };
                push_once(&mut needed, dependency);
                push_once(list, dependency);
            }
            let mut object = (**world.get(id).expect("still there")).clone();
            object.needed = Arc::from(needed);
            world.put(object);
        }
        Ok(())
    }

    /// Whether dependencies of this name are left out.
    pub fn is_excluded(&self, name: &[u8]) -> bool {
        self.excluded.iter().any(|list| luci::config::excludes(list, name))
    }

    /// Whether the versions that these objects need are there.
    pub fn check_versions(&self, world: &World<'static>, objects: &[ObjectId]) -> Findings {
        let mut findings = Findings::default();
        for object in objects.iter().filter_map(|&id| world.get(id)) {
            let provider = |name: &[u8]| Some(&*world.get(self.loaded(name)?)?.current);
            versions::check(&object.current, provider, &mut findings);
        }
        findings
    }

    /// Forgets what is not in the world: in the child of a fork, what a thread was loading that the child does not have. Its
    /// memory stays mapped.
    pub fn forget_unknown(&mut self, world: &World<'static>) {
        for id in (0..self.states.len() as u32).map(ObjectId) {
            if self.states[id.0 as usize].is_some() && world.get(id).is_none() {
                self.forget(id);
            }
        }
    }

    /// The directory of an object, absolute (`$ORIGIN`, RTLD_DI_ORIGIN).
    pub fn origin_of(&mut self, world: &World<'static>, id: ObjectId) -> Option<&[u8]> {
        if self.state(id).origin.is_none() {
            self.state_mut(id).origin = origin(&world.get(id)?.current);
        }
        self.state(id).origin.as_deref()
    }

    /// Remembers that `from` uses a definition of `to`, so that `to` stays as long as `from` does.
    pub fn bound(&mut self, from: ObjectId, to: ObjectId) {
        push_once(&mut self.state_mut(from).bound_to, to);
    }

    /// Forgets an object that has left the world; the result is the memory to give back.
    pub fn forget(&mut self, id: ObjectId) -> Vec<Reservation> {
        self.names.retain(|_, other| *other != id);
        self.files.retain(|_, other| *other != id);
        let Some(state) = self.states[id.0 as usize].take() else { return Vec::new() };
        let followed = state.followed.map(Followed::memory).unwrap_or_default();
        state.reservation.into_iter().chain(followed).collect()
    }

    /// The objects that may be replaced.
    pub fn followed(&mut self) -> impl Iterator<Item = (ObjectId, &mut Followed)> {
        let states = self.states.iter_mut().enumerate();
        states.filter_map(|(index, state)| Some((ObjectId(index as u32), state.as_mut()?.followed.as_mut()?)))
    }

    /// What is kept for the update of an object.
    pub fn followed_mut(&mut self, id: ObjectId) -> Option<&mut Followed> {
        self.states.get_mut(id.0 as usize)?.as_mut()?.followed.as_mut()
    }
}

fn push_once(list: &mut Vec<ObjectId>, id: ObjectId) {
    if !list.contains(&id) {
        list.push(id);
    }
}

/// Opens the candidates of a search.
struct Opener {
    /// The most telling of the errors that did not end the search.
    error: Option<Error>,
}

impl Files for Opener {
    type Found = Result<ElfFile>;

    fn open(&mut self, path: &[u8], rule: Rule) -> ControlFlow<Self::Found> {
        match files::open_elf(path) {
            Ok(file) => ControlFlow::Break(Ok(file)),
            Err(OpenError::Fatal(error)) => ControlFlow::Break(Err(error)),
            Err(OpenError::Skip(error)) => {
                if rule == Rule::Absolute || matches!(error.kind, luci::diag::ErrorKind::BadElf(_)) {
                    self.error = Some(error);
                }
                ControlFlow::Continue(())
            }
        }
    }

    fn is_directory(&mut self, path: &[u8]) -> bool {
        files::is_directory(path)
    }
}

fn not_found(name: &[u8], error: Option<Error>) -> Error {
    let name = String::from_utf8_lossy(name).into_owned();
    const ENOENT: i32 = 2;
    error.unwrap_or_else(|| Error::os(name, "cannot open shared object file", ENOENT))
}

fn requester<'a>(world: &'a World<'static>, states: &'a [Option<State>], id: ObjectId) -> Requester<'a> {
    let Some(object) = world.get(id) else { return Requester::default() };
    let version = &object.current;
    let text = |offset: Option<u64>| offset.and_then(|offset| version.string(offset));
    Requester {
        name: &version.path,
        origin: states[id.0 as usize].as_ref().and_then(|state| state.origin.as_deref()),
        rpath: text(version.dynamic.rpath),
        runpath: text(version.dynamic.runpath),
        nodeflib: version.dynamic.flags_1.contains(Flags1::NODEFLIB),
        is_program: version.role == Role::Program,
    }
}

/// Whether a search path of the object may hold `$ORIGIN`; otherwise its directory is found out only when asked for.
fn mentions_origin(version: &Version<'static>) -> bool {
    let paths = [version.dynamic.rpath, version.dynamic.runpath];
    let mut texts = paths.into_iter().flatten().chain(version.dynamic.needed.iter().copied());
    texts.any(|offset| version.string(offset).is_some_and(|text| text.contains(&b'$')))
}

/// The directory of an object, absolute; for the program that of the file the kernel runs.
fn origin(version: &Version<'static>) -> Option<Box<[u8]>> {
    let path = match version.role {
        Role::Vdso | Role::Loader => return None,
        Role::Program if !PROCESS.start.by_name.load(Ordering::Relaxed) => files::executable_path()?,
        _ => version.path.to_vec(),
    };
    directory_of(path)
}

/// The directory part of a path, made absolute.
pub fn directory_of(path: Vec<u8>) -> Option<Box<[u8]>> {
    let absolute = if path.starts_with(b"/") {
        path
    } else {
        let mut full = files::current_directory()?;
        full.push(b'/');
        full.extend(path);
        full
    };
    let slash = absolute.iter().rposition(|&byte| byte == b'/')?;
    Some(Box::from(&absolute[..slash.max(1)]))
}
