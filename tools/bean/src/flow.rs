//! How control flows inside one function: what its branches lead to, and which of them make loops.
//!
//! Key type: [`Flow`].

use std::collections::BTreeSet;

use iced_x86::{Decoder, DecoderOptions, FlowControl, Instruction, OpKind};
use luci::code::{Analysis, Function};

/// One instruction.
struct Step {
    /// Offset from the start of the function.
    at: u64,
    /// Where control goes on, unless it never does.
    next: Option<u64>,
    /// Where a branch leads, if that is in the function.
    branch: Option<u64>,
    /// It may lead anywhere in the function: a jump table.
    is_indirect: bool,
}

pub struct Flow {
    /// Ascending
    steps: Vec<Step>,
}

impl Flow {
    pub fn new(analysis: &Analysis, function: &Function) -> Self {
        let start = function.start.0;
        let offset_of = |address: u64| address.checked_sub(start).filter(|&offset| offset < function.size);
        let step = |instruction: Instruction| {
            let control = instruction.flow_control();
            let ends = matches!(control, FlowControl::UnconditionalBranch | FlowControl::IndirectBranch | FlowControl::Return);
            // a call comes back, so that it makes no loop
            let branches = matches!(control, FlowControl::UnconditionalBranch | FlowControl::ConditionalBranch);
            Step {
                at: instruction.ip() - start,
                next: offset_of(instruction.next_ip()).filter(|_| !ends),
                branch: if branches { branch_target(&instruction).and_then(offset_of) } else { None },
                is_indirect: control == FlowControl::IndirectBranch,
            }
        };
        Flow { steps: instructions(analysis, function).map(step).collect() }
    }

    /// Every offset that a branch of the function leads to.
    pub fn branch_targets(&self) -> BTreeSet<u64> {
        self.steps.iter().filter_map(|step| step.branch).collect()
    }

    /// Where loops begin: what a branch leads back to, and from where control can come to that branch again.
    pub fn loop_heads(&self) -> BTreeSet<u64> {
        let component = components(&self.edges());
        let heads = self.steps.iter().enumerate().filter_map(|(from, step)| {
            let target = step.branch.filter(|&target| target <= step.at)?;
            (component[self.index_of(target)?] == component[from]).then_some(target)
        });
        heads.collect()
    }

    fn index_of(&self, offset: u64) -> Option<usize> {
        self.steps.binary_search_by_key(&offset, |step| step.at).ok()
    }

    /// Where control can go from each instruction; one more node stands for what jump tables lead to, that is everything.
    fn edges(&self) -> Vec<Vec<usize>> {
        let anywhere = self.steps.len();
        let from = |step: &Step| {
            let direct = step.next.into_iter().chain(step.branch).filter_map(|offset| self.index_of(offset));
            direct.chain(step.is_indirect.then_some(anywhere)).collect()
        };
        self.steps.iter().map(from).chain([(0..anywhere).collect()]).collect()
    }
}

/// Numbers of the strongly connected components of a graph (Kosaraju's algorithm).
fn components(edges: &[Vec<usize>]) -> Vec<usize> {
    let mut reversed = vec![Vec::new(); edges.len()];
    for (from, targets) in edges.iter().enumerate() {
        targets.iter().for_each(|&to| reversed[to].push(from));
    }
    let mut seen = vec![false; edges.len()];
    let mut finished = Vec::with_capacity(edges.len());
    for root in 0..edges.len() {
        depth_first(root, edges, &mut seen, &mut |node| finished.push(node));
    }
    let mut seen = vec![false; edges.len()];
    let mut component = vec![0; edges.len()];
    for &root in finished.iter().rev() {
        depth_first(root, &reversed, &mut seen, &mut |node| component[node] = root);
    }
    component
}

/// Visits what can be reached and was not yet seen; `leave` is told of each node after all that it leads to.
fn depth_first(root: usize, edges: &[Vec<usize>], seen: &mut [bool], leave: &mut dyn FnMut(usize)) {
    if std::mem::replace(&mut seen[root], true) {
        return;
    }
    let mut path = vec![(root, 0)];
    while let Some((node, taken)) = path.last_mut() {
        match edges[*node].get(*taken) {
            Some(&to) => {
                *taken += 1;
                if !std::mem::replace(&mut seen[to], true) {
                    path.push((to, 0));
                }
            }
            None => {
                leave(*node);
                path.pop();
            }
        }
    }
}

/// Whether every byte of a function is part of an instruction.
pub fn is_decodable(analysis: &Analysis, function: &Function) -> bool {
    instructions(analysis, function).all(|instruction| !instruction.is_invalid())
}

fn instructions<'a>(analysis: &Analysis<'_, 'a>, function: &Function) -> impl Iterator<Item = Instruction> + use<'a> {
    Decoder::with_ip(64, analysis.bytes(function), function.start.0, DecoderOptions::NONE).into_iter()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_what_can_reach_each_other() {
        // 0 -> 1 -> 2 -> 1, 2 -> 3
        let component = components(&[vec![1], vec![2], vec![1, 3], vec![]]);
        assert_eq!(component[1], component[2]);
        assert!(component[0] != component[1] && component[3] != component[1] && component[0] != component[3]);
    }
}
