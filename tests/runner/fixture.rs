//! Where and how a case runs: by name or as PT_INTERP, on this machine or inside another Debian root. A [`Fixture`] knows
//! the loader under test, the oracle, and how to start a command on its side of the chroot.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::RwLock;
use std::{fs, io};

use super::directives::Case;
use super::repository;

/// The system's loader, by the name that the psABI gives it.
const SYSTEM_LOADER: &str = "/lib64/ld-linux-x86-64.so.2";
/// Where a root keeps the loader under test and the cases.
const ROOT_LOADER: &str = "/var/tmp/luci-cases/ld-luci.so";
const ROOT_CASES: &str = "/var/tmp/luci-cases";

/// Held by writers of files (shared) and around fork (exclusive): a child that is not yet at its exec holds every open
/// file, and a program that somebody holds open for writing cannot be executed.
static WRITING: RwLock<()> = RwLock::new(());

/// Copies a file that may be executed later.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let _writing = WRITING.read().unwrap_or_else(|error| error.into_inner());
    fs::copy(from, to).map(drop)
}

/// Starts a process that inherits no half-written file.
pub fn spawn(command: &mut Command) -> io::Result<Child> {
    let _alone = WRITING.write().unwrap_or_else(|error| error.into_inner());
    command.spawn()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `ld-luci.so [options] ./prog`
    Name,
    /// the loader is the program's PT_INTERP
    Interp,
}

impl Mode {
    pub fn name(self) -> &'static str {
        match self {
            Mode::Name => "name",
            Mode::Interp => "interp",
        }
    }
}

/// One way to run every case.
#[derive(Debug)]
pub struct Fixture {
    /// `interp`, `name`, or with the root's folder in front: `bullseye-interp`.
    pub name: String,
    pub mode: Mode,
    /// The foreign root, if any.
    pub root: Option<PathBuf>,
    loader: String,
    /// Folder of this fixture's case directories, as the commands see it.
    cases: String,
}

/// The fixtures of this run: two for this machine and two for each folder in `LUCI_ROOT`.
pub fn all() -> Vec<Fixture> {
    let target = repository().join("target");
    let loader = std::env::var_os("LUCI_LD").map_or_else(|| target.join("dist/ld-luci.so"), PathBuf::from);
    let mut fixtures = Vec::new();
    for mode in [Mode::Interp, Mode::Name] {
        let name = mode.name().to_string();
        let cases = target.join("cases").join(&name).display().to_string();
        fixtures.push(Fixture { name, mode, root: None, loader: loader.display().to_string(), cases });
    }
    let roots = std::env::var("LUCI_ROOT").unwrap_or_default();
    for root in roots.split(':').filter(|root| !root.is_empty()).map(PathBuf::from) {
        install_loader(&loader, &root);
        let folder = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        for mode in [Mode::Interp, Mode::Name] {
            let name = format!("{folder}-{}", mode.name());
            let cases = format!("{ROOT_CASES}/{}", mode.name());
            fixtures.push(Fixture { name, mode, root: Some(root.clone()), loader: ROOT_LOADER.into(), cases });
        }
    }
    if let Ok(chosen) = std::env::var("LUCI_FIXTURE") {
        fixtures.retain(|fixture| chosen.split(',').any(|name| name == fixture.name));
    }
    fixtures
}

fn install_loader(loader: &Path, root: &Path) {
    let target = root.join(&ROOT_LOADER[1..]);
    fs::create_dir_all(target.parent().expect("an absolute path")).expect("a writable root");
    // renamed into place: a program of another run may still be running on the old file
    let fresh = target.with_extension(std::process::id().to_string());
    let installed = fs::copy(loader, &fresh).and_then(|_| fs::rename(&fresh, &target));
    installed.unwrap_or_else(|error| panic!("{} to {}: {error}", loader.display(), target.display()));
}

impl Fixture {
    /// The loader under test, as the fixture's commands see it.
    pub fn loader(&self) -> &str {
        &self.loader
    }

    pub fn system_loader(&self) -> &'static str {
        SYSTEM_LOADER
    }

    /// The directory of a case as this process sees it.
    pub fn case_directory(&self, case: &Case) -> PathBuf {
        let inside = self.inside_directory(case);
        match &self.root {
            Some(root) => root.join(inside.trim_start_matches('/')),
            None => PathBuf::from(inside),
        }
    }

    /// The directory of a case as its commands see it.
    pub fn inside_directory(&self, case: &Case) -> String {
        format!("{}/{}", self.cases, case.name)
    }

    /// Where finished compilations are kept.
    pub fn cache(&self) -> PathBuf {
        match &self.root {
            Some(root) => root.join(&ROOT_CASES[1..]).join("cache"),
            None => repository().join("target/cases/cache"),
        }
    }

    /// A text of a directive with its placeholders filled in.
    pub fn fill(&self, case: &Case, text: &str) -> String {
        text.replace("@DIR@", &self.inside_directory(case)).replace("@LD@", &self.loader)
    }

    /// The words that start `command` inside the case's directory on the right side of the chroot.
    pub fn command_words(&self, case: &Case, command: &[String]) -> Vec<String> {
        let mut words = Vec::new();
        if let Some(root) = &self.root {
            // a mount namespace of its own: $ORIGIN of a program comes from /proc
            let enter = "mount -t proc proc \"$0/proc\" && exec chroot \"$0\" \"$@\"";
            words.extend(["unshare", "-m", "/bin/sh", "-c", enter].map(String::from));
            words.push(root.display().to_string());
        }
        let enter = "cd \"$0\" && exec \"$@\"";
        words.extend(["/bin/sh", "-c", enter].map(String::from));
        words.push(self.inside_directory(case));
        words.extend_from_slice(command);
        words
    }

    /// Runs a command of the build to its end.
    pub fn run(&self, case: &Case, command: &[String]) -> Result<(), String> {
        let words = self.command_words(case, command);
        let mut command_line = Command::new(&words[0]);
        command_line.args(&words[1..]).env("LC_ALL", "C");
        command_line.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let output =
            spawn(&mut command_line).and_then(Child::wait_with_output).map_err(|error| format!("{}: {error}", words[0]))?;
        if output.status.success() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&output.stderr);
        Err(format!("{}\n{text}({})", command.join(" "), output.status))
    }
}
