//! The runner's parts: what a case says (`directives`), where it runs (`fixture`), how it is built (`build`, `compilers`), how one
//! process is talked to (`dialogue`), and what it needs (`requires`). This file puts them together: one trial per case and fixture.

mod build;
mod compilers;
mod dialogue;
mod directives;
mod fixture;
mod repeat;
mod requires;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use libtest_mimic::{Failed, Trial};

use build::Workshop;
use dialogue::{Outcome, Subject};
use directives::Case;
use fixture::{Fixture, Mode};
use repeat::Record;

/// The repository's top folder; a variable, because cargo sets it for test runs too.
pub fn repository() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from)
}

/// Every case under every fixture that it is for, named `group/case@fixture`.
pub fn trials() -> Vec<Trial> {
    let fixtures: Vec<Arc<Fixture>> = fixture::all().into_iter().map(Arc::new).collect();
    let chosen = std::env::var("LUCI_CASES").unwrap_or_default();
    let is_chosen = |name: &str| chosen.trim().is_empty() || chosen.split_whitespace().any(|part| name.contains(part));
    let mut trials = Vec::new();
    for path in case_files(&repository().join("tests/cases")) {
        let case = Arc::new(Case::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
        if !is_chosen(&case.name) {
            continue;
        }
        for fixture in fixtures.iter().filter(|fixture| case.runs_under(fixture.mode.name())) {
            trials.push(trial(Arc::clone(&case), Arc::clone(fixture)));
        }
    }
    trials
}

fn trial(case: Arc<Case>, fixture: Arc<Fixture>) -> Trial {
    let name = format!("{}@{}", case.name, fixture.name);
    let missing = requires::first_missing(&case, &fixture);
    let trial = Trial::test(name, move || run(&case, &fixture));
    match missing {
        Some(reason) => trial.with_kind(format!("skipped: {reason}")).with_ignored_flag(true),
        None => trial,
    }
}

/// Builds the case, lets the oracle and then the loader under test run it, and judges.
fn run(case: &Case, fixture: &Fixture) -> Result<(), Failed> {
    let directory = fixture.case_directory(case);
    let mut record = Record::new(&directory);
    let result = judge(case, fixture, &mut record);
    let script = record.write();
    match result {
        Ok(()) => {
            if std::env::var_os("LUCI_KEEP").is_none() {
                let _ = fs::remove_dir_all(&directory);
            }
            Ok(())
        }
        Err(error) => {
            // there at once, while the summary waits for the last case
            let _ = fs::write(directory.join("failure"), &error);
            Err(format!("{error}\n  repeat: {}", script.display()).into())
        }
    }
}

fn judge(case: &Case, fixture: &Fixture, record: &mut Record) -> Result<(), String> {
    let mut oracle = None;
    if case.has_oracle() && requires::all_met(&case.oracle_needs, fixture) {
        Workshop::new(case, fixture, record)?.build(None)?;
        let subject = Subject { case, fixture, loader: fixture.system_loader(), ours: false };
        let outcome = dialogue::run(&subject, record).and_then(|outcome| check(case, &outcome, None, false).map(|()| outcome));
        oracle = Some(outcome.map_err(|error| format!("under the system's loader: {error}"))?);
    }
    let loader = fixture.loader();
    Workshop::new(case, fixture, record)?.build((fixture.mode == Mode::Interp).then_some(loader))?;
    let outcome = dialogue::run(&Subject { case, fixture, loader, ours: true }, record)?;
    check(case, &outcome, oracle.as_ref(), true)
}

/// What the case's directives and the oracle demand of a finished run.
fn check(case: &Case, outcome: &Outcome, oracle: Option<&Outcome>, ours: bool) -> Result<(), String> {
    let status = case.exit.or(oracle.map(|oracle| oracle.status)).unwrap_or(0);
    if !case.endless && outcome.status != status && (ours || case.exit.is_some()) {
        return Err(format!("exit status {} instead of {status}\n{}", outcome.status, outcome.output()));
    }
    let messages = case.message.iter().filter(|_| ours);
    for text in case.stderr.iter().chain(messages) {
        if !outcome.stderr.contains(text.as_str()) {
            return Err(format!("no `{text}' in standard error\n{}", outcome.output()));
        }
    }
    match oracle {
        Some(oracle) if !case.endless && oracle.stdout != outcome.stdout => {
            Err(format!("output differs\n--- system's loader\n{}--- loader under test\n{}", oracle.output(), outcome.output()))
        }
        _ => Ok(()),
    }
}

/// All sources below the folder, in name order.
fn case_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries.map(|entry| entry.expect("a readable folder")) {
        let path = entry.path();
        if path.is_dir() {
            files.extend(case_files(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}
