//! Where the debug information of an installed library is: in files the user names, in `/usr/lib/debug` by build ID, in the
//! library itself, or where `.gnu_debuglink` points. A file counts if it belongs to this very build of the library.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use object::Object;

use crate::debug_info::DebugInfo;
use crate::library::{Library, hexadecimal};
use crate::root::Root;

/// The tree of debug files that packages install.
const GLOBAL: &str = "/usr/lib/debug";

pub struct Finder<'a> {
    pub root: &'a Root,
    /// Files and folders that the user named.
    pub given: &'a [PathBuf],
}

impl Finder<'_> {
    /// The debug information of a library, if its file is there.
    pub fn read(&self, library: &Library) -> Result<Option<DebugInfo>> {
        let Some(file) = self.find(library) else { return Ok(None) };
        let read = || -> Result<DebugInfo> {
            let bytes = fs::read(&file)?;
            let alternate = self.alternate(&file, &bytes)?;
            DebugInfo::read(&bytes, alternate.as_deref())
        };
        read().map(Some).with_context(|| file.display().to_string())
    }

    /// The files that the user named and that are none of this library, for a sentence.
    pub fn passed_over(&self, library: &Library) -> String {
        let files = self.given.iter().filter(|path| path.is_file() && !belongs(path, library));
        let described = files.map(|path| match build_id(path) {
            Some(id) => format!(" ({} is of the build ID {})", path.display(), hexadecimal(&id)),
            None => format!(" ({} is no debug file with a build ID)", path.display()),
        });
        described.collect()
    }

    fn find(&self, library: &Library) -> Option<PathBuf> {
        let by_id = library.build_id.as_deref().and_then(|id| self.by_build_id(id));
        let given = || self.given.iter().find(|path| path.is_file() && belongs(path, library)).cloned();
        let itself = || library.has_debug_information().then(|| self.root.place_of(&library.path)).flatten();
        given().or(by_id).or_else(itself).or_else(|| self.by_link(library))
    }

    fn by_build_id(&self, id: &[u8]) -> Option<PathBuf> {
        let text = hexadecimal(id);
        let (folder, file) = text.split_at_checked(2)?;
        let name = Path::new(".build-id").join(folder).join(format!("{file}.debug"));
        let roots = || self.given.iter().filter(|path| path.is_dir()).map(|folder| Root::new(folder));
        let in_given = roots().find_map(|root| {
            let places = [Path::new("/").join(&name), Path::new(GLOBAL).join(&name)];
            places.iter().find_map(|path| root.place_of(path))
        });
        let found = in_given.or_else(|| self.root.place_of(&Path::new(GLOBAL).join(&name)))?;
        has_build_id(&found, id).then_some(found)
    }

    fn by_link(&self, library: &Library) -> Option<PathBuf> {
        let (name, checksum) = library.debug_link()?;
        let real = self.root.follow(&library.path)?;
        let mut places = Vec::new();
        for directory in [library.path.parent()?, real.parent()?] {
            places.push(directory.join(&name));
            places.push(directory.join(".debug").join(&name));
            places.push(Path::new(GLOBAL).join(directory.strip_prefix("/").unwrap_or(directory)).join(&name));
        }
        let places = places.iter().filter_map(|path| self.root.place_of(path));
        places.into_iter().find(|place| fs::read(place).is_ok_and(|bytes| crc32fast::hash(&bytes) == checksum))
    }

    /// The file that `.gnu_debugaltlink` of a debug file names: a path from its folder on, else by build ID.
    fn alternate(&self, file: &Path, bytes: &[u8]) -> Result<Option<Vec<u8>>> {
        let Some((name, id)) = object::File::parse(bytes)?.gnu_debugaltlink()? else { return Ok(None) };
        let name = String::from_utf8_lossy(name).into_owned();
        let beside = file.parent().map(|folder| folder.join(&name)).filter(|place| has_build_id(place, id));
        let in_root = || self.root.place_of(Path::new(&name)).filter(|place| has_build_id(place, id));
        let found = beside.or_else(in_root).or_else(|| self.by_build_id(id));
        let found = found.with_context(|| format!("its alternate file {name} (build ID {}) is missing", hexadecimal(id)))?;
        fs::read(&found).map(Some).with_context(|| found.display().to_string())
    }
}

/// Whether a debug file that the user names is this library's. Without build IDs the user's word counts.
fn belongs(path: &Path, library: &Library) -> bool {
    library.build_id.as_deref().is_none_or(|id| has_build_id(path, id))
}

fn has_build_id(path: &Path, id: &[u8]) -> bool {
    build_id(path).is_some_and(|found| found == id)
}

fn build_id(path: &Path) -> Option<Vec<u8>> {
    let bytes = fs::read(path).ok()?;
    Some(object::File::parse(&*bytes).ok()?.build_id().ok()??.to_vec())
}
