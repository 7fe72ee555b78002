//! What a case says: its directives and the sources it holds, parsed. `tests/cases.rs` is the manual.

use std::fs;
use std::path::Path;

/// One library to be built.
#[derive(Clone, Debug)]
pub struct Library {
    /// File name, perhaps with folders, below the case's directory.
    pub file: String,
    pub sources: Vec<String>,
    pub flags: Vec<String>,
    /// 1 for what the program starts with.
    pub version: u32,
    /// Whether the program is linked with it.
    pub linked: bool,
}

/// How a new version is put in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Rename,
    InPlace,
    Symlink,
    /// Removed first, then written anew under the same name.
    Recreate,
}

/// One step of the dialogue with the running program.
#[derive(Clone, Debug)]
pub enum Step {
    Send(String),
    Expect(String),
    Reject(String),
    Update { file: String, version: u32, how: How },
    Status(String),
}

/// A case, as its source says.
#[derive(Debug, Default)]
pub struct Case {
    /// Folder and file stem, `1-loading/reloc-64`.
    pub name: String,
    /// Sources by name; the program's is `main.` with the case's extension.
    pub files: Vec<(String, String)>,
    pub copies: Vec<String>,
    pub main: String,
    pub prepare: Vec<String>,
    pub libraries: Vec<Library>,
    pub sources: Vec<String>,
    pub flags: Vec<String>,
    pub script: Vec<String>,
    pub arguments: Vec<String>,
    pub environment: Vec<String>,
    pub loader: Vec<String>,
    pub wrap: Option<String>,
    pub by: Option<String>,
    pub requires: Vec<String>,
    pub steps: Vec<Step>,
    pub endless: bool,
    pub exit: Option<i32>,
    pub stderr: Vec<String>,
    pub message: Vec<String>,
    pub no_oracle: bool,
    /// What must be met for a comparison with the system's loader.
    pub oracle_needs: Vec<String>,
}

impl Case {
    pub fn read(path: &Path) -> Result<Case, String> {
        let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
        let stem = path.file_stem().and_then(|stem| stem.to_str()).ok_or("the file name is not UTF-8")?;
        let extension = path.extension().and_then(|extension| extension.to_str()).ok_or("no extension")?;
        let group = path.parent().and_then(Path::file_name).and_then(|group| group.to_str()).ok_or("no folder")?;
        let main = format!("main.{extension}");
        let mut case = Case { name: format!("{group}/{stem}"), main: main.clone(), ..Case::default() };
        case.files.push((main, String::new()));
        for (index, line) in text.lines().enumerate() {
            match directive(line) {
                Some(directive) => {
                    case.take(directive, index).map_err(|error| format!("line {}: {error}", index + 1))?;
                    case.append("\n");
                }
                None => case.append(&format!("{line}\n")),
            }
        }
        Ok(case)
    }

    pub fn updates(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Update { .. }))
    }

    pub fn has_oracle(&self) -> bool {
        !self.no_oracle && !self.updates()
    }

    pub fn runs_under(&self, mode: &str) -> bool {
        self.by.as_deref().is_none_or(|by| by == mode)
    }

    /// Whether the library is to be installed as a symbolic link to its version.
    pub fn is_switched(&self, library: &str) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Update { file, how: How::Symlink, .. } if file == library))
    }

    fn append(&mut self, text: &str) {
        if let Some((_, source)) = self.files.last_mut() {
            source.push_str(text);
        }
    }

    fn take(&mut self, directive: &str, index: usize) -> Result<(), String> {
        let (name, value) = directive.split_once(':').unwrap_or((directive, ""));
        match name {
            // blank lines in front, so that the compiler's line numbers are the case's
            "File" => self.files.push((value.to_string(), "\n".repeat(index))),
            "Copy" => self.copies.push(value.to_string()),
            "Prepare" => self.prepare.push(value.to_string()),
            "Shared" => self.libraries.push(library(value, 1, true)?),
            "Plugin" => self.libraries.push(library(value, 1, false)?),
            "Version" => self.take_version(value)?,
            "Sources" => self.sources.extend(words(value)?),
            "Flags" => self.flags.extend(words(value)?),
            "Static" => self.flags.push("-static".into()),
            "StaticPie" => self.flags.push("-static-pie".into()),
            "NoPie" => self.flags.push("-no-pie".into()),
            "Script" => self.script.push(value.to_string()),
            "Args" => self.arguments.extend(words(value)?),
            "Env" => self.environment.push(value.to_string()),
            "Loader" => self.loader.extend(words(value)?),
            "Wrap" => self.wrap = Some(value.to_string()),
            "By" => self.by = Some(value.to_string()),
            "Requires" => self.requires.push(value.to_string()),
            "Endless" => self.endless = true,
            "Exit" => self.exit = Some(value.parse().map_err(|_| format!("bad exit status {value}"))?),
            "Stderr" => self.stderr.push(value.to_string()),
            "Message" => self.message.push(value.to_string()),
            "NoOracle" if value.is_empty() => return Err("NoOracle needs a reason".into()),
            "NoOracle" => self.no_oracle = true,
            "Oracle" => self.oracle_needs.push(value.split(' ').next().unwrap_or_default().to_string()),
            _ => self.steps.push(step(name, value)?),
        }
        Ok(())
    }

    fn take_version(&mut self, value: &str) -> Result<(), String> {
        let (number, rest) = value.split_once(':').ok_or("Version:N:SOURCES[:FLAGS]")?;
        let version = number.parse().map_err(|_| format!("bad version {number}"))?;
        let mut new = library(rest, version, false)?;
        let first = self.libraries.iter().find(|old| old.version == 1 && old.sources == new.sources);
        if let Some(first) = first {
            new.file = first.file.clone();
        }
        self.libraries.push(new);
        Ok(())
    }
}

/// The directive of a line, without its comment sign.
fn directive(line: &str) -> Option<&str> {
    let line = line.trim();
    ["//#", "--#", "!#"].iter().find_map(|sign| line.strip_prefix(sign))
}

fn library(value: &str, version: u32, linked: bool) -> Result<Library, String> {
    let (what, flags) = value.split_once(':').unwrap_or((value, ""));
    let (file, sources) = match what.split_once('=') {
        Some((file, sources)) => (file.to_string(), sources),
        None => {
            let first = what.split_whitespace().next().ok_or("a library without sources")?;
            let stem = Path::new(first).file_stem().and_then(|stem| stem.to_str()).ok_or("a source without a name")?;
            (format!("lib{stem}.so"), what)
        }
    };
    let sources = sources.split_whitespace().map(String::from).collect();
    Ok(Library { file, sources, flags: words(flags)?, version, linked })
}

fn step(name: &str, value: &str) -> Result<Step, String> {
    let text = value.to_string();
    Ok(match name {
        "Send" => Step::Send(text),
        "Expect" => Step::Expect(text),
        "Reject" => Step::Reject(text),
        "Status" => Step::Status(text),
        "Update" => {
            let (file, rest) = value.split_once('=').ok_or("Update:FILE=N[:HOW]")?;
            let (number, how) = rest.split_once(':').unwrap_or((rest, "rename"));
            let how = match how {
                "rename" => How::Rename,
                "inplace" => How::InPlace,
                "symlink" => How::Symlink,
                "recreate" => How::Recreate,
                _ => return Err(format!("no way to update is called {how}")),
            };
            let version = number.parse().map_err(|_| format!("bad version {number}"))?;
            Step::Update { file: file.to_string(), version, how }
        }
        _ => return Err(format!("no directive is called {name}")),
    })
}

/// Splits as a shell does, with single and double quotes, but without expansion.
pub fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for character in text.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, _) if character.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    if quote.is_some() {
        return Err(format!("unclosed quote in {text}"));
    }
    words.extend(word);
    Ok(words)
}
