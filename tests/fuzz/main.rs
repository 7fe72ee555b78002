//! A short fuzzing without tools: every file of `fuzz/corpus` and many deterministic mutations of it go through the same
//! functions as in the cargo-fuzz targets. `make fuzz` is the long one.
//!
//! ```text
//! cargo test --test fuzz
//! LUCI_FUZZ_SECONDS=60 cargo test --test fuzz    for each reader (default 3)
//! ```

#[path = "../hostile/dice.rs"]
mod dice;
mod entries;

use std::fs;
use std::panic;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dice::Dice;
use entries::{ENTRIES, Entry};

/// The longest input that a reader may take, on a busy machine.
const LIMIT: Duration = Duration::from_secs(5);

#[test]
fn no_reader_panics_or_hangs() {
    let seconds = std::env::var("LUCI_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(3);
    for (index, (name, entry)) in ENTRIES.into_iter().enumerate() {
        let seeds = corpus(name);
        assert!(!seeds.is_empty(), "fuzz/corpus/{name} is empty");
        seeds.iter().for_each(|seed| run(name, entry, seed));
        let end = Instant::now() + Duration::from_secs(seconds);
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15 + index as u64);
        let mut count = 0;
        while Instant::now() < end {
            run(name, entry, &mutated(&seeds, &mut dice));
            count += 1;
        }
        println!("{name}: {} files, {count} mutations", seeds.len());
    }
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    files.into_iter().map(|file| fs::read(file).expect("a file of the repository")).collect()
}

/// Keeps the bytes that fail, ready to become a file of the corpus.
fn run(name: &str, entry: Entry, bytes: &[u8]) {
    let start = Instant::now();
    let outcome = panic::catch_unwind(|| entry(bytes));
    if outcome.is_err() || start.elapsed() > LIMIT {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("target").join(format!("fuzz-{name}"));
        let _ = fs::write(&file, bytes);
        panic!("{name} {} with {}", if outcome.is_err() { "panics" } else { "takes too long" }, file.display());
    }
}

/// Some changes to a file of the corpus: bits, bytes, numbers that hurt, pieces moved, doubled, cut out or of another file.
fn mutated(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    const HURTFUL: [u64; 8] = [0, 1, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff, u64::MAX / 2, u64::MAX];
    let mut bytes = seeds[dice.below(seeds.len())].clone();
    for _ in 0..1 + dice.below(6) {
        let at = dice.below(bytes.len() + 1);
        let len = dice.below(64).min(bytes.len() - at);
        match dice.below(7) {
            0 if len > 0 => bytes[at] ^= 1 << dice.below(8),
            1 if len > 0 => bytes[at] = dice.next() as u8,
            2 => {
                let width = [1, 2, 4, 8][dice.below(4)].min(bytes.len() - at);
                bytes[at..at + width].copy_from_slice(&HURTFUL[dice.below(8)].to_le_bytes()[..width]);
            }
            3 => drop(bytes.drain(at..at + len)),
            4 => {
                let piece = bytes[at..at + len].to_vec();
                let to = dice.below(bytes.len() + 1);
                bytes.splice(to..to, piece);
            }
            5 => {
                let other = &seeds[dice.below(seeds.len())];
                let from = dice.below(other.len() + 1);
                let end = other.len().min(from + dice.below(256));
                bytes.splice(at..at, other[from..end].iter().copied());
            }
            _ => bytes.truncate(at.max(bytes.len() / 2)),
        }
    }
    bytes
}
