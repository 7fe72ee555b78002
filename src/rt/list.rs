//! Answers about a program that is not run: its dependencies as ldd(1) prints them.

use alloc::string::String;
use core::fmt::Write;

use luci::config::{Config, Mode};
use luci::link::object::Role;
use luci::link::world::World;

use super::load::Registry;
use super::sys;

/// Prints what the mode asks for and ends the process.
pub fn answer(config: &Config<'_>, world: &World<'static>, _registry: &Registry) -> ! {
    if config.mode == Mode::List {
        sys::write_all(1, listing(world).as_bytes());
    }
    sys::exit_group(0)
}

/// One line an object: the name it is asked for, where it was found, and its address.
fn listing(world: &World<'static>) -> String {
    let mut text = String::new();
    for object in world.iter().filter(|object| object.current.role != Role::Program) {
        let version = &object.current;
        let path = String::from_utf8_lossy(&version.path);
        let name = String::from_utf8_lossy(version.name());
        let start = version.range().0.0;
        let _ = match version.role {
            Role::Library if *name != *path => writeln!(text, "\t{name} => {path} ({start:#018x})"),
            _ => writeln!(text, "\t{path} ({start:#018x})"),
        };
    }
    text
}
