//! The verdict: may a new version of a file replace the old one in the running process? Decided from the two files alone, by
//! headers, dynamic section, symbols, relocations and the bytes of writable data. Anything doubtful is refused with its reason.
//!
//! Key types: [`Usage`] in, [`Verdict`] out. The parts are [`super::data`], [`super::init`] and [`super::exports`].

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;

use super::verdict::{Difference, Verdict};
use super::{data, evidence, exports, init};
use crate::addr::Vaddr;
use crate::binary::FileView;
use crate::binary::symbols::{AddressNames, Symbol};
use crate::code::{Analysis, Comparison, Pairing};
use crate::elf::dynamic::Flags;

/// What the rest of the process uses of the object.
#[derive(Clone, Copy)]
pub struct Usage<'u> {
    /// Whether somebody is bound to the object's symbol with this name and version (empty for none).
    pub is_bound: &'u dyn Fn(&[u8], &[u8]) -> bool,
    /// Whether somebody needs this version definition.
    pub needs_version: &'u dyn Fn(&[u8]) -> bool,
    /// Names of the variables that the executable has COPY relocations for.
    pub copied: &'u [&'u [u8]],
}

impl Usage<'static> {
    /// Every symbol and every version is in use: the strictest answer, right without a process to ask.
    pub fn everything() -> Self {
        Usage { is_bound: &|_, _| true, needs_version: &|_| true, copied: &[] }
    }

    /// Nobody uses the object by name.
    pub fn nothing() -> Self {
        Usage { is_bound: &|_, _| false, needs_version: &|_| false, copied: &[] }
    }
}

/// Judges whether `new` may replace `old`. `object` names the object in the reasons.
pub fn compare<'a>(object: &str, old: &FileView<'a>, new: &FileView<'a>, usage: &Usage) -> Verdict {
    let mut verdict = compare_files(object, old, new, Rigour::default());
    compare_usage(old, new, usage, &mut verdict);
    verdict
}

/// What the user asks of the comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rigour {
    /// A constructor counts as changed when something that it calls, directly or not, has changed.
    pub follow_calls: bool,
}

/// The part of the verdict that is the same for every process that has the old file.
pub fn compare_files<'a>(object: &str, old: &FileView<'a>, new: &FileView<'a>, rigour: Rigour) -> Verdict {
    let mut verdict = Verdict::new(object);
    if old.bytes() == new.bytes() {
        return verdict;
    }
    with_pair(old, new, rigour, |pair| {
        compare_file(pair, &mut verdict);
        data::compare_shared(pair, &mut verdict);
        data::compare_plt_slots(pair, &mut verdict);
        data::compare_tls(pair, &mut verdict);
        init::compare(pair, &mut verdict);
        evidence::compare_variables(pair, &mut verdict);
        evidence::compare_classes(pair, &mut verdict);
    });
    verdict
}

/// The part that depends on what others use of the object.
pub fn compare_usage<'a>(old: &FileView<'a>, new: &FileView<'a>, usage: &Usage, verdict: &mut Verdict) {
    exports::compare(old, new, usage, verdict);
    if !usage.copied.is_empty() {
        with_pair(old, new, Rigour::default(), |pair| data::compare_copied(pair, usage, verdict));
    }
}

fn with_pair<'a>(old: &FileView<'a>, new: &FileView<'a>, rigour: Rigour, look: impl FnOnce(&Pair)) {
    let (old_code, new_code) = (Analysis::new(old), Analysis::new(new));
    let pairing = Pairing::new(&old_code, &new_code);
    let mut code = Comparison::new(&old_code, &new_code, &pairing);
    if rigour.follow_calls {
        code.follow_dependencies();
    }
    look(&Pair::new(old, new, &code));
}

/// Names and versions that `new` needs from other objects and `old` did not: whether they can be resolved only the process knows.
pub fn new_undefined<'v, 'a>(old: &'v FileView, new: &'v FileView<'a>) -> impl Iterator<Item = &'v Symbol<'a>> {
    let known: BTreeSet<_> = old.symbols.undefined().map(|symbol| (symbol.name, symbol.version)).collect();
    new.symbols.undefined().filter(move |symbol| !known.contains(&(symbol.name, symbol.version)))
}

/// The `DT_NEEDED` names that `new` has and `old` has not.
pub fn new_needed<'v, 'a>(old: &'v FileView, new: &'v FileView<'a>) -> impl Iterator<Item = &'a [u8]> + use<'v, 'a> {
    let known: BTreeSet<_> = old.needed().collect();
    new.needed().filter(move |name| !known.contains(name))
}

/// Both files with the names of their addresses and with what their code says.
pub(super) struct Pair<'v, 'a> {
    pub old: &'v FileView<'a>,
    pub new: &'v FileView<'a>,
    pub old_names: AddressNames<'v, 'a>,
    pub new_names: AddressNames<'v, 'a>,
    pub code: &'v Comparison<'v, 'v, 'a>,
    /// The old file's slots of lazily bound functions by address, with their numbers.
    pub slot_numbers: BTreeMap<Vaddr, usize>,
}

impl<'v, 'a> Pair<'v, 'a> {
    fn new(old: &'v FileView<'a>, new: &'v FileView<'a>, code: &'v Comparison<'v, 'v, 'a>) -> Self {
        let old_names = AddressNames::new(old.symbols.comparable(&new.symbols));
        let new_names = AddressNames::new(new.symbols.comparable(&old.symbols));
        let slot_numbers = old.plt_slots.iter().enumerate().map(|(number, slot)| (slot.at, number)).collect();
        Pair { old, new, old_names, new_names, code, slot_numbers }
    }
}

/// Rule 1 and the flags of the dynamic section.
fn compare_file(pair: &Pair, verdict: &mut Verdict) {
    let Pair { old, new, .. } = pair;
    if old.header.kind != new.header.kind {
        verdict.refuse(None, None, Difference::FileType);
    }
    if old.soname() != new.soname() {
        let difference = Difference::Soname(text(old.soname().unwrap_or_default()), text(new.soname().unwrap_or_default()));
        verdict.refuse(None, None, difference);
    }
    if new.dynamic.flags.contains(Flags::TEXTREL) {
        verdict.refuse(None, None, Difference::TextRelocations);
    }
    if new.dynamic.flags.contains(Flags::STATIC_TLS) && !old.dynamic.flags.contains(Flags::STATIC_TLS) {
        verdict.refuse(None, None, Difference::StaticTls);
    }
    if new.wants_executable_stack() && !old.wants_executable_stack() {
        verdict.refuse(None, None, Difference::ExecutableStack);
    }
}

/// A name of the file as text.
pub(super) fn text(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// `name`, or `name@VERSION`.
pub(super) fn versioned(name: &[u8], version: &[u8]) -> String {
    let mut result = text(name);
    if !version.is_empty() {
        result.push('@');
        result.push_str(&text(version));
    }
    result
}
