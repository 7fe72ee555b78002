//! Searching with auditors: they see the name before the search and every path before it is opened, and may change both.

use alloc::ffi::CString;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::convert::Infallible;
use core::ffi::CStr;
use core::ops::ControlFlow;

use luci::diag::{Error, Result};
use luci::link::object::Object;
use luci::link::search::{Files, Rule, Step};
use luci::link::world::World;

use super::{auditors, is_audited, marks};
use crate::rt::files::{CANNOT_OPEN, ElfFile};
use crate::rt::load::{self, Asked, Opener};
use crate::rt::process::PROCESS;
use crate::rt::trace::{self, Topics};

/// `LA_SER_*`: where a name comes from.
const LA_SER_ORIG: u32 = 1;
const LA_SER_LIBPATH: u32 = 2;
const LA_SER_RUNPATH: u32 = 4;
const LA_SER_CONFIG: u32 = 8;
const LA_SER_DEFAULT: u32 = 64;

/// The file of a name, as the auditors let it be found.
pub fn search_file(world: &World<'static>, asked: Asked<'_>) -> Result<ElfFile> {
    let by = asked.by.and_then(|id| world.get(id)).filter(|object| is_audited(world, object.namespace)).cloned();
    let mut opener = Opener { quiet: true, ..Opener::default() };
    let hidden = || Error::other("", CANNOT_OPEN);
    let name = chosen(by.as_ref(), asked.name, LA_SER_ORIG).ok_or_else(hidden)?;
    let asked = Asked { name: &name, ..asked };
    let found = load::heard(asked, || {
        let mut proposals = Proposals(Vec::new());
        PROCESS.with_registry(|registry| {
            registry.with_request(world, asked, |search, request| search.find(request, &mut proposals))
        });
        proposals.0.into_iter().find_map(|proposal| proposal.follow(by.as_ref(), &mut opener))
    });
    opener.outcome(&name, found)
}

/// What the auditors make of a name; `None`: it is not to be used.
fn chosen(by: Option<&Arc<Object<'static>>>, name: &[u8], flag: u32) -> Option<Vec<u8>> {
    let Some(by) = by else { return Some(name.to_vec()) };
    let mut name = CString::new(name).ok()?;
    for (auditor, mark) in auditors().iter().zip(marks(by)) {
        let Some(objsearch) = auditor.objsearch else { continue };
        // SAFETY: the auditor's function of this type; name and cookie outlive the call.
        let answer = unsafe { objsearch(name.as_ptr(), &raw const mark.cookie, flag) };
        if answer.is_null() {
            return None;
        }
        // SAFETY: the auditor answers with a C string.
        name = unsafe { CStr::from_ptr(answer) }.into();
    }
    Some(name.into_bytes())
}

fn flag(rule: Rule) -> Option<u32> {
    match rule {
        Rule::Rpath | Rule::Runpath => Some(LA_SER_RUNPATH),
        Rule::LibraryPath => Some(LA_SER_LIBPATH),
        Rule::Cache => Some(LA_SER_CONFIG),
        Rule::Default => Some(LA_SER_DEFAULT),
        Rule::Preload | Rule::Absolute => None,
    }
}

/// What a search comes to: a path to try, or what is told where it goes on.
enum Proposal {
    Path(Vec<u8>, Rule),
    Step(String),
}

impl Proposal {
    /// The file, if this is its path and the auditors do not hide it.
    fn follow(self, by: Option<&Arc<Object<'static>>>, opener: &mut Opener) -> Option<Result<ElfFile>> {
        let (path, rule) = match self {
            Proposal::Path(path, rule) => (path, rule),
            Proposal::Step(step) => {
                trace::load::step(&step);
                return None;
            }
        };
        // what the auditors make of the path is nobody's business
        if rule != Rule::Absolute && trace::is_on(Topics::LIBS) {
            trace::load::tried(&path);
        }
        let opened = flag(rule).map_or(Some(path.clone()), |flag| chosen(by, &path, flag))?;
        let file = opener.open(&opened, rule).break_value()?;
        // the object keeps the path that was proposed
        Some(file.map(|file| ElfFile { path, ..file }))
    }
}

/// Everything that a search comes to, in order: auditors are program code, and hear of it when the search is over.
struct Proposals(Vec<Proposal>);

impl Files for Proposals {
    type Found = Infallible;

    fn open(&mut self, path: &[u8], rule: Rule) -> ControlFlow<Infallible> {
        self.0.push(Proposal::Path(path.to_vec(), rule));
        ControlFlow::Continue(())
    }

    fn listens(&self) -> bool {
        trace::is_on(Topics::LIBS)
    }

    fn hears(&mut self, step: Step<'_>) {
        self.0.push(Proposal::Step(trace::load::step_text(&step)));
    }

    fn is_directory(&mut self, path: &[u8]) -> bool {
        crate::rt::files::is_directory(path)
    }
}
