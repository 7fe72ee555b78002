// A Rust library is replaced while a Rust program runs.
//#Requires:tool:rustc
//#Shared:lib.rs
//#Version:2:lib.rs:-DNEW
//#Send:ask
//#Expect:1
//#Update:liblib.so=2
//#Status:updated to new version
//#Send:ask
//#Expect:2
unsafe extern "C" {
    fn version() -> u32;
}

fn main() {
    for _ in std::io::stdin().lines() {
        println!("{}", unsafe { version() });
    }
}
//#File:lib.rs
#[no_mangle]
pub extern "C" fn version() -> u32 {
    if cfg!(new) { 2 } else { 1 }
}
