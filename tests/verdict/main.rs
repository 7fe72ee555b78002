//! Proof of the verdict on many pairs of files: libraries are made up ([`library`]), changed in one way that is dangerous or harmless
//! ([`mutation`]), built in every way that compilers offer ([`compile`]), and judged. Nothing of them is run.
//!
//! ```text
//! cargo test --test verdict -- --nocapture              300 pairs of either kind
//! LUCI_VERDICT_PAIRS=3000 LUCI_SEED=7 cargo test ...    so many, and others
//! ```

mod compile;
mod languages;
mod library;
mod mutation;
mod scale;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use compile::{BUILDS, Build, Circumstances, compile};
use library::{Dice, Library};
use luci::update::{FileView, Usage, Verdict, compare};
use mutation::{DANGEROUS, HARMLESS, Mutation, Needs};

/// Mutations of either kind for one library: it is built once for all of them.
const PAIRS_OF_ONE: usize = 5;

#[test]
fn dangerous_changes_are_refused_and_harmless_ones_accepted() {
    let number = |name: &str, default| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (pairs, seed): (usize, usize) = (number("LUCI_VERDICT_PAIRS", 300), number("LUCI_SEED", 1));
    let (possible, missing): (Vec<&Build>, Vec<&Build>) = BUILDS.iter().partition(|build| build.is_possible());
    missing.iter().for_each(|build| println!("skipped, because it is not installed: {}", build.name()));
    let libraries = pairs.div_ceil(PAIRS_OF_ONE);
    let (next, tally) = (AtomicUsize::new(0), Mutex::new(Tally::default()));
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= libraries {
                return;
            }
            judge_one(possible[index % possible.len()], (seed * 1_000_003 + index) as u64, index, &tally);
        }
    };
    thread::scope(|scope| {
        (0..thread::available_parallelism().map_or(2, usize::from)).for_each(|_| drop(scope.spawn(work)));
    });
    let tally = tally.into_inner().expect("no thread panicked");
    println!("{}", tally.sentence());
    assert!(tally.wrong.is_empty(), "{}\n{}", tally.sentence(), tally.wrong.join("\n"));
    assert!(tally.dangerous.1 >= pairs && tally.harmless.1 >= pairs, "{}", tally.sentence());
}

/// (as it should be, all) of either kind, and what was judged wrongly.
#[derive(Default)]
struct Tally {
    dangerous: (usize, usize),
    harmless: (usize, usize),
    wrong: Vec<String>,
    by_name: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn sentence(&self) -> String {
        let ((refused, dangerous), (accepted, harmless)) = (self.dangerous, self.harmless);
        let kinds = self.by_name.len();
        format!(
            "dangerous: {refused} of {dangerous} refused; harmless: {accepted} of {harmless} accepted ({kinds} kinds of change)"
        )
    }

    fn count(&mut self, mutation: &Mutation, is_dangerous: bool, pair: [&[u8]; 2], circumstances: &str) {
        let verdict = judge(pair[0], pair[1]);
        let is_right = verdict.is_accepted() != is_dangerous;
        let counts = if is_dangerous { &mut self.dangerous } else { &mut self.harmless };
        counts.0 += usize::from(is_right);
        counts.1 += 1;
        *self.by_name.entry(mutation.name).or_default() += 1;
        if !is_right {
            let reasons: Vec<String> = verdict.reasons.iter().take(4).map(ToString::to_string).collect();
            self.wrong.push(format!("{}: {circumstances}, {} {reasons:?}", mutation.name, kept(pair, self.wrong.len())));
        }
    }
}

/// One library with some mutations of either kind. They follow each other from library to library, so that all have their turn.
fn judge_one(build: &Build, seed: u64, index: usize, tally: &Mutex<Tally>) {
    let base = Library::new(seed, build.is_cpp());
    let old = compile(build, &base.source(), Circumstances::default());
    for (mutations, is_dangerous) in [(DANGEROUS, true), (HARMLESS, false)] {
        let mut done = 0;
        let order = (0..).map(|step| &mutations[(index * PAIRS_OF_ONE + step) % mutations.len()]);
        for mutation in order.filter(|mutation| fits(mutation, build, is_dangerous)) {
            let mut changed = base.clone();
            let mut dice = Dice::new(seed + 77 * done as u64);
            (mutation.apply)(&mut changed, &mut dice);
            // of a harmless pair every second one is built elsewhere too
            let elsewhere = !is_dangerous && done % 2 == 1 && !build.is_tight;
            let circumstances = Circumstances { elsewhere, later: mutation.needs == Needs::Date };
            let new = compile(build, &changed.source(), circumstances);
            if mutation.needs == Needs::Order && same_order(&old.0, &new.0) {
                continue;
            }
            let text = format!("seed {seed}, {}{}", build.name(), if elsewhere { ", elsewhere" } else { "" });
            tally.lock().expect("no thread panicked").count(mutation, is_dangerous, [&old.1, &new.1], &text);
            done += 1;
            if done == PAIRS_OF_ONE {
                break;
            }
        }
    }
}

fn fits(mutation: &Mutation, build: &Build, is_dangerous: bool) -> bool {
    let keeps_sizes = ["the same source", "another time of building", "a comment", "another text of the same length"];
    match mutation.needs {
        Needs::LazySlots => build.is_lazy,
        Needs::Class if !build.is_cpp() => false,
        _ => is_dangerous || !build.is_tight || keeps_sizes.contains(&mutation.name),
    }
}

/// The files of a pair that was judged wrongly, for a closer look.
fn kept(pair: [&[u8]; 2], number: usize) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/verdict").join(number.to_string());
    let write = |name: &str, bytes| std::fs::write(folder.join(name), bytes);
    match std::fs::create_dir_all(&folder).and_then(|()| write("old.so", pair[0])).and_then(|()| write("new.so", pair[1])) {
        Ok(()) => folder.display().to_string(),
        Err(error) => error.to_string(),
    }
}

fn judge(old: &[u8], new: &[u8]) -> Verdict {
    let (Ok(old), Ok(new)) = (FileView::parse(old), FileView::parse(new)) else { panic!("a linker's output is readable") };
    compare("libx.so", &old, &new, &Usage::everything())
}

/// Whether the named variables follow each other alike.
fn same_order(old: &[u8], new: &[u8]) -> bool {
    let order = |bytes: &[u8]| {
        let Ok(view) = FileView::parse(bytes) else { panic!("a linker's output is readable") };
        let mut all: Vec<_> = view.symbols.all.iter().flatten().filter(|symbol| symbol.is_data()).collect();
        all.sort_by_key(|symbol| symbol.value);
        all.iter().map(|symbol| symbol.name.to_vec()).collect::<Vec<_>>()
    };
    order(old) == order(new)
}
