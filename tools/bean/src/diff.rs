//! Two files function by function and variable by variable.
//!
//! Key types: [`Diff`], made by [`diff`]; [`Entry`]; [`State`]. [`Statistics`] counts them for `bean-diffstat`.

use std::collections::BTreeMap;

use luci::addr::Vaddr;
use luci::binary::{Place, Symbol};
use luci::code::extents::Basis;
use luci::code::{Analysis, Change, Comparison, Function};
use serde::Serialize;

use crate::names;
use crate::output::hex;

/// What has become of a function or a data object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Same,
    Moved,
    Changed,
    Depends,
    New,
    Gone,
}

impl State {
    pub const ALL: [State; 6] = [State::Same, State::Moved, State::Changed, State::Depends, State::New, State::Gone];

    pub fn word(self) -> &'static str {
        match self {
            State::Same => "same",
            State::Moved => "moved",
            State::Changed => "changed",
            State::Depends => "depends",
            State::New => "new",
            State::Gone => "gone",
        }
    }
}

/// Where something lies in one of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Site {
    #[serde(serialize_with = "hex")]
    pub address: u64,
    /// Bytes
    pub size: u64,
    /// Index in the functions of the file's analysis; of no meaning for data.
    #[serde(skip)]
    pub index: usize,
}

/// One function or data object.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    pub state: State,
    pub name: String,
    pub old: Option<Site>,
    pub new: Option<Site>,
    /// Of a changed function: "code" when its instructions differ, "references" when only what they refer to does.
    pub what: Option<&'static str>,
    #[serde(skip)]
    pub is_stub: bool,
}

#[derive(Debug, Serialize)]
pub struct Diff {
    /// In the order of the old file, new ones behind.
    pub functions: Vec<Entry>,
    /// Named data objects.
    pub data: Vec<Entry>,
}

impl Diff {
    /// Whether everything is where it was, or only somewhere else.
    pub fn is_same(&self) -> bool {
        self.functions.iter().chain(&self.data).all(|entry| matches!(entry.state, State::Same | State::Moved))
    }
}

pub fn diff(comparison: &Comparison) -> Diff {
    Diff { functions: functions(comparison), data: data(comparison) }
}

fn functions(comparison: &Comparison) -> Vec<Entry> {
    let equality = &comparison.equality;
    let (old, new) = (equality.old, equality.new);
    let site = |analysis: &Analysis, index: usize| site_of(&analysis.functions[index], index);
    let mut entries = Vec::with_capacity(old.functions.len());
    for (index, function) in old.functions.iter().enumerate() {
        let partner = equality.pairing.new_of[index];
        let state = state_of(comparison.changes[index]);
        let is_code = |partner: usize| {
            let other = &new.functions[partner];
            (function.fingerprint, function.size) != (other.fingerprint, other.size)
        };
        let what = partner.filter(|_| state == State::Changed).map(|at| if is_code(at) { "code" } else { "references" });
        entries.push(Entry {
            state,
            name: names::function(old, function),
            old: Some(site(old, index)),
            new: partner.map(|partner| site(new, partner)),
            what,
            is_stub: function.basis == Basis::Stub,
        });
    }
    let partners = equality.pairing.old_of.iter().enumerate();
    for (index, _) in partners.filter(|(_, partner)| partner.is_none()) {
        let function = &new.functions[index];
        entries.push(Entry {
            state: State::New,
            name: names::function(new, function),
            old: None,
            new: Some(site(new, index)),
            what: None,
            is_stub: function.basis == Basis::Stub,
        });
    }
    entries
}

fn site_of(function: &Function, index: usize) -> Site {
    Site { address: function.start.0, size: function.size, index }
}

fn state_of(change: Change) -> State {
    match change {
        Change::Same => State::Same,
        Change::Moved => State::Moved,
        Change::Changed => State::Changed,
        Change::Depends => State::Depends,
        Change::Gone => State::Gone,
    }
}

/// Data objects with names, one for each place, by address.
pub fn data_objects<'v, 'a>(analysis: &Analysis<'v, 'a>) -> Vec<&'v Symbol<'a>> {
    let symbols = &analysis.view.symbols;
    let all = symbols.all.as_deref().unwrap_or(&symbols.dynamic);
    let mut objects: Vec<&Symbol> =
        all.iter().filter(|symbol| symbol.is_data() && symbol.has_place() && symbol.size > 0).collect();
    objects.sort_by_key(|symbol| (symbol.value, std::cmp::Reverse(symbol.size), symbol.name));
    objects.dedup_by_key(|symbol| (symbol.value, symbol.size));
    objects
}

/// By name, several of one name by their order.
fn data(comparison: &Comparison) -> Vec<Entry> {
    let equality = &comparison.equality;
    let mut by_name: BTreeMap<&[u8], Vec<&Symbol>> = BTreeMap::new();
    for symbol in data_objects(equality.new).into_iter().rev() {
        by_name.entry(symbol.name).or_default().push(symbol);
    }
    let site = |symbol: &Symbol| Site { address: symbol.value.0, size: symbol.size, index: 0 };
    let entry = |state, name: &[u8], old: Option<&Symbol>, new: Option<&Symbol>| Entry {
        state,
        name: names::text(name),
        old: old.map(site),
        new: new.map(site),
        what: None,
        is_stub: false,
    };
    let mut entries = Vec::new();
    for old in data_objects(equality.old) {
        match by_name.get_mut(old.name).and_then(Vec::pop) {
            Some(new) => entries.push(entry(state_of_data(comparison, old, new), old.name, Some(old), Some(new))),
            None => entries.push(entry(State::Gone, old.name, Some(old), None)),
        }
    }
    let rest = by_name.values().flat_map(|symbols| symbols.iter().rev());
    entries.extend(rest.map(|new| entry(State::New, new.name, None, Some(new))));
    entries
}

fn state_of_data(comparison: &Comparison, old: &Symbol, new: &Symbol) -> State {
    let equality = &comparison.equality;
    let place = |analysis: &Analysis, at: Vaddr| match analysis.view.place(at) {
        // which of several writable segments it is in is no difference of the object's own
        Place::Shared { .. } => "shared",
        Place::Relro => "relro",
        Place::ReadOnly | Place::Code => "constant",
        Place::Outside => "outside",
    };
    let is_equal = old.size == new.size
        && place(equality.old, old.value) == place(equality.new, new.value)
        && equality.same_bytes(old.value, new.value, old.size);
    match is_equal {
        false => State::Changed,
        true if old.value == new.value => State::Same,
        true => State::Moved,
    }
}

/// How many of each state.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub old: usize,
    pub new: usize,
    pub same: usize,
    pub moved: usize,
    pub changed: usize,
    pub depends: usize,
    pub added: usize,
    pub gone: usize,
}

impl Counts {
    pub fn of<'e>(entries: impl Iterator<Item = &'e Entry>) -> Self {
        let mut counts = Counts::default();
        for entry in entries {
            counts.old += usize::from(entry.old.is_some());
            counts.new += usize::from(entry.new.is_some());
            *match entry.state {
                State::Same => &mut counts.same,
                State::Moved => &mut counts.moved,
                State::Changed => &mut counts.changed,
                State::Depends => &mut counts.depends,
                State::New => &mut counts.added,
                State::Gone => &mut counts.gone,
            } += 1;
        }
        counts
    }
}

/// Bytes of code.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct CodeBytes {
    pub old: u64,
    pub new: u64,
    /// Of functions that have changed, as the new file has them.
    pub changed: u64,
    pub added: u64,
    pub gone: u64,
}

#[derive(Debug, Serialize)]
pub struct Statistics {
    /// Without the stubs of the procedure linkage table.
    pub functions: Counts,
    pub stubs: Counts,
    pub code_bytes: CodeBytes,
    /// Named data objects.
    pub data: Counts,
}

impl Statistics {
    pub fn of(diff: &Diff) -> Self {
        let mut code_bytes = CodeBytes::default();
        for entry in &diff.functions {
            let (old, new) = (entry.old.map_or(0, |site| site.size), entry.new.map_or(0, |site| site.size));
            code_bytes.old += old;
            code_bytes.new += new;
            match entry.state {
                State::Changed => code_bytes.changed += new,
                State::New => code_bytes.added += new,
                State::Gone => code_bytes.gone += old,
                State::Same | State::Moved | State::Depends => {}
            }
        }
        Statistics {
            functions: Counts::of(diff.functions.iter().filter(|entry| !entry.is_stub)),
            stubs: Counts::of(diff.functions.iter().filter(|entry| entry.is_stub)),
            code_bytes,
            data: Counts::of(diff.data.iter()),
        }
    }
}
