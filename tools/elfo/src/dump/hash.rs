//! Facts about the symbol hash tables: how large they are, how full, and how long a lookup walks.

use luci::addr::Vaddr;
use luci::elf::hash::{GnuHash, SysVHash};
use serde::Serialize;

use super::dynamic::Linked;
use crate::image::{Image, words};
use crate::table::Table;

#[derive(Serialize)]
pub struct Facts {
    /// `DT_GNU_HASH` or `DT_HASH`
    pub table: &'static str,
    pub buckets: usize,
    pub empty_buckets: usize,
    /// Symbols in the table.
    pub symbols: u32,
    /// Index of the first of them.
    pub first_symbol: u32,
    pub longest_chain: usize,
    /// 64-bit words, shift, and bits that are set of the bloom filter; `None` for `DT_HASH`.
    pub bloom_words: Option<usize>,
    pub bloom_shift: Option<u32>,
    pub bloom_bits_set: Option<u32>,
}

pub fn read(image: &mut Image, linked: &Linked) -> Vec<Facts> {
    let mut facts = Vec::new();
    let mut add = |name: &'static str, vaddr: Option<Vaddr>, make: fn(&'static str, &[u32]) -> Option<Facts>| {
        let Some(vaddr) = vaddr else { return };
        match image.tail(vaddr).map(words).and_then(|words| make(name, &words)) {
            Some(found) => facts.push(found),
            None => image.problem(format!("the hash table ({name}) lies outside the file's segments or is damaged")),
        }
    };
    add("DT_GNU_HASH", linked.dynamic.gnu_hash, gnu);
    add("DT_HASH", linked.dynamic.hash, sysv);
    facts
}

fn gnu(table: &'static str, words: &[u32]) -> Option<Facts> {
    let hash = GnuHash::parse(words)?;
    let (buckets, bloom_words, first_symbol) = hash.shape();
    let bloom = &words[4..4 + 2 * bloom_words];
    let heads = &words[4 + 2 * bloom_words..][..buckets];
    let chains = &words[4 + 2 * bloom_words + buckets..];
    // from the back, so that each entry is looked at once even if chains of a damaged table overlap
    let mut lengths: Vec<usize> = Vec::with_capacity(chains.len());
    for entry in chains.iter().rev() {
        let behind = lengths.last().copied().filter(|_| entry & 1 == 0);
        lengths.push(1 + behind.unwrap_or(0));
    }
    lengths.reverse();
    let length = |&head: &u32| lengths.get(head.checked_sub(first_symbol).filter(|_| head != 0)? as usize).copied();
    let last = heads.iter().max().copied().unwrap_or(0);
    Some(Facts {
        table,
        buckets,
        empty_buckets: heads.iter().filter(|&&head| head == 0).count(),
        symbols: if last == 0 { 0 } else { hash.symbol_count().saturating_sub(first_symbol) },
        first_symbol,
        longest_chain: heads.iter().filter_map(length).max().unwrap_or(0),
        bloom_words: Some(bloom_words),
        bloom_shift: Some(hash.bloom_shift()),
        bloom_bits_set: Some(bloom.iter().map(|word| word.count_ones()).sum()),
    })
}

fn sysv(table: &'static str, words: &[u32]) -> Option<Facts> {
    let hash = SysVHash::parse(words)?;
    let buckets = *words.first()? as usize;
    // together the chains have no more entries than there are symbols, unless they overlap
    let mut left = hash.symbol_count() as usize;
    let mut longest_chain = 0;
    for bucket in 0..buckets as u32 {
        // a bucket's number is a hash that leads to it
        let length = hash.candidates(bucket).take(left + 1).count();
        left = left.checked_sub(length)?;
        longest_chain = longest_chain.max(length);
    }
    let heads = &words[2..2 + buckets];
    Some(Facts {
        table,
        buckets,
        empty_buckets: heads.iter().filter(|&&head| head == 0).count(),
        symbols: hash.symbol_count(),
        first_symbol: 0,
        longest_chain,
        bloom_words: None,
        bloom_shift: None,
        bloom_bits_set: None,
    })
}

pub fn write(facts: &[Facts], out: &mut String) {
    let columns = ["table", ">symbols", ">first", ">buckets", ">empty", ">longest chain", "bloom filter"];
    let mut table = Table::new(&columns);
    for fact in facts {
        let bloom = fact.bloom_words.zip(fact.bloom_bits_set).zip(fact.bloom_shift);
        let bloom = bloom.map(|((words, set), shift)| format!("{words} words, {set} of {} bits set, shift {shift}", words * 64));
        table.row([
            fact.table.to_string(),
            fact.symbols.to_string(),
            fact.first_symbol.to_string(),
            fact.buckets.to_string(),
            fact.empty_buckets.to_string(),
            fact.longest_chain.to_string(),
            bloom.unwrap_or_default(),
        ]);
    }
    table.write("Hash tables", out);
}
