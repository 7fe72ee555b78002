//! Brings objects into the process: finds the file of a name, maps it, describes it, and follows its dependencies breadth
//! first as the gABI asks. Works on a [`World`] that nobody else sees yet. The registry is asked in short sections, because
//! auditors, which are program code, are told of every step.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::CStr;
use core::ops::ControlFlow;

use luci::addr::Vaddr;
use luci::diag::{Error, ErrorKind, Result};
use luci::elf::dynamic::Flags1;
use luci::elf::header::Kind;
use luci::glibc::record::Flags as Behaviour;
use luci::link::object::{NamespaceId, Object, ObjectId, Role, Version};
use luci::link::search::{Files, Request, Requester, Rule, Search, Step};
use luci::link::segments;
use luci::link::world::{BreadthFirst, World};
use luci::report::trace::Try;
use rustix::fd::AsFd;

use super::abi::debug;
use super::audit;
use super::files::{self, ElfFile, FileId, OpenError};
use super::followed::{Followed, Source};
use super::lock::thread_number;
use super::map::{self, Reservation};
use super::origin;
use super::process::PROCESS;
use super::registry::{Registry, Stage, State, push_once};
use super::trace::{self, Topics};
use super::tree;
use super::version::{self, Mapped};

/// How a name came to be asked for.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub name: &'a [u8],
    pub by: Option<ObjectId>,
    /// `by` calls dlopen: its search paths count for this one search, and not for what the object will need.
    pub by_call: bool,
    pub namespace: NamespaceId,
}

/// What a name leads to.
pub enum Found {
    Loaded(ObjectId),
    File(Box<ElfFile>),
}

/// Takes an object that is already mapped into the world: the program, the loader, the vDSO.
pub fn adopt(world: &mut World<'static>, mapped: Mapped, reservation: Option<Reservation>) -> Result<ObjectId> {
    let is_program = mapped.role == Role::Program;
    let asked = Asked { name: b"", by: None, by_call: false, namespace: NamespaceId::BASE };
    let id = add(world, version::describe(mapped)?, reservation, (None, None), asked)?;
    if is_program {
        PROCESS.with_registry(|registry| registry.program = Some(id));
    }
    Ok(id)
}

/// The object of this name, loaded now if it is not yet. The error says why the name leads nowhere.
pub fn find_or_load(world: &mut World<'static>, asked: Asked<'_>) -> Result<ObjectId> {
    match find(world, asked)? {
        Found::Loaded(id) => Ok(id),
        Found::File(file) => map_file(world, *file, asked),
    }
}

/// As [`find_or_load`], for a name that the caller of a secure program gives: a file that root has made setuid to allow that,
/// in a default directory.
pub fn find_or_load_setuid(world: &mut World<'static>, asked: Asked<'_>) -> Result<ObjectId> {
    let search = |asked: Asked<'_>| {
        let mut opener = SetuidOnly(Opener::default());
        let found = heard(asked, || PROCESS.with_registry(|registry| registry.search.find_in_defaults(asked.name, &mut opener)));
        found.unwrap_or_else(|| Err(Error::other(String::from_utf8_lossy(asked.name), files::CANNOT_OPEN)))
    };
    match find_by(world, asked, |_, asked| search(asked))? {
        Found::Loaded(id) => Ok(id),
        Found::File(file) => map_file(world, *file, asked),
    }
}

/// What a name means: an object that is loaded, or a file.
pub fn find(world: &mut World<'static>, asked: Asked<'_>) -> Result<Found> {
    find_by(world, asked, search_file)
}

fn find_by(
    world: &mut World<'static>,
    asked: Asked<'_>,
    search: impl FnOnce(&World<'static>, Asked<'_>) -> Result<ElfFile>,
) -> Result<Found> {
    if let Some(id) = PROCESS.with_registry(|registry| registry.loaded(asked.namespace, asked.name)) {
        return Ok(Found::Loaded(id));
    }
    if let Some(id) = loader_in(world, asked.namespace, asked.name)? {
        return Ok(Found::Loaded(id));
    }
    if trace::is_on(Topics::FILES) {
        trace::load::asked(world, asked);
    }
    let found = search(world, asked)?;
    let same = PROCESS.with_registry(|registry| {
        let id = same_file(registry, world, asked.namespace, &found)?;
        registry.alias(asked.namespace, asked.name, id);
        Some(id)
    });
    Ok(same.map_or_else(|| Found::File(Box::new(found)), Found::Loaded))
}

fn search_file(world: &World<'static>, asked: Asked<'_>) -> Result<ElfFile> {
    if audit::is_on() {
        return audit::search_file(world, asked);
    }
    let mut opener = Opener::default();
    let search = |registry: &mut Registry| match registry.trace {
        Some(_) => tree::search_file(registry, world, asked, &mut opener),
        None => registry.with_request(world, asked, |search, request| search.find(request, &mut opener)),
    };
    let found = heard(asked, || PROCESS.with_registry(search));
    opener.outcome(asked.name, found)
}

/// A search, told from its beginning to its end where somebody listens.
pub fn heard<R>(asked: Asked<'_>, search: impl FnOnce() -> R) -> R {
    let told = trace::is_on(Topics::LIBS) && !asked.name.contains(&b'/');
    if told {
        trace::load::searching(asked);
    }
    let found = search();
    if told {
        trace::load::searched();
    }
    found
}

/// The file that a name would lead to. Nobody hears of the question, and nothing is remembered of it.
pub fn look_ahead(world: &World<'static>, asked: Asked<'_>) -> Result<ElfFile> {
    let mut opener = Opener { quiet: true, ..Opener::default() };
    let found = PROCESS.with_registry(|registry| {
        let known = registry.search.directories.clone();
        let found = registry.with_request(world, asked, |search, request| search.find(request, &mut opener));
        registry.search.directories = known;
        found
    });
    opener.outcome(asked.name, found)
}

/// The object that a file is already loaded as. The file of an object that is followed may be gone, and its inode another
/// file's; such an object is the file in the state that was judged last.
fn same_file(registry: &mut Registry, world: &World<'static>, namespace: NamespaceId, file: &ElfFile) -> Option<ObjectId> {
    let known = registry.names.get(namespace.0 as usize).and_then(|names| names.files.get(&file.id)).copied();
    let is_here = |id| world.get(id).is_some_and(|object| object.namespace == namespace);
    let same = |(id, followed): &(ObjectId, &mut Followed)| followed.stamp == file.stamp && is_here(*id);
    let known = known.filter(|&id| registry.state(id).followed.is_none());
    known.or_else(|| registry.followed().find(same).map(|(id, _)| id))
}

/// Maps a file that is not loaded yet.
pub fn map_file(world: &mut World<'static>, file: ElfFile, asked: Asked<'_>) -> Result<ObjectId> {
    // what is wrong with the file is told by the name it was asked for by, as in glibc
    let name = || String::from_utf8_lossy(asked.name).into_owned();
    if trace::is_on(Topics::FILES) {
        trace::load::mapping(asked.name, asked.namespace);
    }
    let mapped = map_checked(world, file, asked).map_err(|error| Error::new(name(), error.kind))?;
    let is_first = debug::is_consistent(asked.namespace);
    if is_first {
        debug::notify(asked.namespace, debug::State::Add);
    }
    audit::opened(world, mapped, is_first);
    Ok(mapped)
}

fn map_checked(world: &mut World<'static>, mut file: ElfFile, asked: Asked<'_>) -> Result<ObjectId> {
    let name = String::from_utf8_lossy(&file.path).into_owned();
    if file.header.kind == Kind::Executable {
        return Err(Error::bad_elf(name, "cannot dynamically load executable"));
    }
    let layout = segments::plan(core::mem::take(&mut file.headers), file.header.phoff, file.size);
    let layout = layout.map_err(|what| Error::bad_elf(name.as_str(), what))?;
    version::check_permissions(&file.path, &layout)?;
    let following = PROCESS.with_registry(|registry| registry.following);
    let source = if following { Source::of(&file) } else { None };
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
    let mapped = Mapped { path: file.path, role: Role::Library, bias, layout, entry, data_homes: Vec::new() };
    version::describe(mapped)
        .inspect(|version| {
            if trace::is_on(Topics::FILES) {
                trace::load::mapped(version);
            }
        })
        .and_then(|version| add(world, version, Some(reservation), (Some(file.id), followed), asked))
        .inspect_err(|_| map::unmap(reservation))
}

fn add(
    world: &mut World<'static>,
    version: Arc<Version<'static>>,
    reservation: Option<Reservation>,
    (file, followed): (Option<FileId>, Option<Followed>),
    asked: Asked<'_>,
) -> Result<ObjectId> {
    if version.role == Role::Library && version.dynamic.flags_1.contains(Flags1::PIE) {
        let name = String::from_utf8_lossy(&version.path).into_owned();
        return Err(Error::bad_elf(name, "cannot dynamically load position-independent executable"));
    }
    if version.dynamic.flags_1.contains(Flags1::NOOPEN) && PROCESS.with_registry(|registry| registry.opens) {
        return Err(Error::other(String::from_utf8_lossy(&version.path), "shared object cannot be dlopen()ed"));
    }
    // a file that calls itself the dynamic linker is us: there is never a second one in the process
    let soname = version.soname.unwrap_or_default();
    let is_loader = version.role == Role::Loader;
    if !is_loader && let Some(id) = loader_in(world, asked.namespace, soname)? {
        PROCESS.with_registry(|registry| registry.alias(asked.namespace, asked.name, id));
        reservation.into_iter().for_each(map::unmap);
        return Ok(id);
    }
    let id = world.free_id();
    let state = State {
        serial: world.adds + 1,
        reservation,
        loader: asked.by.filter(|_| !asked.by_call),
        origin: origin::when_loaded(&version),
        open_count: 0,
        stage: if version.role == Role::Library { Stage::Loaded(thread_number()) } else { Stage::Constructed },
        followed,
        bound_to: Vec::new(),
    };
    PROCESS.with_registry(|registry| {
        // the program is no library: its file, asked for by dlopen, is refused as any other program's
        let path: &[u8] = if version.role == Role::Program { b"" } else { &version.path };
        for name in [path, soname, asked.name] {
            registry.alias(asked.namespace, name, id);
        }
        if let Some(file) = file {
            registry.names_mut(asked.namespace).files.insert(file, id);
        }
        registry.remember(id, state);
    });
    world.add(Object::new(id, asked.namespace, version));
    Ok(id)
}

/// The loader's object in a namespace, made now if there is none yet; `None` when the name does not mean the loader.
fn loader_in(world: &mut World<'static>, namespace: NamespaceId, name: &[u8]) -> Result<Option<ObjectId>> {
    let id = PROCESS.with_registry(|registry| registry.loaded(NamespaceId::BASE, name));
    let Some(id) = id else { return Ok(None) };
    let Some(base) = world.get(id).map(|object| object.current.clone()) else { return Ok(None) };
    if base.role != Role::Loader || namespace == NamespaceId::BASE {
        return Ok((base.role == Role::Loader).then_some(id));
    }
    let known = world.members(namespace).find(|object| object.current.role == Role::Loader).map(|object| object.id);
    if known.is_some() {
        return Ok(known);
    }
    let asked = Asked { name, by: None, by_call: false, namespace };
    let id = add(world, version::seen_again(&base), None, (None, None), asked)?;
    if PROCESS.record().has(Behaviour::LOADER_OBJECTS_AUDITED) {
        audit::opened(world, id, false);
    }
    Ok(Some(id))
}

/// Loads everything that `list` needs, breadth first, and makes it the whole search list.
pub fn load_dependencies(world: &mut World<'static>, list: &mut Vec<ObjectId>) -> Result<()> {
    let mut walk = BreadthFirst::new(core::mem::take(list));
    while let Some(id) = walk.step() {
        let object = world.get(id).expect("listed objects are in the world").clone();
        if object.linked || object.current.role == Role::Vdso {
            walk.append(&object.needed, &object.filtees);
            continue;
        }
        let (needed, filtees) = load_direct_dependencies(world, &object)?;
        walk.append(&needed, &filtees);
        drop(object);
        world.change(id, |object| {
            (object.needed, object.filtees, object.linked) = (Arc::from(needed), Arc::from(filtees), true);
        });
    }
    *list = walk.order;
    Ok(())
}

/// Everything that one object names, and which of it are filtees.
fn load_direct_dependencies(world: &mut World<'static>, object: &Object<'static>) -> Result<(Vec<ObjectId>, Vec<ObjectId>)> {
    let version = &object.current;
    let outside = || Error::bad_elf(String::from_utf8_lossy(&version.path), "DT_NEEDED lies outside the string table");
    let (lists_only, traced) = PROCESS.with_registry(|registry| (registry.lists_only, registry.trace.is_some()));
    if traced {
        return Ok(tree::load_direct_dependencies(world, object));
    }
    let mut needed = Vec::with_capacity(version.dynamic.needed.len());
    for &offset in &version.dynamic.needed {
        let name = version.string(offset).ok_or_else(outside)?;
        if PROCESS.with_registry(|registry| registry.is_excluded(name)) {
            continue;
        }
        match find_or_load(world, Asked { name, by: Some(object.id), by_call: false, namespace: object.namespace }) {
            Err(error) if lists_only && matches!(error.kind, ErrorKind::Os { .. }) => {}
            found => push_once(&mut needed, found?),
        }
    }
    let mut filtees = Vec::new();
    for filtee in &version.dynamic.filtees {
        let name = version.string(filtee.name).ok_or_else(outside)?;
        match find_or_load(world, Asked { name, by: Some(object.id), by_call: false, namespace: object.namespace }) {
            Err(_) if filtee.optional => {}
            found => push_once(&mut filtees, found?),
        }
    }
    filtees.iter().for_each(|&filtee| push_once(&mut needed, filtee));
    Ok((needed, filtees))
}

/// Searching on behalf of objects.
impl Registry {
    /// The directories in which a library is searched on behalf of an object, without a slash at the end.
    pub fn search_directories(&mut self, world: &World<'static>, id: ObjectId) -> Vec<Vec<u8>> {
        let asked = Asked { name: b"", by: Some(id), by_call: false, namespace: NamespaceId::BASE };
        let name = |directory: &[u8]| if directory.is_empty() { b".".to_vec() } else { directory.to_vec() };
        self.with_request(world, asked, |search, request| {
            search.directories(request).iter().map(|(directory, _)| name(directory)).collect()
        })
    }

    /// Runs `f` with the search and what is asked of it.
    pub fn with_request<R>(
        &mut self,
        world: &World<'static>,
        asked: Asked<'_>,
        f: impl FnOnce(&mut Search<'static>, &Request<'_>) -> R,
    ) -> R {
        self.find_origins(world, asked);
        let loaders: Vec<ObjectId> = self.loader_chain(asked.by);
        let requesters: Vec<Requester<'_>> = loaders.iter().map(|&id| requester(world, &self.states, id)).collect();
        let request = Request {
            name: asked.name,
            requester: requesters.first().copied(),
            loaders: requesters.get(1..).unwrap_or(&[]),
            program: self.program.map(|id| requester(world, &self.states, id)),
        };
        f(&mut self.search, &request)
    }

    /// Finds out the directories that `$ORIGIN` may stand for in the name and in LD_LIBRARY_PATH.
    fn find_origins(&mut self, world: &World<'static>, asked: Asked<'_>) {
        let in_name = asked.by.or(self.program).filter(|_| asked.name.contains(&b'$'));
        let in_path = self.program.filter(|_| self.search.library_path.iter().any(|element| element.contains(&b'$')));
        for id in in_name.into_iter().chain(in_path) {
            self.origin_of(world, id);
        }
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

    /// The directory of an object, absolute (`$ORIGIN`, RTLD_DI_ORIGIN).
    pub fn origin_of(&mut self, world: &World<'static>, id: ObjectId) -> Option<&CStr> {
        if self.state(id).origin.is_none() {
            self.state_mut(id).origin = origin::of(&world.get(id)?.current);
        }
        self.state(id).origin.as_deref()
    }
}

/// Opens the candidates of a search.
#[derive(Default)]
pub struct Opener {
    /// The most telling of the errors that did not end the search.
    pub error: Option<Error>,
    /// What was tried, when a report is asked for.
    pub tries: Option<Vec<Try>>,
    /// Nothing of it is told.
    pub quiet: bool,
}

impl Opener {
    /// What came of a search for `name`.
    pub fn outcome(self, name: &[u8], found: Option<Result<ElfFile>>) -> Result<ElfFile> {
        found.unwrap_or_else(|| Err(not_found(name, self.error))).map_err(|error| match error.kind {
            // a file that cannot be opened is told by the name it was asked for by, as in glibc
            ErrorKind::Os { action: files::CANNOT_OPEN, .. } => Error::new(String::from_utf8_lossy(name), error.kind),
            _ => error,
        })
    }
}

impl Files for Opener {
    type Found = Result<ElfFile>;

    fn open(&mut self, path: &[u8], rule: Rule) -> ControlFlow<Self::Found> {
        if rule != Rule::Absolute && self.listens() {
            trace::load::tried(path);
        }
        let opened = files::open_elf(path);
        if let Some(tries) = &mut self.tries {
            tries.push(tree::attempt(path, rule, &opened));
        }
        match opened {
            Ok(file) => ControlFlow::Break(Ok(file)),
            Err(OpenError::Fatal(error)) => ControlFlow::Break(Err(error)),
            Err(OpenError::Skip(error)) => {
                let is_foreign = matches!(error.kind, ErrorKind::BadElf(what) if what == luci::elf::header::WRONG_MACHINE);
                if !is_foreign && (rule == Rule::Absolute || matches!(error.kind, ErrorKind::BadElf(_))) {
                    self.error = Some(error);
                }
                ControlFlow::Continue(())
            }
        }
    }

    fn is_directory(&mut self, path: &[u8]) -> bool {
        files::is_directory(path)
    }

    fn listens(&self) -> bool {
        !self.quiet && trace::is_on(Topics::LIBS)
    }

    fn hears(&mut self, step: Step<'_>) {
        trace::load::step(&trace::load::step_text(&step));
    }
}

/// Takes setuid files only.
struct SetuidOnly(Opener);

impl Files for SetuidOnly {
    type Found = Result<ElfFile>;

    fn open(&mut self, path: &[u8], rule: Rule) -> ControlFlow<Self::Found> {
        match self.0.open(path, rule) {
            ControlFlow::Break(Ok(file)) if !files::is_setuid(file.fd.as_fd()) => ControlFlow::Continue(()),
            outcome => outcome,
        }
    }

    fn is_directory(&mut self, path: &[u8]) -> bool {
        self.0.is_directory(path)
    }
}

fn not_found(name: &[u8], error: Option<Error>) -> Error {
    let name = String::from_utf8_lossy(name).into_owned();
    const ENOENT: i32 = 2;
    error.unwrap_or_else(|| Error::os(name, files::CANNOT_OPEN, ENOENT))
}

fn requester<'a>(world: &'a World<'static>, states: &'a [Option<State>], id: ObjectId) -> Requester<'a> {
    let Some(object) = world.get(id) else { return Requester::default() };
    let version = &object.current;
    let text = |offset: Option<u64>| offset.and_then(|offset| version.string(offset));
    Requester {
        name: &version.path,
        origin: states[id.0 as usize].as_ref().and_then(|state| state.origin.as_deref()).map(CStr::to_bytes),
        rpath: text(version.dynamic.rpath),
        runpath: text(version.dynamic.runpath),
        nodeflib: version.dynamic.flags_1.contains(Flags1::NODEFLIB),
        is_program: version.role == Role::Program,
    }
}
