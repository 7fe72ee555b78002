//! For each rule of the verdict a pair that is accepted and one that is refused by just that rule, and the history of a small library
//! as a whole.

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use super::tests::build;
use super::*;

const LAZY: &[&str] = &["-Wl,-z,relro,-z,lazy"];

/// One step from an old source to a new one.
struct Step {
    rule: u8,
    flags: &'static [&'static str],
    old: &'static str,
    accepted: &'static str,
    refused: &'static str,
    refused_flags: &'static [&'static str],
}

const BASE: Step = Step { rule: 0, flags: &[], old: "", accepted: "", refused: "", refused_flags: &[] };

const STEPS: &[Step] = &[
    Step {
        rule: 1,
        old: "int state = 1; int f(void) { return state; }",
        accepted: "int state = 1; int f(void) { return state + 1; }",
        refused: "int state = 1; int f(void) { return state; }",
        refused_flags: &["-Wl,-soname,liby.so"],
        ..BASE
    },
    Step {
        rule: 2,
        old: "static int state = 1; int f(void) { return state++; }",
        accepted: "static int state = 1; int f(void) { return state--; }",
        refused: "static int state = 2; int f(void) { return state++; }",
        ..BASE
    },
    Step {
        rule: 3,
        old: "static __thread int state = 1; int f(void) { return state++; }",
        accepted: "static __thread int state = 1; int f(void) { return state--; }",
        refused: "static __thread int state = 2; int f(void) { return state++; }",
        ..BASE
    },
    Step {
        rule: 4,
        old: "int state; __attribute__((constructor)) static void start(void) { state = 1; } int f(void) { return state; }",
        accepted: "int state; __attribute__((constructor)) static void start(void) { state = 1; } int f(void) { return state * 3; }",
        refused: "int state; __attribute__((constructor)) static void start(void) { state = 2; } int f(void) { return state; }",
        ..BASE
    },
    Step {
        rule: 5,
        old: "int f(void) { return 1; } int g(void) { return 2; }",
        accepted: "int f(void) { return 1; } int g(void) { return 2; } int h(void) { return 3; }",
        refused: "int f(void) { return 1; }",
        ..BASE
    },
    Step {
        rule: 7,
        flags: LAZY,
        old: "int puts(const char *); int f(void) { return puts(\"a\") + 1; }",
        accepted: "int puts(const char *); int f(void) { return puts(\"a\") + puts(\"b\"); }",
        refused: "int getpid(void); int f(void) { return getpid() + 1; }",
        ..BASE
    },
];

fn judge(old: &[u8], new: &[u8]) -> Verdict {
    let (Ok(old), Ok(new)) = (FileView::parse(old), FileView::parse(new)) else { panic!("gcc's output is readable") };
    compare("libx.so", &old, &new, &Usage::everything())
}

#[test]
fn every_rule_accepts_and_refuses() {
    for Step { rule, flags, old, accepted, refused, refused_flags } in STEPS {
        for strip in [&[][..], &["-s"]] {
            let build_with = |source, more: &[&str]| build(source, &[flags, strip, more].concat());
            let old = build_with(old, &[]);
            let verdict = judge(&old, &build_with(accepted, &[]));
            assert!(verdict.is_accepted(), "rule {rule} {strip:?}: {verdict}");
            let verdict = judge(&old, &build_with(refused, refused_flags));
            let rules: Vec<u8> = verdict.reasons.iter().map(|reason| reason.difference.rule()).collect();
            assert!(rules.contains(rule), "rule {rule} {strip:?}: {rules:?} {verdict}");
        }
    }
}

/// Rule 6 is decided by who loads: what the new file needs beyond the old one is handed to it, and only that.
#[test]
fn what_a_new_version_needs_is_handed_on() {
    let old = build("int puts(const char *); int f(void) { return puts(\"1\"); }", &[]);
    let same = build("int puts(const char *); int f(void) { return puts(\"2\"); }", &[]);
    let more = build(
        "int puts(const char *); int there_is_none(void); int f(void) { return puts(\"1\") + there_is_none(); }",
        &["-Wl,--no-as-needed", "-lm"],
    );
    let needs = |new: &[u8]| {
        let (Ok(old), Ok(new)) = (FileView::parse(&old), FileView::parse(new)) else { panic!("gcc's output is readable") };
        let undefined = new_undefined(&old, &new).map(|symbol| symbol.name.to_vec()).collect::<Vec<_>>();
        (undefined, new_needed(&old, &new).count())
    };
    assert_eq!(needs(&same), (Vec::new(), 0));
    assert_eq!(needs(&more), (std::vec![b"there_is_none".to_vec()], 1));
}

/// The history of the library `variable`, each version judged against the first: what is said of it, or nothing.
const HISTORY: [(&str, &str, Option<&str>); 9] = [
    ("the first version", "", None),
    ("a new constant", "static const int limits[] = { 10, 20, 30 }; int limit(int i) { return limits[i]; }", None),
    ("a new function", "int twice(int x) { return 2 * x; }", None),
    ("a new global variable", "int calls = 1;", Some("a variable is new")),
    (
        "a new static variable",
        "static int last; int swap(int x) { int old = last; last = x; return old; }",
        Some("a variable is new"),
    ),
    (
        "a new PLT call",
        "int getpid(void); int id(void) { return getpid(); }",
        Some("the number of lazily bound functions changes"),
    ),
    ("a changed initial value", "#define VALUE 4", Some("the initial value of writable data changes")),
    (
        "a changed TLS size",
        "__thread long more; long *place(void) { return &more; }",
        Some("in thread-local storage, a variable is new"),
    ),
    (
        "a new constructor",
        "__attribute__((constructor)) static void start(void) { variable = 7; }",
        Some("the number of functions in DT_INIT_ARRAY"),
    ),
];

fn version(index: usize) -> String {
    let change = HISTORY[index].1;
    let (before, behind) = if change.starts_with('#') { (change, "") } else { ("", change) };
    format!(
        "{before}
         #ifndef VALUE
         #define VALUE 3
         #endif
         int puts(const char *);
         static int variable = VALUE; static __thread int own = 5;
         int get(void) {{ return variable + own; }}
         void set(int x) {{ variable = x; own++; puts(\"set\"); }}
         {behind}"
    )
}

#[test]
fn the_history_of_the_variable_library() {
    let first = build(&version(0), LAZY);
    for (index, (name, _, expected)) in HISTORY.into_iter().enumerate() {
        let verdict = judge(&first, &build(&version(index), LAZY));
        let reasons: Vec<String> = verdict.reasons.iter().map(ToString::to_string).collect();
        match expected {
            None => assert!(verdict.is_accepted(), "{name}: {reasons:?}"),
            Some(text) => assert!(reasons.iter().any(|reason| reason.contains(text)), "{name}: {reasons:?}"),
        }
    }
    // with full RELRO the slots are private to each version
    let verdict = judge(&build(&version(0), &[]), &build(&version(5), &[]));
    assert!(verdict.is_accepted(), "{verdict}");
}
