//! Tests of [`super`]: precedence, the command line's grammar, secure-execution mode.

use super::*;
use crate::config::{Snapshot, help};
use alloc::vec::Vec;

fn interpreter<'a>(env: &[&'a [u8]], file: &'a [u8]) -> Config<'a> {
    Config::read(None, env.iter().copied(), false, |_| Ok(file)).unwrap()
}

fn by_name<'a>(args: &[&'a [u8]], env: &[&'a [u8]], file: &'a [u8]) -> Result<Config<'a>> {
    let mut args = core::iter::once(&b"ld-luci.so"[..]).chain(args.iter().copied());
    Config::read(Some(&mut args), env.iter().copied(), false, |_| Ok(file))
}

fn names<'a>(config: &Config<'a>) -> Vec<&'a [u8]> {
    config.preload().map(|(name, _)| name).collect()
}

fn problems(config: &Config) -> Vec<String> {
    config.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn nothing_set_is_the_default() {
    let config =
        Config::read(None, [&b"PATH=/bin"[..], b"LD", b"LD_"].into_iter(), false, |_| Err(Error::os("", "", 2))).unwrap();
    assert_eq!(config, Config::default());
}

#[test]
fn command_line_beats_environment_beats_file_in_both_directions() {
    let file = b"verbosity = 5\nupdate = yes\nlogfile = /file\nsnapshot = never\n";
    let env: &[&[u8]] = &[b"LD_LOGLEVEL=1", b"LD_DYNAMIC_UPDATE=0", b"LD_UPDATE_SETTLE_MS=7"];
    let config = interpreter(env, file);
    assert_eq!((config.verbosity, config.update, config.logfile), (1, false, Some(&b"/file"[..])));
    assert_eq!((config.snapshot, config.update_settle_ms), (Snapshot::Never, 7));
    let config = by_name(&[b"-v0", b"--update", b"--update-settle-ms=9", b"p"], env, file).unwrap();
    assert_eq!((config.verbosity, config.update, config.update_settle_ms), (0, true, 9));
    let config = by_name(&[b"--update=no", b"p"], &[b"LD_DYNAMIC_UPDATE=1"], file).unwrap();
    assert!(!config.update);
}

#[test]
fn values_may_be_any_bytes_and_the_last_variable_wins() {
    let config = interpreter(&[b"LD_LOGFILE=/a", b"LD_LOGFILE=/\xff=b"], b"");
    assert_eq!(config.logfile, Some(&b"/\xff=b"[..]));
    assert_eq!(interpreter(&[b"LD_LOGFILE="], b"logfile = /f").logfile, Some(&b"/f"[..]), "an empty variable is not set");
}

#[test]
fn glibcs_own_flags_count_when_they_are_not_empty() {
    assert!(interpreter(&[b"LD_BIND_NOW=0"], b"").bind_now);
    assert!(!interpreter(&[b"LD_BIND_NOW="], b"").bind_now);
    assert!(!interpreter(&[], b"bind-now = no").bind_now);
    assert_eq!(interpreter(&[], b"bind-now =\nlogfile =\nverbosity =\npreload = \"\""), Config::default());
    assert_eq!(interpreter(&[b"LD_TRACE_LOADED_OBJECTS="], b"").mode, Mode::List);
}

#[test]
fn tunables_are_kept_as_they_are() {
    assert_eq!(interpreter(&[b"GLIBC_TUNABLES=a=1:b=2"], b"").tunables, Some(&b"a=1:b=2"[..]));
}

#[test]
fn a_list_of_one_source_replaces_that_of_another() {
    let config = interpreter(&[b"LD_LIBRARY_PATH=/e;/f"], b"library-path = /c\npreload = x.so\npreload = y.so\n");
    assert_eq!(config.library_path().collect::<Vec<_>>(), [b"/e", b"/f"]);
    assert_eq!(names(&config), [b"x.so", b"y.so"]);
    let config = by_name(&[b"-L", b"/1:/2", b"--library-path", b"/3", b"p"], &[b"LD_LIBRARY_PATH=/e"], b"").unwrap();
    assert_eq!(config.library_path().collect::<Vec<_>>(), [b"/1", b"/2", b"/3"]);
    let config = by_name(&[b"--library-path", b"", b"p"], &[b"LD_LIBRARY_PATH=/e"], b"").unwrap();
    assert_eq!(config.library_path().count(), 0);
}

#[test]
fn preload_options_come_after_the_variable() {
    let config = by_name(&[b"--preload", b"b.so", b"-Pc.so", b"p"], &[b"LD_PRELOAD=a.so"], b"preload = z.so").unwrap();
    assert_eq!(names(&config), [b"a.so", b"b.so", b"c.so"]);
}

#[test]
fn the_first_file_is_the_program_and_the_rest_is_its_own() {
    let program = |args: &[&'static [u8]]| by_name(args, &[], b"").unwrap().program.unwrap();
    assert_eq!(program(&[b"./a.out", b"-v", b"--"]), Program { consumed: 1, separator: false });
    assert_eq!(program(&[b"-uv", b"4", b"./a.out", b"--", b"foo"]), Program { consumed: 3, separator: true });
    assert_eq!(program(&[b"--", b"--list", b"--", b"--"]), Program { consumed: 2, separator: true });
    assert_eq!(program(&[b"-", b"x"]), Program { consumed: 1, separator: false });
    assert_eq!(program(&[b"--argv0", b"--", b"a.out"]), Program { consumed: 3, separator: false });
}

#[test]
fn short_options_cluster() {
    let config = by_name(&[b"-unL/a", b"p"], &[], b"").unwrap();
    assert!(config.update && config.bind_now);
    assert_eq!(config.library_path().collect::<Vec<_>>(), [b"/a"]);
}

#[test]
fn mistakes_on_the_command_line_are_told() {
    let message = |args: &[&'static [u8]]| by_name(args, &[], b"").unwrap_err().to_string();
    assert!(message(&[b"--bogus", b"p"]).starts_with("unrecognized option '--bogus'"));
    assert!(message(&[b"-u\xff", b"p"]).starts_with("unrecognized option '-"));
    assert!(message(&[]).starts_with("missing program name"));
    assert!(message(&[b"-u", b"--"]).starts_with("missing program name"));
    assert_eq!(message(&[b"-v"]), "-v: this option needs a value");
    assert_eq!(message(&[b"-v", b"8", b"p"]), "-v: '8' is not a number from 0 to 7");
    assert_eq!(message(&[b"--update=maybe", b"p"]), "--update: 'maybe' is neither yes nor no");
    assert_eq!(message(&[b"--snapshot=x", b"p"]), "--snapshot: 'x' is none of: auto, always, never");
    assert_eq!(message(&[b"--list=1", b"p"]), "--list: this option takes no value");
}

#[test]
fn help_and_version_need_no_program() {
    assert_eq!(by_name(&[b"--help"], &[], b"").unwrap().mode, Mode::Help);
    assert_eq!(by_name(&[b"-V"], &[], b"").unwrap().mode, Mode::Version);
    assert!(help::help().starts_with("Usage: ld-luci.so"));
}

#[test]
fn mistakes_elsewhere_are_kept_for_a_warning() {
    let config = interpreter(&[b"LD_LOGLEVEL=-1"], b"verbosity = 4\n\nnonsense = 1\nupdate\nupdate = perhaps\nargv0 = x\n");
    assert_eq!(config.verbosity, 4, "a value that was not understood sets nothing");
    assert_eq!(
        problems(&config),
        [
            "LD_LOGLEVEL: '-1' is not a number from 0 to 7",
            "/opt/luci/ld-luci.conf: line 3: unknown setting 'nonsense'",
            "/opt/luci/ld-luci.conf: line 4: this is not 'key = value'",
            "/opt/luci/ld-luci.conf: line 5: update: 'perhaps' is neither yes nor no",
            "/opt/luci/ld-luci.conf: line 6: unknown setting 'argv0'",
        ]
    );
}

#[test]
fn without_warnings_mistakes_elsewhere_are_not_told() {
    assert_eq!(problems(&interpreter(&[b"LD_DYNAMIC_UPDATE=x"], b"verbosity = 2")).len(), 0);
    assert_eq!(problems(&interpreter(&[b"LD_DYNAMIC_UPDATE=x"], b"verbosity = 3")).len(), 1);
}

#[test]
fn the_command_line_names_the_file() {
    let read = |args: [&'static [u8]; 4], file: Result<&'static [u8]>| {
        let mut asked = None;
        let config = Config::read(Some(&mut args.into_iter()), core::iter::empty(), false, |name| {
            asked = Some(name.to_vec());
            file
        });
        (asked, config)
    };
    let (asked, config) = read([b"ld", b"-C", b"/my.conf", b"p"], Ok(b"verbosity = 7"));
    assert_eq!((asked.unwrap(), config.unwrap().verbosity), (b"/my.conf".to_vec(), 7));
    let missing = || Err(Error::os("/my.conf", "cannot read the configuration file", 2));
    let (_, config) = read([b"ld", b"-C", b"/my.conf", b"p"], missing());
    assert_eq!(config.unwrap_err().to_string(), "/my.conf: cannot read the configuration file: No such file or directory");
    let (asked, config) = read([b"ld", b"-C", b"", b"p"], missing());
    assert!(asked.is_none() && config.is_ok());
}

#[test]
fn a_default_file_that_is_there_and_cannot_be_read_is_told() {
    let read = |secure, errno| {
        let failed = |path: &[u8]| Err(Error::os(String::from_utf8_lossy(path), "cannot be read", errno));
        problems(&Config::read(None, core::iter::empty(), secure, failed).unwrap())
    };
    assert_eq!(read(false, 13), ["/opt/luci/ld-luci.conf: cannot be read: Permission denied"]);
    assert!(read(false, 2).is_empty() && read(false, 20).is_empty(), "nobody has to have settings");
    assert!(read(true, 13).is_empty(), "a caller is not told of root's files");
}

#[test]
fn a_list_knows_who_gave_it() {
    let config = by_name(&[b"-Pb.so", b"p"], &[b"LD_PRELOAD=a.so"], b"library-path = /f").unwrap();
    let sources = config.preload().map(|(_, source)| source.name_of("--preload", "LD_PRELOAD")).collect::<Vec<_>>();
    assert_eq!(sources, ["LD_PRELOAD", "--preload"]);
    assert_eq!(config.library_path_source(), "ld-luci.conf");
}

#[test]
fn what_is_too_long_for_a_message_is_cut() {
    let line = [&b"verbosity = "[..], &[b'9'; 1000]].concat();
    let told = problems(&interpreter(&[], &line)).concat();
    assert!(told.contains("'9999") && told.contains("...' is not a number") && told.len() < 200, "{told}");
}

#[test]
fn secure_mode_takes_nothing_from_the_caller_that_could_do_harm() {
    let env: [&[u8]; 8] = [
        b"LD_PRELOAD=/evil.so tool.so:./evil.so",
        b"LD_LIBRARY_PATH=/evil",
        b"LD_LOGFILE=/etc/passwd",
        b"LD_STATUS_INFO=/etc/shadow",
        b"LD_DYNAMIC_UPDATE=1",
        b"LD_LOGLEVEL=7",
        b"GLIBC_TUNABLES=glibc.malloc.check=1",
        b"LD_BIND_NOW=1",
    ];
    let file = b"verbosity = 5\nstatusinfo = /tmp/status\nlogfile = /tmp/log";
    let config = Config::read(None, env.into_iter(), true, |_| Ok(file)).unwrap();
    assert_eq!(names(&config), [b"tool.so"]);
    let config = Config { preload: Vec::new(), ..config };
    assert_eq!(config, Config { secure: true, bind_now: true, verbosity: 5, ..Config::default() });
}

#[test]
fn a_setuid_loader_starts_no_program() {
    for option in [&b"--preload=x"[..], b"-L/x", b"-C/x", b"--update", b"--argv0=x", b"--list", b"--verify", b"--"] {
        let mut args = [b"ld", option, b"p"].into_iter();
        let error = Config::read(Some(&mut args), core::iter::empty(), true, |_| Err(Error::os("", "", 2))).unwrap_err();
        assert!(error.to_string().contains("secure-execution mode"), "{error}");
    }
}
