//! `bean-dbgsym FILE`: where the separate debug file of a library or program is, and what functions it names.
//!
//! Exit status: 0, or 2 when there is none.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use bean::output::{self, Ending, hex};
use bean::{Input, dbgsym, names};
use clap::Parser;
use luci::binary::Symbol;
use serde::Serialize;

/// Finds the separate debug file of a library or program: by build ID, .gnu_debuglink, or debuginfod-find
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    file: PathBuf,
    /// Look below this folder instead of /
    #[arg(long, value_name = "DIR", default_value = "/")]
    root: PathBuf,
    /// Print address, size and name of each function that the debug file names
    #[arg(short, long)]
    functions: bool,
    /// One JSON document instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    file: String,
    debug_file: String,
    /// Empty without `--functions`.
    functions: Vec<Function>,
}

#[derive(Serialize)]
struct Function {
    name: String,
    #[serde(serialize_with = "hex")]
    address: u64,
    /// Bytes
    size: u64,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    output::end("bean-dbgsym", run(&cli))
}

fn run(cli: &Cli) -> Ending {
    let input = Input::read(&cli.file)?;
    let path = dbgsym::find(&cli.file, input.bytes(), &cli.root)?;
    let mut functions = Vec::new();
    if cli.functions {
        let debug = fs::read(&path).map_err(|error| format!("{}: cannot be read: {error}", path.display()))?;
        let mut symbols = dbgsym::symbols(&debug).map_err(|what| format!("{}: {what}", path.display()))?;
        symbols.retain(Symbol::is_function);
        symbols.sort_by_key(|symbol| (symbol.value, symbol.name));
        functions = symbols.iter().map(function).collect();
    }
    let document = Document { file: cli.file.display().to_string(), debug_file: path.display().to_string(), functions };
    if cli.json {
        output::print_json(&document)?;
    } else {
        print(&document, cli.functions)?;
    }
    Ok(true)
}

fn function(symbol: &Symbol) -> Function {
    Function { name: names::text(symbol.name), address: symbol.value.0, size: symbol.size }
}

fn print(document: &Document, functions: bool) -> Result<(), String> {
    output::print(|out| {
        if !functions {
            writeln!(out, "{}", document.debug_file)?;
        }
        for Function { name, address, size } in &document.functions {
            writeln!(out, "{address:>10x} {size:>8} {name}")?;
        }
        Ok(())
    })
}
