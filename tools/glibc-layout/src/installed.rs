//! An installed libc: which files it consists of, which record the loader would choose for it, and its layout as its debug
//! files show it. Built over [`crate::root`] and [`crate::library`]; [`crate::debug_files`] finds the debug files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use luci::glibc::choose::{self, Evidence, Unknown};
use luci::glibc::record::Record;
use luci::link::cache::{self, Cache};
use luci::link::hwcaps::Hwcaps;

use crate::debug_files;
use crate::library::Library;
use crate::root::Root;

const LIBC: &str = "libc.so.6";
const LOADER: &str = "ld-linux-x86-64.so.2";
/// A library of its own in an older libc; later an empty one.
const LIBPTHREAD: &str = "libpthread.so.0";
/// Where the psABI puts the loader.
const LOADER_DIRECTORY: &str = "/lib64";
/// Where distributions have libc, for a tree without cache.
const DIRECTORIES: [&str; 5] = ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/usr/lib"];

/// Which libc the user means.
#[derive(Args)]
pub struct Target {
    /// The tree in which the libc is installed
    #[arg(long, default_value = "/", value_name = "DIR")]
    pub root: PathBuf,
    /// The libc.so.6 itself, a path inside the tree; its loader lies beside it or in /lib64
    #[arg(long, value_name = "FILE")]
    pub libc: Option<PathBuf>,
    /// A debug file, or a folder of such laid out as /usr/lib/debug (an unpacked debug package will do)
    #[arg(long, value_name = "PATH")]
    pub debug: Vec<PathBuf>,
}

pub struct Installed {
    pub root: Root,
    pub libc: Library,
    pub loader: Option<Library>,
    pub libpthread: Option<Library>,
    debug: Vec<PathBuf>,
}

impl Installed {
    pub fn find(target: &Target) -> Result<Self> {
        ensure!(target.root.is_dir(), "{} is not a directory", target.root.display());
        let root = Root::new(&target.root);
        let path = match &target.libc {
            Some(path) => path.clone(),
            None => libc_of(&root).with_context(|| format!("there is no {LIBC} for x86_64 in {}", target.root.display()))?,
        };
        let place = root.place_of(&path).with_context(|| format!("{} does not exist", path.display()))?;
        let libc = Library::read(&place, &path)?;
        ensure!(libc.symbol("gnu_get_libc_version").is_some(), "{} is not a glibc", path.display());
        let beside = path.parent().map(Path::to_owned).unwrap_or_default();
        let read = |directory: &Path, name: &str| {
            let path = directory.join(name);
            root.place_of(&path).map(|place| Library::read(&place, &path)).transpose()
        };
        let loader = match read(&beside, LOADER)? {
            Some(loader) => Some(loader),
            None => read(Path::new(LOADER_DIRECTORY), LOADER)?,
        };
        let libpthread = read(&beside, LIBPTHREAD)?;
        Ok(Installed { root, libc, loader, libpthread, debug: target.debug.clone() })
    }

    /// Upstream version, as libc itself says it.
    pub fn version(&self) -> Option<&str> {
        self.evidence().version
    }

    /// The record that the loader would choose, with its sentence if there is none.
    pub fn record(&self) -> Result<&'static Record, Unknown> {
        let loader = self.loader.iter().filter_map(|loader| {
            let size = |name| loader.symbol(name).map(|(_, size)| size);
            Some((size("_rtld_global")?, size("_rtld_global_ro")?))
        });
        choose::choose_with_loaders(&self.evidence(), loader)
    }

    /// Whether the record is one that lists this very build.
    pub fn is_listed(&self) -> bool {
        self.libc.build_id.as_deref().and_then(choose::by_build_id).is_some()
    }

    /// The libraries whose debug information describes the shared structures, in the order in which they are read: the loader
    /// knows them all; where another one stands in for it, an older libpthread and libc do.
    pub fn described_by(&self) -> impl Iterator<Item = &Library> {
        let separate = self.libpthread.iter().filter(|library| library.symbol("pthread_create").is_some());
        self.loader.iter().chain(separate).chain([&self.libc])
    }

    pub fn debug_files(&self) -> debug_files::Finder<'_> {
        debug_files::Finder { root: &self.root, given: &self.debug }
    }

    fn evidence(&self) -> Evidence<'_> {
        let libc = &self.libc;
        let evidence =
            Evidence::from_libc(libc.build_id.as_deref(), &|name| libc.symbol(name), &|address| libc.bytes_at(address));
        match &self.libpthread {
            Some(library) => evidence.with_thread_db(&|name| library.symbol(name), &|address| library.bytes_at(address)),
            None => evidence,
        }
    }
}

/// The path of libc by the cache, else by the usual directories.
fn libc_of(root: &Root) -> Option<PathBuf> {
    let cache = root.place_of(Path::new(cache::PATH)).and_then(|place| fs::read(place).ok());
    let cached = cache.and_then(|file| {
        let cache = Cache::parse(&file).ok()?;
        let baseline = Hwcaps::new(1, None, None);
        let mut paths = cache.lookup(LIBC.as_bytes(), &baseline);
        paths
            .by_ref()
            .map(|path| PathBuf::from(String::from_utf8_lossy(path).into_owned()))
            .find(|path| root.place_of(path).is_some())
    });
    let usual = || DIRECTORIES.iter().map(|directory| Path::new(directory).join(LIBC));
    cached.or_else(|| usual().find(|path| root.place_of(path).is_some()))
}
