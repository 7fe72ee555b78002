//! Where a library is looked for: the paths to try for a name given to DT_NEEDED, dlopen or a preload list, in the order of
//! ld.so(8) — RPATH, LD_LIBRARY_PATH, RUNPATH, the cache, the default directories.
//!
//! Key types: [`Search`] holds what is the same for the whole process, [`Request`] says who asks for what, and [`Files`] is
//! how the caller tries one path after the other. Nothing is opened here. The strings pass through [`super::tokens`], the
//! cache is [`super::cache`], [`super::directories`] remembers what is missing.

use super::cache::Cache;
use super::directories::DirectoryCache;
use super::hwcaps::Hwcaps;
use super::tokens::{Tokens, expand};
use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::ControlFlow;

/// The default directories and `$LIB` of a distribution.
#[derive(Clone, Copy, Debug)]
pub struct Defaults {
    pub directories: &'static [&'static [u8]],
    pub lib: &'static [u8],
}

/// Debian and its derivatives.
const MULTIARCH: Defaults = Defaults {
    directories: &[b"/lib/x86_64-linux-gnu", b"/usr/lib/x86_64-linux-gnu", b"/lib", b"/usr/lib"],
    lib: b"lib/x86_64-linux-gnu",
};
/// Distributions that keep 64-bit libraries apart from 32-bit ones.
const LIB64: Defaults = Defaults { directories: &[b"/lib64", b"/usr/lib64"], lib: b"lib64" };
/// Distributions without 32-bit libraries in `lib`.
const LIB: Defaults = Defaults { directories: &[b"/lib", b"/usr/lib"], lib: b"lib" };
/// Where nothing tells which it is.
const UNKNOWN: Defaults = Defaults {
    directories: &[b"/lib/x86_64-linux-gnu", b"/usr/lib/x86_64-linux-gnu", b"/lib64", b"/usr/lib64", b"/lib", b"/usr/lib"],
    lib: b"lib/x86_64-linux-gnu",
};

impl Defaults {
    /// A stock loader has its libc in its first default directory, and ldconfig(8) writes that into the cache.
    pub fn of(cache: Option<&Cache<'_>>, hwcaps: &Hwcaps) -> Defaults {
        let libc = cache.and_then(|cache| cache.lookup(b"libc.so.6", hwcaps).next());
        let directory = libc.and_then(|path| path.strip_suffix(b"/libc.so.6")).unwrap_or_default();
        let last = directory.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        match last {
            b"x86_64-linux-gnu" => MULTIARCH,
            b"lib64" => LIB64,
            b"lib" => LIB,
            _ => UNKNOWN,
        }
    }
}

/// Why a path was proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// DT_RPATH of the object that asks, of one that loaded it, or of the program.
    Rpath,
    /// LD_LIBRARY_PATH or `--library-path`.
    LibraryPath,
    /// DT_RUNPATH of the object that asks.
    Runpath,
    /// `/etc/ld.so.cache`.
    Cache,
    /// A directory that is always searched.
    Default,
    /// The name was in a preload list: for the caller to tell, whatever rule then finds the file.
    Preload,
    /// The name contains a slash and was used as it is.
    Absolute,
}

/// How the caller tries what is proposed.
pub trait Files {
    /// What a path is turned into when it can be used.
    type Found;

    /// Tries one path; `Continue` if there is no such file or it cannot be used, so that the search goes on.
    fn open(&mut self, path: &[u8], rule: Rule) -> ControlFlow<Self::Found>;

    /// Whether there is a directory of this name; asked at most once for each absolute name.
    fn is_directory(&mut self, path: &[u8]) -> bool;
}

/// An object as far as the search is concerned. Strings are as in its dynamic section, without the NUL.
#[derive(Clone, Copy, Debug, Default)]
pub struct Requester<'a> {
    /// The path it was loaded from, for `--inhibit-rpath`; empty for the program.
    pub name: &'a [u8],
    /// Its directory, for `$ORIGIN`.
    pub origin: Option<&'a [u8]>,
    /// DT_RPATH; does not count beside a DT_RUNPATH.
    pub rpath: Option<&'a [u8]>,
    pub runpath: Option<&'a [u8]>,
    /// DF_1_NODEFLIB: the default directories are not searched on its behalf.
    pub nodeflib: bool,
    /// It is the program itself.
    pub is_program: bool,
}

/// Who asks for what.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub name: &'a [u8],
    /// The object with the DT_NEEDED entry or with the call of dlopen; the program for preloaded objects.
    pub requester: Option<Requester<'a>>,
    /// The object that loaded the requester, the one that loaded that, and so on.
    pub loaders: &'a [Requester<'a>],
    /// The program, once it is known.
    pub program: Option<Requester<'a>>,
}

/// What the search knows for the whole life of the process.
#[derive(Debug)]
pub struct Search<'a> {
    /// The directories of LD_LIBRARY_PATH, tokens not yet expanded; an empty one is the current directory.
    pub library_path: Vec<&'a [u8]>,
    /// `None` if there is no usable cache, or with `--inhibit-cache`.
    pub cache: Option<Cache<'a>>,
    pub default_directories: &'a [&'a [u8]],
    pub hwcaps: Hwcaps<'a>,
    /// Objects, separated by `:`, whose RPATH and RUNPATH do not count.
    pub inhibit_rpath: Option<&'a [u8]>,
    /// What `$LIB` stands for.
    pub lib: &'a [u8],
    /// AT_PLATFORM.
    pub platform: Option<&'a [u8]>,
    /// Secure-execution mode: `$ORIGIN` is restricted, and directories relative to the caller's are not searched.
    pub secure: bool,
    pub directories: DirectoryCache,
}

impl<'a> Search<'a> {
    /// A search in the cache and the default directories; set the fields for more.
    pub fn new(cache: Option<Cache<'a>>, hwcaps: Hwcaps<'a>) -> Self {
        let defaults = Defaults::of(cache.as_ref(), &hwcaps);
        Search {
            library_path: Vec::new(),
            cache,
            default_directories: defaults.directories,
            hwcaps,
            inhibit_rpath: None,
            lib: defaults.lib,
            platform: Some(b"x86_64"),
            secure: false,
            directories: DirectoryCache::default(),
        }
    }

    /// Proposes paths to `files` until one is taken. `None`: there is no such library.
    pub fn find<F: Files>(&mut self, request: &Request, files: &mut F) -> Option<F::Found> {
        let asking = request.requester.or(request.program).unwrap_or_default();
        let name = self.expand(request.name, &asking)?;
        if name.is_empty() {
            return None;
        }
        let outcome = if name.contains(&b'/') {
            files.open(&name, Rule::Absolute)
        } else {
            self.find_by_rules(&name, request, &asking, files)
        };
        outcome.break_value()
    }

    /// As [`Search::find`], in the default directories only, for a name without slash.
    pub fn find_in_defaults<F: Files>(&mut self, name: &[u8], files: &mut F) -> Option<F::Found> {
        if name.contains(&b'/') {
            return None;
        }
        self.default_directories
            .iter()
            .find_map(|&directory| self.try_directory(directory, name, Rule::Default, files).break_value())
    }

    /// A name without slash: all rules, one after the other.
    fn find_by_rules<F: Files>(
        &mut self,
        name: &[u8],
        request: &Request,
        asking: &Requester,
        files: &mut F,
    ) -> ControlFlow<F::Found> {
        for (directory, rule) in self.listed_directories(request, true) {
            self.try_directory(&directory, name, rule, files)?;
        }
        self.try_cache(name, asking, files)?;
        if !asking.nodeflib {
            for directory in self.default_directories {
                self.try_directory(directory, name, Rule::Default, files)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Every directory that is searched for a name without slash, and by which rule; the cache has no place in such a list
    /// (dlinfo(3), RTLD_DI_SERINFO).
    pub fn directories<'r>(&self, request: &Request<'r>) -> Vec<(Cow<'r, [u8]>, Rule)>
    where
        'a: 'r,
    {
        let mut all = self.listed_directories(request, false);
        if !request.requester.or(request.program).unwrap_or_default().nodeflib {
            all.extend(self.default_directories.iter().map(|&directory| (Cow::Borrowed(directory), Rule::Default)));
        }
        all
    }

    /// The directories that are searched before the cache. Without `program_once` the program's RPATH comes once more behind
    /// those of the objects that lead to it, where dlinfo shows it.
    fn listed_directories<'r>(&self, request: &Request<'r>, program_once: bool) -> Vec<(Cow<'r, [u8]>, Rule)>
    where
        'a: 'r,
    {
        let mut all = Vec::new();
        if request.requester.is_none_or(|requester| requester.runpath.is_none()) {
            self.add_rpaths(request, program_once, &mut all);
        }
        let program = request.program.or(request.requester).unwrap_or_default();
        let from = all.len();
        for &element in &self.library_path {
            self.add_element(element, &program, (Rule::LibraryPath, from), &mut all);
        }
        if let Some(requester) = request.requester
            && let Some(runpath) = requester.runpath
            && !self.is_inhibited(&requester)
        {
            self.add_list(runpath, &requester, Rule::Runpath, &mut all);
        }
        all
    }

    /// RPATH of the object that asks, of those that loaded it, and of the program if it is not among them.
    fn add_rpaths<'r>(&self, request: &Request<'r>, program_once: bool, all: &mut Vec<(Cow<'r, [u8]>, Rule)>) {
        let chain = request.requester.iter().chain(request.loaders);
        let mut asking = chain.clone();
        let among_them = if program_once {
            asking.any(|object| object.is_program)
        } else {
            asking.next().is_some_and(|object| object.is_program)
        };
        for object in chain.chain(request.program.iter().filter(|_| !among_them)) {
            if let Some(rpath) = object.rpath.filter(|_| object.runpath.is_none() && !self.is_inhibited(object)) {
                self.add_list(rpath, object, Rule::Rpath, all);
            }
        }
    }

    /// All directories of an RPATH or RUNPATH. An empty list has none.
    fn add_list<'r>(&self, list: &'r [u8], owner: &Requester, rule: Rule, all: &mut Vec<(Cow<'r, [u8]>, Rule)>) {
        let from = all.len();
        for element in list.split(|&byte| byte == b':').filter(|_| !list.is_empty()) {
            self.add_element(element, owner, (rule, from), all);
        }
    }

    /// One element of a path whose others are in `all` behind the position `from`: an empty one is the current directory, one
    /// whose tokens cannot be expanded does not count, nor does one that was there before.
    fn add_element<'r>(
        &self,
        element: &'r [u8],
        owner: &Requester,
        (rule, from): (Rule, usize),
        all: &mut Vec<(Cow<'r, [u8]>, Rule)>,
    ) {
        let Some(directory) = self.expand(element, owner) else { return };
        let vanished = directory.is_empty() && !element.is_empty();
        if vanished || (!directory.starts_with(b"/") && self.secure) {
            return;
        }
        let directory = without_slashes(directory);
        if !all[from..].iter().any(|(known, _)| *known == directory) {
            all.push((directory, rule));
        }
    }

    /// One directory, its active glibc-hwcaps subdirectories first. What is known not to exist is not tried.
    fn try_directory<F: Files>(&mut self, directory: &[u8], name: &[u8], rule: Rule, files: &mut F) -> ControlFlow<F::Found> {
        if self.directories.is_missing(directory) {
            return ControlFlow::Continue(());
        }
        if !self.hwcaps.names().is_empty() {
            let parent = join(directory, b"glibc-hwcaps");
            if self.directories.exists(&parent, files) {
                for index in 0..self.hwcaps.names().len() {
                    let subdirectory = join(&parent, self.hwcaps.names()[index]);
                    if self.directories.exists(&subdirectory, files) {
                        files.open(&join(&subdirectory, name), rule)?;
                    }
                }
            }
        }
        files.open(&join(directory, name), rule)?;
        if directory.starts_with(b"/") {
            self.directories.exists(directory, files);
        }
        ControlFlow::Continue(())
    }

    /// The paths that the cache has for the name, without those in default directories if the object wants none of these.
    fn try_cache<F: Files>(&self, name: &[u8], asking: &Requester, files: &mut F) -> ControlFlow<F::Found> {
        let Some(cache) = self.cache else { return ControlFlow::Continue(()) };
        let is_default = |path: &[u8]| {
            self.default_directories.iter().any(|directory| path.strip_prefix(*directory).is_some_and(|rest| rest[0] == b'/'))
        };
        for path in cache.lookup(name, &self.hwcaps) {
            if !(asking.nodeflib && is_default(path)) {
                files.open(path, Rule::Cache)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// `--inhibit-rpath` names the object; secure-execution mode knows no such option.
    fn is_inhibited(&self, object: &Requester) -> bool {
        let inhibited = self.inhibit_rpath.filter(|_| !self.secure);
        inhibited.is_some_and(|list| list.split(|&byte| byte == b':').any(|name| name == object.name))
    }

    /// The tokens of a string of this object. `None`: it must be ignored.
    fn expand<'s>(&self, string: &'s [u8], owner: &Requester) -> Option<Cow<'s, [u8]>> {
        let tokens = Tokens {
            origin: owner.origin,
            lib: self.lib,
            platform: self.platform,
            secure: self.secure,
            trusted: (self.secure && owner.is_program).then_some(self.default_directories),
        };
        expand(string, &tokens)
    }
}

/// The directory without the slashes at its end, except the root.
fn without_slashes(directory: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let end = directory.iter().rposition(|&byte| byte != b'/').map_or(directory.len().min(1), |last| last + 1);
    match directory {
        Cow::Borrowed(directory) => Cow::Borrowed(&directory[..end]),
        Cow::Owned(mut directory) => {
            directory.truncate(end);
            Cow::Owned(directory)
        }
    }
}

/// The path of a name in a directory; the current directory is empty and adds nothing.
fn join(directory: &[u8], name: &[u8]) -> Vec<u8> {
    let slash: &[u8] = if directory.is_empty() || directory.ends_with(b"/") { b"" } else { b"/" };
    [directory, slash, name].concat()
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
