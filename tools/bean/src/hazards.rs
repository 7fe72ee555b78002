//! What stands against an update in a running program although the files fit together, as far as the old file shows it.
//!
//! Key function: [`hazards`]. The loader asks the same with the process's threads and memory, which hold more than the file.

use luci::addr::Vaddr;
use luci::update::hazards::{Memory, check_locks, check_own_pointers};
use luci::update::{FileView, Verdict};

/// The fewest threads with which locks count.
const SEVERAL: usize = 2;

/// Locks that count while the program has several threads, and pointers into the own data that are there from the start.
pub fn hazards(object: &str, old: &FileView, new: &FileView) -> Verdict {
    let mut verdict = Verdict::new(object);
    check_locks(old, new, SEVERAL, &mut verdict);
    let is_own = |address: u64| old.shared_ranges().iter().any(|range| address.wrapping_sub(range.start.0) < range.size);
    // the file as if it were loaded where it is linked, so that addresses mean themselves
    let memory = Memory { word: &|at| first_value(old, at), is_own: &is_own, home: &|at| at.0 };
    check_own_pointers(old, &memory, &mut verdict);
    verdict
}

/// What relocation leaves in a word.
fn first_value(view: &FileView, at: Vaddr) -> u64 {
    let Ok(index) = view.relocations.binary_search_by_key(&at, |relocation| relocation.at) else {
        return view.word(at).unwrap_or(0);
    };
    let relocation = view.relocations[index];
    let symbol = || view.symbols.dynamic.get(relocation.symbol as usize).filter(|symbol| symbol.is_defined());
    let target = relocation.relative_target().or_else(|| symbol().map(|symbol| symbol.value + relocation.addend));
    target.map_or(0, |target| target.0)
}
