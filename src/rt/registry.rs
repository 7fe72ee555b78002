//! What the loader remembers of the objects besides what lookups see: names, memory, how often they are open, how far their
//! constructors are. `load` fills it.

use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::vec::Vec;

use hashbrown::HashMap;
use luci::link::object::{NamespaceId, ObjectId};
use luci::link::search::Search;
use luci::link::versions::{self, Findings};
use luci::link::world::World;
use luci::report::trace::Trace;

use super::files::FileId;
use super::followed::Followed;
use super::map::Reservation;

/// What the loader remembers of every object besides what lookups see.
pub struct State {
    /// That of the object.
    pub serial: u64,
    /// `None` for what the kernel mapped.
    pub reservation: Option<Reservation>,
    /// The object that first asked for it; its RPATH counts too.
    pub loader: Option<ObjectId>,
    /// Directory for `$ORIGIN`. Programs keep pointers to it.
    pub origin: Option<CString>,
    /// dlopen calls that have not been undone by dlclose.
    pub open_count: u32,
    pub stage: Stage,
    /// `None` for what is never replaced.
    pub followed: Option<Followed>,
    /// Objects it is bound to that are not among its dependencies.
    pub bound_to: Vec<ObjectId>,
}

/// How far constructors and destructors of an object are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The thread that loaded it will run its constructors, unless another needs them before.
    Loaded(u32),
    /// This thread runs its constructors.
    Constructing(u32),
    Constructed,
    /// Nobody needs it any more: its destructors are about to run.
    Closing,
    Destroyed,
}

impl Stage {
    /// Constructors have yet to run to their end.
    fn is_unconstructed(self) -> bool {
        matches!(self, Stage::Loaded(_) | Stage::Constructing(_))
    }

    /// It is on its way out.
    pub fn is_going(self) -> bool {
        matches!(self, Stage::Closing | Stage::Destroyed)
    }
}

/// How the objects of a namespace are found.
#[derive(Default)]
pub struct Names {
    /// Every name under which an object has been asked for, its path and its soname.
    pub names: HashMap<Box<[u8]>, ObjectId>,
    pub files: HashMap<FileId, ObjectId>,
}

/// All that is needed to load further objects.
pub struct Registry {
    pub search: Search<'static>,
    /// By [`NamespaceId`].
    pub names: Vec<Names>,
    pub states: Vec<Option<State>>,
    /// Objects whose constructors have not run to their end.
    pub unconstructed: usize,
    /// Threads that wait until another has run the constructors of an object.
    pub waiting: Vec<(u32, ObjectId)>,
    pub program: Option<ObjectId>,
    /// The directory of the program's file behind its name, where that may count instead of the one in the name.
    pub program_directory: Option<CString>,
    /// Dependencies to leave out (LD_EXCLUDE).
    pub excluded: Vec<Box<[u8]>>,
    /// Objects are loaded for dlopen: those that forbid it (DF_1_NOOPEN) are refused.
    pub opens: bool,
    /// The objects are only to be listed: missing ones do not stop the load.
    pub lists_only: bool,
    /// Objects that are loaded now may be replaced later.
    pub following: bool,
    /// What is noted for a report (`--tree`); `None` when nobody asked for one.
    pub trace: Option<Trace>,
}

impl Registry {
    pub fn new(search: Search<'static>) -> Self {
        Registry {
            search,
            names: Vec::new(),
            states: Vec::new(),
            unconstructed: 0,
            waiting: Vec::new(),
            program: None,
            program_directory: None,
            excluded: Vec::new(),
            opens: false,
            lists_only: false,
            following: false,
            trace: None,
        }
    }

    pub fn state(&self, id: ObjectId) -> &State {
        self.states[id.0 as usize].as_ref().expect("every object of the world has a state")
    }

    pub fn state_mut(&mut self, id: ObjectId) -> &mut State {
        self.states[id.0 as usize].as_mut().expect("every object of the world has a state")
    }

    /// Notes how far the constructors and destructors of an object are.
    pub fn set_stage(&mut self, id: ObjectId, stage: Stage) {
        let former = core::mem::replace(&mut self.state_mut(id).stage, stage);
        self.unconstructed += usize::from(stage.is_unconstructed());
        self.unconstructed -= usize::from(former.is_unconstructed());
    }

    /// Takes an object up.
    pub fn remember(&mut self, id: ObjectId, state: State) {
        let index = id.0 as usize;
        if self.states.len() <= index {
            self.states.resize_with(index + 1, || None);
        }
        self.unconstructed += usize::from(state.stage.is_unconstructed());
        self.states[index] = Some(state);
    }

    /// Lets `name` mean `id` from now on. A name with tokens means something else to each object.
    pub fn alias(&mut self, namespace: NamespaceId, name: &[u8], id: ObjectId) {
        if !name.is_empty() && !name.contains(&b'$') {
            self.names_mut(namespace).names.entry_ref(name).or_insert(id);
        }
    }

    pub fn names_mut(&mut self, namespace: NamespaceId) -> &mut Names {
        let index = namespace.0 as usize;
        if self.names.len() <= index {
            self.names.resize_with(index + 1, Names::default);
        }
        &mut self.names[index]
    }

    /// The object that a name means in a namespace, if it is loaded.
    pub fn loaded(&self, namespace: NamespaceId, name: &[u8]) -> Option<ObjectId> {
        self.names.get(namespace.0 as usize)?.names.get(name).copied()
    }

    /// Whether dependencies of this name are left out.
    pub fn is_excluded(&self, name: &[u8]) -> bool {
        self.excluded.iter().any(|list| luci::config::excludes(list, name))
    }

    /// Whether the versions that these objects need are there.
    pub fn check_versions(&self, world: &World<'static>, objects: &[ObjectId]) -> Findings {
        let mut findings = Findings::default();
        for object in objects.iter().filter_map(|&id| world.get(id)) {
            let provider = |name: &[u8]| Some(&*world.get(self.loaded(object.namespace, name)?)?.current);
            versions::check(&object.current, provider, &mut findings);
        }
        findings
    }

    /// In the child of a fork: forgets what a thread was loading that the child does not have (its memory stays mapped), and
    /// takes constructors that such a thread was running for run.
    /// `parent` is the forking thread's number there, `me` its number here.
    pub fn settle_in_child(&mut self, world: &World<'static>, parent: u32, me: u32) {
        self.waiting.clear();
        for id in (0..self.states.len() as u32).map(ObjectId) {
            match &self.states[id.0 as usize] {
                Some(_) if world.get(id).is_none() => drop(self.forget(id)),
                Some(State { stage: Stage::Loaded(owner), .. }) => {
                    let owner = if *owner == parent { me } else { 0 };
                    self.set_stage(id, Stage::Loaded(owner));
                }
                Some(State { stage: Stage::Constructing(owner), .. }) => {
                    // begun by a thread that is not here: never begun again
                    let is_here = *owner == parent;
                    self.set_stage(id, if is_here { Stage::Constructing(me) } else { Stage::Constructed });
                }
                _ => {}
            }
        }
    }

    /// Remembers that `from` uses a definition of `to`, so that `to` stays as long as `from` does. False when it is too late
    /// for that: `to`, the object with this serial number, is gone, or on its way out and `from` is not.
    pub fn bound(&mut self, from: ObjectId, (to, serial): (ObjectId, u64)) -> bool {
        let Some(target) = self.states.get(to.0 as usize).and_then(Option::as_ref) else { return false };
        let is_same = target.serial == serial;
        if !is_same || (target.stage.is_going() && !self.state(from).stage.is_going()) {
            return false;
        }
        push_once(&mut self.state_mut(from).bound_to, to);
        true
    }

    /// An object that was on its way out is opened again, by this thread: its destructors do not run, or its constructors run
    /// once more. What was there from the start stays as it is.
    pub fn revive(&mut self, id: ObjectId, me: u32, is_initial: bool) {
        match self.state(id).stage {
            Stage::Closing => self.set_stage(id, Stage::Constructed),
            Stage::Destroyed if !is_initial => self.set_stage(id, Stage::Loaded(me)),
            _ => {}
        }
    }

    /// Forgets an object that has left the world; the result is the memory to give back.
    pub fn forget(&mut self, id: ObjectId) -> Vec<Reservation> {
        for names in &mut self.names {
            names.names.retain(|_, other| *other != id);
            names.files.retain(|_, other| *other != id);
        }
        let Some(state) = self.states[id.0 as usize].take() else { return Vec::new() };
        self.unconstructed -= usize::from(state.stage.is_unconstructed());
        // the number may become another object's
        for other in self.states.iter_mut().flatten().filter(|other| other.loader == Some(id)) {
            other.loader = None;
        }
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

pub fn push_once(list: &mut Vec<ObjectId>, id: ObjectId) {
    if !list.contains(&id) {
        list.push(id);
    }
}
