//! A report for programs: one JSON document. Its keys are described in README.md and stay.

use super::dlopen::Feature;
use super::json::Json;
use super::trace::{Edge, How, Target, Try};
use super::why::{self, User, Why};
use super::{Entry, Need, Report, State, Unresolved, Usage, Use};
use crate::link::object::Role;
use crate::link::search::Rule;
use alloc::format;
use alloc::string::String;

/// The answer of `--tree --json`.
pub fn tree(report: &Report) -> String {
    document(report, report.status(), |json| {
        json.key("objects").array(&report.objects, |json, entry| object(json, report, entry));
    })
}

/// The answer of `--why NAME --json`.
pub fn why(report: &Report, why: &Why<'_>) -> String {
    document(report, why.status(), |json| json.key("why").object(|json| answer(json, report, why)))
}

/// The answer about a file that cannot be read.
pub fn failure(file: &[u8], error: &str, status: i32) -> String {
    let mut json = Json::default();
    json.object(|json| {
        json.key("file").bytes(file);
        json.key("status").number(usize::try_from(status).ok());
        json.key("error").bytes(error.as_bytes());
    });
    json.finish()
}

/// The answer about a program without dependencies.
pub fn statically_linked(file: &[u8]) -> String {
    let mut json = Json::default();
    json.object(|json| {
        json.key("file").bytes(file);
        json.key("status").number(Some(0));
        json.key("static").bool(true);
        json.key("objects").array([(); 0], |_, ()| {});
    });
    json.finish()
}

fn document(report: &Report, status: i32, fill: impl FnOnce(&mut Json)) -> String {
    let mut json = Json::default();
    json.object(|json| {
        json.key("file").optional(report.objects.first().map(|root| &*root.path));
        json.key("status").number(usize::try_from(status).ok());
        json.key("static").bool(false);
        json.key("interpreter").optional(report.interpreter.as_deref());
        fill(json);
    });
    json.finish()
}

fn object(json: &mut Json, report: &Report, entry: &Entry) {
    json.object(|json| {
        json.key("path").bytes(&entry.path);
        json.key("soname").optional(entry.soname.as_deref());
        json.key("kind").bytes(kind(entry).as_bytes());
        let build_id = entry.build_id.as_deref().map(hex);
        json.key("build_id").optional(build_id.as_deref().map(str::as_bytes));
        json.key("rpath").optional(entry.rpath.as_deref());
        json.key("runpath").optional(entry.runpath.as_deref());
        json.key("audit").optional(entry.audit.as_deref());
        json.key("depaudit").optional(entry.depaudit.as_deref());
        json.key("needs").array(report.edges_of(entry.id), |json, needed| edge(json, report, needed));
        json.key("versions").array(&entry.versions, |json, need| version(json, report, need));
        json.key("unresolved").array(&entry.unresolved, unresolved);
        json.key("uses").array(&entry.uses, |json, usage| {
            json.object(|json| {
                json.key("object").number(report.index(usage.object));
                symbol(json, usage);
            });
        });
        json.key("dlopen").array(&entry.dlopen, |json, entry| feature(json, report, entry));
        json.key("problems").array(&entry.problems, |json, problem| json.bytes(problem.as_bytes()));
    });
}

fn kind(entry: &Entry) -> &'static str {
    match entry.role {
        Role::Loader => "loader",
        _ if entry.is_program => "program",
        _ => "library",
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn edge(json: &mut Json, report: &Report, edge: &Edge) {
    let opened = edge.opened();
    json.object(|json| {
        json.key("name").bytes(&edge.name);
        json.key("kind").bytes(why::word(edge.kind).as_bytes());
        json.key("found").bool(matches!(edge.target, Target::Object(_) | Target::File(_)));
        json.key("object").number(edge.object().and_then(|id| report.index(id)));
        json.key("path").optional(why::leads_to(report, edge));
        json.key("how").bytes(how(edge).as_bytes());
        json.key("rule").optional(opened.map(|tried| rule(tried.rule).as_bytes()));
        json.key("rule_of").optional(opened.and_then(|tried| tried.owner.as_deref()));
        let error = match &edge.target {
            Target::Missing(reason) => Some(reason.as_bytes()),
            _ => None,
        };
        json.key("error").optional(error);
        json.key("not_in_cache").bool(edge.not_in_cache);
        json.key("tried").array(edge.tries.iter().filter(|tried| tried.reason.is_some()), attempt);
    });
}

fn how(edge: &Edge) -> &'static str {
    match (edge.how, &edge.target) {
        (_, Target::Excluded) => "excluded",
        (How::Searched, _) => "searched",
        (How::Loaded, _) => "loaded",
        (How::SameFile, _) => "same-file",
        (How::NotAtAll, _) => "missing",
    }
}

fn attempt(json: &mut Json, tried: &Try) {
    json.object(|json| {
        json.key("path").bytes(&tried.path);
        json.key("rule").bytes(rule(tried.rule).as_bytes());
        json.key("rule_of").optional(tried.owner.as_deref());
        json.key("reason").optional(tried.reason.as_deref().map(str::as_bytes));
    });
}

fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Rpath => "rpath",
        Rule::LibraryPath => "library-path",
        Rule::Runpath => "runpath",
        Rule::Cache => "cache",
        Rule::Default => "default",
        Rule::Preload => "preload",
        Rule::Absolute => "path",
    }
}

fn version(json: &mut Json, report: &Report, need: &Need) {
    let state = match need.state {
        State::Found => "found",
        State::Missing => "missing",
        State::Unversioned => "unversioned",
        State::NoProvider => "no-provider",
    };
    json.object(|json| {
        json.key("file").bytes(&need.file);
        json.key("version").bytes(&need.version);
        json.key("weak").bool(need.weak);
        json.key("object").number(need.provider.and_then(|id| report.index(id)));
        json.key("state").bytes(state.as_bytes());
        json.key("symbols").array(&need.symbols, |json, wanted| {
            json.object(|json| {
                json.key("name").bytes(&wanted.name);
                json.key("there").array(&wanted.there, |json, version| json.bytes(version));
            });
        });
        json.key("defined").array(&need.defined, |json, version| json.bytes(version));
    });
}

fn unresolved(json: &mut Json, symbol: &Unresolved) {
    let usage = match symbol.usage {
        Usage::Function => "function",
        Usage::Data => "data",
        Usage::ThreadLocal => "thread-local",
    };
    json.object(|json| {
        json.key("name").bytes(&symbol.name);
        json.key("version").optional(symbol.version.as_deref());
        json.key("usage").bytes(usage.as_bytes());
        json.key("weak").bool(symbol.weak);
    });
}

/// The keys of a symbol that is used, in an object that is open.
fn symbol(json: &mut Json, usage: &Use) {
    json.key("name").bytes(&usage.name);
    json.key("version").optional(usage.version.as_deref());
}

fn feature(json: &mut Json, report: &Report, feature: &Feature) {
    let text = |part: &'_ Option<String>| part.as_ref().map(|part| part.clone().into_bytes());
    json.object(|json| {
        json.key("feature").optional(text(&feature.feature).as_deref());
        json.key("description").optional(text(&feature.description).as_deref());
        json.key("priority").optional(text(&feature.priority).as_deref());
        json.key("malformed").bool(feature.malformed);
        json.key("sonames").array(&feature.found, |json, found| edge(json, report, found));
    });
}

fn answer(json: &mut Json, report: &Report, why: &Why<'_>) {
    json.key("name").bytes(why.name);
    json.key("found").bool(why.target.is_some());
    json.key("path").optional(why.target.map(|target| &*target.path));
    json.key("soname").optional(why.target.and_then(|target| target.soname.as_deref()));
    json.key("ways").array(&why.paths, |json, way| json.array(way, |json, edge| step(json, report, edge)));
    json.key("more_ways").bool(why.cut);
    json.key("users").array(&why.users, user);
    json.key("missing").array(&why.missing, |json, missing| {
        json.object(|json| {
            json.key("from").bytes(report.path(missing.from));
            json.key("need");
            edge(json, report, missing);
        });
    });
    json.key("dlopen").array(&why.offered, |json, (entry, offered)| {
        json.object(|json| {
            json.key("from").bytes(&entry.path);
            json.key("entry");
            feature(json, report, offered);
        });
    });
}

fn step(json: &mut Json, report: &Report, edge: &Edge) {
    json.object(|json| {
        json.key("from").bytes(report.path(edge.from));
        json.key("kind").bytes(why::word(edge.kind).as_bytes());
        json.key("name").bytes(&edge.name);
        json.key("path").optional(why::leads_to(report, edge));
    });
}

fn user(json: &mut Json, user: &User<'_>) {
    json.object(|json| {
        json.key("path").bytes(&user.entry.path);
        json.key("needed_as").array(&user.needed_as, |json, edge| json.bytes(&edge.name));
        json.key("symbols").array(&user.uses, |json, usage| json.object(|json| symbol(json, usage)));
        json.key("versions").array(&user.versions, |json, need| json.bytes(&need.version));
    });
}
