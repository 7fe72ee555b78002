//! How control flows inside one function: what its branches lead to, and which of them make loops.
//!
//! Key type: [`Flow`].

use std::collections::{BTreeMap, BTreeSet};

use iced_x86::{Decoder, DecoderOptions, FlowControl, Instruction, OpKind};
use luci::code::{Analysis, Function};

/// One instruction.
struct Step {
    /// Offset of the next instruction, unless control never gets there from here.
    next: Option<u64>,
    /// Where a branch leads, if that is in the function.
    branch: Option<u64>,
    /// It may lead anywhere in the function: a jump table.
    is_indirect: bool,
}

pub struct Flow {
    /// By offset from the start of the function.
    steps: BTreeMap<u64, Step>,
    /// Whether every byte is part of an instruction.
    pub is_decodable: bool,
}

impl Flow {
    pub fn new(analysis: &Analysis, function: &Function) -> Self {
        let start = function.start.0;
        let mut flow = Flow { steps: BTreeMap::new(), is_decodable: true };
        for instruction in Decoder::with_ip(64, analysis.bytes(function), start, DecoderOptions::NONE) {
            flow.is_decodable &= !instruction.is_invalid();
            let control = instruction.flow_control();
            let ends = matches!(control, FlowControl::UnconditionalBranch | FlowControl::IndirectBranch | FlowControl::Return);
            let offset_of = |address: u64| address.checked_sub(start).filter(|&offset| offset < function.size);
            // a call comes back, so that it makes no loop
            let branches = matches!(control, FlowControl::UnconditionalBranch | FlowControl::ConditionalBranch);
            let step = Step {
                next: offset_of(instruction.next_ip()).filter(|_| !ends),
                branch: if branches { branch_target(&instruction).and_then(offset_of) } else { None },
                is_indirect: control == FlowControl::IndirectBranch,
            };
            flow.steps.insert(instruction.ip() - start, step);
        }
        flow
    }

    /// Every offset that a branch of the function leads to.
    pub fn branch_targets(&self) -> BTreeSet<u64> {
        self.steps.values().filter_map(|step| step.branch).collect()
    }

    /// Where loops begin: what a branch leads back to, and from where control can come to that branch again.
    pub fn loop_heads(&self) -> BTreeSet<u64> {
        let mut back: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for (&at, step) in &self.steps {
            if let Some(target) = step.branch.filter(|&target| target <= at) {
                back.entry(target).or_default().push(at);
            }
        }
        let comes_again = |head: u64, branches: &[u64]| {
            let reached = self.reached_from(head);
            branches.iter().any(|branch| reached.contains(branch))
        };
        back.iter().filter(|(head, branches)| comes_again(**head, branches)).map(|(&head, _)| head).collect()
    }

    fn reached_from(&self, start: u64) -> BTreeSet<u64> {
        let mut reached = BTreeSet::new();
        let mut due = vec![start];
        while let Some(at) = due.pop() {
            let Some(step) = self.steps.get(&at).filter(|_| reached.insert(at)) else { continue };
            if step.is_indirect {
                return self.steps.keys().copied().collect();
            }
            due.extend(step.next.into_iter().chain(step.branch));
        }
        reached
    }
}

/// The target of a direct branch or call.
pub fn branch_target(instruction: &Instruction) -> Option<u64> {
    let is_near = matches!(instruction.op0_kind(), OpKind::NearBranch16 | OpKind::NearBranch32 | OpKind::NearBranch64);
    is_near.then(|| instruction.near_branch_target())
}

/// The instruction at an offset of a function.
pub fn instruction(analysis: &Analysis, function: &Function, offset: u64) -> Option<Instruction> {
    let bytes = analysis.bytes(function).get(usize::try_from(offset).ok()?..)?;
    let mut decoder = Decoder::with_ip(64, bytes, (function.start + offset).0, DecoderOptions::NONE);
    let instruction = decoder.decode();
    (!instruction.is_invalid()).then_some(instruction)
}
