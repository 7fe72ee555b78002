//! `bean-diff OLD NEW`: what has become of each function and each named data object of a library.
//!
//! Exit status: 0 nothing but places has changed, 1 something has, 2 a file cannot be read.

use std::path::PathBuf;
use std::process::ExitCode;

use bean::answer::judge;
use bean::diff::{Counts, Diff, Entry, State, diff};
use bean::disassembly::{self, Line, Mark};
use bean::output::{self, Color, ColorChoice, Ending, Paint};
use bean::{Answer, Input};
use clap::Parser;
use luci::code::{Analysis, Comparison, Pairing};
use luci::update::Verdict;
use serde::Serialize;

/// Shows what has become of each function and data object of a library: changed, new, gone
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    /// The library as it was
    old: PathBuf,
    /// The library as it is
    new: PathBuf,
    /// Show what has only moved, too; twice: everything
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Show the instructions of changed functions, old and new aligned (`~' changed, `-' removed, `+' added)
    #[arg(short, long)]
    disassemble: bool,
    /// Look at functions with this name only; may be given several times
    #[arg(short, long, value_name = "NAME")]
    function: Vec<String>,
    /// Show functions that depend on changed ones, through any number of calls
    #[arg(short = 'D', long)]
    dependencies: bool,
    /// Take names from the separate debug files below ROOT
    #[arg(long, value_name = "ROOT", num_args = 0..=1, require_equals = true, default_missing_value = "/")]
    dbgsym: Option<PathBuf>,
    #[arg(long, value_enum, default_value = "auto")]
    color: ColorChoice,
    /// One JSON document instead of text
    #[arg(long)]
    json: bool,
}

/// The JSON document.
#[derive(Serialize)]
struct Document {
    #[serde(flatten)]
    diff: Diff,
    /// Instructions by name of the function; empty without `--disassemble`.
    disassembly: Vec<(String, Vec<Line>)>,
    verdict: Answer,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    output::end("bean-diff", run(&cli))
}

fn run(cli: &Cli) -> Ending {
    let old = Input::read_with_debug(&cli.old, cli.dbgsym.as_deref())?;
    let new = Input::read_with_debug(&cli.new, cli.dbgsym.as_deref())?;
    let (old_view, new_view) = (old.view()?, new.view()?);
    let (old_code, new_code) = (Analysis::new(&old_view), Analysis::new(&new_view));
    let pairing = Pairing::new(&old_code, &new_code);
    let mut comparison = Comparison::new(&old_code, &new_code, &pairing);
    if cli.dependencies {
        comparison.follow_dependencies();
    }
    let judged = judge(&old.object(&old_view), &old_view, &new_view);
    let mut diff = diff(&comparison);
    if !cli.function.is_empty() {
        diff.functions.retain(|entry| cli.function.contains(&entry.name));
        diff.data.clear();
        if diff.functions.is_empty() {
            return Err(format!("neither file has a function {}", cli.function.join(" or ")));
        }
    }
    let is_same = diff.is_same();
    if cli.json {
        let listed = diff.functions.iter().filter(|_| cli.disassemble);
        let listed = listed.filter(|entry| is_listed(entry)).map(|entry| (entry.name.clone(), listing(&comparison, entry)));
        let disassembly = listed.collect();
        output::print_json(&Document { diff, disassembly, verdict: Answer::judged(&cli.old, &cli.new, &judged) })?;
    } else {
        print(cli, &comparison, &diff, &judged.verdict)?;
    }
    Ok(is_same)
}

/// Whether its instructions are worth showing.
fn is_listed(entry: &Entry) -> bool {
    matches!(entry.state, State::Changed | State::New | State::Gone)
}

fn listing(comparison: &Comparison, entry: &Entry) -> Vec<Line> {
    let (old, new) = (comparison.equality.old, comparison.equality.new);
    match (entry.old, entry.new) {
        (Some(a), Some(b)) => disassembly::lines(comparison, &old.functions[a.index], &new.functions[b.index]),
        (Some(a), None) => disassembly::whole(old, &old.functions[a.index], Mark::Removed),
        (None, Some(b)) => disassembly::whole(new, &new.functions[b.index], Mark::Added),
        (None, None) => Vec::new(),
    }
}

fn print(cli: &Cli, comparison: &Comparison, diff: &Diff, verdict: &Verdict) -> Result<(), String> {
    let paint = Paint::new(cli.color);
    let is_shown = |entry: &&Entry| match entry.state {
        State::Changed | State::New | State::Gone | State::Depends => true,
        State::Moved => cli.verbose >= 1,
        State::Same => cli.verbose >= 2,
    };
    output::print(|out| {
        for entry in diff.functions.iter().filter(is_shown) {
            writeln!(out, "{}", line(entry, paint))?;
            if cli.disassemble && is_listed(entry) {
                for line in listing(comparison, entry) {
                    writeln!(out, "{}", line.print(paint))?;
                }
            }
        }
        for entry in diff.data.iter().filter(is_shown) {
            writeln!(out, "{} (data)", line(entry, paint))?;
        }
        if cli.function.is_empty() {
            writeln!(out, "functions: {}", counts(&diff.functions, cli.dependencies))?;
            writeln!(out, "data: {}", counts(&diff.data, false))?;
            writeln!(out, "{}", if verdict.is_accepted() { "live update: accepted" } else { "live update: refused" })?;
        }
        for reason in verdict.reasons.iter().filter(|_| cli.function.is_empty()) {
            writeln!(out, "  {reason}")?;
        }
        Ok(())
    })
}

/// One line about a function or data object.
fn line(entry: &Entry, paint: Paint) -> String {
    let word = format!("{:<8}", entry.state.word());
    let word = match entry.state {
        State::Changed => paint.paint(Color::Yellow, word),
        State::New => paint.paint(Color::Green, word),
        State::Gone => paint.paint(Color::Red, word),
        State::Depends => paint.paint(Color::Cyan, word),
        State::Same | State::Moved => word,
    };
    let place = |site: &bean::diff::Site| format!("{:#x} ({} bytes)", site.address, site.size);
    let places: Vec<String> = match (&entry.old, &entry.new) {
        (Some(old), Some(new)) if (old.address, old.size) == (new.address, new.size) => vec![place(new)],
        (old, new) => old.iter().chain(new).map(place).collect(),
    };
    let what = entry.what.map_or(String::new(), |what| format!(", {what}"));
    format!("{word} {}  {}{what}", entry.name, places.join(" -> "))
}

fn counts(entries: &[Entry], dependencies: bool) -> String {
    // stubs come and go with what is imported
    let counted = entries.iter().filter(|entry| !entry.is_stub);
    let Counts { same, moved, changed, depends, added, gone, .. } = Counts::of(counted);
    let depends = if dependencies { format!(", {depends} that depend on changed ones") } else { String::new() };
    format!("{same} same, {moved} moved, {changed} changed{depends}, {added} new, {gone} gone")
}
