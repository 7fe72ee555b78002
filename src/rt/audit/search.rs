//! Searching with auditors: they see the name before the search and every path before it is opened, and may change both.

use alloc::ffi::CString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::convert::Infallible;
use core::ffi::CStr;
use core::ops::ControlFlow;

use luci::diag::{Error, Result};
use luci::link::object::Object;
use luci::link::search::{Files, Rule};
use luci::link::world::World;

use super::{auditors, is_audited, marks};
use crate::rt::files::{CANNOT_OPEN, ElfFile};
use crate::rt::load::{Asked, Opener};
use crate::rt::process::PROCESS;

/// `LA_SER_*`: where a name comes from.
const LA_SER_ORIG: u32 = 1;
const LA_SER_LIBPATH: u32 = 2;
const LA_SER_RUNPATH: u32 = 4;
const LA_SER_CONFIG: u32 = 8;
const LA_SER_DEFAULT: u32 = 64;

/// The file of a name, as the auditors let it be found.
pub fn search_file(world: &World<'static>, asked: Asked<'_>) -> Result<ElfFile> {
    let by = asked.by.and_then(|id| world.get(id)).filter(|object| is_audited(world, object.namespace)).cloned();
    let mut opener = Opener::default();
    let hidden = || Error::other("", CANNOT_OPEN);
    let name = chosen(by.as_ref(), asked.name, LA_SER_ORIG).ok_or_else(hidden)?;
    let mut candidates = Candidates(Vec::new());
    PROCESS.with_registry(|registry| {
        let asked = Asked { name: &name, ..asked };
        registry.with_request(world, asked, |search, request| search.find(request, &mut candidates))
    });
    let mut found = None;
    for (path, rule) in candidates.0 {
        let Some(opened) = flag(rule).map_or(Some(path.clone()), |flag| chosen(by.as_ref(), &path, flag)) else { continue };
        if let ControlFlow::Break(file) = opener.open(&opened, rule) {
            // the object keeps the path that was proposed
            found = Some(file.map(|file| ElfFile { path, ..file }));
            break;
        }
    }
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

/// Everything that a search proposes, in order.
struct Candidates(Vec<(Vec<u8>, Rule)>);

impl Files for Candidates {
    type Found = Infallible;

    fn open(&mut self, path: &[u8], rule: Rule) -> ControlFlow<Infallible> {
        self.0.push((path.to_vec(), rule));
        ControlFlow::Continue(())
    }

    fn is_directory(&mut self, path: &[u8]) -> bool {
        crate::rt::files::is_directory(path)
    }
}
