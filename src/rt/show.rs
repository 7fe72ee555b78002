//! LD_SHOW_AUXV, LD_SHOW_ARGS, LD_SHOW_ENV: what the process was started with, to standard output, before anything else.

use alloc::string::String;
use core::fmt::Write;

use super::start::InitialStack;
use super::trace::Bytes;

/// The program's arguments.
#[cold]
pub fn args(stack: InitialStack) {
    print("argv", stack.args());
}

/// The environment.
#[cold]
pub fn env(stack: InitialStack) {
    print("env", stack.environment());
}

fn print<'a>(what: &str, strings: impl Iterator<Item = &'a [u8]>) {
    let mut text = String::new();
    for (index, string) in strings.enumerate() {
        let _ = writeln!(text, "{what}[{index}]: {}", Bytes(string));
    }
    super::print::output(&text);
}

/// How a value is shown.
enum Form {
    Decimal,
    /// With `0x`.
    Pointer,
    Hex,
    Text,
    Nothing,
}

/// The auxiliary vector in glibc's layout.
#[cold]
pub fn auxv(stack: InitialStack) {
    let mut text = String::new();
    for (tag, value) in stack.auxiliary() {
        let (name, form) = match tag {
            1 => ("AT_IGNORE", Form::Nothing),
            2 => ("AT_EXECFD", Form::Decimal),
            3 => ("AT_PHDR", Form::Pointer),
            4 => ("AT_PHENT", Form::Decimal),
            5 => ("AT_PHNUM", Form::Decimal),
            6 => ("AT_PAGESZ", Form::Decimal),
            7 => ("AT_BASE", Form::Pointer),
            8 => ("AT_FLAGS", Form::Pointer),
            9 => ("AT_ENTRY", Form::Pointer),
            10 => ("AT_NOTELF", Form::Hex),
            11 => ("AT_UID", Form::Decimal),
            12 => ("AT_EUID", Form::Decimal),
            13 => ("AT_GID", Form::Decimal),
            14 => ("AT_EGID", Form::Decimal),
            15 => ("AT_PLATFORM", Form::Text),
            16 => ("AT_HWCAP", Form::Hex),
            17 => ("AT_CLKTCK", Form::Decimal),
            18 => ("AT_FPUCW", Form::Hex),
            23 => ("AT_SECURE", Form::Decimal),
            24 => ("AT_BASE_PLATFORM", Form::Text),
            25 => ("AT_RANDOM", Form::Pointer),
            26 => ("AT_HWCAP2", Form::Pointer),
            29 => ("AT_HWCAP3", Form::Pointer),
            30 => ("AT_HWCAP4", Form::Pointer),
            31 => ("AT_EXECFN", Form::Text),
            32 => ("AT_SYSINFO", Form::Pointer),
            33 => ("AT_SYSINFO_EHDR", Form::Pointer),
            51 => ("AT_MINSIGSTKSZ", Form::Decimal),
            _ => {
                let _ = writeln!(text, "AT_??? ({tag:#x}): {value:#x}");
                continue;
            }
        };
        let _ = match form {
            Form::Decimal => writeln!(text, "{:<22}{value}", Label(name)),
            Form::Pointer => writeln!(text, "{:<22}{value:#x}", Label(name)),
            Form::Hex => writeln!(text, "{:<22}{value:x}", Label(name)),
            Form::Text => writeln!(text, "{:<22}{}", Label(name), Bytes(super::start::c_string(value))),
            Form::Nothing => Ok(()),
        };
    }
    super::print::output(&text);
}

struct Label(&'static str);

impl core::fmt::Display for Label {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(&alloc::format!("{}:", self.0))
    }
}
