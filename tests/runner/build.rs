//! Builds a case: writes its sources, compiles libraries, versions and the program. Results are kept under
//! `target/cases/cache` (in a root: beside its cases) by a hash of command and inputs, so that the fixtures share them
//! and a second run compiles nothing.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use super::compilers::{compiler_for, in_its_words};
use super::directives::{Case, Library};
use super::fixture::{Fixture, copy};
use super::repeat::Record;
use super::{repository, requires};

/// The case's directory with what is needed to build in it.
pub struct Workshop<'a> {
    case: &'a Case,
    fixture: &'a Fixture,
    record: &'a mut Record,
    directory: PathBuf,
    /// Hash of everything that went into the build so far.
    inputs: u64,
}

impl<'a> Workshop<'a> {
    /// An empty directory with the case's sources.
    pub fn new(case: &'a Case, fixture: &'a Fixture, record: &'a mut Record) -> Result<Workshop<'a>, String> {
        let directory = fixture.case_directory(case);
        let inputs = hash(&(requires::compiler(fixture), &case.files, &case.prepare));
        let workshop = Workshop { case, fixture, record, directory, inputs };
        workshop.clear()?;
        Ok(workshop)
    }

    fn clear(&self) -> Result<(), String> {
        let _ = fs::remove_dir_all(&self.directory);
        fs::create_dir_all(&self.directory).map_err(|error| format!("{}: {error}", self.directory.display()))
    }

    /// Everything, the program with the given PT_INTERP (default: the system's).
    pub fn build(&mut self, interpreter: Option<&str>) -> Result<(), String> {
        self.write_sources()?;
        let case = self.case;
        for line in &case.prepare {
            self.shell(line)?;
        }
        for library in &case.libraries {
            self.library(library)?;
        }
        self.program(interpreter)?;
        for line in &case.script {
            self.shell(line)?;
        }
        Ok(())
    }

    fn write_sources(&mut self) -> Result<(), String> {
        for (name, text) in &self.case.files {
            self.write(name, text.as_bytes())?;
        }
        for path in &self.case.copies {
            let bytes = fs::read(repository().join(path)).map_err(|error| format!("{path}: {error}"))?;
            let name = Path::new(path).file_name().ok_or("Copy names no file")?.to_string_lossy().into_owned();
            self.inputs = hash(&(self.inputs, &bytes));
            self.write(&name, &bytes)?;
        }
        Ok(())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let path = self.directory.join(name);
        make_parent(&path)?;
        fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))
    }

    fn shell(&mut self, line: &str) -> Result<(), String> {
        let line = self.fixture.fill(self.case, line);
        let command = ["/bin/sh", "-e", "-c", &line].map(String::from);
        self.record.command(&self.fixture.command_words(self.case, &command));
        self.fixture.run(self.case, &command)
    }

    /// A library: version 1 goes where the program finds it, all versions into `versions/N/` if there are more than one.
    fn library(&mut self, library: &Library) -> Result<(), String> {
        let kept = format!("versions/{}/{}", library.version, library.file);
        let many = self.case.updates() || library.version > 1;
        let output = if many { kept.clone() } else { library.file.clone() };
        let soname = Path::new(&library.file).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut command = compiler_for(&library.sources);
        command.extend(["-O1", "-fPIC", "-shared", "-o", &output].map(String::from));
        command.extend(library.sources.iter().cloned());
        if !library.flags.iter().any(|flag| flag == "-nosoname") {
            command.push(format!("-Wl,-soname,{soname}"));
        }
        self.finish(&mut command, &library.flags);
        self.compile(&command, &library.sources, &output)?;
        if many && library.version == 1 {
            self.install(&kept, &library.file)?;
        }
        Ok(())
    }

    fn install(&mut self, kept: &str, file: &str) -> Result<(), String> {
        let place = self.directory.join(file);
        make_parent(&place)?;
        if self.case.is_switched(file) {
            let target = self.fixture.fill(self.case, &format!("@DIR@/{kept}"));
            let command = ["ln", "-sfn", &target, file].map(String::from);
            self.record.command(&self.fixture.command_words(self.case, &command));
            return std::os::unix::fs::symlink(target, &place).map_err(|error| format!("{file}: {error}"));
        }
        let command = ["cp", kept, file].map(String::from);
        self.record.command(&self.fixture.command_words(self.case, &command));
        copy(&self.directory.join(kept), &place).map_err(|error| format!("{file}: {error}"))
    }

    fn program(&mut self, interpreter: Option<&str>) -> Result<(), String> {
        let case = self.case;
        let mut sources = vec![case.main.clone()];
        sources.extend(case.sources.iter().cloned());
        let mut command = compiler_for(&sources);
        let is_static = case.flags.iter().any(|flag| flag == "-static" || flag == "-static-pie");
        let kind = ["-no-pie", "-static", "-static-pie"];
        if !case.flags.iter().any(|flag| kind.contains(&flag.as_str())) {
            command.extend(["-fPIE", "-pie"].map(String::from));
        }
        command.extend(["-O1", "-o", "prog"].map(String::from));
        command.extend(sources.iter().cloned());
        if !case.flags.iter().any(|flag| flag == "-nolibs") {
            let linked = case.libraries.iter().filter(|library| library.linked);
            command.extend(linked.map(|library| format!("./{}", library.file)));
        }
        self.finish(&mut command, &case.flags);
        if let (Some(interpreter), false) = (interpreter, is_static) {
            command.push(format!("-Wl,--dynamic-linker={interpreter}"));
        }
        self.compile(&command, &sources, "prog")
    }

    /// The flags that libraries and programs have in common.
    fn finish(&self, command: &mut Vec<String>, flags: &[String]) {
        if !flags.iter().any(|flag| ["-norpath", "-static", "-static-pie"].contains(&flag.as_str())) {
            command.push("-Wl,-rpath,$ORIGIN".into());
        }
        let ours = ["-norpath", "-nosoname", "-nolibs"];
        let compilers = flags.iter().filter(|flag| !ours.contains(&flag.as_str()));
        command.extend(compilers.map(|flag| self.fixture.fill(self.case, flag)));
        // libraries of their own before glibc 2.34
        command.extend(["-Wl,--as-needed", "-pthread", "-ldl", "-Wl,--no-as-needed"].map(String::from));
    }

    /// Runs the compiler unless the same command with the same inputs was run before.
    fn compile(&mut self, command: &[String], sources: &[String], output: &str) -> Result<(), String> {
        for source in sources {
            let bytes = fs::read(self.directory.join(source)).map_err(|error| format!("{source}: {error}"))?;
            self.inputs = hash(&(self.inputs, bytes));
        }
        let command = &in_its_words(command);
        self.record.command(&self.fixture.command_words(self.case, command));
        self.inputs = hash(&(self.inputs, command));
        let target = self.directory.join(output);
        make_parent(&target)?;
        let cache = self.fixture.cache();
        let kept = cache.join(format!("{:016x}", self.inputs));
        if copy(&kept, &target).is_ok() {
            return Ok(());
        }
        self.fixture.run(self.case, command)?;
        fs::create_dir_all(&cache).map_err(|error| format!("{}: {error}", cache.display()))?;
        let fresh = cache.join(format!("{:016x}.{:?}", self.inputs, std::thread::current().id()));
        copy(&target, &fresh).map_err(|error| format!("{}: {error}", fresh.display()))?;
        fs::rename(&fresh, &kept).map_err(|error| format!("{}: {error}", kept.display()))
    }
}

fn make_parent(path: &Path) -> Result<(), String> {
    let parent = path.parent().ok_or("no folder")?;
    fs::create_dir_all(parent).map_err(|error| format!("{}: {error}", parent.display()))
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
