//! One run of a program: starts it, performs the steps, gathers its output. Everything waits for an event (a line, the
//! end) and nothing longer than [`LIMIT`]; whatever is left of the process group afterwards is killed.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::symlink;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::directives::{Case, How, Step};
use super::fixture::{Fixture, Mode, copy, spawn};
use super::repeat::Record;

/// How long a whole run may take, in seconds; generous, because it only ends what hangs.
const LIMIT: u64 = 60;
/// How many further lines of an endless program are read to see that nothing rejected comes.
const MORE_LINES: usize = 20;
const STATUS_FILE: &str = "status.txt";

/// Who runs what.
pub struct Subject<'a> {
    pub case: &'a Case,
    pub fixture: &'a Fixture,
    pub loader: &'a str,
    /// The loader under test, as opposed to the oracle.
    pub ours: bool,
}

/// What a finished run left behind.
pub struct Outcome {
    pub stdout: String,
    pub stderr: String,
    /// Exit status, or 128 + the signal's number.
    pub status: i32,
}

impl Outcome {
    pub fn output(&self) -> String {
        format!("[stdout]\n{}[stderr]\n{}[status {}]\n", self.stdout, self.stderr, self.status)
    }
}

enum Event {
    Line(String),
    Stderr(String),
    End(i32),
}

/// Runs the program of the case through all its steps.
pub fn run(subject: &Subject, record: &mut Record) -> Result<Outcome, String> {
    let words = command_words(subject);
    record.note(if subject.ours { "the loader under test:" } else { "the oracle:" });
    record.command(&words);
    let mut dialogue = Dialogue::start(subject, &words)?;
    let result = dialogue.steps(subject, record).and_then(|()| dialogue.end(subject.case));
    dialogue.kill();
    match result {
        Ok(status) => Ok(Outcome { stdout: dialogue.stdout, stderr: dialogue.stderr, status }),
        Err(error) => {
            dialogue.drain();
            let outcome = Outcome { stdout: dialogue.stdout, stderr: dialogue.stderr, status: dialogue.status.unwrap_or(-1) };
            let status = fs::read_to_string(dialogue.directory.join(STATUS_FILE)).unwrap_or_default();
            Err(format!("{error}\n{}{status}", outcome.output()))
        }
    }
}

/// The whole command line: change of directory and root, wrapper, clean environment, loader, program.
fn command_words(subject: &Subject) -> Vec<String> {
    let Subject { case, fixture, loader, ours } = *subject;
    let mut words = Vec::new();
    if let Some(wrap) = &case.wrap {
        words.extend(["/bin/sh", "-c", &fixture.fill(case, wrap), "sh"].map(String::from));
    }
    words.extend(["/usr/bin/env", "-i", "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME=/"].map(String::from));
    if case.updates() && ours {
        words.push("LD_DYNAMIC_UPDATE=1".into());
        words.push(fixture.fill(case, &format!("LD_STATUS_INFO=@DIR@/{STATUS_FILE}")));
    }
    words.extend(case.environment.iter().map(|variable| fixture.fill(case, variable)));
    if fixture.mode == Mode::Name {
        words.push(loader.to_string());
        words.extend(case.loader.iter().map(|word| fixture.fill(case, word)));
    }
    words.push("./prog".into());
    words.extend(case.arguments.iter().map(|word| fixture.fill(case, word)));
    fixture.command_words(case, &words)
}

struct Dialogue {
    directory: PathBuf,
    group: u32,
    stdin: Option<ChildStdin>,
    events: Receiver<Event>,
    deadline: Instant,
    stdout: String,
    stderr: String,
    status: Option<i32>,
    rejected: Vec<String>,
    /// How much of the status file has been matched.
    status_read: usize,
}

impl Dialogue {
    fn start(subject: &Subject, words: &[String]) -> Result<Dialogue, String> {
        let directory = subject.fixture.case_directory(subject.case);
        let sends = subject.case.steps.iter().any(|step| matches!(step, Step::Send(_)));
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).process_group(0);
        command.stdin(if sends { Stdio::piped() } else { Stdio::null() }).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = spawn(&mut command).map_err(|error| format!("{}: {error}", words[0]))?;
        let group = child.id();
        let stdin = child.stdin.take();
        let events = listen(child);
        Ok(Dialogue {
            directory,
            group,
            stdin,
            events,
            deadline: Instant::now() + limit(),
            stdout: String::new(),
            stderr: String::new(),
            status: None,
            rejected: Vec::new(),
            status_read: 0,
        })
    }

    fn steps(&mut self, subject: &Subject, record: &mut Record) -> Result<(), String> {
        for step in &subject.case.steps {
            match step {
                Step::Send(line) => self.send(line)?,
                Step::Expect(line) => self.expect(&subject.fixture.fill(subject.case, line))?,
                Step::Reject(line) => self.rejected.push(subject.fixture.fill(subject.case, line)),
                Step::Status(text) if subject.ours => self.await_status(text)?,
                Step::Status(_) => {}
                Step::Update { file, version, how } => {
                    record.note(&format!("then {file} is replaced by versions/{version}/{file} ({how:?})"));
                    replace(&self.directory, subject, file, *version, *how)?;
                }
            }
        }
        Ok(())
    }

    fn send(&mut self, line: &str) -> Result<(), String> {
        let stdin = self.stdin.as_mut().ok_or("standard input is closed")?;
        writeln!(stdin, "{line}").map_err(|error| format!("sending `{line}': {error}"))
    }

    fn expect(&mut self, wanted: &str) -> Result<(), String> {
        loop {
            match self.next_line(&format!("waiting for the line `{wanted}'"))? {
                Some(line) if matches(&line, wanted) => return Ok(()),
                Some(_) => {}
                None => return Err(format!("the program ended before it printed `{wanted}'")),
            }
        }
    }

    /// The next line of output, or nothing after the last.
    fn next_line(&mut self, purpose: &str) -> Result<Option<String>, String> {
        loop {
            let left = self.deadline.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(Event::Line(line)) => return self.take_line(line).map(Some),
                Ok(Event::Stderr(text)) => self.stderr.push_str(&text),
                Ok(Event::End(status)) => {
                    self.status = Some(status);
                    // what it left running must not hold the pipes open
                    self.kill();
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => return Err(format!("timeout: {purpose}")),
            }
        }
    }

    fn take_line(&mut self, line: String) -> Result<String, String> {
        self.stdout.push_str(&line);
        let line = line.trim_end_matches('\n').to_string();
        match self.rejected.iter().find(|rejected| matches(&line, rejected)) {
            Some(rejected) => Err(format!("printed the rejected line `{rejected}'")),
            None => Ok(line),
        }
    }

    /// Waits until the status file holds a further line with the text. The file is looked at whenever the program has
    /// printed something or a short while has passed: a plain file raises no event here.
    fn await_status(&mut self, text: &str) -> Result<(), String> {
        let path = self.directory.join(STATUS_FILE);
        loop {
            let all = fs::read_to_string(&path).unwrap_or_default();
            let fresh = all.get(self.status_read..).unwrap_or_default();
            if let Some(at) = fresh.find(text) {
                self.status_read += at + text.len();
                return Ok(());
            }
            match self.events.recv_timeout(Duration::from_millis(5)) {
                Ok(Event::Line(line)) => drop(self.take_line(line)?),
                Ok(Event::Stderr(text)) => self.stderr.push_str(&text),
                Ok(Event::End(status)) => self.status = Some(status),
                Err(RecvTimeoutError::Disconnected) => return Err(format!("the program ended before the status `{text}'")),
                Err(RecvTimeoutError::Timeout) if Instant::now() > self.deadline => {
                    return Err(format!("timeout: waiting for the status `{text}'"));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// After the last step: the rest of the output and the exit status.
    fn end(&mut self, case: &Case) -> Result<i32, String> {
        self.stdin = None;
        let mut lines = 0;
        while self.next_line("waiting for the program's end")?.is_some() {
            lines += 1;
            if case.endless && lines == MORE_LINES {
                return Ok(0);
            }
        }
        if case.endless {
            return Err("the program ended".into());
        }
        self.status.ok_or_else(|| "the program's end was not seen".to_string())
    }

    /// What is still in the pipes of the killed program.
    fn drain(&mut self) {
        while let Ok(event) = self.events.recv_timeout(Duration::from_secs(5)) {
            match event {
                Event::Line(line) => self.stdout.push_str(&line),
                Event::Stderr(text) => self.stderr.push_str(&text),
                Event::End(status) => self.status = Some(status),
            }
        }
    }

    fn kill(&mut self) {
        let group = format!("-{}", self.group);
        let mut command = Command::new("kill");
        let _ = spawn(command.args(["-KILL", "--", &group]).stderr(Stdio::null())).and_then(|mut child| child.wait());
    }
}

fn limit() -> Duration {
    let chosen = std::env::var("LUCI_LIMIT").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(chosen.unwrap_or(LIMIT))
}

/// Whether a printed line is the one that a directive means.
fn matches(line: &str, wanted: &str) -> bool {
    wanted.strip_suffix("...").map_or(line == wanted, |start| line.starts_with(start))
}

/// One thread for each thing that can happen to the process; the channel closes after the last of them.
fn listen(mut child: Child) -> Receiver<Event> {
    let (sender, events) = channel();
    let stdout = child.stdout.take().expect("a piped standard output");
    let stderr = child.stderr.take().expect("a piped standard error");
    let lines = sender.clone();
    thread::spawn(move || send_lines(stdout, &lines));
    let texts = sender.clone();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = BufReader::new(stderr).read_to_end(&mut bytes);
        let _ = texts.send(Event::Stderr(String::from_utf8_lossy(&bytes).into_owned()));
    });
    thread::spawn(move || {
        let status = child.wait().ok().and_then(|status| status.code().or(status.signal().map(|signal| 128 + signal)));
        let _ = sender.send(Event::End(status.unwrap_or(-1)));
    });
    events
}

fn send_lines(stdout: impl Read, lines: &Sender<Event>) {
    let mut reader = BufReader::new(stdout);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes).is_ok_and(|length| length > 0) {
        let _ = lines.send(Event::Line(String::from_utf8_lossy(&bytes).into_owned()));
        bytes.clear();
    }
}

/// Puts another version of a library in place.
fn replace(directory: &Path, subject: &Subject, file: &str, version: u32, how: How) -> Result<(), String> {
    let kept = directory.join(format!("versions/{version}/{file}"));
    let place = directory.join(file);
    let fresh = directory.join(format!("{file}.new"));
    let say = |error: std::io::Error| format!("{file}: {error}");
    match how {
        How::Rename => copy(&kept, &fresh).map_err(say)?,
        How::InPlace | How::Recreate => {
            let bytes = fs::read(&kept).map_err(say)?;
            if how == How::Recreate {
                fs::remove_file(&place).map_err(say)?;
            }
            return File::create(&place).and_then(|mut out| out.write_all(&bytes)).map_err(say);
        }
        How::Symlink => {
            let inside = subject.fixture.fill(subject.case, &format!("@DIR@/versions/{version}/{file}"));
            symlink(inside, &fresh).map_err(say)?;
        }
    }
    fs::rename(&fresh, &place).map_err(say)
}
