//! What makes a second address of the same data dangerous. New code reaches shared data at the new mapping, old code and stored
//! pointers at the first one: comparing such addresses, or sleeping on a word by its address, would go wrong.
//!
//! Key functions: [`check_locks`], [`check_own_pointers`]; both add reasons to a [`Verdict`]. The process supplies the memory.

use super::compare::text;
use super::verdict::{Difference, Verdict};
use crate::addr::{Vaddr, align_up};
use crate::binary::FileView;
use crate::binary::symbols::AddressNames;

/// Functions that make threads sleep on the address of a variable; those of libraries where only one of them is used.
const LOCKS: &[&[u8]] =
    &[b"pthread_mutex_", b"pthread_cond_", b"pthread_rwlock_", b"pthread_once", b"pthread_barrier_", b"sem_", b"mtx_", b"cnd_"];
const LOCK_NAMES: &[&[u8]] = &[b"call_once", b"__cxa_guard_acquire", b"__gthread_once"];

/// A thread that sleeps on a variable at one address is not woken by a thread that has it at another (futex(2): private keys are
/// addresses), so a file that locks must not be replaced while the program has several threads.
pub fn check_locks(old: &FileView, new: &FileView, program_threads: usize, verdict: &mut Verdict) {
    if program_threads < 2 {
        return;
    }
    if let Some(name) = locking_function(old).or_else(|| locking_function(new)) {
        verdict.refuse(Some(text(name)), None, Difference::Locks(program_threads));
    }
}

/// The first imported function that sleeps on an address.
fn locking_function<'a>(view: &FileView<'a>) -> Option<&'a [u8]> {
    let sleeps = |name: &[u8]| LOCKS.iter().any(|prefix| name.starts_with(prefix)) || LOCK_NAMES.contains(&name);
    view.symbols.undefined().map(|symbol| symbol.name).find(|name| sleeps(name))
}

/// Shared data as it is now: `word` reads the process's memory, `is_own` knows all addresses of the object's shared data, `home`
/// gives the first one of a place.
pub struct Memory<'p> {
    pub word: &'p dyn Fn(Vaddr) -> u64,
    pub is_own: &'p dyn Fn(u64) -> bool,
    pub home: &'p dyn Fn(Vaddr) -> u64,
}

/// A pointer from shared data into shared data is likely to be compared with an address that the code computes: the head of a
/// list, a buffer that is in use. Pointers that the file itself has to `__dso_handle` are never compared.
pub fn check_own_pointers(view: &FileView, memory: &Memory, verdict: &mut Verdict) {
    let handle = dso_handle(view).map(|at| (memory.home)(at));
    let is_relocated = |at: Vaddr| view.relocations.binary_search_by_key(&at, |relocation| relocation.at).is_ok();
    for range in view.shared_ranges() {
        let Some(first) = align_up(range.start.0, 8) else { continue };
        let end = range.start.0.saturating_add(range.size);
        for at in (first..end.saturating_sub(7)).step_by(8).map(Vaddr) {
            let word = (memory.word)(at);
            if !(memory.is_own)(word) || Some(word) == handle && is_relocated(at) {
                continue;
            }
            let symbols = view.symbols.all.as_deref().unwrap_or(&view.symbols.dynamic);
            let symbol = AddressNames::new(symbols).at(at).first().map(|symbol| text(symbol.name));
            return verdict.refuse(symbol, Some(at.0 - range.start.0), Difference::OwnPointer);
        }
    }
}

/// `__dso_handle` points to itself and comes first in the data, from the compiler's start file; that one also calls
/// `__cxa_finalize`.
fn dso_handle(view: &FileView) -> Option<Vaddr> {
    if let Some(all) = &view.symbols.all {
        return all.iter().find(|symbol| symbol.name == b"__dso_handle").map(|symbol| symbol.value);
    }
    let finalises = view.symbols.undefined().any(|symbol| symbol.name == b"__cxa_finalize");
    let in_data = |at: Vaddr| view.shared_ranges().iter().any(|range| at.0.wrapping_sub(range.start.0) < range.size);
    let mut own = view.relocations.iter().filter(|relocation| relocation.relative_target() == Some(relocation.at));
    own.find(|relocation| in_data(relocation.at)).filter(|_| finalises).map(|relocation| relocation.at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addr::Addr;
    use crate::update::tests::build;

    fn check(source: &str, look: impl Fn(&FileView, &mut Verdict)) -> Verdict {
        let bytes = build(source, &[]);
        let Ok(view) = FileView::parse(&bytes) else { panic!("gcc's output is readable") };
        let mut verdict = Verdict::new("libx.so");
        look(&view, &mut verdict);
        verdict
    }

    #[test]
    fn locks_are_refused_with_several_threads_only() {
        let source = "int pthread_mutex_lock(void *); int f(void *p) { return pthread_mutex_lock(p); }";
        let with = |threads| check(source, |view, verdict| check_locks(view, view, threads, verdict));
        assert!(with(1).is_accepted());
        assert!(with(2).to_string().contains("2 threads") && with(2).to_string().contains("`pthread_mutex_lock'"));
        assert!(check("int f(void) { return 1; }", |view, verdict| check_locks(view, view, 9, verdict)).is_accepted());
    }

    /// As if loaded at its link-time addresses, each relocated word holding its addend.
    fn own_pointers(source: &str, stored: Option<(u64, u64)>) -> Verdict {
        check(source, |view, verdict| {
            let range = view.shared_ranges()[0];
            let within = move |address: u64| address >= range.start.0 && address < range.start.0 + range.size;
            let relocated = |at: Vaddr| {
                let index = view.relocations.binary_search_by_key(&at, |relocation| relocation.at).ok()?;
                Some(view.relocations[index].addend)
            };
            let word = |at: Vaddr| match stored {
                Some((offset, value)) if at.0 - range.start.0 == offset => range.start.0 + value,
                _ => relocated(at).unwrap_or(0),
            };
            let memory = Memory { word: &word, is_own: &within, home: &|at: Vaddr| Addr(at.0).0 };
            check_own_pointers(view, &memory, verdict);
        })
    }

    #[test]
    fn a_pointer_into_the_own_data_is_refused_wherever_it_comes_from() {
        let plain = "long value[16] = {1}; int f(void) { return value[1]; }";
        assert!(own_pointers(plain, None).is_accepted(), "__dso_handle is none");
        assert!(own_pointers(plain, Some((0x20, 0x28))).to_string().contains("own data"));
        let to_handle = "extern char __dso_handle; char *handle = &__dso_handle; long f(void) { return *handle; }";
        assert!(own_pointers(to_handle, None).is_accepted());
        let list = "static struct l { struct l *next, *prev; } head = {&head, &head}; void *f(void) { return head.next; }";
        assert!(own_pointers(list, None).to_string().contains("`head'"));
    }
}
