//! The helper thread is none of libc's, so libc cannot change its credentials with those of the other threads. The functions
//! that change them are answered here: the helper ends, libc's function runs, and the next helper inherits what it has done.
//! So are those that enter namespaces, some of which are closed to processes with several threads.

use luci::addr::Addr;
use luci::link::resolve::{self, Class, Reference};

use super::process::PROCESS;
use super::version::LIBC_SONAME;
use super::{fork, live};

type Function = extern "C" fn(u64, u64, u64) -> i32;

macro_rules! answered {
    ($($name:ident),*) => {
        $(extern "C" fn $name(first: u64, second: u64, third: u64) -> i32 {
            let Some(function) = original(stringify!($name).as_bytes()) else { return -1 };
            live::without_helper(|| function(first, second, third))
        })*

        /// The names, with our functions.
        pub const ANSWERED: &[(&[u8], Function)] = &[$((stringify!($name).as_bytes(), $name)),*, (b"_Fork", fork_alone),
            (b"unshare", unshare), (b"setns", setns)];
    };
}
answered!(setuid, setgid, seteuid, setegid, setreuid, setregid, setresuid, setresgid, setgroups, initgroups);

macro_rules! retried {
    ($($name:ident),*) => {
        $(extern "C" fn $name(first: u64, second: u64, third: u64) -> i32 {
            let Some(function) = original(stringify!($name).as_bytes()) else { return -1 };
            match function(first, second, third) {
                -1 => live::without_helper(|| function(first, second, third)),
                result => result,
            }
        })*
    };
}
retried!(unshare, setns);

/// `_Fork` runs no handlers, but the child needs its own data all the same.
extern "C" fn fork_alone(_: u64, _: u64, _: u64) -> i32 {
    let Some(function) = original(b"_Fork") else { return -1 };
    fork::around(|| function(0, 0, 0))
}

/// libc's own function of this name; a C function may be called with more arguments than it takes.
fn original(name: &[u8]) -> Option<Function> {
    let world = PROCESS.world.read();
    let libc = world.iter().find(|object| object.current.soname == Some(LIBC_SONAME))?;
    let symbol = resolve::find(&libc.current.symbols, &Reference::new(name, None, Class::NEWEST))?;
    let address: Addr = luci::addr::Vaddr(symbol.st_value) + libc.current.bias;
    // SAFETY: a function of libc that takes up to three integers and returns an int.
    Some(unsafe { core::mem::transmute::<u64, Function>(address.0) })
}
