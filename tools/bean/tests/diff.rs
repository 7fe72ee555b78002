//! `bean-diff`, `bean-diffstat` and `bean-update-code` on pairs of libraries that gcc makes.

mod folder;

use std::path::{Path, PathBuf};

use folder::{Folder, assert_unreadable, json, run, text};
use serde_json::Value;

const SOURCE: &str = "
    int puts(const char *);
    int counter;
    const int limits[2] = { 4, 8 };
    __attribute__((noinline)) static int helper(int x) { counter += x; return counter; }
    __attribute__((noinline)) int leaf(int x) { return x * 7 + 3; }
    __attribute__((noinline)) int calls(int x) { puts(\"calling\"); return helper(x) + x; }
    int stays(int x) { return x ^ 0x55; }
    int leaves(int x) { return x / 3; }
    int sum(const int *p, int n) { int s = 0; for (int i = 0; i < n; i++) s += p[i]; return s; }";

/// A new version: `leaf` and `helper` have changed, `leaves` is gone, `comes` is new, `limits` has other values.
fn changed() -> String {
    let source = SOURCE.replace("x * 7 + 3", "x * 7 + 4").replace("counter += x", "counter += x + 2").replace("4, 8", "4, 9");
    source.replace("int leaves(int x) { return x / 3; }", "int comes(int x) { return x / 5; }")
}

fn pair(folder: &Folder) -> (PathBuf, PathBuf) {
    (folder.library("old.so", SOURCE), folder.library("new.so", &changed()))
}

fn lines_of<'t>(text: &'t str, word: &str) -> Vec<&'t str> {
    let lines = text.lines().filter(|line| line.split(' ').next() == Some(word));
    lines.map(|line| line.split_whitespace().nth(1).unwrap_or_default()).collect()
}

#[test]
fn each_function_is_told_by_what_became_of_it() {
    let folder = Folder::new("diff");
    let (old, new) = pair(&folder);
    let (status, out) = text(&run("bean-diff", [], &[&old, &new]));
    assert_eq!(status, Some(1));
    assert_eq!(lines_of(&out, "changed"), ["helper", "leaf", "limits"], "{out}");
    assert_eq!((lines_of(&out, "new"), lines_of(&out, "gone")), (vec!["comes"], vec!["leaves"]), "{out}");
    assert!(lines_of(&out, "same").is_empty() && lines_of(&out, "moved").is_empty(), "{out}");
    assert!(out.contains("functions: ") && out.contains(" 2 changed, 1 new, 1 gone\n"), "{out}");
    assert!(out.contains("live update: refused\n  libx.so.1: a symbol in use is gone: `leaves'"), "{out}");
    let (_, all) = text(&run("bean-diff", ["-vv", "-D"], &[&old, &new]));
    assert_eq!(lines_of(&all, "depends"), ["calls"], "{all}");
    let stays = [lines_of(&all, "same"), lines_of(&all, "moved")].concat();
    assert!(["stays", "sum", "counter", "puts@plt"].iter().all(|name| stays.contains(name)), "{all}");
}

#[test]
fn a_library_that_only_moves_is_no_difference() {
    let folder = Folder::new("moves");
    let old = folder.library("old.so", SOURCE);
    let moved = folder.library_with("moved.so", SOURCE, &["-Wl,--section-start=.text=0x9000"]);
    let (status, out) = text(&run("bean-diff", [], &[&old, &moved]));
    assert_eq!((status, lines_of(&out, "changed")), (Some(0), vec![]), "{out}");
    let (_, all) = text(&run("bean-diff", ["-v"], &[&old, &moved]));
    assert!(lines_of(&all, "moved").contains(&"calls"), "{all}");
    let statistics = json(&run("bean-diffstat", [], &[&old, &moved]));
    let functions = &statistics["functions"];
    assert_eq!(
        (functions["changed"].as_u64(), functions["gone"].as_u64(), functions["added"].as_u64()),
        (Some(0), Some(0), Some(0))
    );
}

#[test]
fn the_disassembly_marks_what_differs() {
    let folder = Folder::new("marks");
    let old = folder.library("old.so", SOURCE);
    let new = folder
        .library("new.so", &SOURCE.replace("puts(\"calling\"); return helper(x) + x", "puts(\"Calling\"); return helper(x) * x"));
    let (_, out) = text(&run("bean-diff", ["-d", "-f", "calls"], &[&old, &new]));
    let marked = |sign: &str| out.lines().filter(|line| line.trim_start().starts_with(sign)).collect::<Vec<_>>().join("\n");
    assert!(marked("~").contains("<\"Calling\">") && marked("~").contains("<\"calling\">"), "{out}");
    assert!(marked("-").contains("add "), "{out}");
    assert!(marked("+").contains("imul "), "{out}");
    let same: Vec<&str> = out.lines().filter(|line| line.contains("helper>")).collect();
    assert!(same.len() == 1 && !same[0].contains('~'), "{out}");
    assert!(!out.contains('\x1b'), "colours without a terminal: {out}");
    let (_, colored) = text(&run("bean-diff", ["-d", "-f", "calls", "--color=always"], &[&old, &new]));
    assert!(colored.contains("\x1b[31m") && colored.contains("\x1b[32m") && colored.contains("\x1b[33m"), "{colored}");
}

#[test]
fn statistics_count_functions_and_bytes() {
    let folder = Folder::new("statistics");
    let (old, new) = pair(&folder);
    let output = run("bean-diffstat", ["-D"], &[&old, &new]);
    let answer = json(&output);
    assert_eq!(output.status.code(), Some(0));
    let count = |of: &str, key: &str| answer[of][key].as_u64().unwrap_or_else(|| panic!("no {of}.{key} in {answer}"));
    let functions: Vec<u64> = ["changed", "depends", "added", "gone"].map(|key| count("functions", key)).to_vec();
    assert_eq!(functions, [2, 1, 1, 1]);
    assert_eq!(count("functions", "old"), count("functions", "new"));
    assert_eq!((count("data", "changed"), count("data", "gone")), (1, 0));
    assert!(count("code_bytes", "changed") > 0 && count("code_bytes", "changed") < count("code_bytes", "new"));
    assert_eq!(answer["update"]["verdict"], "refused");
}

/// What `bean-update-code` says of a function: whether it may be redirected, and the reasons.
fn site(answer: &Value, name: &str) -> Vec<String> {
    let sites = answer["code"]["functions"].as_array().expect("functions");
    let site = sites.iter().find(|site| site["name"] == name).unwrap_or_else(|| panic!("no {name} in {answer}"));
    site["reasons"].as_array().expect("reasons").iter().map(|reason| reason.as_str().expect("text").to_string()).collect()
}

#[test]
fn redirection_is_possible_where_it_is_proven() {
    let folder = Folder::new("redirect");
    let old = folder.library("old.so", SOURCE);
    let new = folder.library("new.so", &SOURCE.replace("x * 7 + 3", "x * 7 + 4").replace("counter += x", "counter += x + 2"));
    let output = run("bean-update-code", ["--json"], &[&old, &new]);
    let answer = json(&output);
    assert_eq!((output.status.code(), &answer["is_possible"]), (Some(0), &Value::Bool(true)), "{answer}");
    assert!(site(&answer, "helper").is_empty() && site(&answer, "leaf").is_empty(), "{answer}");
    let (status, out) = text(&run("bean-update-code", [], &[&old, &new]));
    assert!(status == Some(0) && out.ends_with("libx.so.1: 2 of 2 changed functions can be redirected in mode 1\n"), "{out}");
}

#[test]
fn loops_tiny_functions_and_functions_that_are_gone_are_reasons() {
    let folder = Folder::new("reasons");
    let source = format!("{SOURCE} void tiny(void) {{ }}");
    let (old, new) = (folder.library("old.so", &source), changed().replace("s += p[i]", "s -= p[i]"));
    let new = folder.library("new.so", &(new + " void tiny(void) { counter = 3; }"));
    let outcome = |mode| {
        let output = run("bean-update-code", ["--json", "-M", mode], &[&old, &new]);
        assert_eq!(output.status.code(), Some(1));
        json(&output)
    };
    let (first, second) = (outcome("1"), outcome("2"));
    assert!(site(&first, "tiny")[0].starts_with("it has 1 bytes, and a jump at its entry needs 5"), "{first}");
    assert!(site(&first, "leaves")[0].contains("has no such function, and others may call it by name"), "{first}");
    assert!(site(&first, "sum").is_empty(), "{first}");
    assert!(site(&second, "sum")[0].starts_with("it has a loop (at offset 0x"), "{second}");
}

/// `spins` jumps to its own entry; `user` jumps to `part` with a stack frame.
fn assembly(value: u8, flag: u8) -> String {
    format!(
        "asm(\"{spins} dec %edi; jnz spins; mov ${value}, %eax; ret; .size spins, . - spins\\n\"
             \"{user} push %rax; test ${flag}, %dil; jz part; pop %rax; ret; .size user, . - user\\n\"
             \"{part} mov ${value}, %eax; pop %rdx; ret; .size part, . - part\\n\");",
        spins = ".globl spins; .type spins, @function; spins:",
        user = ".globl user; .type user, @function; user:",
        part = ".type part, @function; part:",
    )
}

#[test]
fn an_entry_that_is_jumped_to_stays_and_unchanged_callers_are_proof() {
    let folder = Folder::new("entry");
    let library = |name: &str, value, flag| folder.library(name, &assembly(value, flag));
    let (old, new) = (library("old.so", 3, 1), library("new.so", 4, 1));
    let output = run("bean-update-code", ["--json"], &[&old, &new]);
    let answer = json(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(site(&answer, "spins")[0].starts_with("a branch inside it leads to offset 0x0, in the 5 bytes"), "{answer}");
    assert!(site(&answer, "part").is_empty(), "{answer}");
    let answer = json(&run("bean-update-code", ["--json"], &[&old, &library("both.so", 4, 2)]));
    assert!(site(&answer, "part")[0].starts_with("user, which has changed, too, calls it or jumps to it"), "{answer}");
}

#[test]
fn unreadable_files_end_in_a_sentence() {
    let folder = Folder::new("unreadable");
    let old = folder.library("old.so", SOURCE);
    let none = Path::new("/none/libx.so");
    for tool in ["bean-diff", "bean-diffstat", "bean-update-code"] {
        assert_unreadable(tool, &run(tool, [], &[&old, none]), none);
        let source = folder.0.join("lib.c");
        assert_unreadable(tool, &run(tool, [], &[&source, &old]), &source);
    }
    let output = run("bean-diff", ["-f", "nothing"], &[&old, &old]);
    assert_eq!(
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned()),
        (Some(2), "bean-diff: neither file has a function nothing\n".into())
    );
}
