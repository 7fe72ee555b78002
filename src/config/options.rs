//! The table of switches: flag, variable, configuration key, default and help text of each, in one row ([`Switch`]). A new
//! switch is one row here and one field of [`Config`]; reading, `--help` and the sample file follow.

use super::{Config, List, Mode, Snapshot};
use alloc::vec::Vec;

/// One switch under all its names.
pub struct Switch {
    /// `--long` on the command line; also the key in the configuration file if that may set it ([`Group::Setting`]).
    pub long: &'static str,
    /// `-s` on the command line.
    pub short: Option<u8>,
    /// The environment variable.
    pub variable: Option<&'static str>,
    pub group: Group,
    /// Whether the caller may set it in secure-execution mode, because it can do no harm there.
    pub harmless: bool,
    /// What stands for the value in the help text; `None` for switches that are on or off.
    pub argument: Option<&'static str>,
    /// The default as it would be written in the configuration file.
    pub default: &'static str,
    pub help: &'static str,
    pub set: Set,
}

/// What a switch is for: the parts of the help text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// How programs run; the configuration file may set it.
    Setting,
    /// One start of a program.
    Start,
    /// An answer, for which no program runs.
    Answer,
}

/// Where the value of a switch goes, and which values there are.
pub enum Set {
    /// On or off: `1 yes on true` and `0 no off false`.
    Bool(Field<bool>),
    /// As [`Set::Bool`], but any value of the variable that is not empty means on, as in glibc.
    NonEmpty(Field<bool>),
    /// As [`Set::NonEmpty`], and an empty variable too.
    Present(Field<bool>),
    /// A decimal number up to the given maximum.
    Number(Field<u32>, u32),
    /// A text, as it is.
    Text(for<'c, 'a> fn(&'c mut Config<'a>, &'a [u8])),
    /// A list that may be given several times on the command line.
    List(for<'c, 'a> fn(&'c mut Config<'a>) -> &'c mut Vec<List<'a>>),
    /// As [`Set::List`], and what the command line gives comes after what the environment or the file gave.
    AddedList(for<'c, 'a> fn(&'c mut Config<'a>) -> &'c mut Vec<List<'a>>),
    /// One of several words.
    Choice(&'static [Choice]),
    /// What the loader is to do; the variable counts whatever its value.
    Mode(Mode),
}

/// The place in the settings that a switch changes.
pub type Field<T> = for<'c, 'a> fn(&'c mut Config<'a>) -> &'c mut T;

/// A word and what it does.
pub type Choice = (&'static str, fn(&mut Config));

/// The row that all others are written as differences to.
const NONE: Switch = Switch {
    long: "",
    short: None,
    variable: None,
    group: Group::Setting,
    harmless: false,
    argument: None,
    default: "no",
    help: "",
    set: Set::Mode(Mode::Run),
};

/// All switches, in the order of the help text.
pub static SWITCHES: &[Switch] = &[
    Switch {
        long: "library-path",
        short: Some(b'L'),
        variable: Some("LD_LIBRARY_PATH"),
        argument: Some("DIRS"),
        default: "",
        help: "search the libraries in these directories, separated by : or ;, after the RPATH and before all others",
        set: Set::List(|config| &mut config.library_path),
        ..NONE
    },
    Switch {
        long: "library-conf",
        short: Some(b'c'),
        variable: Some("LD_LIBRARY_CONF"),
        argument: Some("FILE"),
        default: "",
        help: "search the directories in this file, one on a line, not /etc/ld.so.cache and the default directories",
        set: Set::Text(|config, value| config.library_conf = value),
        ..NONE
    },
    Switch {
        long: "preload",
        short: Some(b'P'),
        variable: Some("LD_PRELOAD"),
        // then only setuid files in the default directories are taken, by name
        harmless: true,
        argument: Some("FILES"),
        default: "",
        help: "load these objects before all others, separated by blanks, : or ;",
        set: Set::AddedList(|config| &mut config.preload),
        ..NONE
    },
    Switch {
        long: "exclude",
        short: Some(b'x'),
        variable: Some("LD_EXCLUDE"),
        argument: Some("NAMES"),
        default: "",
        help: "leave out the dependencies of these names, separated by : or ;",
        set: Set::List(|config| &mut config.exclude),
        ..NONE
    },
    Switch {
        long: "bind-now",
        short: Some(b'n'),
        variable: Some("LD_BIND_NOW"),
        harmless: true,
        help: "resolve all functions at start-up, not at their first call",
        set: Set::NonEmpty(|config| &mut config.bind_now),
        ..NONE
    },
    Switch {
        long: "bind-not",
        short: Some(b'N'),
        variable: Some("LD_BIND_NOT"),
        help: "look functions up at each call, not only at the first",
        set: Set::NonEmpty(|config| &mut config.bind_not),
        ..NONE
    },
    Switch {
        long: "audit",
        variable: Some("LD_AUDIT"),
        argument: Some("FILES"),
        default: "",
        help: "load these auditors (rtld-audit(7)), separated by :",
        set: Set::AddedList(|config| &mut config.audit),
        ..NONE
    },
    Switch {
        long: "weak",
        short: Some(b'w'),
        variable: Some("LD_DYNAMIC_WEAK"),
        help: "let a strong definition in a later object win over a weak one",
        set: Set::NonEmpty(|config| &mut config.weak),
        ..NONE
    },
    Switch {
        long: "update",
        short: Some(b'u'),
        variable: Some("LD_DYNAMIC_UPDATE"),
        help: "replace libraries in the running program when their files change",
        set: Set::Bool(|config| &mut config.update),
        ..NONE
    },
    Switch {
        long: "dlupdate",
        short: Some(b'U'),
        variable: Some("LD_DYNAMIC_DLUPDATE"),
        help: "with --update: also objects that were opened with dlopen",
        set: Set::Bool(|config| &mut config.dlupdate),
        ..NONE
    },
    Switch {
        long: "force",
        short: Some(b'F'),
        variable: Some("LD_FORCE_UPDATE"),
        help: "apply new versions although they are incompatible",
        set: Set::Bool(|config| &mut config.force),
        ..NONE
    },
    Switch {
        long: "relax-check",
        short: Some(b'i'),
        variable: Some("LD_RELAX_CHECK"),
        argument: Some("N"),
        default: "0",
        help: "0 strict, 1 take new versions where evidence is only missing, 2 also other initial values and constructors, 3 also other pointers and virtual functions",
        set: Set::Number(|config| &mut config.relax_check, 3),
        ..NONE
    },
    Switch {
        long: "func-dep-check",
        short: Some(b'D'),
        variable: Some("LD_DEPENDENCY_CHECK"),
        help: "count a constructor as changed when a function that it only refers to has changed",
        set: Set::Bool(|config| &mut config.func_dep_check),
        ..NONE
    },
    Switch {
        long: "update-settle-ms",
        variable: Some("LD_UPDATE_SETTLE_MS"),
        argument: Some("MS"),
        default: "50",
        help: "take up a change when nothing has happened to the files for so many milliseconds",
        set: Set::Number(|config| &mut config.update_settle_ms, 3_600_000),
        ..NONE
    },
    Switch {
        long: "snapshot",
        variable: Some("LD_SNAPSHOT"),
        argument: Some("WHEN"),
        default: "auto",
        help: "with --update: load from private copies of the files that can change (auto), of all files (always), of none (never)",
        set: Set::Choice(&[
            ("auto", |config| config.snapshot = Snapshot::Auto),
            ("always", |config| config.snapshot = Snapshot::Always),
            ("never", |config| config.snapshot = Snapshot::Never),
        ]),
        ..NONE
    },
    Switch {
        long: "statusinfo",
        short: Some(b'S'),
        variable: Some("LD_STATUS_INFO"),
        argument: Some("FILE"),
        default: "",
        help: "write a line for the outcome of each update to a file, a FIFO or a socket (unix:PATH)",
        set: Set::Text(|config, value| config.statusinfo = Some(value)),
        ..NONE
    },
    Switch {
        long: "early-statusinfo",
        variable: Some("LD_EARLY_STATUS_INFO"),
        help: "with --update: write a line also for each library that is followed, before the program runs",
        set: Set::Bool(|config| &mut config.early_statusinfo),
        ..NONE
    },
    Switch {
        long: "verbosity",
        short: Some(b'v'),
        variable: Some("LD_LOGLEVEL"),
        argument: Some("N"),
        default: "3",
        help: "log from 3 on warnings, from 4 on updates that fail, from 5 on all updates",
        set: Set::Number(|config| &mut config.verbosity, 7),
        ..NONE
    },
    Switch {
        long: "logfile",
        short: Some(b'f'),
        variable: Some("LD_LOGFILE"),
        argument: Some("FILE"),
        default: "",
        help: "log to this file, not to standard error",
        set: Set::Text(|config, value| config.logfile = Some(value)),
        ..NONE
    },
    Switch {
        long: "debug",
        group: Group::Start,
        // the runtime asks for /etc/suid-debug, as old glibcs do
        harmless: true,
        variable: Some("LD_DEBUG"),
        argument: Some("WORDS"),
        default: "",
        help: "tell of the loader's work; the word 'help' lists the words",
        set: Set::Text(|config, value| config.debug = Some(value)),
        ..NONE
    },
    Switch {
        long: "debug-output",
        group: Group::Start,
        variable: Some("LD_DEBUG_OUTPUT"),
        argument: Some("FILE"),
        default: "",
        help: "with --debug: write to FILE.PID, not to standard error",
        set: Set::Text(|config, value| config.debug_output = Some(value)),
        ..NONE
    },
    Switch {
        long: "show-auxv",
        group: Group::Start,
        variable: Some("LD_SHOW_AUXV"),
        help: "print the auxiliary vector first",
        set: Set::Present(|config| &mut config.show_auxv),
        ..NONE
    },
    Switch {
        long: "show-args",
        group: Group::Start,
        variable: Some("LD_SHOW_ARGS"),
        help: "print the program's arguments first",
        set: Set::NonEmpty(|config| &mut config.show_args),
        ..NONE
    },
    Switch {
        long: "show-env",
        group: Group::Start,
        variable: Some("LD_SHOW_ENV"),
        help: "print the environment first",
        set: Set::NonEmpty(|config| &mut config.show_env),
        ..NONE
    },
    Switch {
        long: "origin-path",
        group: Group::Start,
        variable: Some("LD_ORIGIN_PATH"),
        argument: Some("DIR"),
        default: "",
        help: "what $ORIGIN means for the program where there is no /proc that tells it",
        set: Set::Text(|config, value| config.origin_path = Some(value)),
        ..NONE
    },
    Switch {
        long: "luci-conf",
        short: Some(b'C'),
        group: Group::Start,
        argument: Some("FILE"),
        default: "/opt/luci/ld-luci.conf",
        help: "read the settings in this file; an empty name reads none",
        set: Set::Text(|config, value| config.luci_conf = value),
        ..NONE
    },
    Switch {
        long: "inhibit-cache",
        help: "do not use /etc/ld.so.cache",
        set: Set::Bool(|config| &mut config.inhibit_cache),
        ..NONE
    },
    Switch {
        long: "inhibit-rpath",
        group: Group::Start,
        argument: Some("LIST"),
        default: "",
        help: "ignore RPATH and RUNPATH of the objects of these names, separated by :",
        set: Set::Text(|config, value| config.inhibit_rpath = Some(value)),
        ..NONE
    },
    Switch {
        long: "glibc-hwcaps-prepend",
        group: Group::Start,
        argument: Some("LIST"),
        default: "",
        help: "search these glibc-hwcaps subdirectories first, separated by :",
        set: Set::Text(|config, value| config.glibc_hwcaps_prepend = Some(value)),
        ..NONE
    },
    Switch {
        long: "glibc-hwcaps-mask",
        group: Group::Start,
        argument: Some("LIST"),
        default: "",
        help: "of the built-in glibc-hwcaps subdirectories search only these, separated by :",
        set: Set::Text(|config, value| config.glibc_hwcaps_mask = Some(value)),
        ..NONE
    },
    Switch {
        long: "argv0",
        group: Group::Start,
        argument: Some("NAME"),
        default: "",
        help: "let the program find this name in argv[0]",
        set: Set::Text(|config, value| config.argv0 = Some(value)),
        ..NONE
    },
    Switch {
        long: "list",
        group: Group::Answer,
        harmless: true,
        variable: Some("LD_TRACE_LOADED_OBJECTS"),
        help: "print the objects that would be loaded, and exit",
        set: Set::Mode(Mode::List),
        ..NONE
    },
    Switch {
        long: "list-versions",
        group: Group::Answer,
        variable: Some("LD_VERBOSE"),
        help: "with --list: print also which object provides each version",
        set: Set::NonEmpty(|config| &mut config.list_versions),
        ..NONE
    },
    Switch {
        long: "list-undefined",
        group: Group::Answer,
        variable: Some("LD_WARN"),
        help: "with --list: report also the symbols of data without a definition, with --bind-now those of functions too",
        set: Set::NonEmpty(|config| &mut config.list_undefined),
        ..NONE
    },
    Switch {
        long: "tree",
        group: Group::Answer,
        help: "print what a program or library would load, from where and by which rule, and what would be missing, and exit",
        set: Set::Mode(Mode::Tree),
        ..NONE
    },
    Switch {
        long: "why",
        group: Group::Answer,
        argument: Some("NAME"),
        default: "",
        help: "print who needs this object and what for, and exit",
        set: Set::Text(|config, value| (config.why, config.mode) = (Some(value), Mode::Tree)),
        ..NONE
    },
    Switch {
        long: "json",
        group: Group::Answer,
        help: "with --why, else as --tree: print a JSON document",
        set: Set::Bool(|config| &mut config.json),
        ..NONE
    },
    Switch {
        long: "verify",
        group: Group::Answer,
        harmless: true,
        help: "tell by the exit status whether the program can be handled",
        set: Set::Mode(Mode::Verify),
        ..NONE
    },
    Switch {
        long: "list-tunables",
        group: Group::Answer,
        harmless: true,
        help: "print the tunables of the libc with their values and bounds, and exit",
        set: Set::Mode(Mode::ListTunables),
        ..NONE
    },
    Switch {
        long: "list-diagnostics",
        group: Group::Answer,
        harmless: true,
        help: "print what is known of the system and the processor, and exit",
        set: Set::Mode(Mode::ListDiagnostics),
        ..NONE
    },
    Switch {
        long: "version",
        short: Some(b'V'),
        group: Group::Answer,
        harmless: true,
        help: "print version and build, and exit",
        set: Set::Mode(Mode::Version),
        ..NONE
    },
    Switch {
        long: "help",
        short: Some(b'h'),
        group: Group::Answer,
        harmless: true,
        help: "print this text, and exit",
        set: Set::Mode(Mode::Help),
        ..NONE
    },
];

/// The set of switches that a source has given: one bit per row of [`SWITCHES`].
#[derive(Clone, Copy, Default)]
pub struct Given(u64);

impl Given {
    pub fn contains(self, index: usize) -> bool {
        self.0 & (1 << index) != 0
    }

    pub fn insert(&mut self, index: usize) {
        self.0 |= 1 << index;
    }
}

const _: () = assert!(SWITCHES.len() <= 64, "Given needs a bit per switch");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_used_twice() {
        for (index, switch) in SWITCHES.iter().enumerate() {
            for other in &SWITCHES[..index] {
                assert_ne!(switch.long, other.long);
                assert!(switch.short.is_none() || switch.short != other.short, "-{:?}", switch.short);
                assert!(switch.variable.is_none() || switch.variable != other.variable, "{:?}", switch.variable);
            }
        }
    }

    #[test]
    fn switches_with_a_value_say_so() {
        for switch in SWITCHES {
            let is_flag = matches!(switch.set, Set::Bool(_) | Set::NonEmpty(_) | Set::Present(_) | Set::Mode(_));
            assert_eq!(is_flag, switch.argument.is_none(), "{}", switch.long);
        }
    }
}
