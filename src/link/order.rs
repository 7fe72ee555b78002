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

/// Order of destructors: objects before what they depend on.
pub fn finalisation(count: usize, needed: impl Fn(usize) -> Vec<usize>) -> Vec<usize> {
    let mut order = initialisation(count, needed);
    order.reverse();
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
        assert_eq!(finalisation(2, |index| if index == 0 { alloc::vec![1] } else { Vec::new() }), [0, 1]);
    }
}
