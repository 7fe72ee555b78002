//! Verdicts on stripped files, where only the code tells which variable is which, and on C++ classes.

use std::format;
use std::string::String;

use super::tests::build;
use super::*;

fn judge(old: &[u8], new: &[u8]) -> Verdict {
    let (Ok(old), Ok(new)) = (FileView::parse(old), FileView::parse(new)) else { panic!("the compiler's output is readable") };
    compare("libx.so", &old, &new, &Usage::everything())
}

fn judge_stripped(old: &str, new: &str) -> Verdict {
    judge(&build(old, &["-s"]), &build(new, &["-s"]))
}

/// Two static variables of equal size, which a swap of their declarations exchanges.
fn two(first: &str, second: &str, step: &str) -> String {
    format!(
        "static long {first}; static long {second};
         long add_a(long x) {{ a += x; return a * {step}; }}
         long add_b(long x) {{ b -= x; return b; }}
         long both(void) {{ return a ^ (b << 3); }}"
    )
}

#[test]
fn variables_without_names_are_followed_by_the_code_that_uses_them() {
    let old = two("a", "b", "3");
    assert!(judge_stripped(&old, &old.replace("b << 3", "b << 4")).is_accepted());
    assert!(judge_stripped(&old, &two("a", "b", "11")).is_accepted());
    let swapped = judge_stripped(&old, &two("b", "a", "3"));
    assert!(swapped.reasons.iter().all(|reason| matches!(reason.difference, Difference::VariableMoved(..))), "{swapped}");
    assert!(swapped.reasons.len() == 2, "{swapped}");
    let swapped_and_changed = judge_stripped(&old, &two("b", "a", "11"));
    assert!(!swapped_and_changed.is_accepted());
}

#[test]
fn a_variable_that_only_rewritten_code_uses_is_not_taken_for_the_same() {
    let old =
        "static long total; long f(long x) { x = x * 31 ^ (x >> 7); total += x; return total; } long g(long x) { return x * 5; }";
    let new = "static long last; long f(long x) { for (int i = 0; i < 9; i++) x ^= x << i; last = x * x; return x / 3; }
               long g(long x) { return x * 5; }";
    let verdict = judge_stripped(old, new);
    assert!(verdict.reasons.iter().any(|reason| reason.difference == Difference::VariableUnverified), "{verdict}");
    let verdict = judge_stripped(old, &old.replace("x * 31", "x * 33"));
    assert!(verdict.is_accepted(), "{verdict}");
}

#[test]
fn thread_local_variables_without_names_are_followed_too() {
    let source = |first: &str, second: &str| {
        format!(
            "static __thread long {first}; static __thread long {second};
             long f(long x) {{ a += x; return a; }} long g(long x) {{ b -= x; return b * 3; }}"
        )
    };
    for flags in [&["-s", "-ftls-model=initial-exec", "-Wl,-z,nodelete"][..], &["-s", "-mtls-dialect=gnu2"], &["-s"]] {
        let old = build(&source("a", "b"), flags);
        let verdict = judge(&old, &build(&source("a", "b").replace("b * 3", "b * 5"), flags));
        assert!(verdict.is_accepted(), "{flags:?} {verdict}");
        let swapped = judge(&old, &build(&source("b", "a"), flags));
        assert!(!swapped.is_accepted(), "{flags:?}");
    }
}

#[test]
fn code_that_asks_for_its_module_may_change_beside_the_offsets() {
    let source = |first: &str, second: &str, text: &str, factor: u32| {
        format!(
            "int puts(const char *); static __thread long {first}; static __thread long {second};
             long f(long x) {{ puts(\"{text}\"); a += x; b ^= a; return b * {factor}; }}
             long g(long x) {{ b -= x; a += b; return a; }}"
        )
    };
    let old = source("a", "b", "text", 3);
    let accepted = |new: &str| judge_stripped(&old, new);
    let (text, factor) = (accepted(&source("a", "b", "a longer text", 3)), accepted(&source("a", "b", "text", 1000)));
    assert!(text.is_accepted() && factor.is_accepted(), "{text} {factor}");
    assert!(!accepted(&source("b", "a", "text", 3)).is_accepted());
    assert!(!accepted(&source("b", "a", "text", 1000)).is_accepted());
    let another = old.replace("long f", "long h").replace("a += x; b ^= a", "b += x; a ^= b; x = x * a % 77 + b");
    assert!(!accepted(&another).is_accepted());
}

const CLASSES: &str = "
    struct Shape { virtual ~Shape(); virtual int area() const; virtual int edges() const; int size; };
    struct Square : Shape { int area() const override; int edges() const override; };
    Shape::~Shape() {} int Shape::area() const { return 0; } int Shape::edges() const { return size; }
    int Square::area() const { return size * size; } int Square::edges() const { return 4; }
    static Square global; extern \"C\" Shape *make() { return &global; }";

fn build_classes(source: &str, flags: &[&str]) -> std::vec::Vec<u8> {
    build(source, &[&["-x", "c++", "-fno-toplevel-reorder", "-nostdinc++"], flags].concat())
}

#[test]
fn virtual_functions_stay_in_their_slots() {
    for flags in [&[][..], &["-s"], &["-s", "-fvisibility=hidden"]] {
        let old = build_classes(CLASSES, flags);
        let changed = CLASSES.replace("return size * size;", "return size * size + 1;");
        let verdict = judge(&old, &build_classes(&changed, flags));
        assert!(verdict.is_accepted(), "{flags:?} {verdict}");
        let more =
            CLASSES.replacen("virtual int area() const;", "virtual int area() const; virtual int more() const { return 7; }", 1);
        let verdict = judge(&old, &build_classes(&more, flags));
        let is_count = |reason: &Reason| matches!(reason.difference, Difference::VirtualFunctions(..));
        assert!(verdict.reasons.iter().any(is_count), "{flags:?} {verdict}");
        let order = CLASSES.replacen(
            "virtual int area() const; virtual int edges() const;",
            "virtual int edges() const; virtual int area() const;",
            1,
        );
        let verdict = judge(&old, &build_classes(&order, flags));
        let is_slot = |reason: &Reason| matches!(reason.difference, Difference::VirtualSlot(_));
        assert!(verdict.reasons.iter().any(is_slot), "{flags:?} {verdict}");
    }
}
