//! Fills [`Config`] from its three sources: the command line beats the environment, the environment beats the file, in both
//! directions (a lower value too). What each switch is called and does is the table's business ([`super::options`]).

use super::file;
use super::options::{Given, Group, SWITCHES, Set, Switch};
use super::{Config, List, Mode, Program, Source, WARNINGS};
use crate::diag::{Error, Result};
use alloc::format;
use alloc::string::{String, ToString};

impl<'a> Config<'a> {
    /// Reads all settings.
    ///
    /// `args` is the whole argument vector when the loader was started by name, `None` when the kernel started it as
    /// interpreter: there the arguments are the program's. `env` are the `NAME=value` strings. `secure` is AT_SECURE: then
    /// the environment counts only where it can do no harm, and options are refused likewise. `file` is called once with
    /// the name of the configuration file and returns its content, if it may be used (in secure mode: the default file,
    /// owned by root).
    ///
    /// An error is a mistake on the command line, to be answered with [`super::USAGE_STATUS`]; mistakes in the other sources
    /// do not stop a program and are in [`Config::problems`].
    pub fn read(
        args: Option<&mut dyn Iterator<Item = &'a [u8]>>,
        env: impl Iterator<Item = &'a [u8]>,
        secure: bool,
        file: impl FnOnce(&[u8]) -> Result<&'a [u8]>,
    ) -> Result<Self> {
        let mut config = Config { secure, ..Config::default() };
        let mut given = Given::default();
        config.read_environment(env, &mut given);
        if let Some(args) = args {
            config.read_command_line(args, &mut given)?;
            // anybody could run any program with the privileges of a setuid copy of the loader
            if secure && !matches!(config.mode, Mode::Help | Mode::Version) {
                return Err(Error::other("", "in secure-execution mode the loader starts no program by name"));
            }
        }
        if config.json && config.mode == Mode::Run {
            config.mode = Mode::Tree;
        }
        if config.luci_conf.is_empty() || matches!(config.mode, Mode::Help | Mode::Version) {
            return Ok(config);
        }
        match file(config.luci_conf) {
            Ok(bytes) => config.read_file(bytes, given),
            Err(error) if config.luci_conf != super::DEFAULT_FILE => return Err(error),
            // nobody has to have settings, and a caller is not told why root's do not count
            Err(error) if error.is_not_found() || secure => {}
            Err(error) => config.problems.push(error),
        }
        if config.verbosity < WARNINGS {
            config.problems.clear();
        }
        if secure {
            // the caller could have put a link there
            (config.statusinfo, config.logfile) = (None, None);
        }
        Ok(config)
    }

    /// One pass over the environment: strings that do not start like one of ours cost one comparison.
    fn read_environment(&mut self, env: impl Iterator<Item = &'a [u8]>, given: &mut Given) {
        for string in env {
            if string.starts_with(b"LD_") {
                self.read_variable(string, given);
            } else if !self.secure
                && let Some(tunables) = string.strip_prefix(b"GLIBC_TUNABLES=")
            {
                self.tunables = Some(tunables);
            }
        }
    }

    fn read_variable(&mut self, string: &'a [u8], given: &mut Given) {
        let Some(end) = string.iter().position(|&byte| byte == b'=') else { return };
        let (name, value) = (&string[..end], &string[end + 1..]);
        if name == b"LD_PROFILE" && !value.is_empty() && !self.secure {
            self.problems.push(Error::other(text(name), "profiles are not written by this loader"));
        }
        let is_named = |switch: &Switch| switch.variable.is_some_and(|variable| variable.as_bytes() == name);
        let Some(index) = SWITCHES.iter().position(is_named) else { return };
        let switch = &SWITCHES[index];
        if (self.secure && !switch.harmless) || (value.is_empty() && !matches!(switch.set, Set::Mode(_) | Set::Present(_))) {
            return;
        }
        match self.apply(switch, Some(value), Source::Environment, false) {
            Ok(()) => given.insert(index),
            Err(what) => self.problems.push(Error::other(text(name), what)),
        }
    }

    /// `ld-luci.so [options] [--] program [--] arguments`: everything after the program is the program's.
    fn read_command_line(&mut self, args: &mut dyn Iterator<Item = &'a [u8]>, given: &mut Given) -> Result<()> {
        let mut line = CommandLine { args, taken: 0, given: Given::default() };
        line.next();
        let found = loop {
            match line.next() {
                None => break false,
                Some(b"--") => break line.next().is_some(),
                Some(arg) if arg.starts_with(b"--") => self.read_long(&arg[2..], &mut line, given)?,
                Some(arg) if arg.len() > 1 && arg[0] == b'-' => self.read_short(&arg[1..], &mut line, given)?,
                Some(_) => break true,
            }
        };
        if found {
            let consumed = line.taken - 1;
            self.program = Some(Program { consumed, separator: line.next() == Some(b"--") });
        } else if !self.mode.stands_alone() {
            return Err(Error::other("", "missing program name; the option --help shows the usage"));
        }
        Ok(())
    }

    /// `name` or `name=value`, after the two dashes.
    fn read_long(&mut self, option: &'a [u8], line: &mut CommandLine<'_, 'a>, given: &mut Given) -> Result<()> {
        let (name, inline) = match option.iter().position(|&byte| byte == b'=') {
            Some(at) => (&option[..at], Some(&option[at + 1..])),
            None => (option, None),
        };
        let shown = format!("--{}", text(name));
        let Some(index) = SWITCHES.iter().position(|switch| switch.long.as_bytes() == name) else {
            return Err(unknown(&shown));
        };
        let value = match SWITCHES[index].argument {
            Some(_) if inline.is_none() => Some(line.value(&shown)?),
            _ => inline,
        };
        self.read_option(index, &shown, value, line, given)
    }

    /// A cluster of letters after one dash; the value of the last one may follow it directly.
    fn read_short(&mut self, mut cluster: &'a [u8], line: &mut CommandLine<'_, 'a>, given: &mut Given) -> Result<()> {
        while let Some((&letter, rest)) = cluster.split_first() {
            let shown = format!("-{}", text(&[letter]));
            let Some(index) = SWITCHES.iter().position(|switch| switch.short == Some(letter)) else {
                return Err(unknown(&shown));
            };
            cluster = rest;
            let value = match SWITCHES[index].argument {
                Some(_) if rest.is_empty() => Some(line.value(&shown)?),
                Some(_) => Some(core::mem::take(&mut cluster)),
                None => None,
            };
            self.read_option(index, &shown, value, line, given)?;
        }
        Ok(())
    }

    fn read_option(
        &mut self,
        index: usize,
        shown: &str,
        value: Option<&'a [u8]>,
        line: &mut CommandLine<'_, 'a>,
        given: &mut Given,
    ) -> Result<()> {
        let switch = &SWITCHES[index];
        if self.secure && !switch.harmless {
            return Err(Error::other(shown, "this option is not available in secure-execution mode"));
        }
        let again = line.given.contains(index);
        self.apply(switch, value, Source::CommandLine, again).map_err(|what| Error::other(shown, what))?;
        line.given.insert(index);
        given.insert(index);
        Ok(())
    }

    /// Takes the settings of the file that no other source has given.
    fn read_file(&mut self, bytes: &'a [u8], given: Given) {
        let mut here = Given::default();
        for setting in file::settings(bytes) {
            let outcome = setting.value.map_err(ToString::to_string).and_then(|(key, value)| {
                let is_named = |switch: &Switch| switch.group == Group::Setting && switch.long.as_bytes() == key;
                let Some(index) = SWITCHES.iter().position(is_named) else {
                    return Err(format!("unknown setting '{}'", short(key)));
                };
                if given.contains(index) || value.is_empty() {
                    return Ok(());
                }
                let again = here.contains(index);
                here.insert(index);
                self.apply(&SWITCHES[index], Some(value), Source::File, again).map_err(|what| format!("{}: {what}", text(key)))
            });
            if let Err(what) = outcome {
                self.problems.push(Error::other(format!("{}: line {}", text(self.luci_conf), setting.line), what));
            }
        }
    }

    /// Sets one switch; `again` says that the same source has given it before.
    fn apply(
        &mut self,
        switch: &Switch,
        value: Option<&'a [u8]>,
        source: Source,
        again: bool,
    ) -> core::result::Result<(), String> {
        match switch.set {
            Set::NonEmpty(field) | Set::Present(field) if source == Source::Environment => *field(self) = true,
            Set::Bool(field) | Set::NonEmpty(field) | Set::Present(field) => *field(self) = value.map_or(Ok(true), parse_bool)?,
            Set::Number(field, max) => *field(self) = parse_number(value.unwrap_or_default(), max)?,
            Set::Text(store) => store(self, value.unwrap_or_default()),
            Set::List(field) | Set::AddedList(field) => {
                let list = field(self);
                let added = source == Source::CommandLine && matches!(switch.set, Set::AddedList(_));
                if !again && !added {
                    list.clear();
                }
                list.push(List { text: value.unwrap_or_default(), source });
            }
            Set::Choice(choices) => {
                let value = value.unwrap_or_default();
                match choices.iter().find(|(word, _)| word.as_bytes() == value) {
                    Some((_, store)) => store(self),
                    None => {
                        let words = choices.iter().map(|(word, _)| *word).collect::<alloc::vec::Vec<_>>().join(", ");
                        return Err(format!("'{}' is none of: {words}", short(value)));
                    }
                }
            }
            Set::Mode(_) if value.is_some() && source != Source::Environment => {
                return Err("this option takes no value".to_string());
            }
            Set::Mode(mode) => self.mode = mode,
        }
        Ok(())
    }
}

/// The arguments still to be read, and how many were taken.
struct CommandLine<'r, 'a> {
    args: &'r mut dyn Iterator<Item = &'a [u8]>,
    taken: usize,
    given: Given,
}

impl<'a> CommandLine<'_, 'a> {
    fn next(&mut self) -> Option<&'a [u8]> {
        let arg = self.args.next()?;
        self.taken += 1;
        Some(arg)
    }

    /// The argument that is the value of the option before it.
    fn value(&mut self, shown: &str) -> Result<&'a [u8]> {
        self.next().ok_or_else(|| Error::other(shown, "this option needs a value"))
    }
}

fn unknown(shown: &str) -> Error {
    Error::other("", format!("unrecognized option '{shown}'; the option --help shows the usage"))
}

fn parse_bool(value: &[u8]) -> core::result::Result<bool, String> {
    match value {
        b"1" | b"yes" | b"on" | b"true" => Ok(true),
        b"0" | b"no" | b"off" | b"false" => Ok(false),
        _ => Err(format!("'{}' is neither yes nor no", short(value))),
    }
}

fn parse_number(value: &[u8], max: u32) -> core::result::Result<u32, String> {
    let number = core::str::from_utf8(value).ok().and_then(|value| value.parse::<u32>().ok());
    number.filter(|number| *number <= max).ok_or_else(|| format!("'{}' is not a number from 0 to {max}", short(value)))
}

/// The beginning of a value or key for a message, which must not fill the screen.
fn short(bytes: &[u8]) -> String {
    const SHOWN: usize = 100;
    match bytes.get(..SHOWN) {
        Some(beginning) if bytes.len() > SHOWN => format!("{}...", text(beginning)),
        _ => text(bytes),
    }
}

/// Bytes for a message.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
