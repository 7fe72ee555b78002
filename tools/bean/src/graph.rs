//! Who refers to whom: functions, what they import, variables.
//!
//! Key types: [`Graph`], [`Node`].

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{self, Write};

use luci::code::decode::Way;
use luci::code::{Analysis, Target};

use crate::diff::{Diff, State};
use crate::names;

/// By kind and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    /// Index in the functions of the analysis
    Function(usize),
    Import(String),
    Variable(String),
}

pub struct Graph<'p, 'v, 'a> {
    analysis: &'p Analysis<'v, 'a>,
    /// From each function to what it refers to.
    edges: BTreeMap<Node, BTreeSet<Node>>,
    /// What an older file says of functions.
    states: BTreeMap<usize, State>,
}

impl<'p, 'v, 'a> Graph<'p, 'v, 'a> {
    pub fn new(analysis: &'p Analysis<'v, 'a>) -> Self {
        let mut edges = BTreeMap::new();
        for (index, function) in analysis.functions.iter().enumerate() {
            // a stub is drawn as the import it stands for
            if analysis.slot_of_stub(function).is_some() {
                continue;
            }
            let references = analysis.references(function).iter();
            let targets = references.filter_map(|reference| node(analysis, reference.target, reference.way));
            edges.insert(Node::Function(index), targets.filter(|target| *target != Node::Function(index)).collect());
        }
        Graph { analysis, edges, states: BTreeMap::new() }
    }

    /// Marks functions by what has become of them since an older file.
    pub fn mark(&mut self, diff: &Diff) {
        let states = diff.functions.iter().filter_map(|entry| Some((entry.new?.index, entry.state)));
        self.states = states.collect();
    }

    /// Keeps what can be reached from the functions with a name in at most `depth` steps. Whether there is such a function.
    pub fn keep_from(&mut self, name: &str, depth: usize) -> bool {
        let is_named = |node: &&Node| matches!(node, Node::Function(index) if self.is_called(*index, name));
        let starts: Vec<Node> = self.edges.keys().filter(is_named).cloned().collect();
        let mut distances: BTreeMap<Node, usize> = starts.iter().cloned().map(|node| (node, 0)).collect();
        let mut due: VecDeque<Node> = starts.into();
        while let Some(node) = due.pop_front() {
            let distance = distances[&node];
            for target in self.edges.get(&node).into_iter().flatten().filter(|_| distance < depth) {
                if !distances.contains_key(target) {
                    distances.insert(target.clone(), distance + 1);
                    due.push_back(target.clone());
                }
            }
        }
        self.edges.retain(|node, _| distances.contains_key(node));
        for targets in self.edges.values_mut() {
            targets.retain(|target| distances.contains_key(target));
        }
        !distances.is_empty()
    }

    fn is_called(&self, index: usize, name: &str) -> bool {
        let function = &self.analysis.functions[index];
        self.analysis.names_of(function).any(|known| known == name.as_bytes()) || names::function(self.analysis, function) == name
    }

    /// In graphviz's language.
    pub fn write_dot(&self, title: &str, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "digraph {} {{", quoted(title))?;
        writeln!(out, "    rankdir=LR; node [shape=ellipse, fontname=\"sans-serif\"];")?;
        let nodes: BTreeSet<&Node> = self.edges.keys().chain(self.edges.values().flatten()).collect();
        for node in nodes {
            writeln!(out, "    {} [{}];", self.id(node), self.attributes(node))?;
        }
        for (from, targets) in &self.edges {
            for to in targets {
                writeln!(out, "    {} -> {};", self.id(from), self.id(to))?;
            }
        }
        writeln!(out, "}}")
    }

    fn id(&self, node: &Node) -> String {
        match node {
            Node::Function(index) => format!("f{:x}", self.analysis.functions[*index].start.0),
            Node::Import(name) => quoted(&format!("import {name}")),
            Node::Variable(name) => quoted(&format!("variable {name}")),
        }
    }

    fn attributes(&self, node: &Node) -> String {
        let fill = |color: &str| format!(", style=filled, fillcolor=\"{color}\"");
        match node {
            Node::Function(index) => {
                let label = quoted(&names::function(self.analysis, &self.analysis.functions[*index]));
                let marked = match self.states.get(index) {
                    Some(State::Changed) => fill("#f4a582") + ", tooltip=\"changed\"",
                    Some(State::New) => fill("#b8e186") + ", tooltip=\"new\"",
                    Some(State::Depends) => fill("#fee090") + ", tooltip=\"depends on changed ones\"",
                    _ => String::new(),
                };
                format!("label={label}{marked}")
            }
            Node::Import(name) => format!("label={}, shape=plaintext, fontcolor=\"#555555\"", quoted(name)),
            Node::Variable(name) => format!("label={}, shape=box{}", quoted(name), fill("#e0ecf4")),
        }
    }
}

fn node(analysis: &Analysis, vaddr: luci::addr::Vaddr, way: Way) -> Option<Node> {
    match analysis.target(vaddr, way) {
        Target::Function { index, .. } => Some(Node::Function(index)),
        Target::Import { name: b"", .. } => None,
        Target::Import { name, .. } => Some(Node::Import(names::text(name))),
        Target::Slot(at) => node(analysis, at, Way::Address),
        Target::Shared { offset, .. } => {
            // a variable with its members is one node
            let symbol = analysis.names_at(vaddr).first().map(|symbol| names::text(symbol.name));
            Some(Node::Variable(symbol.unwrap_or_else(|| format!("variable at offset {offset:#x}"))))
        }
        Target::ThreadLocal { offset, .. } => Some(Node::Variable(format!("thread-local at offset {offset:#x}"))),
        Target::Code | Target::Constant(_) | Target::Outside => None,
    }
}

/// A string of graphviz's language.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
