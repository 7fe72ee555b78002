//! Why an object is loaded: every way that leads to it, and what each object uses of it.

use super::dlopen::Feature;
use super::trace::{Edge, Kind, Target};
use super::{COMPLETE, Entry, INCOMPLETE, Need, Report, Use};
use crate::link::object::ObjectId;
use alloc::vec::Vec;

/// More ways than these are not told: their number can grow exponentially.
const PATHS: usize = 1000;
/// Edges that are followed at most while ways are looked for.
const STEPS: usize = 300_000;

/// The answer about one name.
pub struct Why<'r> {
    pub name: &'r [u8],
    /// The object of that name, path or file name; `None` when there is none.
    pub target: Option<&'r Entry>,
    /// Who asks for the name in vain.
    pub missing: Vec<&'r Edge>,
    /// Each from the file that was asked about to the target, or to the name that is missing.
    pub paths: Vec<Vec<&'r Edge>>,
    /// There are more ways.
    pub cut: bool,
    pub users: Vec<User<'r>>,
    /// Who tells that it may open it at run time.
    pub offered: Vec<(&'r Entry, &'r Feature)>,
}

/// An object that needs the target, or uses it without needing it.
pub struct User<'r> {
    pub entry: &'r Entry,
    /// The names that it asks for the target by.
    pub needed_as: Vec<&'r Edge>,
    pub uses: Vec<&'r Use>,
    pub versions: Vec<&'r Need>,
}

impl Why<'_> {
    pub fn status(&self) -> i32 {
        if self.target.is_some() { COMPLETE } else { INCOMPLETE }
    }
}

/// Answers about `name` from a report.
pub fn why<'r>(report: &'r Report, name: &'r [u8]) -> Why<'r> {
    let target = target(report, name);
    let is_missing = |edge: &&Edge| edge.object().is_none() && (edge.name == name || file_name(&edge.name) == name);
    let missing: Vec<&Edge> = if target.is_some() { Vec::new() } else { report.edges.iter().filter(is_missing).collect() };
    let is_last = |edge: &Edge| match target {
        Some(target) => edge.object() == Some(target.id),
        None => is_missing(&edge),
    };
    let (paths, cut) = paths(report, &is_last);
    let users = target.map(|target| users(report, target)).unwrap_or_default();
    let mentions = |feature: &&Feature| feature.sonames.iter().any(|soname| is_named(target, soname.as_bytes(), name));
    let all = report.objects.iter().flat_map(|entry| entry.dlopen.iter().map(move |feature| (entry, feature)));
    let offered = all.filter(|(_, feature)| mentions(feature)).collect();
    Why { name, target, missing, paths, cut, users, offered }
}

fn is_named(target: Option<&Entry>, soname: &[u8], name: &[u8]) -> bool {
    soname == name || target.is_some_and(|target| target.soname.as_deref() == Some(soname))
}

fn file_name(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or_default()
}

/// A path is more exact than a soname, that than a name by which it is asked for, that than a file name.
fn target<'r>(report: &'r Report, name: &[u8]) -> Option<&'r Entry> {
    let objects = || report.objects.iter();
    let asked = || report.edges.iter().find(|edge| edge.name == name)?.object();
    objects()
        .find(|entry| entry.path == name)
        .or_else(|| objects().find(|entry| entry.soname.as_deref() == Some(name)))
        .or_else(|| asked().and_then(|id| report.object(id)))
        .or_else(|| objects().find(|entry| file_name(&entry.path) == name))
}

fn users<'r>(report: &'r Report, target: &Entry) -> Vec<User<'r>> {
    let user = |entry: &'r Entry| User {
        entry,
        needed_as: report.edges_of(entry.id).filter(|edge| edge.object() == Some(target.id)).collect(),
        uses: entry.uses.iter().filter(|usage| usage.object == target.id).collect(),
        versions: entry.versions.iter().filter(|need| need.provider == Some(target.id)).collect(),
    };
    let concerns = |user: &User<'_>| !user.needed_as.is_empty() || !user.uses.is_empty();
    report.objects.iter().map(user).filter(concerns).collect()
}

/// Every way without a cycle from the first object over edges, the last of which is wanted. False: there are no more.
fn paths<'r>(report: &'r Report, is_last: &dyn Fn(&Edge) -> bool) -> (Vec<Vec<&'r Edge>>, bool) {
    let Some(root) = report.objects.first().map(|entry| entry.id) else { return (Vec::new(), false) };
    let graph = promising(report, is_last);
    let out = |id: ObjectId| graph.get(id.0 as usize).map_or(&[][..], |edges| edges).iter().copied();
    let mut found: Vec<Vec<&Edge>> = Vec::new();
    let mut way: Vec<&Edge> = Vec::new();
    let mut stack = alloc::vec![out(root)];
    let mut steps = 0;
    while let Some(edges) = stack.last_mut() {
        let Some(edge) = edges.next() else {
            stack.pop();
            way.pop();
            continue;
        };
        steps += 1;
        if found.len() == PATHS || steps > STEPS {
            return (found, true);
        }
        if is_last(edge) {
            found.push(way.iter().copied().chain([edge]).collect());
            continue;
        }
        let Some(next) = edge.object() else { continue };
        if next != root && way.iter().all(|before| before.object() != Some(next)) {
            way.push(edge);
            stack.push(out(next));
        }
    }
    (found, false)
}

/// By the number of an object, those of its edges that can lead to a wanted edge, or are one.
fn promising<'r>(report: &'r Report, is_last: &dyn Fn(&Edge) -> bool) -> Vec<Vec<&'r Edge>> {
    let count = report.objects.iter().map(|entry| entry.id.0 as usize + 1).max().unwrap_or(0);
    let mut into: Vec<Vec<&Edge>> = alloc::vec![Vec::new(); count];
    for edge in &report.edges {
        if let Some(edges) = edge.object().and_then(|id| into.get_mut(id.0 as usize)) {
            edges.push(edge);
        }
    }
    let mut reached = alloc::vec![false; count];
    let mut next: Vec<ObjectId> = report.edges.iter().filter(|edge| is_last(edge)).map(|edge| edge.from).collect();
    while let Some(id) = next.pop() {
        if !core::mem::replace(&mut reached[id.0 as usize], true) {
            next.extend(into[id.0 as usize].iter().map(|edge| edge.from));
        }
    }
    let mut out: Vec<Vec<&Edge>> = alloc::vec![Vec::new(); count];
    for edge in &report.edges {
        if is_last(edge) || edge.object().is_some_and(|id| reached[id.0 as usize]) {
            out[edge.from.0 as usize].push(edge);
        }
    }
    out
}

/// How a name leads on, for both renderings.
pub fn leads_to<'r>(report: &'r Report, edge: &'r Edge) -> Option<&'r [u8]> {
    match &edge.target {
        Target::Object(id) => Some(report.path(*id)),
        Target::File(path) => Some(path),
        Target::Missing(_) | Target::Excluded => None,
    }
}

/// The word for the reason why a name was asked for.
pub fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Needed => "needed",
        Kind::Filter => "filter",
        Kind::Auxiliary => "auxiliary",
        Kind::Preload => "preload",
        Kind::Dlopen => "dlopen",
    }
}

#[cfg(test)]
#[path = "why_tests.rs"]
mod tests;
