//! `bean-map FILE`: what a file is made of, by address.
//!
//! Exit status: 0, or 2 when the file cannot be read.

use std::path::PathBuf;
use std::process::ExitCode;

use bean::Input;
use bean::map::{Map, Region, map};
use bean::output::{self, Ending};
use clap::Parser;
use luci::code::Analysis;

/// Shows what a library or program is made of, by address: segments, sections, functions, stubs, padding, data objects, and how each
/// is known
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    file: PathBuf,
    /// Sections and totals only
    #[arg(short, long)]
    summary: bool,
    /// Take names from the separate debug file below ROOT
    #[arg(long, value_name = "ROOT", num_args = 0..=1, require_equals = true, default_missing_value = "/")]
    dbgsym: Option<PathBuf>,
    /// One JSON document instead of text
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    output::end("bean-map", run(&cli))
}

fn run(cli: &Cli) -> Ending {
    let input = Input::read_with_debug(&cli.file, cli.dbgsym.as_deref())?;
    let view = input.view()?;
    let mut map = map(cli.file.display().to_string(), &Analysis::new(&view));
    if cli.summary {
        map.sections.iter_mut().for_each(|section| section.regions.clear());
    }
    if cli.json {
        output::print_json(&map)?;
    } else {
        print(&map)?;
    }
    Ok(true)
}

fn print(map: &Map) -> Result<(), String> {
    output::print(|out| {
        for segment in &map.segments {
            let bean::map::Segment { address, file_size, size, permissions } = segment;
            writeln!(out, "{address:>10x} {size:>9}  segment {permissions}, {file_size} bytes of it in the file")?;
        }
        for section in &map.sections {
            writeln!(out, "{:>10x} {:>9}  {} ({})", section.address, section.size, section.name, section.place)?;
            for region in &section.regions {
                let Region { address, size, what, name, basis } = region;
                let name = name.as_deref().map_or(String::new(), |name| format!(" {name}"));
                writeln!(out, "{address:>10x} {size:>9}    {}{name} [{basis}]", what.word())?;
            }
        }
        for (what, bytes) in &map.totals {
            writeln!(out, "total: {bytes} bytes of {}", what.word())?;
        }
        Ok(())
    })
}
