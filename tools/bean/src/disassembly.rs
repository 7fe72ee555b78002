//! The instructions of two versions of a function side by side.
//!
//! Key types: [`Line`], made by [`lines`]; [`Mark`].

use std::collections::BTreeMap;

use iced_x86::{Decoder, DecoderOptions, Formatter, GasFormatter, Mnemonic};
use luci::code::change::align;
use luci::code::decode::{self, Piece};
use luci::code::{Analysis, Comparison, Function, Reference};
use serde::Serialize;

use crate::flow::branch_target;
use crate::names;
use crate::output::{Color, Paint};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    Same,
    /// The same kind of instruction with another operand.
    Changed,
    Added,
    Removed,
}

/// One line of the listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    pub mark: Mark,
    /// Addresses in the old and the new file.
    pub old: Option<u64>,
    pub new: Option<u64>,
    /// The new file's instruction, or the old one's when it was removed.
    pub text: String,
    /// What a changed one was.
    pub was: Option<String>,
}

impl Line {
    pub fn print(&self, paint: Paint) -> String {
        let address = |address: Option<u64>| address.map_or(String::new(), |address| format!("{address:x}"));
        let (sign, color) = match self.mark {
            Mark::Same => (' ', None),
            Mark::Changed => ('~', Some(Color::Yellow)),
            Mark::Added => ('+', Some(Color::Green)),
            Mark::Removed => ('-', Some(Color::Red)),
        };
        let mut line = format!("  {sign} {:>8} {:>8}  {}", address(self.old), address(self.new), self.text);
        if let Some(was) = &self.was {
            line = format!("{line:<60}  # was: {was}");
        }
        match color {
            Some(color) => paint.paint(color, line),
            None => line,
        }
    }
}

/// One side of the comparison: a function's instructions as data and as text.
struct Side {
    start: u64,
    pieces: Vec<Piece>,
    texts: Vec<String>,
    mnemonics: Vec<Mnemonic>,
    /// Where branches inside the function lead, as offsets from its start.
    branches: Vec<Option<u64>>,
}

impl Side {
    fn new(analysis: &Analysis, function: &Function) -> Self {
        let bytes = analysis.bytes(function);
        let pieces = decode::pieces(bytes, function.start, analysis.image());
        let mut side = Side { start: function.start.0, pieces, texts: Vec::new(), mnemonics: Vec::new(), branches: Vec::new() };
        let mut formatter = GasFormatter::new();
        formatter.options_mut().set_branch_leading_zeros(false);
        formatter.options_mut().set_uppercase_hex(false);
        let mut decoder = Decoder::with_ip(64, bytes, function.start.0, DecoderOptions::NONE);
        for piece in &side.pieces {
            let instruction = decoder.decode();
            let mut text = String::new();
            formatter.format(&instruction, &mut text);
            if let Some(reference) = &piece.reference {
                text = format!("{text} <{}>", names::target(analysis, reference));
            }
            let target = branch_target(&instruction).and_then(|target| target.checked_sub(function.start.0));
            side.texts.push(text);
            side.mnemonics.push(instruction.mnemonic());
            side.branches.push(target.filter(|&offset| offset < function.size));
        }
        side
    }

    fn offset(&self, index: usize) -> u64 {
        u64::from(self.pieces[index].at)
    }

    fn address(&self, index: usize) -> u64 {
        self.start + self.offset(index)
    }

    /// An instruction that only this side has.
    fn line(&self, index: usize, mark: Mark) -> Line {
        let address = Some(self.address(index));
        let (old, new) = if mark == Mark::Removed { (address, None) } else { (None, address) };
        Line { mark, old, new, text: self.texts[index].clone(), was: None }
    }

    /// Index of each instruction by its offset.
    fn index_of(&self) -> BTreeMap<u32, usize> {
        self.pieces.iter().enumerate().map(|(index, piece)| (piece.at, index)).collect()
    }
}

/// Which instructions stand in one line, by index on both sides.
struct Row {
    old: Option<usize>,
    new: Option<usize>,
    /// Their bytes are the same, apart from what depends on places.
    is_aligned: bool,
}

/// The listing of a function that both files have.
pub fn lines(comparison: &Comparison, old: &Function, new: &Function) -> Vec<Line> {
    let (before, after) = (Side::new(comparison.equality.old, old), Side::new(comparison.equality.new, new));
    let (rows, partners) = rows(&before, &after);
    let line = |row: &Row| match (row.old, row.new) {
        (Some(a), Some(b)) => {
            let is_same = row.is_aligned
                && means_same(comparison, before.pieces[a].reference, after.pieces[b].reference)
                && leads_same(before.branches[a], after.branches[b], &partners);
            // compilers fill up to where loops begin
            let is_padding = [before.mnemonics[a], after.mnemonics[b]] == [Mnemonic::Nop; 2];
            Some(pair(&before, &after, a, b, is_same || is_padding))
        }
        (Some(a), None) => Some(before.line(a, Mark::Removed)),
        (None, Some(b)) => Some(after.line(b, Mark::Added)),
        (None, None) => None,
    };
    rows.iter().filter_map(line).collect()
}

/// Old and new offsets that mean the same place.
type Partners = BTreeMap<u64, u64>;

/// Aligns both sides. Where other instructions stand between two that are aligned, the beginnings of both runs are the same place.
fn rows(before: &Side, after: &Side) -> (Vec<Row>, Partners) {
    let (old_index, new_index) = (before.index_of(), after.index_of());
    let aligned = align(&before.pieces, &after.pieces);
    let pairs = aligned.iter().map(|(a, b)| (old_index[&a.at], new_index[&b.at]));
    let (old_end, new_end) = (before.pieces.len(), after.pieces.len());
    let (mut rows, mut partners) = (Vec::new(), Partners::new());
    let (mut i, mut j) = (0, 0);
    for (a, b) in pairs.chain([(old_end, new_end)]) {
        if i < a && j < b {
            partners.insert(before.offset(i), after.offset(j));
        }
        // as many of one kind in the same order have changed; the others went or came
        while a - i == b - j && i < a && before.mnemonics[i] == after.mnemonics[j] {
            partners.insert(before.offset(i), after.offset(j));
            rows.push(Row { old: Some(i), new: Some(j), is_aligned: false });
            (i, j) = (i + 1, j + 1);
        }
        rows.extend((i..a).map(|index| Row { old: Some(index), new: None, is_aligned: false }));
        rows.extend((j..b).map(|index| Row { old: None, new: Some(index), is_aligned: false }));
        if a < old_end && b < new_end {
            partners.insert(before.offset(a), after.offset(b));
            rows.push(Row { old: Some(a), new: Some(b), is_aligned: true });
        }
        (i, j) = (a + 1, b + 1);
    }
    (rows, partners)
}

fn means_same(comparison: &Comparison, old: Option<Reference>, new: Option<Reference>) -> bool {
    match (old, new) {
        (Some(old), Some(new)) => comparison.equality.references(&old, &new),
        (old, new) => old.is_none() && new.is_none(),
    }
}

fn leads_same(old: Option<u64>, new: Option<u64>, partners: &Partners) -> bool {
    match (old, new) {
        (Some(old), Some(new)) => partners.get(&old) == Some(&new),
        (old, new) => old.is_none() && new.is_none(),
    }
}

fn pair(before: &Side, after: &Side, a: usize, b: usize, is_same: bool) -> Line {
    Line {
        mark: if is_same { Mark::Same } else { Mark::Changed },
        old: Some(before.address(a)),
        new: Some(after.address(b)),
        text: after.texts[b].clone(),
        was: (!is_same).then(|| before.texts[a].clone()),
    }
}

/// The whole of a function that only one file has.
pub fn whole(analysis: &Analysis, function: &Function, mark: Mark) -> Vec<Line> {
    let side = Side::new(analysis, function);
    (0..side.pieces.len()).map(|index| side.line(index, mark)).collect()
}
