//! Every setting once: [`options`] is the table of switches, [`read`] fills a [`Config`] from the command line, the
//! environment and the configuration file ([`file`]), [`help`] words the table for people.
//!
//! Key types: [`Config`] is what all other rooms are told; [`options::Switch`] is one row of the table. The runtime calls
//! [`Config::read`] first of all and removes [`UNSECURE_VARIABLES`] in secure-execution mode.

pub mod debug;
pub mod file;
pub mod help;
pub mod options;
pub mod read;

use crate::diag::Error;
use alloc::vec::Vec;

/// The configuration file that is read when the command line names no other.
pub const DEFAULT_FILE: &[u8] = b"/opt/luci/ld-luci.conf";

/// Exit status after a mistake on the loader's own command line, as glibc's.
pub const USAGE_STATUS: i32 = 1;

/// Exit status without any argument: the ldd of older glibcs takes it for the mark of a working loader; newer ones do not look.
pub const BARE_STATUS: i32 = 127;

/// All settings of one process. Strings are bytes as the kernel handed them over, without a terminating NUL; lists keep
/// their separators and are taken apart by [`library_path_elements`] and [`preload_names`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config<'a> {
    /// What the loader is asked to do.
    pub mode: Mode,
    /// The program on the loader's own command line; `None` when the kernel started the loader as interpreter.
    pub program: Option<Program>,
    /// Secure-execution mode (AT_SECURE): nothing that the caller controls was taken over.
    pub secure: bool,
    /// How much is logged: 0 nothing to 7 everything; 3 is warnings.
    pub verbosity: u32,
    pub logfile: Option<&'a [u8]>,
    /// The configuration file; an empty name means none.
    pub luci_conf: &'a [u8],
    pub library_path: Vec<List<'a>>,
    /// A file with the directories that are searched last; an empty name means those of the system.
    pub library_conf: &'a [u8],
    pub preload: Vec<List<'a>>,
    pub exclude: Vec<List<'a>>,
    /// Where status lines go: a file, a FIFO, or `unix:PATH`.
    pub statusinfo: Option<&'a [u8]>,
    /// There is a line for the first Version too.
    pub early_statusinfo: bool,
    pub update: bool,
    /// Objects opened by dlopen are followed too.
    pub dlupdate: bool,
    /// Incompatible versions are applied all the same.
    pub force: bool,
    pub func_dep_check: bool,
    /// 0 strict to 3: `luci::update::Difference::relaxed_at`.
    pub relax_check: u32,
    /// How long nothing may happen to any watched file before a change is taken up, in milliseconds.
    pub update_settle_ms: u32,
    pub snapshot: Snapshot,
    pub bind_now: bool,
    /// Functions that are bound at their call are bound at each call.
    pub bind_not: bool,
    /// Lists of auditors, separated by `:`.
    pub audit: Vec<List<'a>>,
    /// The first definition wins only if it is strong (LD_DYNAMIC_WEAK).
    pub weak: bool,
    pub argv0: Option<&'a [u8]>,
    /// A listing also says which object provides each version (ldd -v).
    pub list_versions: bool,
    /// A listing also reports symbols without a definition (ldd -d, with LD_BIND_NOW ldd -r).
    pub list_undefined: bool,
    /// The object that `--why` asks about.
    pub why: Option<&'a [u8]>,
    /// The answers of `--tree` and `--why` are for programs.
    pub json: bool,
    pub inhibit_cache: bool,
    /// Names of objects whose RPATH and RUNPATH do not count, separated by `:`.
    pub inhibit_rpath: Option<&'a [u8]>,
    pub glibc_hwcaps_prepend: Option<&'a [u8]>,
    pub glibc_hwcaps_mask: Option<&'a [u8]>,
    /// What the process was started with is printed first.
    pub show_auxv: bool,
    pub show_args: bool,
    pub show_env: bool,
    /// The program's directory, where the kernel does not tell (no /proc).
    pub origin_path: Option<&'a [u8]>,
    /// The words of LD_DEBUG ([`debug`]); in secure-execution mode for the runtime to judge.
    pub debug: Option<&'a [u8]>,
    /// Where that goes instead of standard error: the beginning of a file's name.
    pub debug_output: Option<&'a [u8]>,
    /// The value of GLIBC_TUNABLES, for the tables that libc reads.
    pub tunables: Option<&'a [u8]>,
    /// Settings in the environment or in the file that could not be understood; each is worth a warning.
    pub problems: Vec<Error>,
}

/// A list as one source gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List<'a> {
    pub text: &'a [u8],
    pub source: Source,
}

/// Who gives a value; the sources differ in small things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Environment,
    CommandLine,
    File,
}

impl Source {
    /// The name under which this source gives a setting, for messages.
    pub fn name_of(self, option: &'static str, variable: &'static str) -> &'static str {
        match self {
            Source::Environment => variable,
            Source::CommandLine => option,
            Source::File => "ld-luci.conf",
        }
    }
}

/// What a start of the loader is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Run,
    /// Print the objects that would be loaded, as ldd(1) shows them.
    List,
    /// Tell how the objects would be found, or why one of them would be loaded.
    Tree,
    /// Tell by the exit status whether the program can be handled.
    Verify,
    /// Print the tunables of the libc with their values and bounds.
    ListTunables,
    /// Print what is known of the system, for reports of mistakes.
    ListDiagnostics,
    Version,
    Help,
}

impl Mode {
    /// Whether it is an answer that needs no program.
    pub fn stands_alone(self) -> bool {
        matches!(self, Mode::Help | Mode::Version | Mode::ListTunables | Mode::ListDiagnostics)
    }
}

/// Where the program stands on the loader's command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    /// Number of leading arguments to remove, the loader's own name included: `argv[consumed]` names the program.
    pub consumed: usize,
    /// `argv[consumed + 1]` is a `--` that belongs to the loader and is to be removed.
    pub separator: bool,
}

/// Which files are loaded from a private copy, so that overwriting them in place does no harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Snapshot {
    /// Those that can be changed under the process.
    Auto,
    Always,
    Never,
}

impl Default for Config<'_> {
    fn default() -> Self {
        Config {
            mode: Mode::Run,
            program: None,
            secure: false,
            verbosity: 3,
            logfile: None,
            luci_conf: DEFAULT_FILE,
            library_path: Vec::new(),
            library_conf: b"",
            preload: Vec::new(),
            exclude: Vec::new(),
            statusinfo: None,
            early_statusinfo: false,
            update: false,
            dlupdate: false,
            force: false,
            func_dep_check: false,
            relax_check: 0,
            update_settle_ms: 50,
            snapshot: Snapshot::Auto,
            bind_now: false,
            bind_not: false,
            audit: Vec::new(),
            weak: false,
            argv0: None,
            list_versions: false,
            list_undefined: false,
            why: None,
            json: false,
            inhibit_cache: false,
            inhibit_rpath: None,
            glibc_hwcaps_prepend: None,
            glibc_hwcaps_mask: None,
            show_auxv: false,
            show_args: false,
            show_env: false,
            origin_path: None,
            debug: None,
            debug_output: None,
            tunables: None,
            problems: Vec::new(),
        }
    }
}

impl<'a> Config<'a> {
    /// The directories of LD_LIBRARY_PATH in order; an empty element is the current directory.
    pub fn library_path(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.library_path.iter().flat_map(|list| library_path_elements(list.text))
    }

    /// By which name the library path was given.
    pub fn library_path_source(&self) -> &'static str {
        let source = self.library_path.first().map_or(Source::Environment, |list| list.source);
        source.name_of("--library-path", "LD_LIBRARY_PATH")
    }

    /// The objects to preload in order, each with the source that names it, without those of `/etc/ld.so.preload`. In
    /// secure-execution mode there are no paths among them.
    pub fn preload(&self) -> impl Iterator<Item = (&'a [u8], Source)> + '_ {
        let names = self.preload.iter().flat_map(|list| preload_names(list.text).map(|name| (name, list.source)));
        names.filter(|(name, _)| !self.secure || !name.contains(&b'/'))
    }
}

/// Whether a list of `--exclude`, separated by `:` or `;`, has this name of a dependency.
pub fn excludes(list: &[u8], name: &[u8]) -> bool {
    list.split(|byte| matches!(byte, b':' | b';')).any(|excluded| excluded == name)
}

/// The elements of a library path, separated by `:` or `;`. Empty elements are kept, an empty list has none.
pub fn library_path_elements(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|byte| matches!(byte, b':' | b';')).filter(move |_| !list.is_empty())
}

/// The names in a preload list, separated by blanks, newlines, `:` or `;`; also used for `/etc/ld.so.preload` once its
/// comments are gone ([`without_comments`]).
pub fn preload_names(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b':' | b';')).filter(|name| !name.is_empty())
}

/// The directories of a file of `--library-conf`: one on a line, without comments. A relative one would mean another directory
/// for each caller, so it does not count.
pub fn listed_directories(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    without_comments(file).map(<[u8]>::trim_ascii).filter(|line| line.starts_with(b"/"))
}

/// The lines of `/etc/ld.so.preload` without what follows a `#`.
pub fn without_comments(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    file.split(|&byte| byte == b'\n').filter_map(|line| line.split(|&byte| byte == b'#').next())
}

/// From this verbosity on warnings are printed.
pub const WARNINGS: u32 = 3;

/// The variables to remove from the environment in secure-execution mode, before anything else reads them: those that
/// glibc removes and all of the loader's own.
pub const UNSECURE_VARIABLES: &[&str] = &[
    "GCONV_PATH",
    "GETCONF_DIR",
    "GLIBC_TUNABLES",
    "HOSTALIASES",
    "LD_AUDIT",
    "LD_BIND_NOT",
    "LD_BIND_NOW",
    "LD_DEBUG",
    "LD_DEBUG_OUTPUT",
    "LD_DEPENDENCY_CHECK",
    "LD_DYNAMIC_DLUPDATE",
    "LD_DYNAMIC_UPDATE",
    "LD_DYNAMIC_WEAK",
    "LD_EARLY_STATUS_INFO",
    "LD_EXCLUDE",
    "LD_FORCE_UPDATE",
    "LD_HWCAP_MASK",
    "LD_LIBRARY_CONF",
    "LD_LIBRARY_PATH",
    "LD_LOGFILE",
    "LD_LOGLEVEL",
    "LD_ORIGIN_PATH",
    "LD_PREFER_MAP_32BIT_EXEC",
    "LD_PRELOAD",
    "LD_PROFILE",
    "LD_PROFILE_OUTPUT",
    "LD_RELAX_CHECK",
    "LD_SHOW_ARGS",
    "LD_SHOW_AUXV",
    "LD_SHOW_ENV",
    "LD_SNAPSHOT",
    "LD_STATUS_INFO",
    "LD_TRACE_LOADED_OBJECTS",
    "LD_UPDATE_SETTLE_MS",
    "LD_USE_LOAD_BIAS",
    "LD_VERBOSE",
    "LD_WARN",
    "LOCALDOMAIN",
    "LOCPATH",
    "MALLOC_ARENA_MAX",
    "MALLOC_ARENA_TEST",
    "MALLOC_CHECK_",
    "MALLOC_MMAP_MAX_",
    "MALLOC_MMAP_THRESHOLD_",
    "MALLOC_PERTURB_",
    "MALLOC_TOP_PAD_",
    "MALLOC_TRACE",
    "MALLOC_TRIM_THRESHOLD_",
    "NIS_PATH",
    "NLSPATH",
    "RESOLV_HOST_CONF",
    "RES_OPTIONS",
    "TMPDIR",
    "TZDIR",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn all<'a>(elements: impl Iterator<Item = &'a [u8]>) -> Vec<&'a [u8]> {
        elements.collect()
    }

    #[test]
    fn an_empty_path_has_no_elements_but_a_colon_has_two() {
        assert!(all(library_path_elements(b"")).is_empty());
        assert_eq!(all(library_path_elements(b":")), [b"", b""]);
        assert_eq!(all(library_path_elements(b"/a;/b c:")), [&b"/a"[..], b"/b c", b""]);
    }

    #[test]
    fn preload_names_are_separated_by_blanks_too() {
        assert_eq!(all(preload_names(b" a.so:/b.so;;c.so  d ")), [&b"a.so"[..], b"/b.so", b"c.so", b"d"]);
    }

    #[test]
    fn a_list_of_directories_has_one_on_a_line() {
        assert_eq!(all(listed_directories(b" /a b \n# /c\n\nd\n/e/ # why\r\n/f")), [&b"/a b"[..], b"/e/", b"/f"]);
    }

    #[test]
    fn the_preload_file_may_have_comments() {
        let names: Vec<_> = without_comments(b"a.so # one\n#b.so\n\tc.so").flat_map(preload_names).collect();
        assert_eq!(names, [b"a.so", b"c.so"]);
    }

    #[test]
    fn every_own_variable_is_removed_in_secure_mode() {
        for variable in options::SWITCHES.iter().filter_map(|switch| switch.variable) {
            assert!(UNSECURE_VARIABLES.contains(&variable), "{variable}");
        }
        assert!(UNSECURE_VARIABLES.is_sorted());
    }

    #[test]
    fn excluded_names_are_compared_whole() {
        assert!(excludes(b"liba.so:libb.so;libc.so", b"libb.so") && excludes(b"libc.so", b"libc.so"));
        assert!(!excludes(b"liba.so:libb.so", b"lib"));
    }
}
