//! What compilers of other languages produce: the same source built twice is accepted, and of the functions that the symbol table
//! names most are found where there is none. Compilers that are not installed are passed over.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use luci::binary::Place;
use luci::code::Analysis;
use luci::update::FileView;

use super::compile::{Folder, exists, run};
use super::judge;

/// One way to build a library: `{}` in its commands stands for the sources' folder; they write `lib.so`.
struct Language {
    name: &'static str,
    /// What must be installed.
    compiler: &'static str,
    commands: &'static [&'static str],
}

const fn language(name: &'static str, compiler: &'static str, commands: &'static [&'static str]) -> Language {
    Language { name, compiler, commands }
}

const NO_UNWIND: &str = "gcc -O2 -fPIC -shared -fno-asynchronous-unwind-tables -fcf-protection=none -o lib.so lib.c";

const LANGUAGES: &[Language] = &[
    language("C", "gcc", &["gcc -O2 -fPIC -shared -fcf-protection=none -o lib.so lib.c"]),
    language("C, CET", "gcc", &["gcc -O2 -fPIC -shared -fcf-protection=full -o lib.so lib.c"]),
    language("C, no unwind tables", "gcc", &[NO_UNWIND]),
    language(
        "C, no unwind tables, CET",
        "gcc",
        &["gcc -O2 -fPIC -shared -fno-asynchronous-unwind-tables -fcf-protection=full -o lib.so lib.c"],
    ),
    language("C, clang", "clang", &["clang -O2 -fPIC -shared -o lib.so lib.c"]),
    language("C++", "g++", &["g++ -O2 -fPIC -shared -fcf-protection=none -o lib.so {}/lib.cpp"]),
    language("C++, CET", "g++", &["g++ -O2 -fPIC -shared -fcf-protection=full -o lib.so {}/lib.cpp"]),
    language("C++, LTO", "g++", &["g++ -O2 -fPIC -shared -flto -o lib.so {}/lib.cpp"]),
    language("Rust", "rustc", &["rustc --edition 2024 -O --crate-type cdylib -o lib.so {}/lib.rs"]),
    language("Fortran", "gfortran", &["gfortran -O2 -fPIC -shared -fcf-protection=none -o lib.so {}/lib.f90"]),
    language("Fortran, CET", "gfortran", &["gfortran -O2 -fPIC -shared -fcf-protection=full -o lib.so {}/lib.f90"]),
    language("Ada", "gnatbind", &["gcc -c -O2 -fPIC -I {} -o counter.o {}/counter.adb", "gcc -shared -o lib.so counter.o"]),
    language("Pascal", "fpc", &["fpc -O2 -Cg -Xs- -FE. {}/lib.pas -olib.so"]),
    language("Go", "go", &["go build -buildvcs=false -buildmode=c-shared -o lib.so {}/lib.go"]),
    language("Go, gccgo", "gccgo", &["gccgo -O2 -fPIC -shared -o lib.so {}/gccgo.go"]),
    language("assembly", "gcc", &["gcc -shared -o lib.so {}/lib.s"]),
];

/// Of the functions that have names, those that must be found without them; per cent.
const FEWEST_FOUND: usize = 95;

#[test]
fn the_same_source_is_accepted_and_its_functions_are_found_in_every_language() {
    let mut wrong = Vec::new();
    println!("{:<26} {:>6} {:>6} {:>6}  same source", "language", "named", "found", "%");
    for language in LANGUAGES {
        if !exists(language.compiler) {
            println!("{:<26} skipped: {} is not installed", language.name, language.compiler);
            continue;
        }
        let (old, new) = (build(language, "here"), build(language, "elsewhere"));
        let verdicts = [judge(&old.0, &new.0), judge(&old.1, &new.1)];
        let (named, found) = functions_found(&old.0, &old.1);
        let (percent, is_accepted) = (found * 100 / named.max(1), verdicts.iter().all(|verdict| verdict.is_accepted()));
        let verdict = if is_accepted { "accepted".to_string() } else { format!("{} / {}", verdicts[0], verdicts[1]) };
        println!("{:<26} {named:>6} {found:>6} {percent:>6}  {verdict}", language.name);
        if named == 0 || percent < FEWEST_FOUND || !is_accepted {
            wrong.push(language.name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// The library with its symbols and without.
fn build(language: &Language, folder: &str) -> (Vec<u8>, Vec<u8>) {
    let folder = Folder::new(folder);
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verdict/languages");
    fs::write(folder.0.join("lib.c"), super::library::Library::new(5, false).source()).expect("the folder is writable");
    for line in language.commands {
        let line = line.replace("{}", &sources.display().to_string());
        let mut words = line.split(' ');
        let mut command = Command::new(words.next().expect("a command"));
        // each build with a cache of its own, so that it happens
        command.args(words).current_dir(&folder.0).env("GOCACHE", folder.0.join("cache")).env("SOURCE_DATE_EPOCH", "1000000000");
        run(&mut command, language.name);
    }
    let library = folder.0.join("lib.so");
    let whole = fs::read(&library).expect("the compiler wrote it");
    run(Command::new("strip").arg(&library), language.name);
    (whole, fs::read(&library).expect("strip wrote it"))
}

/// How many functions have names, and how many of those are found in the stripped file.
fn functions_found(whole: &[u8], stripped: &[u8]) -> (usize, usize) {
    let (Ok(whole), Ok(stripped)) = (FileView::parse(whole), FileView::parse(stripped)) else { panic!("no linker's output") };
    let symbols = whole.symbols.all.iter().flatten().filter(|symbol| symbol.is_function() && symbol.has_place());
    let named: BTreeSet<_> = symbols.map(|symbol| symbol.value).filter(|&at| whole.place(at) == Place::Code).collect();
    let starts: BTreeSet<_> = Analysis::new(&stripped).functions.iter().map(|function| function.start).collect();
    (named.len(), named.intersection(&starts).count())
}
