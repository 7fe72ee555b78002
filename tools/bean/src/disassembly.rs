//! The instructions of two versions of a function side by side.
//!
//! Key types: [`Line`], made by [`lines`]; [`Mark`].

use std::collections::BTreeMap;

use iced_x86::{Decoder, DecoderOptions, Formatter, GasFormatter};
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
    mnemonics: Vec<iced_x86::Mnemonic>,
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

    fn address(&self, index: usize) -> Option<u64> {
        Some(self.start + u64::from(self.pieces[index].at))
    }

    /// Index of each instruction by its offset.
    fn index_of(&self) -> BTreeMap<u32, usize> {
        self.pieces.iter().enumerate().map(|(index, piece)| (piece.at, index)).collect()
    }
}

/// The listing of a function that both files have.
pub fn lines(comparison: &Comparison, old: &Function, new: &Function) -> Vec<Line> {
    let equality = &comparison.equality;
    let (before, after) = (Side::new(equality.old, old), Side::new(equality.new, new));
    let (old_index, new_index) = (before.index_of(), after.index_of());
    let pairs: Vec<(usize, usize)> =
        align(&before.pieces, &after.pieces).iter().map(|(a, b)| (old_index[&a.at], new_index[&b.at])).collect();
    let partner: BTreeMap<u64, u64> =
        pairs.iter().map(|&(a, b)| (u64::from(before.pieces[a].at), u64::from(after.pieces[b].at))).collect();
    let mut lines = Vec::new();
    let (mut i, mut j) = (0, 0);
    for &(a, b) in &pairs {
        unpaired(&before, &after, (i, a), (j, b), &mut lines);
        let is_same = means_same(comparison, before.pieces[a].reference, after.pieces[b].reference)
            && leads_same(before.branches[a], after.branches[b], &partner);
        lines.push(pair(&before, &after, a, b, is_same));
        (i, j) = (a + 1, b + 1);
    }
    unpaired(&before, &after, (i, before.pieces.len()), (j, after.pieces.len()), &mut lines);
    lines
}

fn means_same(comparison: &Comparison, old: Option<Reference>, new: Option<Reference>) -> bool {
    match (old, new) {
        (Some(old), Some(new)) => comparison.equality.references(&old, &new),
        (old, new) => old.is_none() && new.is_none(),
    }
}

fn leads_same(old: Option<u64>, new: Option<u64>, partner: &BTreeMap<u64, u64>) -> bool {
    match (old, new) {
        (Some(old), Some(new)) => partner.get(&old) == Some(&new),
        (old, new) => old.is_none() && new.is_none(),
    }
}

fn pair(before: &Side, after: &Side, a: usize, b: usize, is_same: bool) -> Line {
    Line {
        mark: if is_same { Mark::Same } else { Mark::Changed },
        old: before.address(a),
        new: after.address(b),
        text: after.texts[b].clone(),
        was: (!is_same).then(|| before.texts[a].clone()),
    }
}

/// Instructions between two pairs: those of one kind at the same place of both runs have changed, the others went or came.
fn unpaired(before: &Side, after: &Side, old: (usize, usize), new: (usize, usize), lines: &mut Vec<Line>) {
    let (mut i, mut j) = (old.0, new.0);
    if old.1 - i == new.1 - j {
        while i < old.1 && before.mnemonics[i] == after.mnemonics[j] {
            lines.push(pair(before, after, i, j, false));
            (i, j) = (i + 1, j + 1);
        }
    }
    for index in i..old.1 {
        let text = before.texts[index].clone();
        lines.push(Line { mark: Mark::Removed, old: before.address(index), new: None, text, was: None });
    }
    for index in j..new.1 {
        let text = after.texts[index].clone();
        lines.push(Line { mark: Mark::Added, old: None, new: after.address(index), text, was: None });
    }
}

/// The whole of a function that only one file has.
pub fn whole(analysis: &Analysis, function: &Function, mark: Mark) -> Vec<Line> {
    let side = Side::new(analysis, function);
    let place = |index| if mark == Mark::Removed { (side.address(index), None) } else { (None, side.address(index)) };
    let line = |(index, text): (usize, &String)| {
        let (old, new) = place(index);
        Line { mark, old, new, text: text.clone(), was: None }
    };
    side.texts.iter().enumerate().map(line).collect()
}
