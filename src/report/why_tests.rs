//! Ways through graphs of dependencies.

use super::*;
use crate::link::object::Role;
use crate::report::trace::How;
use alloc::format;

fn entry(number: u32) -> Entry {
    Entry {
        id: ObjectId(number),
        path: format!("/d/lib{number}.so").into_bytes(),
        soname: None,
        role: Role::Library,
        is_program: false,
        build_id: None,
        rpath: None,
        runpath: None,
        audit: None,
        depaudit: None,
        versions: Vec::new(),
        unresolved: Vec::new(),
        uses: Vec::new(),
        dlopen: Vec::new(),
        problems: Vec::new(),
    }
}

fn edge(from: u32, to: u32) -> Edge {
    Edge {
        from: ObjectId(from),
        kind: Kind::Needed,
        name: format!("lib{to}.so").into_bytes(),
        tries: Vec::new(),
        target: if to < 100 { Target::Object(ObjectId(to)) } else { Target::Missing("gone".into()) },
        how: How::Loaded,
        not_in_cache: false,
    }
}

/// Objects from 100 on are missing.
fn graph(objects: u32, edges: &[(u32, u32)]) -> Report {
    let edges = edges.iter().map(|&(from, to)| edge(from, to)).collect();
    Report { objects: (0..objects).map(entry).collect(), edges, interpreter: None }
}

fn ways(why: &Why<'_>) -> Vec<Vec<u32>> {
    why.paths.iter().map(|way| way.iter().map(|edge| edge.from.0).collect()).collect()
}

#[test]
fn all_ways_are_found_and_cycles_end() {
    let report = graph(4, &[(0, 1), (0, 2), (1, 3), (2, 3), (1, 2), (2, 1), (3, 0), (3, 3)]);
    let answer = why(&report, b"lib3.so");
    assert_eq!(ways(&answer), [&[0, 1][..], &[0, 1, 2], &[0, 2], &[0, 2, 1]]);
    assert!(!answer.cut && answer.status() == COMPLETE);
    assert_eq!(answer.users.len(), 3, "itself too");
}

#[test]
fn what_is_missing_has_ways_too() {
    let report = graph(3, &[(0, 1), (0, 2), (1, 100)]);
    let answer = why(&report, b"lib100.so");
    assert_eq!(ways(&answer), [[0, 1]]);
    assert!(answer.target.is_none() && answer.missing.len() == 1 && answer.status() == INCOMPLETE);
    let unknown = why(&report, b"libq.so");
    assert!(unknown.paths.is_empty() && unknown.missing.is_empty());
}

#[test]
fn too_many_ways_are_cut() {
    // twenty diamonds in a row: a million ways
    let edges: Vec<(u32, u32)> =
        (0..20).flat_map(|n| [(3 * n, 3 * n + 1), (3 * n, 3 * n + 2), (3 * n + 1, 3 * n + 3), (3 * n + 2, 3 * n + 3)]).collect();
    let report = graph(61, &edges);
    let answer = why(&report, b"/d/lib60.so");
    assert!(answer.cut && answer.paths.len() == PATHS);
}

#[test]
fn the_file_itself_needs_no_way() {
    let report = graph(2, &[(0, 1), (1, 0)]);
    assert!(why(&report, b"lib0.so").target.is_some_and(|entry| entry.id == ObjectId(0)));
}
