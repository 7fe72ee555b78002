//! May each version of a library replace each other one? Judged in parallel; shown as text, HTML and SVG.
//!
//! Key types: [`Matrix`], [`Cell`].

use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use luci::update::{Usage, compare};
use serde::Serialize;

use crate::versions::Library;

/// The verdict on one pair.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    pub accepted: bool,
    /// Whether `--force` would apply it.
    pub forced_ok: bool,
    pub reasons: Vec<String>,
}

impl Cell {
    fn sign(&self) -> char {
        match (self.accepted, self.forced_ok) {
            (true, _) => '+',
            (false, true) => 'f',
            (false, false) => '-',
        }
    }

    fn color(&self) -> &'static str {
        match self.sign() {
            '+' => "#a6d96a",
            'f' => "#fee08b",
            _ => "#f46d43",
        }
    }
}

#[derive(Debug, Serialize)]
pub struct Matrix {
    pub soname: String,
    /// Paths, the oldest first.
    pub versions: Vec<String>,
    /// By old, then by new version; the diagonal is `null`.
    pub cells: Vec<Vec<Option<Cell>>>,
}

/// How many pairs there are to judge.
pub fn pairs(libraries: &[Library]) -> usize {
    libraries.iter().map(|library| library.versions.len() * (library.versions.len() - 1)).sum()
}

/// Judges all pairs with so many threads; `done` is told after each.
pub fn judge(libraries: &[Library], jobs: usize, done: &(dyn Fn(usize) + Sync)) -> Result<Vec<Matrix>, String> {
    let mut work = Vec::with_capacity(pairs(libraries));
    for (index, library) in libraries.iter().enumerate() {
        let count = library.versions.len();
        let all = (0..count).flat_map(|old| (0..count).map(move |new| (index, old, new)));
        work.extend(all.filter(|(_, old, new)| old != new));
    }
    let (next, finished) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let results = Mutex::new(Vec::with_capacity(work.len()));
    thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, work.len().max(1)) {
            scope.spawn(|| {
                while let Some(&(library, old, new)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let cell = cell(&libraries[library], old, new);
                    results.lock().unwrap_or_else(PoisonError::into_inner).push(((library, old, new), cell));
                    done(finished.fetch_add(1, Ordering::Relaxed) + 1);
                }
            });
        }
    });
    let mut matrices: Vec<Matrix> = libraries.iter().map(empty).collect();
    for ((library, old, new), cell) in results.into_inner().unwrap_or_else(PoisonError::into_inner) {
        matrices[library].cells[old][new] = Some(cell?);
    }
    Ok(matrices)
}

fn empty(library: &Library) -> Matrix {
    let versions: Vec<String> = library.versions.iter().map(|version| version.input.path.display().to_string()).collect();
    let cells = vec![vec![None; versions.len()]; versions.len()];
    Matrix { soname: library.soname.clone(), versions, cells }
}

fn cell(library: &Library, old: usize, new: usize) -> Result<Cell, String> {
    let (old, new) = (library.versions[old].input.view()?, library.versions[new].input.view()?);
    let verdict = compare(&library.soname, &old, &new, &Usage::everything());
    Ok(Cell {
        accepted: verdict.is_accepted(),
        forced_ok: verdict.is_accepted_when_forced(),
        reasons: verdict.reasons.iter().map(ToString::to_string).collect(),
    })
}

impl Matrix {
    /// Numbered paths and a table of signs; with `reasons` the first of each refusal.
    pub fn text(&self, reasons: bool) -> String {
        let mut text = format!("{}: {} versions\n", self.soname, self.versions.len());
        for (index, version) in self.versions.iter().enumerate() {
            let _ = writeln!(text, "  {:>3}  {version}", index + 1);
        }
        let heads: String = (1..=self.versions.len()).map(|new| format!("{new:>4}")).collect();
        let _ = writeln!(text, "  old\\new{heads}");
        for (old, row) in self.cells.iter().enumerate() {
            let signs: String = row.iter().map(|cell| format!("{:>4}", cell.as_ref().map_or('=', Cell::sign))).collect();
            let _ = writeln!(text, "  {:>7}{signs}", old + 1);
        }
        for (old, new, cell) in self.all().filter(|_| reasons) {
            if let Some(first) = cell.reasons.first() {
                let more = cell.reasons.len() - 1;
                let more = if more == 0 { String::new() } else { format!(" (and {more} more)") };
                let _ = writeln!(text, "  {} -> {}: {first}{more}", old + 1, new + 1);
            }
        }
        text
    }

    fn all(&self) -> impl Iterator<Item = (usize, usize, &Cell)> {
        let rows = self.cells.iter().enumerate();
        let cells = rows.flat_map(|(old, row)| row.iter().enumerate().map(move |(new, cell)| (old, new, cell)));
        cells.filter_map(|(old, new, cell)| Some((old, new, cell.as_ref()?)))
    }

    fn html(&self) -> String {
        let mut html = format!("<h2>{}</h2>\n<ol>\n", escaped(&self.soname));
        for version in &self.versions {
            let _ = writeln!(html, "<li><code>{}</code></li>", escaped(version));
        }
        html.push_str("</ol>\n<table>\n<tr><th>old \\ new</th>");
        let heads: String = (1..=self.versions.len()).map(|new| format!("<th>{new}</th>")).collect();
        html.push_str(&heads);
        html.push_str("</tr>\n");
        for (old, row) in self.cells.iter().enumerate() {
            let _ = write!(html, "<tr><th>{}</th>", old + 1);
            for cell in row {
                match cell {
                    Some(cell) => {
                        let (color, title, sign) = (cell.color(), escaped(&tip(cell)), cell.sign());
                        let _ = write!(html, "<td style=\"background:{color}\" title=\"{title}\">{sign}</td>");
                    }
                    None => html.push_str("<td>=</td>"),
                }
            }
            html.push_str("</tr>\n");
        }
        html.push_str("</table>\n");
        html
    }
}

/// What the pointer shows over a cell.
fn tip(cell: &Cell) -> String {
    if cell.accepted { "accepted".to_string() } else { cell.reasons.join("\n") }
}

/// A page with a table for each library.
pub fn html(matrices: &[Matrix]) -> String {
    let style = "body{font-family:sans-serif}table{border-collapse:collapse}td,th{border:1px solid #999;padding:.2em .6em}td{text-align:center}";
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Versions of libraries</title>\n<style>{style}</style>\n"
    );
    html.push_str("<p>+ accepted, f refused but --force would apply it, - refused; point at a cell for the reasons.</p>\n");
    matrices.iter().for_each(|matrix| html.push_str(&matrix.html()));
    html.push_str("</html>\n");
    html
}

/// One drawing with a field of squares for each library.
pub fn svg(matrices: &[Matrix]) -> String {
    const SQUARE: usize = 22;
    const MARGIN: usize = 30;
    let longest = matrices.iter().map(|matrix| matrix.versions.len()).max().unwrap_or(0);
    let width = (2 * MARGIN + longest * SQUARE).max(400);
    let mut body = String::new();
    let mut top = MARGIN;
    for matrix in matrices {
        let _ = writeln!(body, "<text x=\"{MARGIN}\" y=\"{top}\" font-size=\"14\">{}</text>", escaped(&matrix.soname));
        top += MARGIN;
        for number in 0..matrix.versions.len() {
            let (along, across) = (MARGIN + number * SQUARE + SQUARE / 2, top + number * SQUARE + SQUARE / 2 + 4);
            let _ = writeln!(body, "<text x=\"{along}\" y=\"{}\" text-anchor=\"middle\">{}</text>", top - 6, number + 1);
            let _ = writeln!(body, "<text x=\"{}\" y=\"{across}\" text-anchor=\"end\">{}</text>", MARGIN - 6, number + 1);
        }
        for (old, new, cell) in matrix.all() {
            let (x, y) = (MARGIN + new * SQUARE, top + old * SQUARE);
            let (color, side) = (cell.color(), SQUARE - 2);
            let title = format!("{} -> {}: {}", matrix.versions[old], matrix.versions[new], tip(cell));
            let _ = writeln!(
                body,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{side}\" height=\"{side}\" fill=\"{color}\"><title>{}</title></rect>",
                escaped(&title)
            );
        }
        top += matrix.versions.len() * SQUARE + MARGIN;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{top}\" font-family=\"sans-serif\" font-size=\"11\">\n{body}</svg>\n"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
