//! Pairs functions that have changed by what they refer to: most of the imports, texts and known functions of both are the same, and
//! no other function of either file is as close.

use alloc::vec::Vec;

use hashbrown::HashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::analysis::{Analysis, Function};
use super::pairing::{Pairing, is_nameless};
use super::targets::{Target, content};

/// What more functions than this refer to tells none of them.
const COMMON: usize = 32;

/// The result is the number of new pairs.
pub(super) fn pair(pairing: &mut Pairing, old: &Analysis, new: &Analysis) -> usize {
    let olds = candidates(old, &pairing.new_of, |index| pairing.new_of[index]);
    let news = candidates(new, &pairing.old_of, Some);
    let forth = closest(&olds, &news);
    let back = closest(&news, &olds);
    let mutual =
        forth.iter().enumerate().filter_map(|(at, &to)| (back[to?] == Some(at)).then_some((olds[at].index, news[to?].index)));
    let pairs: Vec<(usize, usize)> = mutual.collect();
    pairs.into_iter().filter(|&(a, b)| pairing.pair(a, b)).count()
}

/// A function without partner and what it refers to, ascending.
struct Candidate {
    index: usize,
    features: Vec<u64>,
}

/// `partners` are the pairs of this side; `known` numbers functions that have one as the new file does.
fn candidates(analysis: &Analysis, partners: &[Option<usize>], known: impl Fn(usize) -> Option<usize>) -> Vec<Candidate> {
    const FEWEST: usize = 2;
    let is_free = |(index, function): &(usize, &Function)| partners[*index].is_none() && is_nameless(analysis, function);
    let free = analysis.functions.iter().enumerate().filter(is_free);
    let features = free.map(|(index, function)| {
        let is_known = |used: usize| partners[used].is_some().then(|| known(used)).flatten();
        Candidate { index, features: features_of(analysis, function, is_known) }
    });
    features.filter(|candidate| candidate.features.len() >= FEWEST).collect()
}

fn features_of(analysis: &Analysis, function: &Function, known: impl Fn(usize) -> Option<usize>) -> Vec<u64> {
    const LONGEST: usize = 256;
    let feature = |target: Target| match target {
        Target::Function { index, offset: 0 } => known(index).map(|partner| xxh3_64(&partner.to_le_bytes())),
        Target::Import { name, .. } => Some(xxh3_64(name)),
        Target::Constant(at) => {
            let bytes = content(analysis, at);
            let text = &bytes[..bytes.iter().position(|&byte| byte == 0)?];
            ((4..LONGEST).contains(&text.len())).then(|| xxh3_64(text))
        }
        _ => None,
    };
    let references = analysis.references(function).iter();
    let mut features: Vec<u64> = references.filter_map(|reference| feature(analysis.target_of(reference))).collect();
    features.sort_unstable();
    features.dedup();
    features
}

/// For each candidate the one of the other side that shares most with it, if that is at least half and more than any other does.
fn closest(from: &[Candidate], to: &[Candidate]) -> Vec<Option<usize>> {
    let mut users: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, candidate) in to.iter().enumerate() {
        for &feature in &candidate.features {
            users.entry(feature).or_default().push(at);
        }
    }
    let closest_to = |candidate: &Candidate| {
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for feature in &candidate.features {
            for &at in users.get(feature).filter(|users| users.len() <= COMMON).into_iter().flatten() {
                *shared.entry(at).or_default() += 1;
            }
        }
        let (&best, &count) = shared.iter().max_by_key(|&(&at, &count)| (count, core::cmp::Reverse(at)))?;
        let is_only = shared.values().filter(|&&other| other == count).count() == 1;
        let size = candidate.features.len().max(to[best].features.len());
        (is_only && count * 2 >= size).then_some(best)
    };
    from.iter().map(closest_to).collect()
}
