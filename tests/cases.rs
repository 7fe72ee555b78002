//! The cases runner: every program in `tests/cases/` says in `//#` directives how it is built, run and judged.
//!
//! A case runs once for each fixture: `name` (`ld-luci.so [options] ./prog args`) and `interp` (the loader is the program's
//! PT_INTERP). Unless it updates a library, the same program first runs in the same way under the system's loader (the
//! oracle), and standard output and exit status must be equal. Every run is a dialogue with events, without sleeps, under
//! a timeout. A failing case leaves its directory under `target/cases/` with the `failure` and a `repeat.sh` that builds and runs it again.
//!
//! ```text
//! cargo test --test cases                       all cases
//! cargo test --test cases reloc                 the cases whose name contains "reloc"; --list shows the names
//! LUCI_CASES="dl- audit-" cargo test --test cases the cases whose name contains any of these words
//! LUCI_LD=/path/ld.so cargo test --test cases   another loader under test (default target/dist/ld-luci.so)
//! LUCI_ROOT=/path/to/debian:/another …          also in these roots, built there by their own gcc: fixture <folder>-name …
//! LUCI_FIXTURE=name,interp                      only these fixtures (default: all)
//! LUCI_LIMIT=10                                 seconds until a run counts as hanging (default 60)
//! LUCI_KEEP=1                                   keep the directories of passing cases too
//! ```
//!
//! # Directives
//!
//! `@DIR@` in any of them is the case's directory (also the working directory), `@LD@` the loader under test. FLAGS and
//! other word lists are split as in a shell ('…' and "…" quote). The comment sign of the language introduces a directive:
//! `//#`, in Ada `--#`, in Fortran `!#`.
//!
//! Sources and building, in this order: File, Prepare, Shared/Plugin/Version in the order written, the program, Script.
//!
//! | directive | meaning |
//! |---|---|
//! | `File:NAME` | the lines from here to the next `File` are the source NAME; what stands before the first is the program |
//! | `Copy:PATH` | a file of the repository, copied into the directory |
//! | `Prepare:SHELL` | shell line run before anything is built |
//! | `Shared:SOURCES[:FLAGS]` | builds `libSTEM.so` (STEM of the first source), the program is linked with it |
//! | `Shared:FILE=SOURCES[:FLAGS]` | the same with another file name or folder; soname is the file's name |
//! | `Plugin:…` | as Shared, but the program is not linked with it (for dlopen, LD_PRELOAD, dependencies) |
//! | `Version:N:SOURCES[:FLAGS]` | version N of the library that Shared or Plugin built from the same sources (theirs is version 1) |
//! | `Sources:FILES` | further sources of the program |
//! | `Flags:FLAGS` | compiler and linker flags of the program |
//! | `Static`, `StaticPie`, `NoPie` | the kind of executable (default PIE) |
//! | `Script:SHELL` | shell line run after everything is built |
//!
//! The compiler follows from the sources' names: gcc, g++ (`.cpp`), rustc (`.rs`, gcc's flags are translated, `-DNAME` is
//! `--cfg name`), gfortran (`.f90`), gccgo (`.go`). In FLAGS, besides the compiler's own: `-norpath` leaves out the default RUNPATH `$ORIGIN`, `-nosoname` the soname,
//! `-nolibs` the automatic linking of the program with every Shared.
//!
//! Running:
//!
//! | directive | meaning |
//! |---|---|
//! | `Args:WORDS` | the program's arguments |
//! | `Env:NAME=VALUE` | the environment is empty but for PATH, HOME and these |
//! | `Loader:WORDS` | options of the loader, by name only (the oracle gets them too) |
//! | `Wrap:SHELL` | the command runs as `"$@"` of this shell line |
//! | `By:FIXTURE` | only `name` or only `interp` |
//! | `Requires:WHAT` | otherwise skipped with the reason: `root`, `glibc>=2.34`, `glibc<2.34`, `cpu:avx`, `tool:NAME`, `ld:FLAG`, `cc:FLAG`, `file:PATH`, `host` (not in a foreign root) |
//!
//! The dialogue, performed in the order written:
//!
//! | directive | meaning |
//! |---|---|
//! | `Send:LINE` | writes a line to standard input, which is closed after the last step |
//! | `Expect:LINE` | waits for this line on standard output (after what was expected before); a final `...` matches any rest |
//! | `Reject:LINE` | from here on this line must not be printed |
//! | `Update:FILE=N[:HOW]` | puts version N in place: `rename` (default), `inplace`, `symlink` or `recreate`; turns updates on |
//! | `Status:TEXT` | waits for a line of the loader's status file that contains TEXT |
//! | `Endless` | the program does not end by itself: it is stopped after the last step and some more lines |
//!
//! The judgement:
//!
//! | directive | meaning |
//! |---|---|
//! | `Exit:N` | exit status (128+N after signal N); default: the oracle's, else 0 |
//! | `Stderr:TEXT` | standard error contains TEXT, under the oracle as well |
//! | `Message:TEXT` | standard error contains TEXT, under the loader under test only |
//! | `Oracle:WHAT REASON` | compared only where WHAT is met (as for Requires); elsewhere the system's loader has a fault, and the run is judged alone |
//! | `NoOracle:REASON` | no comparison with the system's loader, and why |

mod runner;

fn main() {
    let arguments = libtest_mimic::Arguments::from_args();
    libtest_mimic::run(&arguments, runner::trials()).exit();
}
