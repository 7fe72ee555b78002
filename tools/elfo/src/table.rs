//! Columns for people: a heading and rows, each column as wide as its widest cell.

/// Rows under one heading.
pub struct Table {
    /// A column whose name begins with `>` is set to the right.
    columns: Vec<(String, bool)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(columns: &[&str]) -> Self {
        let column = |name: &&str| (name.trim_start_matches('>').to_string(), name.starts_with('>'));
        Table { columns: columns.iter().map(column).collect(), rows: Vec::new() }
    }

    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// Writes a title and the table; nothing for an empty one.
    pub fn write(&self, title: &str, out: &mut String) {
        if self.rows.is_empty() {
            return;
        }
        out.push_str(title);
        out.push('\n');
        let heading: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        let lines = || std::iter::once(&heading).chain(&self.rows);
        let width = |column: usize| lines().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max();
        let widths: Vec<usize> = (0..heading.len()).map(|column| width(column).unwrap_or(0)).collect();
        for line in lines() {
            let mut text = String::from("  ");
            for ((cell, &width), (_, right)) in line.iter().zip(&widths).zip(&self.columns) {
                text += &if *right { format!("{cell:>width$}  ") } else { format!("{cell:<width$}  ") };
            }
            out.push_str(text.trim_end());
            out.push('\n');
        }
        out.push('\n');
    }
}

/// A number as hexadecimal.
pub fn hex(value: u64) -> String {
    format!("{value:#x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_cells() {
        let mut table = Table::new(&["name", ">size"]);
        table.row(["a".into(), "1".into()]);
        table.row(["longer".into(), "12345".into()]);
        let mut out = String::new();
        table.write("Things", &mut out);
        assert_eq!(out, "Things\n  name     size\n  a           1\n  longer  12345\n\n");
    }
}
