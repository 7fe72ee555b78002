//! `elfo-lookup`: what a name means in a scope. The loader's own lookup (`luci::link::resolve`) decides; beside it the steps are
//! told: bloom filter, bucket, chain, names, versions.
//!
//! Key types: [`Answer`], [`Visit`] (one object that was looked at).

use luci::elf::Sym;
use luci::elf::hash::{GnuHash, SymbolHash, sysv_hash};
use luci::elf::symbols::{self as sym, SHN_UNDEF, Symbols};
use luci::elf::versions::{HIDDEN, VersionEntry};
use luci::link::object::Object;
use luci::link::resolve::{self, Class, Reference};
use serde::Serialize;

use crate::input::text;
use crate::names;
use crate::object::Loaded;
use crate::scope::{Files, Scope};

/// What came of one name.
#[derive(Serialize)]
pub struct Answer {
    pub name: String,
    pub version: Option<String>,
    pub gnu_hash: u32,
    pub sysv_hash: u32,
    pub found: Option<Found>,
    /// The objects that were looked at, in order; the search ends with the one that has it.
    pub objects: Vec<Visit>,
}

/// The definition.
#[derive(Serialize)]
pub struct Found {
    pub object: String,
    pub index: u32,
    pub value: u64,
    pub size: u64,
    #[serde(rename = "type")]
    pub kind: String,
    pub binding: String,
    pub visibility: String,
    pub section: String,
    pub version: Option<String>,
    /// The version is not the default one.
    pub hidden_version: bool,
}

/// One object.
#[derive(Serialize)]
pub struct Visit {
    pub object: String,
    /// `DT_GNU_HASH` or `DT_HASH`
    pub table: Option<&'static str>,
    pub bloom: Option<Bloom>,
    pub bucket: Option<Bucket>,
    /// Symbols of the chain as far as the lookup walks it.
    pub chain: Vec<Candidate>,
}

/// The word of the bloom filter, and the two bits in it that must be set.
#[derive(Serialize)]
pub struct Bloom {
    pub word: usize,
    pub bits: [u32; 2],
    pub passes: bool,
}

#[derive(Serialize)]
pub struct Bucket {
    pub number: u32,
    pub of: usize,
    /// The first symbol of its chain; 0 when it is empty.
    pub first: u32,
}

/// A symbol in the chain.
#[derive(Serialize)]
pub struct Candidate {
    pub index: u32,
    pub name: String,
    pub version: Option<String>,
    /// Why it is taken or passed over.
    pub verdict: String,
}

/// Looks a name, `NAME` or `NAME@VERSION`, up.
pub fn answer(files: &Files, scope: &Scope, query: &[u8], class: Class) -> Answer {
    let (name, version) = split(query);
    let entry = version.map(|name| VersionEntry { name, hash: sysv_hash(name), file: b"", hidden: false });
    let reference = Reference::new(name, entry, class);
    let definition = resolve::lookup(scope.world.list(&scope.order), &reference, false);
    let mut objects = Vec::new();
    for object in scope.world.list(&scope.order) {
        objects.push(visit(&files.members[object.id.0 as usize].file, object, &reference));
        if definition.is_some_and(|definition| definition.object.id == object.id) {
            break;
        }
    }
    Answer {
        name: text(name),
        version: version.map(text),
        gnu_hash: reference.gnu_hash,
        sysv_hash: sysv_hash(name),
        found: definition.map(|definition| found(definition.object, definition.symbol)),
        objects,
    }
}

/// `NAME@VERSION` or `NAME@@VERSION`
fn split(query: &[u8]) -> (&[u8], Option<&[u8]>) {
    match query.iter().position(|&byte| byte == b'@').filter(|&at| at > 0) {
        Some(at) => {
            let version = &query[at + 1..];
            (&query[..at], Some(version.strip_prefix(b"@").unwrap_or(version)).filter(|version| !version.is_empty()))
        }
        None => (query, None),
    }
}

fn found(object: &Object, symbol: &Sym) -> Found {
    let symbols = &object.current.symbols;
    let index = symbols.table.iter().position(|other| std::ptr::eq(other, symbol)).unwrap_or(0) as u32;
    Found {
        object: text(&object.current.path),
        index,
        value: symbol.st_value,
        size: symbol.st_size,
        kind: names::symbol_type(sym::kind(symbol)),
        binding: names::binding(sym::binding(symbol)),
        visibility: names::visibility(symbol.st_other),
        section: names::section_index(symbol.st_shndx),
        version: symbols.wanted_version(index).map(|version| text(version.name)),
        hidden_version: is_hidden(symbols, index),
    }
}

fn is_hidden(symbols: &Symbols, index: u32) -> bool {
    symbols.versym.and_then(|table| table.get(index as usize)).is_some_and(|versym| versym & HIDDEN != 0)
}

fn visit(file: &Loaded, object: &Object, reference: &Reference) -> Visit {
    let symbols = &object.current.symbols;
    let mut visit = Visit { object: text(&object.current.path), table: None, bloom: None, bucket: None, chain: Vec::new() };
    match &symbols.hash {
        SymbolHash::Gnu(table) => {
            visit.table = Some("DT_GNU_HASH");
            let words = file.gnu_hash.as_deref().unwrap_or_default();
            visit_gnu(table, words, symbols, reference, &mut visit);
        }
        SymbolHash::SysV(table) => {
            visit.table = Some("DT_HASH");
            let hash = sysv_hash(reference.name);
            let words = file.sysv_hash.as_deref().unwrap_or_default();
            let buckets = words.first().copied().unwrap_or(0);
            visit.bucket = hash.checked_rem(buckets).map(|number| Bucket {
                number,
                of: buckets as usize,
                first: words.get(2 + number as usize).copied().unwrap_or(0),
            });
            let chosen = resolve::find(symbols, reference);
            let walk = table.candidates(hash).map(|index| candidate(symbols, index, reference, chosen));
            visit.chain = until_taken(walk);
        }
        SymbolHash::None => {}
    }
    visit
}

fn visit_gnu(table: &GnuHash, words: &[u32], symbols: &Symbols, reference: &Reference, visit: &mut Visit) {
    let hash = reference.gnu_hash;
    let (buckets, bloom_words, _) = table.shape();
    let passes = table.may_contain(hash);
    let bits = [hash % 64, (hash >> table.bloom_shift()) % 64];
    visit.bloom = Some(Bloom { word: (hash as usize / 64) & (bloom_words - 1), bits, passes });
    if !passes {
        return;
    }
    let Some(number) = hash.checked_rem(buckets as u32) else { return };
    let first = words.get(4 + 2 * bloom_words + number as usize).copied().unwrap_or(0);
    visit.bucket = Some(Bucket { number, of: buckets, first });
    let mut next = (first != 0).then_some(first);
    let chosen = resolve::find(symbols, reference);
    let walk = std::iter::from_fn(|| {
        let index = next?;
        let stored = table.hash_of(index)?;
        next = if stored & 1 == 0 { index.checked_add(1) } else { None };
        let same_hash = (stored ^ hash) >> 1 == 0;
        Some(if same_hash { candidate(symbols, index, reference, chosen) } else { other_hash(symbols, index, stored) })
    });
    visit.chain = until_taken(walk);
}

/// The verdict on what is taken.
const TAKEN: &str = "taken";
/// A damaged chain may be as long as the file.
const LONGEST: usize = 10_000;

fn until_taken(walk: impl Iterator<Item = Candidate>) -> Vec<Candidate> {
    let mut chain = Vec::new();
    for candidate in walk.take(LONGEST) {
        let is_taken = candidate.verdict == TAKEN;
        chain.push(candidate);
        if is_taken {
            break;
        }
    }
    chain
}

fn other_hash(symbols: &Symbols, index: u32, stored: u32) -> Candidate {
    describe(symbols, index, format!("another hash, {:#x}", stored & !1))
}

fn describe(symbols: &Symbols, index: u32, verdict: String) -> Candidate {
    let name = symbols.get(index).and_then(|symbol| symbols.name(symbol)).map(text).unwrap_or_default();
    let version = symbols.wanted_version(index).map(|version| text(version.name));
    Candidate { index, name, version, verdict }
}

/// A symbol whose hash fits.
fn candidate(symbols: &Symbols, index: u32, reference: &Reference, chosen: Option<&Sym>) -> Candidate {
    let Some(symbol) = symbols.get(index) else {
        return describe(symbols, index, "outside the symbol table".into());
    };
    let is_chosen = chosen.is_some_and(|chosen| std::ptr::eq(chosen, symbol));
    let verdict = if is_chosen {
        match sym::binding(symbol) {
            sym::STB_GLOBAL | sym::STB_WEAK | sym::STB_GNU_UNIQUE => TAKEN.into(),
            _ => "it is local".into(),
        }
    } else if !symbols.strings.equals(u64::from(symbol.st_name), reference.name) {
        "another name".into()
    } else if symbol.st_shndx == SHN_UNDEF {
        "not defined here".into()
    } else if !resolve::is_definition(symbol, reference.class) {
        "it is no definition that counts".into()
    } else if matches!(sym::visibility(symbol), sym::STV_HIDDEN | sym::STV_INTERNAL) {
        "it is hidden".into()
    } else {
        match (&reference.version, is_hidden(symbols, index)) {
            (Some(wanted), _) => format!("another version than {}", text(wanted.name)),
            (None, true) => "only for references with this version".into(),
            (None, false) => "several versions are default ones".into(),
        }
    };
    describe(symbols, index, verdict)
}

impl Answer {
    /// For people; with the steps when asked for.
    pub fn to_text(&self, steps: bool) -> String {
        let version = self.version.as_ref().map(|version| format!("@{version}")).unwrap_or_default();
        let mut out = format!("{}{version}", self.name);
        match &self.found {
            Some(found) => {
                let at = if found.hidden_version { "@" } else { "@@" };
                let version = found.version.as_ref().map(|version| format!(", version {at}{version}")).unwrap_or_default();
                out += &format!(" is in {}\n", found.object);
                out += &format!("  symbol {}: value {:#x}, {} bytes, ", found.index, found.value, found.size);
                out += &format!("{} {} {}, section {}{version}\n", found.kind, found.binding, found.visibility, found.section);
            }
            None => out += &format!(" is not found: {}\n", self.reason()),
        }
        if steps {
            out += &format!("  hash {:#x} (DT_GNU_HASH), {:#x} (DT_HASH)\n", self.gnu_hash, self.sysv_hash);
            self.objects.iter().for_each(|visit| visit.write(&mut out));
        }
        out
    }

    /// Why there is no definition: the most telling of the verdicts.
    pub fn reason(&self) -> String {
        let tells = |candidate: &&Candidate| candidate.name == self.name;
        let candidates = self.objects.iter().flat_map(|visit| visit.chain.iter().filter(tells).map(move |one| (visit, one)));
        let told: Vec<String> = candidates
            .map(|(visit, candidate)| {
                let version = candidate.version.as_ref().map(|version| format!("@{version}")).unwrap_or_default();
                format!("{} has {}{version}: {}", visit.object, candidate.name, candidate.verdict)
            })
            .collect();
        match (told.is_empty(), self.objects.len()) {
            (false, _) => told.join("; "),
            (true, 1) => format!("{} has no symbol of this name to offer", self.objects[0].object),
            (true, count) => format!("none of {count} objects has a symbol of this name to offer"),
        }
    }
}

impl Visit {
    fn write(&self, out: &mut String) {
        *out += &format!("  {}: {}\n", self.object, self.table.unwrap_or("no hash table"));
        if let Some(bloom) = &self.bloom {
            let outcome = if bloom.passes { "both set: it may be here" } else { "not both set: it is not here" };
            *out += &format!("    bloom filter word {}, bits {} and {}: {outcome}\n", bloom.word, bloom.bits[0], bloom.bits[1]);
        }
        if let Some(bucket) = &self.bucket {
            let first = if bucket.first == 0 { "empty".into() } else { format!("chain begins with symbol {}", bucket.first) };
            *out += &format!("    bucket {} of {}: {first}\n", bucket.number, bucket.of);
        }
        for candidate in &self.chain {
            let version = candidate.version.as_ref().map(|version| format!("@{version}")).unwrap_or_default();
            *out += &format!("      {} {}{version}: {}\n", candidate.index, candidate.name, candidate.verdict);
        }
    }
}
