//! A library of Rust: collections, formatting, a panic that is caught, thread-local state.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

static TOTAL: AtomicU64 = AtomicU64::new(3);

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

#[unsafe(no_mangle)]
pub extern "C" fn counter_add(x: u64) -> u64 {
    CALLS.with(|calls| calls.set(calls.get() + 1));
    TOTAL.fetch_add(x, Ordering::Relaxed) + CALLS.with(Cell::get)
}

#[unsafe(no_mangle)]
pub extern "C" fn counter_text(x: u64) -> usize {
    let words: BTreeMap<u64, String> = (0..x % 9).map(|number| (number * x, format!("{number:?} of {x}"))).collect();
    let length = std::panic::catch_unwind(|| words.values().map(|word| word.len()).sum::<usize>());
    length.unwrap_or(0)
}
