//! How tools print and end: exit statuses, JSON, colours on a terminal.
//!
//! Key types: [`Ending`], [`Paint`], [`ColorChoice`].

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::ValueEnum;
use serde::Serialize;

/// What a tool found out: exit status 0 or 1, or the sentence why it could not be found out, 2.
pub type Ending = Result<bool, String>;

/// Ends a tool; a failure is told on standard error.
pub fn end(tool: &str, ending: Ending) -> ExitCode {
    match ending {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(sentence) => {
            eprintln!("{tool}: {sentence}");
            ExitCode::from(2)
        }
    }
}

/// Writes to standard output. A reader that has gone, such as `head`, is no failure.
pub fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), String> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("the answer cannot be written: {error}")),
        _ => Ok(()),
    }
}

/// One JSON document.
pub fn print_json(document: &impl Serialize) -> Result<(), String> {
    print(|out| {
        serde_json::to_writer_pretty(&mut *out, document)?;
        writeln!(out)
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// When standard output is a terminal and NO_COLOR is not set
    Auto,
    Always,
    Never,
}

/// Colours texts, or leaves them.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    is_on: bool,
}

/// SGR parameters
#[derive(Clone, Copy, Debug)]
pub enum Color {
    Red = 31,
    Green = 32,
    Yellow = 33,
    Cyan = 36,
}

impl Paint {
    pub fn new(choice: ColorChoice) -> Self {
        let is_terminal = || io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Paint { is_on: choice == ColorChoice::Always || choice == ColorChoice::Auto && is_terminal() }
    }

    pub fn paint(self, color: Color, text: impl Display) -> String {
        match self.is_on {
            true => format!("\x1b[{}m{text}\x1b[0m", color as u8),
            false => text.to_string(),
        }
    }
}

/// Hashes and addresses as text `0x…`, because readers of JSON may lose bits of large numbers.
pub fn hex<S: serde::Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{number:#x}"))
}
