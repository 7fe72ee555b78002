//! What a user has to do to get the debug files of libc, by distribution.

use std::env;
use std::path::Path;

use crate::library::Library;
use crate::root::Root;

/// IDs of os-release(5) and the command that installs the debug files of libc there.
const COMMANDS: [(&[&str], &str); 5] = [
    (&["debian", "ubuntu"], "apt install libc6-dbg"),
    (&["fedora", "rhel", "centos"], "dnf debuginfo-install glibc"),
    (&["suse", "opensuse", "sles"], "zypper install glibc-debuginfo"),
    (&["gentoo"], "emerge glibc with FEATURES=splitdebug"),
    (&["nixos"], "nix-build '<nixpkgs>' -A glibc.debug"),
];

/// The ID of the distribution in a tree, as it goes into the name of a build.
pub fn id(root: &Root) -> String {
    root.os_release("ID").filter(|id| !id.is_empty()).unwrap_or_else(|| "local".to_owned())
}

/// How to get the debug file of a library that has none.
pub fn advice(root: &Root, library: &Library) -> String {
    let like = root.os_release("ID_LIKE").unwrap_or_default();
    let id = id(root);
    let ids: Vec<&str> = [id.as_str()].into_iter().chain(like.split_whitespace()).collect();
    let known = ids.iter().find_map(|id| COMMANDS.iter().find(|(names, _)| names.contains(id)));
    let install = match known {
        Some((_, command)) => format!("`{command}` installs them"),
        None => "install the package of your distribution that has them".to_owned(),
    };
    let file = format!("--debug \"$(debuginfod-find debuginfo {})\"", library.build_id_text());
    let fetch = match library.build_id {
        Some(_) if is_program("debuginfod-find") => format!("; or add {file}, which fetches them"),
        Some(_) => format!("; or install debuginfod-find (elfutils) and add {file}, which fetches them"),
        None => String::new(),
    };
    format!("{install}{fetch}; files that lie elsewhere are named with --debug")
}

fn is_program(name: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|directory| Path::new(&directory).join(name).is_file())
}
