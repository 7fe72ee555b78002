//! Verdicts on real files: each test compiles two versions of a small library with gcc and compares them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// Compiles a library; `flags` follow the defaults and may undo them.
pub(crate) fn build(source: &str, flags: &[&str]) -> Vec<u8> {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder: PathBuf = std::env::temp_dir().join(format!("luci-verdict-{}-{number}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("lib.c"), source).unwrap();
    let mut command = Command::new("gcc");
    command.current_dir(&folder).args([
        "-O1",
        "-fno-toplevel-reorder",
        "-fPIC",
        "-shared",
        "-o",
        "lib.so",
        "-Wl,-z,relro,-z,now",
        "-Wl,-soname,libx.so",
    ]);
    let output = command.args(flags).arg("lib.c").output().expect("gcc runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let bytes = fs::read(folder.join("lib.so")).unwrap();
    fs::remove_dir_all(&folder).unwrap();
    bytes
}

fn judge_files(old: &[u8], new: &[u8], usage: &Usage) -> Verdict {
    let (Ok(old), Ok(new)) = (FileView::parse(old), FileView::parse(new)) else { panic!("gcc's output is readable") };
    compare("libx.so", &old, &new, usage)
}

fn judge_with(old: &str, new: &str, flags: &[&str]) -> Verdict {
    judge_files(&build(old, flags), &build(new, flags), &Usage::everything())
}

fn judge(old: &str, new: &str) -> Verdict {
    judge_with(old, new, &[])
}

#[track_caller]
fn assert_accepted(verdict: &Verdict) {
    assert!(verdict.is_accepted(), "{:#?}", verdict.reasons.iter().map(ToString::to_string).collect::<Vec<_>>());
}

#[track_caller]
fn assert_first(verdict: &Verdict, sentence: &str) {
    assert_eq!(verdict.reasons.first().map(ToString::to_string).as_deref(), Some(sentence));
}

const COUNTER: &str = "static int counter = 3; int get(void) { return counter++; }";

#[test]
fn changed_code_new_functions_and_new_constants_are_accepted() {
    assert_accepted(&judge(COUNTER, COUNTER));
    assert_accepted(&judge(COUNTER, "static int counter = 3; int get(void) { counter += 2; return counter * 5; }"));
    let larger = format!(
        "{COUNTER} int puts(const char *); const int limit[2000] = {{ 1 }}; \
                          int twice(void) {{ puts(\"twice\"); return get() + get(); }}"
    );
    assert_accepted(&judge(COUNTER, &larger));
}

#[test]
fn new_gone_moved_and_resized_variables_are_refused_by_name() {
    let new = judge(COUNTER, &format!("{COUNTER} int second = 4;"));
    assert!(new.to_string().contains("a variable is new: `second'"), "{new}");
    let gone = judge(&format!("int second = 4; {COUNTER}"), COUNTER);
    assert!(gone.reasons.iter().any(|r| r.symbol.as_deref() == Some("second") && r.difference == Difference::DataMissing));
    let moved = judge("int a = 1; int b = 1;", "int b = 1; int a = 1;");
    assert!(moved.reasons.iter().any(|r| matches!(r.difference, Difference::DataMoved(..))), "{moved}");
    let size = judge("int a[2] = { 1, 2 };", "int a[3] = { 1, 2, 0 };");
    assert!(size.reasons.iter().any(|r| r.difference == Difference::DataSize(8, 12)), "{size}");
    assert!(!size.is_accepted_when_forced());
}

#[test]
fn a_changed_initial_value_is_refused_and_can_be_forced() {
    let verdict = judge(COUNTER, &COUNTER.replace('3', "4"));
    let offset = verdict.reasons[0].offset.unwrap();
    assert_first(&verdict, &format!("libx.so: the initial value of writable data changes: `counter' at offset {offset:#x}"));
    assert_eq!(verdict.reasons.len(), 1);
    assert!(verdict.is_accepted_when_forced());
}

#[test]
fn a_stripped_library_is_judged_by_its_bytes() {
    let strip = ["-s"];
    assert_accepted(&judge_with(COUNTER, &COUNTER.replace("++", "--"), &strip));
    let verdict = judge_with(COUNTER, &COUNTER.replace('3', "4"), &strip);
    assert_eq!(verdict.reasons[0].difference, Difference::Content);
    assert_eq!(verdict.reasons[0].symbol, None);
}

#[test]
fn thread_local_storage_must_be_the_same() {
    let tls = |declarations: &str| format!("{declarations} __thread int t = 5; int *get(void) {{ return &t; }}");
    assert_accepted(&judge(&tls(""), &tls("int more(void) { return 8; }")));
    let size = judge(&tls(""), &tls("__thread long u;"));
    assert!(size.reasons.iter().any(|r| matches!(r.difference, Difference::TlsSize(4, _))), "{size}");
    let image = judge(&tls(""), &tls("").replace('5', "6"));
    assert_eq!(image.reasons[0].difference, Difference::TlsContent);
    let variable = size.reasons.iter().find(|r| r.symbol.as_deref() == Some("u")).expect("u is told");
    assert_eq!((variable.difference.rule(), variable.difference.kind()), (3, "tls-new"));
    assert_eq!(variable.difference.to_string(), "in thread-local storage, a variable is new");
    let gone = judge(&tls(""), "int t; int *get(void) { return &t; }");
    assert!(gone.reasons.iter().any(|r| r.difference == Difference::TlsSegment(true, false)), "{gone}");
}

#[test]
fn pointers_in_data_may_move_with_their_function() {
    let table = |filler: &str, name: &str| {
        format!(
            "{filler} static int {name}(int x) {{ return x * 3; }} static int other(int x) {{ return x - 9; }} \
                 int (*functions[])(int) = {{ {name}, other, 0 }};"
        )
    };
    let filler = "int filler(int a, int b) { return a * b + 17 / (b + 1); }";
    assert_accepted(&judge(&table("", "f"), &table(filler, "f")));
    assert_accepted(&judge_with(&table("", "f"), &table(filler, "f"), &["-Wl,-z,pack-relative-relocs"]));
    assert_accepted(&judge_files(
        &build(&table("", "f"), &[]),
        &build(&table(filler, "f"), &["-Wl,-z,pack-relative-relocs"]),
        &Usage::nothing(),
    ));
    assert_accepted(&judge(&table("", "f"), &table("", "g")));
    let another = judge(&table("", "f"), &table("", "g").replace("x * 3", "x * 5"));
    assert_first(&another, "libx.so: a pointer in writable data changes from `f' to `g': `functions' at offset 0x10");
}

#[test]
fn pointers_to_other_data_or_other_kinds_of_memory_are_refused() {
    let pointer = |target: &str| {
        format!(
            "static int a = 1, b = 2; static const int c[2] = {{ 7, 8 }}; const void *p = {target}; \
                                          int sum(void) {{ return a++ + b++ + c[a & 1]; }}"
        )
    };
    assert_accepted(&judge(&pointer("&a"), &pointer("&a").replace("a++", "a--")));
    let moved = judge(&pointer("&a"), &pointer("&b"));
    assert!(matches!(moved.reasons[0].difference, Difference::TargetPlace(..)), "{moved}");
    assert_eq!(moved.reasons[0].symbol.as_deref(), Some("p"));
    let code = judge(&pointer("c"), &pointer("sum").replacen("const void *p", "int sum(void); const void *p", 1));
    assert!(!code.is_accepted());
    let inside = judge(&pointer("&c[0]"), &pointer("&c[1]"));
    assert!(inside.to_string().contains("changes from `c' to `c+0x4'"), "{inside}");
    let imported = |name: &str| format!("extern int {name}; int *p = &{name};");
    let symbol = judge(&imported("environ"), &imported("stdin"));
    assert!(matches!(symbol.reasons[0].difference, Difference::Relocation(..)), "{symbol}");
}

#[test]
fn a_new_lazily_bound_call_is_refused_where_its_slot_is_shared_data() {
    let lazy = ["-Wl,-z,lazy", "-Wl,-z,relro"];
    let call = |more: &str| format!("int puts(const char *); int getpid(void); int f(void) {{ puts(\"a\"); {more} return 1; }}");
    assert_accepted(&judge(&call(""), &call("return getpid();")));
    let verdict = judge_with(&call(""), &call("return getpid();"), &lazy);
    assert!(verdict.reasons.iter().any(|r| r.difference == Difference::PltSlots(1, 2)), "{verdict}");
    assert!(verdict.reasons.iter().all(|r| r.difference.kind() != "relocation-new"), "{verdict}");
    assert_accepted(&judge_with(&call(""), &call("return puts(\"again\");"), &lazy));
    let exchanged = judge_with(
        &call("getpid();"),
        &call("getpid();")
            .replace("int puts(const char *); int getpid(void)", "int puts(const char *); int getppid(void)")
            .replace("getpid()", "getppid()"),
        &lazy,
    );
    let [reason] = &exchanged.reasons[..] else { panic!("{:#?}", exchanged.reasons) };
    assert!(matches!(reason.difference, Difference::PltSlot(..)), "{exchanged}");
    // the linker puts the reserved words before the slots into RELRO, so that the shared data begins with the two slots
    assert!(matches!(reason.offset, Some(0 | 8)), "{reason:?}");
}

#[test]
fn constructors_must_be_the_same() {
    let constructor =
        |name: &str, body: &str| format!("int state; __attribute__((constructor)) static void {name}(void) {{ {body} }}");
    let start = constructor("start", "state = 1;");
    assert_accepted(&judge(&start, &format!("{start} int twice(int x) {{ return 2 * x; }}")));
    assert_accepted(&judge(&start, &constructor("begin", "state = 1;")));
    let value = judge(&start, &constructor("start", "state = 2;"));
    assert_first(&value, "libx.so: a function in DT_INIT_ARRAY changes: `start'");
    assert!(value.is_accepted_when_forced());
    let count = judge("int state;", &constructor("start", "state = 1;"));
    assert!(count.reasons.iter().any(|r| r.difference == Difference::InitCount("DT_INIT_ARRAY", 1, 2)), "{count}");
    assert!(count.is_accepted_when_forced());
    let name = judge(&constructor("start", "state = 1;"), &constructor("begin", "state = 5;"));
    assert_first(&name, "libx.so: a function in DT_INIT_ARRAY changes from `start' to `begin'");
    let size = judge(&constructor("start", "state = 1;"), &constructor("start", "state = state * 77 + 12;"));
    assert!(matches!(size.reasons[0].difference, Difference::InitCode("DT_INIT_ARRAY")), "{size}");
}

#[test]
fn what_constructors_call_must_be_the_same() {
    let source = |linkage: &str, factor: u32| {
        format!(
            "int getpid(void); int state; __attribute__((noinline)) {linkage} int inner(int x) {{ return x * {factor}; }}
             __attribute__((noinline)) static int outer(int x) {{ return inner(x) + inner(x + 1); }}
             __attribute__((constructor)) static void start(void) {{ state = outer(getpid()); }}
             int unrelated(int x) {{ return x / {factor}; }}"
        )
    };
    for (linkage, flags) in [("static", &[][..]), ("", &[]), ("", &["-fno-plt"]), ("static", &["-Wl,-z,lazy"])] {
        let verdict = judge_with(&source(linkage, 3), &source(linkage, 5), flags);
        assert_first(&verdict, "libx.so: a function that DT_INIT_ARRAY calls changes: `inner'");
        assert!(verdict.is_accepted_when_forced(), "{flags:?}");
        let other = source(linkage, 3).replace("x / 3", "x / 7");
        assert_accepted(&judge_with(&source(linkage, 3), &other, flags));
    }
    let destructor = |factor| source("static", factor).replace("constructor", "destructor");
    assert_accepted(&judge(&destructor(3), &destructor(5)));
}

#[test]
fn constructors_in_pieces_are_followed_through_all_of_them() {
    let source = |number: u32| {
        format!(
            "int state;
             asm(\".text\\n.type start, @function\\nstart: mov $3, %eax\\n nop\\n.globl middle\\n.type middle, @function\\n\"
                 \"middle: add ${number}, %eax\\n mov state@GOTPCREL(%rip), %rdx\\n mov %eax, (%rdx)\\n ret\\n\"
                 \".section .init_array, \\\"aw\\\"\\n.quad start\\n.text\");"
        )
    };
    for flags in [&[][..], &["-s"]] {
        let verdict = judge_with(&source(5), &source(6), flags);
        assert_first(&verdict, "libx.so: a function that DT_INIT_ARRAY calls changes: `middle'");
    }
}

#[test]
fn symbols_and_versions_in_use_must_stay() {
    let source = "int f(void) { return 1; } int g(void) { return 2; }";
    let (old, without_g) = (build(source, &[]), build("int f(void) { return 1; }", &[]));
    let uses_f = Usage { is_bound: &|name, version| name == b"f" && version.is_empty(), ..Usage::nothing() };
    assert_accepted(&judge_files(&old, &without_g, &uses_f));
    assert_first(&judge_files(&old, &without_g, &Usage::everything()), "libx.so: a symbol in use is gone: `g'");
    let data = build("int f = 1; int g(void) { return 2; }", &[]);
    let verdict = judge_files(&old, &data, &Usage::everything());
    assert!(verdict.reasons.iter().any(|r| r.difference == Difference::ExportType(2, 1)), "{verdict}");
    let constant = |size: u32| build(&format!("const int table[{size}] = {{ 1 }};"), &[]);
    let verdict = judge_files(&constant(4), &constant(5), &Usage::everything());
    assert_first(&verdict, "libx.so: a symbol in use changes its size from 16 to 20 bytes: `table'");
    assert_accepted(&judge_files(&constant(4), &constant(5), &Usage::nothing()));
}

#[test]
fn version_definitions_are_part_of_the_interface() {
    let script = std::env::temp_dir().join(format!("luci-verdict-versions-{}", std::process::id()));
    let build_with = |versions: &str| {
        fs::write(&script, versions).unwrap();
        build("int f(void) { return 1; }", &[&format!("-Wl,--version-script={}", script.display())])
    };
    let (one, both) = (build_with("V1 { f; };"), build_with("V1 { f; }; V2 { g; };"));
    let other = build_with("V2 { f; };");
    fs::remove_file(&script).unwrap();
    assert_accepted(&judge_files(&one, &both, &Usage::everything()));
    let verdict = judge_files(&one, &other, &Usage::everything());
    assert_first(&verdict, "libx.so: a symbol in use is gone: `f@V1'");
    assert!(verdict.reasons.iter().any(|r| r.difference == Difference::VersionMissing("V1".into())));
}

#[test]
fn copied_variables_must_have_begun_with_the_same_content() {
    let (old, new) = (build("const int table[2] = { 1, 2 };", &[]), build("const int table[2] = { 1, 3 };", &[]));
    assert_accepted(&judge_files(&old, &new, &Usage::everything()));
    let copied = Usage { copied: &[b"table"], ..Usage::nothing() };
    assert_first(
        &judge_files(&old, &new, &copied),
        "libx.so: the initial value of a variable that the executable has copied changes: `table' at offset 0x4",
    );
}

#[test]
fn file_properties_that_cannot_change_are_refused() {
    let soname = judge_files(&build(COUNTER, &[]), &build(COUNTER, &["-Wl,-soname,liby.so"]), &Usage::nothing());
    assert_first(&soname, "libx.so: DT_SONAME changes from `libx.so' to `liby.so'");
    let stack = judge_files(&build(COUNTER, &[]), &build(COUNTER, &["-Wl,-z,execstack"]), &Usage::nothing());
    assert_eq!(stack.reasons[0].difference, Difference::ExecutableStack);
    let alignment = judge_files(&build(COUNTER, &[]), &build(COUNTER, &["-Wl,-z,max-page-size=0x200000"]), &Usage::nothing());
    assert!(alignment.reasons.iter().any(|r| matches!(r.difference, Difference::SharedAlignment(..))), "{alignment}");
    let relro = judge_files(&build(COUNTER, &[]), &build(COUNTER, &["-Wl,-z,norelro"]), &Usage::nothing());
    assert!(!relro.is_accepted());
    assert_accepted(&judge_with(COUNTER, COUNTER, &["-Wl,-z,norelro"]));
}

#[test]
fn what_only_the_process_can_resolve_is_listed() {
    let old = build("int puts(const char *); int f(void) { return puts(\"a\"); }", &[]);
    let new = build(
        "int puts(const char *); double sin(double); int f(void) { return puts(\"a\") + sin(3); }",
        &["-fno-builtin", "-Wl,--no-as-needed", "-lm"],
    );
    let (old, new) = (FileView::parse(&old).ok().unwrap(), FileView::parse(&new).ok().unwrap());
    let undefined: Vec<_> = new_undefined(&old, &new).map(|symbol| symbol.name).collect();
    assert_eq!(undefined, [b"sin"]);
    assert_eq!(new_needed(&old, &new).collect::<Vec<_>>(), [b"libm.so.6"]);
}

#[test]
fn pointer_moves_name_old_and_new_values() {
    let source = |filler: &str| {
        format!(
            "{filler} static int f(int x) {{ return x * 3; }} int (*function)(int) = f; extern char **environ; \
                 char ***e = &environ; int plain = 5;"
        )
    };
    let old = build(&source(""), &[]);
    let new = build(&source("int filler(int a, int b) { return a * b + 17 / (b + 1); }"), &[]);
    let (old, new) = (FileView::parse(&old).ok().unwrap(), FileView::parse(&new).ok().unwrap());
    let moves = pointer_moves(&old, &new);
    let address =
        |view: &FileView, name: &[u8]| view.symbols.all.as_ref().unwrap().iter().find(|s| s.name == name).unwrap().value;
    let of = |name: &[u8]| *moves.iter().find(|m| m.at_old == address(&old, name)).unwrap();
    let function = of(b"function");
    assert_eq!(function.at_new, address(&new, b"function"));
    assert_eq!(function.old, Value::Address(address(&old, b"f")));
    assert_eq!(function.new, Value::Address(address(&new, b"f")));
    assert_ne!(function.old, function.new);
    assert!(matches!(of(b"e").old, Value::Symbol { index, addend: 0 } if old.symbols.dynamic[index as usize].name == b"environ"));
    assert!(moves.iter().all(|m| m.at_old != address(&old, b"plain")));
}

#[test]
fn lazily_bound_slots_move_from_stub_to_stub() {
    let lazy = ["-Wl,-z,lazy"];
    let source = |text: &str| format!("int puts(const char *); int f(void) {{ puts(\"{text}\"); return 1; }}");
    let (old, new) =
        (build(&source("a"), &lazy), build(&format!("{} int g(void) {{ return 4; }}", source("a longer text")), &lazy));
    let (old, new) = (FileView::parse(&old).ok().unwrap(), FileView::parse(&new).ok().unwrap());
    let slots: Vec<_> = pointer_moves(&old, &new).into_iter().filter(|m| matches!(m.old, Value::Slot { .. })).collect();
    let [PointerMove { old: Value::Slot { index, stub }, .. }] = slots[..] else { panic!("one slot, not {slots:?}") };
    assert_eq!(old.symbols.dynamic[index as usize].name, b"puts");
    assert_eq!(old.place(stub), crate::binary::Place::Code);
}

#[test]
fn a_file_that_is_not_whole_yet_is_not_judged() {
    let bytes = build(COUNTER, &[]);
    for len in [0, 3, 63, 64, 200, 0x1000, bytes.len() / 2, bytes.len() - 1] {
        assert!(matches!(FileView::parse(&bytes[..len]), Err(Unreadable::NotReady(_))), "cut to {len} bytes");
    }
    assert!(matches!(FileView::parse(b"#!/bin/sh\nexit 1\n"), Err(Unreadable::Unsupported("invalid ELF header"))));
}

#[test]
fn the_versions_of_the_fibonacci_example_replace_each_other() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/fibonacci");
    let algorithms = ["1-recursive", "2-iterative", "3-memoised", "4-matrix", "5-doubling", "6-closed-form"];
    let versions = algorithms.map(|name| {
        let source = format!("#include \"{folder}/library.c\"\n#include \"{folder}/{name}.c\"");
        build(&source, &["-O2", "-ftoplevel-reorder", "-Wl,-z,lazy", "-fvisibility=hidden"])
    });
    for old in &versions {
        for new in &versions {
            assert_accepted(&judge_files(old, new, &Usage::everything()));
        }
    }
}

#[test]
fn the_libraries_of_this_machine_are_compatible_with_themselves() {
    let files = fs::read_dir("/usr/lib/x86_64-linux-gnu").unwrap().map(|entry| entry.unwrap().path());
    let mut judged = 0;
    for path in files.filter(|path| path.to_string_lossy().contains(".so.")).take(60) {
        let Ok(mut bytes) = fs::read(&path) else { continue };
        let original = bytes.clone();
        // other bytes, but outside everything that is loaded
        bytes.push(0);
        if FileView::parse(&original).is_ok() {
            assert_accepted(&judge_files(&original, &bytes, &Usage::everything()));
            judged += 1;
        }
    }
    assert!(judged > 0, "no library was readable");
}

/// A pseudo-random sequence that is the same in every run (xorshift64).
fn random(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state as usize
}

#[test]
fn damaged_files_never_panic() {
    let source = format!(
        "{COUNTER} __thread int t = 5; int puts(const char *); int *p = &counter; int (*q)(const char *) = puts; \
                          const int limits[3] = {{ 1 }}; int g(void) {{ return puts(\"g\") + t++; }}"
    );
    for flags in [&["-Wl,-z,lazy"][..], &["-Wl,-z,pack-relative-relocs", "-Wl,--hash-style=sysv"]] {
        let good = build(&source, flags);
        let view = FileView::parse(&good).ok().unwrap();
        let usage = Usage { copied: &[b"limits"], ..Usage::everything() };
        let mut state = 0x9e37_79b9_7f4a_7c15;
        let mut judged = 0;
        for _ in 0..1000 {
            let mut bad = good.clone();
            // most structure is at the start and the end of the file
            let area = [64 + 56 * 11, 0x800, good.len()][random(&mut state) % 3];
            for _ in 0..1 + random(&mut state) % 6 {
                let at = random(&mut state) % area;
                bad[at] = random(&mut state) as u8;
            }
            if random(&mut state).is_multiple_of(8) {
                bad.truncate(random(&mut state) % good.len());
            }
            let Ok(bad) = FileView::parse(&bad) else { continue };
            judged += 1;
            for (old, new) in [(&view, &bad), (&bad, &view)] {
                let verdict = compare("libx.so", old, new, &usage);
                assert!(verdict.reasons.iter().all(|reason| !reason.to_string().is_empty()));
                pointer_moves(old, new);
                relink::copied_pointer_moves(old, new, usage.copied);
                new_undefined(old, new).count();
            }
        }
        assert!(judged > 100, "only {judged} damaged files were readable");
    }
}

#[test]
fn each_level_lets_through_what_it_says_and_sizes_never() {
    use Difference::*;
    let verdict = |differences: &[Difference]| {
        let mut verdict = Verdict::new("libx.so");
        differences.iter().for_each(|difference| verdict.refuse(None, None, difference.clone()));
        verdict
    };
    let lowest = |differences: &[Difference]| (0..=3).find(|&level| verdict(differences).is_accepted_at(level));
    assert_eq!(lowest(&[]), Some(0));
    assert_eq!(lowest(&[VariableUnverified]), Some(1));
    for difference in [Content, CopyContent, InitCode("DT_INIT"), InitCount("DT_INIT_ARRAY", 1, 2), Locks(2), OwnPointer] {
        assert_eq!(lowest(&[difference, VariableUnverified]), Some(2));
    }
    for difference in [VirtualFunctions(1, 2), VirtualSlot(0), VariableMoved(0, 8), Target("a".into(), "b".into())] {
        assert_eq!(lowest(&[difference, Content]), Some(3));
    }
    for difference in [SharedSize(8, 16), DataMoved(0, 8), DataSize(4, 8), ExportMissing, TlsSize(4, 8), RelocationNew] {
        assert_eq!(lowest(&[difference]), None);
    }
    assert_eq!(lowest(&vec![VariableUnverified; Verdict::MAX_REASONS + 1]), None);
}
