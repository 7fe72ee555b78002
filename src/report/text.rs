//! A report for people: the tree with four blanks for each level, then what it does not show. Every object is unfolded
//! once, where it was loaded first.

use super::json::Shown;
use super::trace::{Edge, How, Kind, Target, Try};
use super::why::{self, User, Why};
use super::{Need, Report, State, Unresolved, Usage};
use crate::link::object::{ObjectId, Role};
use crate::link::search::Rule;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;

/// Levels deeper than this are not indented further.
const DEEPEST: usize = 40;
/// Symbols that are named in one line.
const NAMED: usize = 20;

/// The answer of `--tree`.
pub fn tree(report: &Report) -> String {
    let mut page = Page { report, text: String::new() };
    page.root();
    page.unfold();
    page.versions();
    page.unresolved();
    page.dlopen();
    page.auditors();
    page.problems();
    page.summary();
    page.text
}

/// The answer of `--why`.
pub fn why(report: &Report, why: &Why<'_>) -> String {
    let mut page = Page { report, text: String::new() };
    page.answer(why);
    page.ways(why);
    page.users(why);
    for (entry, feature) in &why.offered {
        let told = feature.feature.as_deref().map_or(String::new(), |name| format!(" for {}", Shown(name.as_bytes())));
        page.line(0, format_args!("{} may open it at run time{told} (.note.dlopen)", Shown(&entry.path)));
    }
    page.text
}

struct Page<'r> {
    report: &'r Report,
    text: String,
}

impl<'r> Page<'r> {
    fn line(&mut self, level: usize, line: core::fmt::Arguments<'_>) {
        let _ = writeln!(self.text, "{:1$}{line}", "", 4 * level.min(DEEPEST));
    }

    fn path(&self, id: ObjectId) -> Shown<'r> {
        Shown(self.report.path(id))
    }

    fn root(&mut self) {
        let Some(root) = self.report.objects.first() else { return };
        let kind = if root.is_program { "program" } else { "library" };
        let interpreter = self.report.interpreter.as_deref();
        let interpreter = interpreter.map_or(String::new(), |name| format!(", interpreter {}", Shown(name)));
        self.line(0, format_args!("{} ({kind}{interpreter})", Shown(&root.path)));
    }

    /// The tree, with a stack of our own: it may be as deep as there are objects.
    fn unfold(&mut self) {
        let out = |id| self.report.edges_of(id).collect::<Vec<_>>().into_iter();
        let Some(root) = self.report.objects.first() else { return };
        let mut stack = alloc::vec![out(root.id)];
        while let Some(edges) = stack.last_mut() {
            let Some(edge) = edges.next() else {
                stack.pop();
                continue;
            };
            let level = stack.len();
            self.edge(level, edge);
            if let (How::Searched, Some(id)) = (edge.how, edge.object()) {
                stack.push(self.report.edges_of(id).collect::<Vec<_>>().into_iter());
            }
        }
    }

    /// A name with where it leads, and what was tried before.
    fn edge(&mut self, level: usize, edge: &Edge) {
        let kind = match edge.kind {
            Kind::Needed | Kind::Dlopen => String::new(),
            kind => format!("{} ", why::word(kind)),
        };
        let name = Shown(&edge.name);
        match &edge.target {
            Target::Object(id) => self.line(level, format_args!("{kind}{name} => {} ({})", self.path(*id), self.how(edge, *id))),
            Target::File(path) => self.line(level, format_args!("{kind}{name} => {} ({})", Shown(path), last_rule(edge))),
            Target::Missing(reason) if reason == "No such file or directory" => {
                self.line(level, format_args!("{kind}{name} => not found"));
            }
            Target::Missing(reason) => self.line(level, format_args!("{kind}{name} => not usable: {reason}")),
            Target::Excluded => self.line(level, format_args!("{kind}{name} => left out on request")),
        }
        for tried in &edge.tries {
            if tried.rule == Rule::Default && edge.not_in_cache && !edge.tries.iter().any(|other| comes_before(other, tried)) {
                self.line(level + 1, format_args!("not in ld.so.cache"));
            }
            if let Some(reason) = &tried.reason {
                self.line(level + 1, format_args!("not {} ({}): {reason}", Shown(&tried.path), rule(tried)));
            }
        }
        if edge.not_in_cache && edge.tries.iter().all(|tried| tried.rule != Rule::Default) {
            self.line(level + 1, format_args!("not in ld.so.cache"));
        }
    }

    fn how(&self, edge: &Edge, id: ObjectId) -> String {
        let is_root = self.report.objects.first().is_some_and(|root| root.id == id);
        let is_loader = self.report.object(id).is_some_and(|entry| entry.role == Role::Loader);
        match edge.how {
            _ if is_loader => "the loader".to_string(),
            _ if is_root => "the file itself".to_string(),
            How::Loaded => "already loaded".to_string(),
            How::SameFile => {
                let opened = edge.opened().map_or(&b""[..], |tried| &tried.path);
                format!("already loaded; {} is the same file, {}", Shown(opened), last_rule(edge))
            }
            How::Searched | How::NotAtAll => last_rule(edge),
        }
    }

    fn versions(&mut self) {
        self.title("Versions", self.report.objects.iter().all(|entry| entry.versions.is_empty()));
        for entry in &self.report.objects {
            let mut rest = &entry.versions[..];
            while let Some(first) = rest.first() {
                // those of one file stand together
                let alike = |need: &&Need| need.file == first.file && need.state == first.state && need.state != State::Missing;
                let count = rest.iter().take_while(alike).count().max(1);
                let names: Vec<String> = rest[..count].iter().map(|need| Shown(&need.version).to_string()).collect();
                let (needing, file) = (Shown(&entry.path), Shown(&first.file));
                let found = self.provider(first);
                self.line(1, format_args!("{needing} needs {} of {file} => {found}", names.join(", ")));
                self.missing_version(first);
                rest = &rest[count..];
            }
        }
    }

    fn provider(&self, need: &Need) -> String {
        let provider = need.provider.map_or(String::new(), |id| self.path(id).to_string());
        let weak = if need.weak { ", which is only warned of" } else { "" };
        match need.state {
            State::Found => provider,
            State::Missing => format!("not found in {provider}{weak}"),
            State::Unversioned => format!("{provider}, which has no versions"),
            State::NoProvider => "nobody".to_string(),
        }
    }

    fn missing_version(&mut self, need: &Need) {
        if need.state != State::Missing {
            return;
        }
        for wanted in &need.symbols {
            let there: Vec<String> = wanted.there.iter().map(|version| Shown(version).to_string()).collect();
            let instead =
                if there.is_empty() { "is not there at all".into() } else { format!("is there in {}", there.join(", ")) };
            self.line(2, format_args!("for symbol {}, which {instead}", Shown(&wanted.name)));
        }
        let defined: Vec<String> = need.defined.iter().map(|version| Shown(version).to_string()).collect();
        self.line(2, format_args!("defined there: {}", defined.join(", ")));
    }

    fn unresolved(&mut self) {
        self.title("Unresolved symbols", self.report.unresolved().next().is_none());
        for (entry, symbol) in self.report.unresolved() {
            self.line(1, format_args!("{} needs {}", Shown(&entry.path), described(symbol)));
        }
    }

    fn dlopen(&mut self) {
        self.title("May be opened at run time", self.report.objects.iter().all(|entry| entry.dlopen.is_empty()));
        for entry in &self.report.objects {
            for feature in &entry.dlopen {
                let text = |part: &Option<String>| part.as_deref().map(|part| Shown(part.as_bytes()).to_string());
                let priority = text(&feature.priority).map_or(String::new(), |priority| format!(" ({priority})"));
                let description = text(&feature.description).map_or(String::new(), |description| format!(": {description}"));
                let name = match feature.malformed {
                    true => "a note that cannot be understood".to_string(),
                    false => text(&feature.feature).unwrap_or_else(|| "a feature without name".into()),
                };
                self.line(1, format_args!("{} has {name}{priority}{description}", Shown(&entry.path)));
                feature.found.iter().for_each(|edge| self.edge(2, edge));
            }
        }
    }

    fn auditors(&mut self) {
        let tags = |entry: &'r super::Entry| [(&entry.audit, "DT_AUDIT"), (&entry.depaudit, "DT_DEPAUDIT")];
        let all = self.report.objects.iter().flat_map(|entry| tags(entry).map(|(list, tag)| (entry, list, tag)));
        let all: Vec<_> = all.filter_map(|(entry, list, tag)| Some((entry, list.as_deref()?, tag))).collect();
        self.title("Auditors", all.is_empty());
        for (entry, list, tag) in all {
            self.line(1, format_args!("{} asks for {} ({tag}), not loaded for this answer", Shown(&entry.path), Shown(list)));
        }
    }

    fn problems(&mut self) {
        self.title("Relocations", self.report.objects.iter().all(|entry| entry.problems.is_empty()));
        for entry in &self.report.objects {
            entry.problems.iter().for_each(|problem| self.line(1, format_args!("{}: {problem}", Shown(&entry.path))));
        }
    }

    fn title(&mut self, title: &str, is_empty: bool) {
        if !is_empty {
            let _ = writeln!(self.text, "\n{title}:");
        }
    }

    fn summary(&mut self) {
        let counts = [
            (self.report.missing().count(), "object", "objects"),
            (self.report.missing_versions().count(), "version", "versions"),
            (self.report.unresolved().count(), "symbol", "symbols"),
        ];
        let lacks: Vec<String> = counts.into_iter().filter(|(count, ..)| *count > 0).map(counted).collect();
        let lacks = if lacks.is_empty() { "nothing is missing".to_string() } else { format!("missing: {}", lacks.join(", ")) };
        let objects = counted((self.report.objects.len(), "object", "objects"));
        let _ = writeln!(self.text, "\n{objects}; {lacks}");
    }

    fn answer(&mut self, why: &Why<'_>) {
        let name = Shown(why.name);
        match why.target {
            Some(target) => self.line(0, format_args!("{name} is {}", Shown(&target.path))),
            None if why.missing.is_empty() && why.offered.is_empty() => {
                self.line(0, format_args!("{name} is not needed by anything here"));
            }
            None if why.missing.is_empty() => self.line(0, format_args!("{name} is not loaded at the start")),
            None => self.line(0, format_args!("{name} is missing")),
        }
        for edge in &why.missing {
            self.line(1, format_args!("{} asks for it:", self.path(edge.from)));
            self.edge(2, edge);
        }
    }

    fn ways(&mut self, why: &Why<'_>) {
        for way in &why.paths {
            let mut line = way.first().map_or(String::new(), |edge| self.path(edge.from).to_string());
            for edge in way {
                let place = why::leads_to(self.report, edge).map_or("nothing".to_string(), |path| Shown(path).to_string());
                let kind = if edge.kind == Kind::Needed { String::new() } else { format!("{} ", why::word(edge.kind)) };
                let _ = write!(line, " -[{kind}{}]-> {place}", Shown(&edge.name));
            }
            self.line(0, format_args!("{line}"));
        }
        if why.cut {
            self.line(0, format_args!("and more ways than can be told"));
        }
    }

    fn users(&mut self, why: &Why<'_>) {
        if why.target.is_some() && why.users.iter().all(|user| user.uses.is_empty()) {
            self.line(0, format_args!("Nothing uses it."));
        }
        for User { entry, needed_as, uses, versions } in &why.users {
            let needed: Vec<String> = needed_as.iter().map(|edge| Shown(&edge.name).to_string()).collect();
            let needed = if needed.is_empty() { "does not need it".into() } else { format!("needs {}", needed.join(", ")) };
            let what =
                if uses.is_empty() { "uses nothing of it".to_string() } else { counted((uses.len(), "symbol", "symbols")) };
            self.line(0, format_args!("{} {needed}: {what}", Shown(&entry.path)));
            let names: Vec<String> =
                uses.iter().take(NAMED).map(|usage| versioned(&usage.name, usage.version.as_deref())).collect();
            if !names.is_empty() {
                let more = if uses.len() > NAMED { " ... (--json has all)" } else { "" };
                self.line(1, format_args!("symbols: {}{more}", names.join(" ")));
            }
            if !versions.is_empty() {
                let names: Vec<String> = versions.iter().map(|need| Shown(&need.version).to_string()).collect();
                self.line(1, format_args!("versions: {}", names.join(" ")));
            }
        }
    }
}

/// The tries before the cache have their place before the line about it.
fn comes_before(other: &Try, tried: &Try) -> bool {
    other.rule == Rule::Default && !core::ptr::eq(other, tried) && core::ptr::from_ref(other) < core::ptr::from_ref(tried)
}

fn counted((count, one, many): (usize, &str, &str)) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn described(symbol: &Unresolved) -> String {
    let usage = match symbol.usage {
        Usage::Function => "function",
        Usage::Data => "data",
        Usage::ThreadLocal => "thread-local data",
    };
    format!("{} ({usage})", versioned(&symbol.name, symbol.version.as_deref()))
}

fn versioned(name: &[u8], version: Option<&[u8]>) -> String {
    version.map_or_else(|| Shown(name).to_string(), |version| format!("{}@{}", Shown(name), Shown(version)))
}

fn last_rule(edge: &Edge) -> String {
    edge.tries.last().map_or_else(String::new, rule)
}

/// A rule in words.
fn rule(tried: &Try) -> String {
    let owner = || Shown(tried.owner.as_deref().unwrap_or_default());
    match tried.rule {
        Rule::Rpath => format!("RPATH of {}", owner()),
        Rule::Runpath => format!("RUNPATH of {}", owner()),
        Rule::LibraryPath => "LD_LIBRARY_PATH".into(),
        Rule::Cache => "ld.so.cache".into(),
        Rule::Default => "default directory".into(),
        Rule::Preload => "preload".into(),
        Rule::Absolute => "path as it is".into(),
    }
}
