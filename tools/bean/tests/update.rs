//! `bean-update` as its users see it: exit status, text and JSON on libraries that gcc makes.

mod folder;

use std::path::Path;
use std::process::Output;

use folder::Folder;

fn run(old: &Path, new: &Path, options: &[&str]) -> Output {
    folder::run("bean-update", options.iter().copied(), &[old, new])
}

#[test]
fn accepted_is_0_refused_is_1_unreadable_is_2() {
    let folder = Folder::new("status");
    let old = folder.library("old.so", "int a = 1; int f(void) { return a; }");
    let same_data = folder.library("code.so", "int a = 1; int f(void) { return a * 5; }");
    let more_data = folder.library("data.so", "int a = 1; int b = 2; int f(void) { return a + b; }");
    let text = folder.0.join("lib.c");
    let outcome = |new: &Path| {
        let output = run(&old, new, &[]);
        (output.status.code(), String::from_utf8(output.stdout).expect("text"), String::from_utf8(output.stderr).expect("text"))
    };
    assert_eq!(outcome(&same_data), (Some(0), "libx.so.1: the new version is compatible\n".into(), String::new()));
    let (status, out, _) = outcome(&more_data);
    assert_eq!(status, Some(1));
    assert!(out.lines().any(|line| line.starts_with("libx.so.1: a variable is new: `b' at offset")), "{out}");
    let (status, out, error) = outcome(&text);
    assert_eq!((status, out.as_str()), (Some(2), ""));
    assert_eq!(error, format!("bean-update: {}: invalid ELF header\n", text.display()));
}

#[test]
fn json_names_rule_and_kind_of_each_reason() {
    let folder = Folder::new("json");
    let old = folder.library("old.so", "int a = 1; int f(void) { return a; }");
    let new = folder.library("new.so", "int a = 2; int f(void) { return a; }");
    let output = run(&old, &new, &["--json"]);
    assert_eq!(output.status.code(), Some(1));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((answer["object"].as_str(), answer["verdict"].as_str()), (Some("libx.so.1"), Some("refused")));
    assert_eq!((answer["forced_ok"].as_bool(), answer["omitted"].as_u64()), (Some(true), Some(0)));
    let reason = &answer["reasons"][0];
    assert_eq!(
        (reason["rule"].as_u64(), reason["kind"].as_str(), reason["symbol"].as_str()),
        (Some(2), Some("content"), Some("a"))
    );
    let missing = run(&old, &folder.0.join("none.so"), &["--json"]);
    let answer: serde_json::Value = serde_json::from_slice(&missing.stdout).expect("JSON");
    assert_eq!((missing.status.code(), answer["verdict"].as_str()), (Some(2), Some("unreadable")));
    assert!(answer["error"].as_str().is_some_and(|error| error.contains("none.so: cannot be read")), "{answer}");
}

#[test]
fn relax_and_force_let_through_what_they_say_and_tell_it() {
    let folder = Folder::new("relax");
    let old = folder.library("old.so", "int a = 1; int f(void) { return a; }");
    let other_value = folder.library("value.so", "int a = 2; int f(void) { return a; }");
    let other_target = folder.library("target.so", "int a = 1, *p = &a; int f(void) { return a; }");
    let status = |new: &Path, options: &[&str]| run(&old, new, options).status.code();
    assert_eq!(status(&other_value, &["--relax", "1"]), Some(1));
    assert_eq!(status(&other_value, &["--relax", "2"]), Some(0));
    assert_eq!(status(&other_value, &["--force"]), Some(0));
    assert_eq!(status(&other_target, &["--relax", "3", "--force"]), Some(1));
    let output = run(&old, &other_value, &["--force"]);
    let expected = "libx.so.1: the new version is accepted although:\n\
                    libx.so.1: the initial value of writable data changes: `a' at offset ";
    assert!(String::from_utf8_lossy(&output.stdout).starts_with(expected), "{output:?}");
    let answer = folder::json(&run(&old, &other_value, &["--json", "--relax", "2"]));
    assert_eq!((answer["verdict"].as_str(), answer["reasons"][0]["relaxed_at"].as_u64()), (Some("accepted"), Some(2)));
}

#[test]
fn what_a_running_program_may_have_against_it_is_told() {
    let folder = Folder::new("hazards");
    let source = "int pthread_mutex_lock(void *); static struct l { struct l *next; } head = {&head}; int extra = 1;\n\
                  void *f(void *p) { pthread_mutex_lock(p); return head.next; }";
    let old = folder.library("old.so", source);
    let new = folder.library("new.so", &source.replace("lock(p);", "lock(p); extra++;"));
    let output = run(&old, &new, &[]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("refused in some programs: libx.so.1: it locks"), "{text}");
    assert!(text.contains("points into the library's own data") && text.contains("`head'"), "{text}");
    let answer: serde_json::Value = serde_json::from_slice(&run(&old, &new, &["--json"]).stdout).expect("JSON");
    assert_eq!(
        (answer["hazards"][0]["kind"].as_str(), answer["hazards"][1]["kind"].as_str()),
        (Some("locks"), Some("own-pointer"))
    );
}
