// A Rust library with a C interface, used by a Rust program.
//#Requires:tool:rustc
//#Shared:lib.rs
//#Expect:55
unsafe extern "C" {
    fn sum_of_squares(n: u64) -> u64;
}

fn main() {
    println!("{}", unsafe { sum_of_squares(5) });
}
//#File:lib.rs
#[no_mangle]
pub extern "C" fn sum_of_squares(n: u64) -> u64 {
    std::thread::spawn(move || (1..=n).map(|x| x * x).sum()).join().unwrap()
}
