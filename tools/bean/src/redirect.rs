//! Whether running old code could be redirected to the new version: by rewriting references inside machine code (mode 1), and
//! branches of loops, too (mode 2). Only what the files prove counts; everything else is a reason.
//!
//! Key types: [`Redirection`] of a whole file, [`Site`] of one function.

use std::collections::{BTreeMap, BTreeSet};

use iced_x86::Code;
use luci::code::decode::Way;
use luci::code::extents::Basis;
use luci::code::{Analysis, Change, Comparison, Function, Reference, Target};
use serde::Serialize;

use crate::flow::{self, Flow};
use crate::names;
use crate::output::hex;

/// What of one old function can be redirected.
#[derive(Debug, Serialize)]
pub struct Site {
    pub name: String,
    #[serde(serialize_with = "hex")]
    pub address: u64,
    /// Bytes
    pub size: u64,
    /// "changed" or "gone"
    pub state: &'static str,
    /// Calls, jumps and addresses in old code that would be rewritten.
    pub references: usize,
    /// Pointers in data that relocations fill in; the update moves them in every mode.
    pub pointers: usize,
    /// Whether a jump to the new function fits at the entry.
    pub has_room: bool,
    pub loops: usize,
    /// Why it cannot be redirected, or not proven that it can; empty when it can.
    pub reasons: Vec<String>,
}

impl Site {
    pub fn is_possible(&self) -> bool {
        self.reasons.is_empty()
    }
}

#[derive(Debug, Serialize)]
pub struct Redirection {
    pub mode: u8,
    pub is_possible: bool,
    /// Of the whole file.
    pub reasons: Vec<String>,
    pub functions: Vec<Site>,
}

/// `jmp rel32`
const JUMP: u64 = 5;
/// `endbr64` stays in front of the jump, because indirect branches may lead to nothing else.
const ENDBR64: u64 = 4;

/// One reference to a function, with who has it.
struct Use {
    by: usize,
    reference: Reference,
    offset: u64,
}

pub fn redirection(comparison: &Comparison, mode: u8) -> Redirection {
    let old = comparison.equality.old;
    let uses = uses(old);
    let mut functions = Vec::new();
    for (index, function) in old.functions.iter().enumerate() {
        let is_due = matches!(comparison.changes[index], Change::Changed | Change::Gone);
        if is_due && function.basis != Basis::Stub {
            functions.push(site(comparison, index, uses.get(&index).map_or(&[], Vec::as_slice), mode));
        }
    }
    let mut reasons = Vec::new();
    let damaged = |function: &&Function| !flow::is_decodable(old, function);
    if let Some(function) = old.functions.iter().find(damaged).filter(|_| !functions.is_empty()) {
        let name = names::function(old, function);
        reasons.push(format!("{name} has bytes that are no instructions, so it is not known what it refers to"));
    }
    let is_possible = reasons.is_empty() && functions.iter().all(Site::is_possible);
    Redirection { mode, is_possible, reasons, functions }
}

/// Who refers to each function of a file.
fn uses(analysis: &Analysis) -> BTreeMap<usize, Vec<Use>> {
    let mut uses: BTreeMap<usize, Vec<Use>> = BTreeMap::new();
    for (by, function) in analysis.functions.iter().enumerate() {
        for reference in analysis.references(function) {
            if let Target::Function { index, offset } = analysis.target_of(reference) {
                uses.entry(index).or_default().push(Use { by, reference: *reference, offset });
            }
        }
    }
    uses
}

fn site(comparison: &Comparison, index: usize, uses: &[Use], mode: u8) -> Site {
    let old = comparison.equality.old;
    let function = &old.functions[index];
    let flow = Flow::new(old, function);
    let heads = flow.loop_heads();
    let room = why_no_room(old, function, &flow);
    let mut reasons = Vec::new();
    let is_gone = comparison.changes[index] == Change::Gone;
    if is_gone {
        reasons.extend(why_needed(comparison, function, uses));
    } else {
        reasons.extend(uses.iter().filter_map(|found| why_not_rewritten(old, found, room.is_none())));
        reasons.extend(why_called_otherwise(comparison, uses));
        if mode >= 2 {
            reasons.extend(why_loops_stay(comparison, index, &heads));
        }
    }
    if !matches!(function.basis, Basis::Told) {
        reasons.push("neither a symbol nor an unwind table tells where it ends".to_string());
    }
    let has_room = room.is_none();
    reasons.extend(room.filter(|_| !is_gone));
    Site {
        name: names::function(old, function),
        address: function.start.0,
        size: function.size,
        state: if is_gone { "gone" } else { "changed" },
        references: uses.len(),
        pointers: pointers(old, function),
        has_room,
        loops: heads.len(),
        reasons,
    }
}

/// Relocations that store an address of the function.
fn pointers(analysis: &Analysis, function: &Function) -> usize {
    let targets = analysis.view.relocations.iter().filter_map(|relocation| relocation.relative_target());
    targets.filter(|target| function.start <= *target && target.0 < function.start.0 + function.size).count()
}

fn is_exported(analysis: &Analysis, function: &Function) -> bool {
    analysis.view.symbols.exports().any(|symbol| symbol.is_function() && symbol.value == function.start)
}

/// What a caller hands over, and which registers it counts on, compilers choose for each function that they know all callers of. A
/// caller that is the same in both versions proves that nothing has changed about that; this holds for parts of functions, too, which
/// are jumped to with a stack frame.
fn why_called_otherwise(comparison: &Comparison, uses: &[Use]) -> Option<String> {
    let old = comparison.equality.old;
    let is_proof = |found: &Use| matches!(comparison.changes[found.by], Change::Same | Change::Moved);
    let user = uses.iter().find(|found| found.reference.way == Way::Branch && !is_proof(found))?;
    let by = names::function(old, &old.functions[user.by]);
    Some(format!(
        "{by}, which has changed, too, calls it or jumps to it, and nothing proves that the new one takes the same arguments"
    ))
}

/// A function that the new file has not may go when nothing but functions that are replaced themselves leads to it.
fn why_needed(comparison: &Comparison, function: &Function, uses: &[Use]) -> Option<String> {
    let old = comparison.equality.old;
    if is_exported(old, function) {
        return Some("the new version has no such function, and others may call it by name".to_string());
    }
    if pointers(old, function) > 0 {
        return Some("the new version has no such function, and pointers in data lead to it".to_string());
    }
    let is_replaced = |found: &&Use| matches!(comparison.changes[found.by], Change::Changed | Change::Gone);
    let user = uses.iter().find(|found| !is_replaced(found))?;
    let by = names::function(old, &old.functions[user.by]);
    Some(format!("the new version has no such function, and {by}, which has not changed, refers to it"))
}

/// Why a reference cannot be made to lead to the new function. A short jump need not be rewritten when the entry becomes a jump.
fn why_not_rewritten(old: &Analysis, found: &Use, has_room: bool) -> Option<String> {
    let user = &old.functions[found.by];
    let place = || format!("{}+{:#x}", names::function(old, user), found.reference.at);
    if found.offset != 0 {
        return Some(format!("{} leads to the middle of it, offset {:#x}", place(), found.offset));
    }
    let instruction = flow::instruction(old, user, u64::from(found.reference.at));
    let Some(instruction) = instruction else { return Some(format!("{} is no instruction", place())) };
    match found.reference.way {
        Way::Branch if !has_room && instruction.len() < JUMP as usize => {
            Some(format!("the short jump at {} reaches no other version", place()))
        }
        Way::Branch => None,
        Way::Address if instruction.is_ip_rel_memory_operand() && instruction.memory_index() == iced_x86::Register::None => None,
        Way::Address => Some(format!("{} has the address as a plain number, or as the start of a table", place())),
        Way::Access(_) => Some(format!("{} reads its bytes", place())),
    }
}

/// Why the entry cannot become a jump to the new function.
fn why_no_room(old: &Analysis, function: &Function, flow: &Flow) -> Option<String> {
    let starts_with_endbr = flow::instruction(old, function, 0).is_some_and(|found| found.code() == Code::Endbr64);
    let before = if starts_with_endbr { ENDBR64 } else { 0 };
    let needed = before + JUMP;
    if function.size < needed {
        return Some(format!("it has {} bytes, and a jump at its entry needs {needed}", function.size));
    }
    // a loop that begins there would continue in the new version, with other values in the registers than a caller has
    let target = flow.branch_targets().into_iter().find(|&target| target < needed)?;
    Some(format!("a branch inside it leads to offset {target:#x}, in the {needed} bytes that a jump at its entry needs"))
}

/// A loop can be continued in the new function when both have the same instructions, and so the same use of stack and registers.
fn why_loops_stay(comparison: &Comparison, index: usize, heads: &BTreeSet<u64>) -> Option<String> {
    let (old, new) = (comparison.equality.old, comparison.equality.new);
    let before = &old.functions[index];
    let after = &new.functions[comparison.equality.pairing.new_of[index]?];
    let is_same_code = before.fingerprint == after.fingerprint && before.size == after.size;
    let head = heads.first()?;
    let loops = if heads.len() == 1 { "a loop".to_string() } else { format!("{} loops", heads.len()) };
    (!is_same_code).then(|| {
        format!(
            "it has {loops} (at offset {head:#x}), and nothing proves that the new code has the same values in the same places"
        )
    })
}
