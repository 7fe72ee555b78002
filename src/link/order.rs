//! In which order objects are initialised and finalised: dependencies first, as a depth-first walk finds them, the way
//! glibc has done it since its DFS sort (dl_sort_maps); cycles are cut where the walk meets them.

use alloc::vec::Vec;

/// Order of constructors for `objects` (positions in the caller's list, in load order). `needed` gives the positions of
/// the direct dependencies. The first object is initialised last.
pub fn initialisation(count: usize, needed: impl Fn(usize) -> Vec<usize>) -> Vec<usize> {
    let mut walk = Walk { visited: alloc::vec![false; count], order: Vec::with_capacity(count) };
    for start in (0..count).rev() {
        walk.from(start, &needed);
    }
    if let Some(at) = walk.order.iter().position(|&index| index == 0) {
        let first = walk.order.remove(at);
        walk.order.push(first);
    }
    walk.order
}

/// Order of destructors: objects before what they depend on. `bound` gives the objects that one is bound to by symbols; where
/// these and the dependencies contradict each other, the dependencies count. With `first_first` the first object (the program)
/// comes first whatever depends on it.
pub fn finalisation(
    count: usize,
    needed: impl Fn(usize) -> Vec<usize>,
    bound: impl Fn(usize) -> Vec<usize>,
    first_first: bool,
) -> Vec<usize> {
    let both = |index: usize| {
        let mut all = needed(index);
        all.extend(bound(index).into_iter().rev());
        all
    };
    let mut walk = Walk { visited: alloc::vec![false; count], order: Vec::with_capacity(count) };
    (0..count).rev().for_each(|start| walk.from(start, &both));
    if (0..count).any(|index| !bound(index).is_empty()) {
        let mut again = Walk { visited: alloc::vec![false; count], order: Vec::with_capacity(count) };
        walk.order.into_iter().for_each(|start| again.from(start, &needed));
        walk = again;
    }
    let mut order = walk.order;
    order.reverse();
    if let Some(at) = order.iter().position(|&index| first_first && index == 0) {
        let first = order.remove(at);
        order.insert(0, first);
    }
    order
}

struct Walk {
    visited: Vec<bool>,
    order: Vec<usize>,
}

impl Walk {
    /// Visits everything below `start`, dependencies first. Iterative: a chain of libraries may be long.
    fn from(&mut self, start: usize, needed: &impl Fn(usize) -> Vec<usize>) {
        if self.visited[start] {
            return;
        }
        self.visited[start] = true;
        let mut stack = alloc::vec![(start, needed(start).into_iter())];
        while let Some((index, children)) = stack.last_mut() {
            let index = *index;
            match children.next() {
                Some(child) if child < self.visited.len() && !self.visited[child] => {
                    self.visited[child] = true;
                    stack.push((child, needed(child).into_iter()));
                }
                Some(_) => {}
                None => {
                    self.order.push(index);
                    stack.pop();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(edges: &[&[usize]]) -> Vec<usize> {
        initialisation(edges.len(), |index| edges[index].to_vec())
    }

    #[test]
    fn dependencies_come_first_and_the_program_last() {
        assert_eq!(order(&[&[1, 2], &[3], &[3], &[]]), [3, 2, 1, 0]);
        assert_eq!(order(&[&[1], &[2], &[]]), [2, 1, 0]);
    }

    #[test]
    fn cycles_are_cut_and_every_object_appears_once() {
        assert_eq!(order(&[&[1], &[2], &[1]]), [1, 2, 0]);
        assert_eq!(order(&[&[0]]), [0]);
    }

    #[test]
    fn finalisation_is_the_reverse() {
        let none = |_| Vec::new();
        let chain = |index| if index == 0 { alloc::vec![1] } else { Vec::new() };
        assert_eq!(finalisation(2, chain, none, false), [0, 1]);
        let cycle = |index| alloc::vec![1 - index];
        assert_eq!(finalisation(2, cycle, none, false), [1, 0]);
        assert_eq!(finalisation(2, cycle, none, true), [0, 1]);
    }

    #[test]
    fn bindings_count_where_dependencies_say_nothing() {
        let none = |_| Vec::new();
        let to_first = |index| if index == 1 { alloc::vec![0] } else { Vec::new() };
        assert_eq!(finalisation(2, none, to_first, false), [1, 0]);
        let against = |index| if index == 0 { alloc::vec![1] } else { Vec::new() };
        assert_eq!(finalisation(2, to_first, against, false), [1, 0]);
    }
}
