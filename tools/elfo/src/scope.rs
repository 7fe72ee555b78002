//! A file with everything it needs, breadth first, found by the loader's own search: what a lookup of the started program goes
//! through.
//!
//! Key types: [`Files`] (the files, loaded), [`Scope`] (the loader's [`World`] made of them).

use std::collections::VecDeque;
use std::fs;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use luci::addr::Addr;
use luci::elf::dynamic::Flags1;
use luci::link::cache::{self, Cache};
use luci::link::hwcaps::Hwcaps;
use luci::link::object::{NamespaceId, Object, ObjectId, Role};
use luci::link::search::{self, Request, Requester, Rule, Search};
use luci::link::world::World;

use crate::input::{path_of, text};
use crate::object::Loaded;

/// A file and its dependencies.
#[derive(Default)]
pub struct Files {
    pub members: Vec<Member>,
    /// Sentences about names that lead to no file.
    pub missing: Vec<String>,
}

pub struct Member {
    pub file: Loaded,
    origin: Vec<u8>,
    identity: (u64, u64),
    /// Who needed it first.
    loader: Option<usize>,
    needed: Vec<usize>,
    filtees: Vec<usize>,
}

impl Files {
    /// One file alone.
    pub fn single(path: &Path) -> Result<Files> {
        let member = Member::open(path, None)?;
        Ok(Files { members: vec![member], missing: Vec::new() })
    }

    /// A file and everything it needs; `library_path` as in `LD_LIBRARY_PATH`.
    pub fn with_dependencies(path: &Path, library_path: &[u8]) -> Result<Files> {
        let cache_bytes = fs::read(cache::PATH).unwrap_or_default();
        let cache = Cache::parse(&cache_bytes).ok();
        let mut search = Search::new(cache, Hwcaps::new(psabi_level(), None, None));
        search.library_path = library_path.split(|byte| b":;".contains(byte)).filter(|_| !library_path.is_empty()).collect();
        let mut files = Files::single(path)?;
        let mut queue = VecDeque::from([0]);
        while let Some(index) = queue.pop_front() {
            let (needed, filtees) = files.members[index].file.dependencies();
            let own = |names: Vec<&[u8]>| names.into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>();
            let (needed, filtees) = (own(needed), own(filtees));
            files.members[index].needed = files.find_all(&mut search, index, &needed, &mut queue);
            files.members[index].filtees = files.find_all(&mut search, index, &filtees, &mut queue);
        }
        Ok(files)
    }

    fn find_all(&mut self, search: &mut Search, by: usize, names: &[Vec<u8>], queue: &mut VecDeque<usize>) -> Vec<usize> {
        let mut found = Vec::new();
        for name in names {
            match self.find(search, by, name) {
                Some((index, is_new)) => {
                    found.push(index);
                    queue.extend(is_new.then_some(index));
                }
                None => {
                    let needing = text(self.members[by].file.path.as_os_str().as_bytes());
                    self.missing.push(format!("{} is not found (needed by {needing})", text(name)));
                }
            }
        }
        found
    }

    /// The member that a name means, and whether it is a new one.
    fn find(&mut self, search: &mut Search, by: usize, name: &[u8]) -> Option<(usize, bool)> {
        let bears_it = |member: &Member| {
            let path = member.file.path.as_os_str().as_bytes();
            path == name || member.file.string(member.file.dynamic.soname) == Some(name)
        };
        if let Some(known) = self.members.iter().position(bears_it) {
            return Some((known, false));
        }
        let mut chain = vec![by];
        while let Some(loader) = self.members[*chain.last()?].loader {
            chain.push(loader);
        }
        let requesters: Vec<Requester> = chain.iter().map(|&index| self.members[index].requester(index == 0)).collect();
        let request = Request {
            name,
            requester: requesters.first().copied(),
            loaders: requesters.get(1..).unwrap_or_default(),
            program: Some(self.members[0].requester(true)),
        };
        let mut found = search.find(&request, &mut Opener)?;
        found.loader = Some(by);
        match self.members.iter().position(|member| member.identity == found.identity) {
            Some(same) => Some((same, false)),
            None => {
                self.members.push(found);
                Some((self.members.len() - 1, true))
            }
        }
    }
}

impl Member {
    fn open(path: &Path, loader: Option<usize>) -> Result<Member> {
        let file = Loaded::open(path)?;
        let identity = fs::metadata(path).map_or((0, 0), |metadata| (metadata.dev(), metadata.ino()));
        let absolute = std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path));
        let origin = absolute.parent().map(|parent| parent.as_os_str().as_bytes().to_vec()).unwrap_or_default();
        Ok(Member { file, origin, identity, loader, needed: Vec::new(), filtees: Vec::new() })
    }

    fn requester(&self, is_program: bool) -> Requester<'_> {
        let dynamic = &self.file.dynamic;
        Requester {
            name: if is_program { b"" } else { self.file.path.as_os_str().as_bytes() },
            origin: Some(&self.origin),
            rpath: self.file.string(dynamic.rpath),
            runpath: self.file.string(dynamic.runpath),
            nodeflib: dynamic.flags_1.contains(Flags1::NODEFLIB),
            is_program,
        }
    }
}

/// Takes the first path with an object that can be loaded.
struct Opener;

impl search::Files for Opener {
    type Found = Member;

    fn open(&mut self, path: &[u8], _rule: Rule) -> ControlFlow<Member> {
        match Member::open(path_of(path), None) {
            Ok(member) => ControlFlow::Break(member),
            Err(_) => ControlFlow::Continue(()),
        }
    }

    fn is_directory(&mut self, path: &[u8]) -> bool {
        path_of(path).is_dir()
    }
}

/// The level of the x86-64 psABI that this processor has.
fn psabi_level() -> u32 {
    macro_rules! has {
        ($($feature:tt)*) => { [$(std::arch::is_x86_feature_detected!($feature)),*].into_iter().all(|there| there) };
    }
    let v2 = has!("cmpxchg16b" "popcnt" "sse3" "sse4.1" "sse4.2" "ssse3");
    let v3 = v2 && has!("avx" "avx2" "bmi1" "bmi2" "f16c" "fma" "lzcnt" "movbe");
    let v4 = v3 && has!("avx512f" "avx512bw" "avx512cd" "avx512dq" "avx512vl");
    1 + [v2, v3, v4].into_iter().filter(|&level| level).count() as u32
}

/// The loader's world made of files, with the order in which they are searched.
pub struct Scope<'f> {
    pub world: World<'f>,
    pub order: Vec<ObjectId>,
}

impl<'f> Scope<'f> {
    pub fn new(files: &'f Files) -> Self {
        let mut world = World::default();
        let ids = |indices: &[usize]| indices.iter().map(|&index| ObjectId(index as u32)).collect::<Vec<_>>();
        for (index, member) in files.members.iter().enumerate() {
            let role = if index == 0 { Role::Program } else { Role::Library };
            let mut version = member.file.version(role);
            // the handle must tell objects apart
            version.link_map = Addr(index as u64 + 1);
            let mut object = Object::new(ObjectId(index as u32), NamespaceId::BASE, Arc::new(version));
            let all = [&member.needed[..], &member.filtees[..]].concat();
            (object.needed, object.filtees) = (ids(&all).into(), ids(&member.filtees).into());
            world.add(object);
        }
        let order = world.breadth_first(ObjectId(0));
        Scope { world, order }
    }
}
