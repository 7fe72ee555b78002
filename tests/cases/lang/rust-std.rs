// A Rust program with its standard library: threads, thread-locals with destructors, panics that unwind, processes.
//#Requires:tool:rustc
//#Stderr:panicked at
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::mpsc::channel;
use std::thread;

struct Noisy(Cell<u32>);
impl Drop for Noisy {
    fn drop(&mut self) {
        println!("dropped {}", self.0.get());
    }
}
thread_local!(static OWN: Noisy = Noisy(Cell::new(0)));

fn main() {
    let (sender, receiver) = channel();
    let threads: Vec<_> = (0..8u32)
        .map(|n| {
            let sender = sender.clone();
            thread::spawn(move || sender.send(n * n).unwrap())
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    drop(sender);
    println!("{}", receiver.iter().sum::<u32>());
    thread::spawn(|| OWN.with(|own| own.0.set(7))).join().unwrap();
    let result = std::panic::catch_unwind(|| {
        let empty: Vec<i32> = Vec::new();
        empty[0]
    });
    println!("caught: {}", result.is_err());
    let map: HashMap<_, _> = (0..100).map(|n| (n, n * 2)).collect();
    println!("{}", map[&50]);
    let output = std::process::Command::new("/bin/echo").arg("child").output().unwrap();
    print!("{}", String::from_utf8_lossy(&output.stdout));
    std::process::exit(3);
}
