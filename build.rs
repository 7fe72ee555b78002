//! Link arguments of the loader: what glibc's own ld.so is, a self-relocating shared object without interpreter or dependencies.
//! And the tables of the private ABI, made from `glibc-compat/`.

#[path = "build/records.rs"]
mod records;

use std::env;
use std::path::Path;

fn main() {
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let script = Path::new(&root).join("linker.ld");
    let version_script = format!("-Wl,--version-script={}", script.display());
    let arguments = [
        "-nostartfiles",
        "-nostdlib",
        // after rustc's own -pie: no DF_1_PIE, so that linkers accept the installed file as an input
        "-shared",
        "-Wl,-Bsymbolic",
        "-Wl,-soname=ld-linux-x86-64.so.2",
        &version_script,
        "-Wl,--no-dynamic-linker",
        "-Wl,-z,relro",
        "-Wl,-z,now",
        "-Wl,-z,separate-code",
        // no SHT_RELR: linkers before 2.38 refuse an installed file that has it
        "-Wl,-z,nopack-relative-relocs",
        "-Wl,--hash-style=gnu",
        "-Wl,--build-id=sha1",
        "-Wl,-z,noexecstack",
        "-Wl,-z,defs",
        "-Wl,-e,_start",
    ];
    for argument in arguments {
        println!("cargo:rustc-link-arg-bins={argument}");
    }
    let out_dir = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    records::generate(&Path::new(&root).join("glibc-compat"), Path::new(&out_dir));
    name_commit();
    println!("cargo:rerun-if-changed=build/records.rs");
    println!("cargo:rerun-if-changed=linker.ld");
    println!("cargo:rerun-if-changed=build.rs");
}

/// Tells `--version` the commit, where git is at hand and this is a work tree of it.
fn name_commit() {
    let git = |arguments: &[&str]| {
        let output = std::process::Command::new("git").args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_string())
    };
    println!("cargo:rustc-env=LUCI_COMMIT={}", git(&["rev-parse", "--short=12", "HEAD"]).unwrap_or_default());
    // the log of HEAD grows with each commit and checkout
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo:rerun-if-changed={log}");
    }
}
