//! What a case needs of the machine, the compiler, the glibc: the first thing that is missing becomes the reason for skipping it.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use super::directives::Case;
use super::fixture::{Fixture, spawn};

/// Answers of a fixture's side of the chroot, by question; asking takes a process.
static ANSWERS: Mutex<Option<HashMap<String, String>>> = Mutex::new(None);

/// Why the case cannot run under the fixture, if so.
pub fn first_missing(case: &Case, fixture: &Fixture) -> Option<String> {
    case.requires.iter().find(|what| !is_met(what, fixture)).map(|what| format!("needs {what}"))
}

/// Whether all of these are met.
pub fn all_met(what: &[String], fixture: &Fixture) -> bool {
    what.iter().all(|what| is_met(what, fixture))
}

/// The compiler's own name and version.
pub fn compiler(fixture: &Fixture) -> String {
    ask(fixture, "gcc --version | head -n 1")
}

fn is_met(what: &str, fixture: &Fixture) -> bool {
    let (key, value) = what.split_once(':').unwrap_or((what, ""));
    match key {
        "root" => ask(fixture, "id -u") == "0",
        "host" => fixture.root.is_none(),
        "cpu" => has_cpu_flag(value),
        "tool" => !ask(fixture, &format!("command -v {value}")).is_empty(),
        "file" => inside(fixture, value),
        "ld" => links(fixture, &format!("-Wl,{value}")),
        "cc" => links(fixture, value),
        _ => {
            let minimum = key.strip_prefix("glibc>=").map(|version| glibc(fixture) >= number(version));
            let below = key.strip_prefix("glibc<").map(|version| glibc(fixture) < number(version));
            minimum.or(below).unwrap_or_else(|| panic!("no requirement is called {what}"))
        }
    }
}

/// Whether a file exists; /proc is there when a case runs, not before.
fn inside(fixture: &Fixture, path: &str) -> bool {
    let root = fixture.root.as_deref().filter(|_| !path.starts_with("/proc/")).unwrap_or(Path::new("/"));
    root.join(path.trim_start_matches('/')).exists()
}

fn has_cpu_flag(flag: &str) -> bool {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    text.lines().find(|line| line.starts_with("flags")).is_some_and(|line| line.split_whitespace().any(|word| word == flag))
}

/// Whether a small library can be linked with the flag, without a word of warning.
fn links(fixture: &Fixture, flag: &str) -> bool {
    let line = format!("echo 'int x;' | gcc {flag} -shared -fPIC -x c - -o /dev/null 2>&1 && echo works");
    ask(fixture, &line) == "works"
}

/// The minor number of the fixture's glibc.
fn glibc(fixture: &Fixture) -> u32 {
    let text = ask(fixture, "getconf GNU_LIBC_VERSION");
    number(text.trim_start_matches("glibc "))
}

fn number(version: &str) -> u32 {
    version.split('.').nth(1).and_then(|minor| minor.parse().ok()).unwrap_or(0)
}

/// What a shell line prints on the fixture's side.
fn ask(fixture: &Fixture, line: &str) -> String {
    let root = fixture.root.as_deref().unwrap_or(Path::new("/"));
    let key = format!("{} {line}", root.display());
    let mut answers = ANSWERS.lock().unwrap_or_else(|error| error.into_inner());
    let answers = answers.get_or_insert_default();
    if let Some(answer) = answers.get(&key) {
        return answer.clone();
    }
    let mut command = match &fixture.root {
        Some(root) => {
            let mut command = Command::new("chroot");
            command.arg(root).arg("/bin/sh");
            command
        }
        None => Command::new("/bin/sh"),
    };
    let output = spawn(command.args(["-c", line]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()))
        .and_then(Child::wait_with_output);
    let answer = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_string()).unwrap_or_default();
    answers.insert(key, answer.clone());
    answer
}
