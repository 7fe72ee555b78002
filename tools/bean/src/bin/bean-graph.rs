//! `bean-graph FILE`: who refers to whom in a file, for graphviz.
//!
//! Exit status: 0, or 2 when a file cannot be read or drawn.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use bean::Input;
use bean::diff::diff;
use bean::graph::Graph;
use bean::output::{self, Ending};
use clap::Parser;
use luci::code::{Analysis, Comparison, Pairing};

/// Draws which functions of a library refer to which functions, imports and variables: in graphviz's language (dot), or as SVG
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    file: PathBuf,
    /// Only what this function refers to, directly or not
    #[arg(long, value_name = "NAME")]
    from: Option<String>,
    /// So many steps from it
    #[arg(long, value_name = "N", requires = "from")]
    depth: Option<usize>,
    /// Mark functions that have changed since this older version, that are new, or depend on changed ones
    #[arg(long, value_name = "OLD")]
    changed: Option<PathBuf>,
    /// Draw an SVG file with graphviz instead of writing dot to standard output
    #[arg(long, value_name = "SVG")]
    svg: Option<PathBuf>,
    /// Take names from the separate debug files below ROOT
    #[arg(long, value_name = "ROOT", num_args = 0..=1, require_equals = true, default_missing_value = "/")]
    dbgsym: Option<PathBuf>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    output::end("bean-graph", run(&cli))
}

fn run(cli: &Cli) -> Ending {
    let input = Input::read_with_debug(&cli.file, cli.dbgsym.as_deref())?;
    let view = input.view()?;
    let analysis = Analysis::new(&view);
    let mut graph = Graph::new(&analysis);
    if let Some(old) = &cli.changed {
        let old = Input::read_with_debug(old, cli.dbgsym.as_deref())?;
        let old_view = old.view()?;
        let old_code = Analysis::new(&old_view);
        let pairing = Pairing::new(&old_code, &analysis);
        let mut comparison = Comparison::new(&old_code, &analysis, &pairing);
        comparison.follow_dependencies();
        graph.mark(&diff(&comparison));
    }
    if let Some(name) = &cli.from
        && !graph.keep_from(name, cli.depth.unwrap_or(usize::MAX))
    {
        return Err(format!("{}: there is no function {name}", cli.file.display()));
    }
    let title = input.object(&view);
    match &cli.svg {
        None => output::print(|out| graph.write_dot(&title, out))?,
        Some(svg) => {
            let mut dot = Vec::new();
            graph.write_dot(&title, &mut dot).map_err(|error| format!("the graph cannot be written: {error}"))?;
            draw(&dot, svg)?;
        }
    }
    Ok(true)
}

fn draw(dot: &[u8], svg: &Path) -> Result<(), String> {
    let mut command = Command::new("dot");
    let started = command.arg("-Tsvg").arg("-o").arg(svg).stdin(Stdio::piped()).spawn();
    let mut child = started.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "graphviz, which draws the SVG, is not installed: apt install graphviz".to_string(),
        _ => format!("graphviz's dot cannot be started: {error}"),
    })?;
    let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(dot));
    let status = child.wait().map_err(|error| format!("graphviz's dot cannot be waited for: {error}"))?;
    if written.is_err() || !status.success() {
        return Err(format!("{}: graphviz's dot could not draw it", svg.display()));
    }
    Ok(())
}
