//! Fingerprints of what a file is made of, which stay the same when it only moves.
//!
//! Key type: [`Hashes`].

use luci::code::Analysis;
use luci::code::targets::external_hash;
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use crate::diff::data_objects;
use crate::names;
use crate::output::hex;

/// One function.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct FunctionHash {
    pub name: String,
    #[serde(serialize_with = "hex")]
    pub address: u64,
    /// Bytes
    pub size: u64,
    /// Of its bytes, without operands that depend on where something lies.
    #[serde(serialize_with = "hex")]
    pub internal: u64,
    /// Of what these operands refer to.
    #[serde(serialize_with = "hex")]
    pub external: u64,
}

/// One data object with a name.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct DataHash {
    pub name: String,
    #[serde(serialize_with = "hex")]
    pub address: u64,
    /// Bytes
    pub size: u64,
    /// Of its size and its bytes, without words that relocations fill in; zeros for what is not in the file (`.bss`).
    #[serde(serialize_with = "hex")]
    pub internal: u64,
    /// Of the relocations: place, type, and what they refer to.
    #[serde(serialize_with = "hex")]
    pub external: u64,
}

#[derive(Debug, Serialize)]
pub struct Hashes {
    pub file: String,
    /// Of all of the following; no address goes into it.
    #[serde(serialize_with = "hex")]
    pub hash: u64,
    pub functions: Vec<FunctionHash>,
    pub data: Vec<DataHash>,
}

impl Hashes {
    pub fn of(file: String, analysis: &Analysis) -> Self {
        let functions: Vec<FunctionHash> = functions(analysis);
        let data = data(analysis);
        // in the order of the hashes: which function the linker puts first does not matter
        let parts = functions.iter().map(|function| [function.size, function.internal, function.external]);
        let mut parts: Vec<[u64; 3]> = parts.chain(data.iter().map(|data| [data.size, data.internal, data.external])).collect();
        parts.sort_unstable();
        let hash = xxh3_64(&parts.iter().flatten().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>());
        Hashes { file, hash, functions, data }
    }
}

fn functions(analysis: &Analysis) -> Vec<FunctionHash> {
    let hash = |function: &luci::code::Function| FunctionHash {
        name: names::function(analysis, function),
        address: function.start.0,
        size: function.size,
        internal: function.fingerprint,
        external: external_hash(analysis, function),
    };
    analysis.functions.iter().map(hash).collect()
}

fn data(analysis: &Analysis) -> Vec<DataHash> {
    let mut hashes = Vec::new();
    for symbol in data_objects(analysis) {
        let mut bytes = analysis.view.initialised(symbol.value, symbol.size).to_vec();
        let mut references = Vec::new();
        for relocation in analysis.view.relocations_in(symbol.value, symbol.size) {
            let offset = relocation.at.0 - symbol.value.0;
            let end = (offset + relocation.width()).min(bytes.len() as u64) as usize;
            if let Some(word) = bytes.get_mut(offset as usize..end) {
                word.fill(0);
            }
            references.extend_from_slice(&offset.to_le_bytes());
            references.extend_from_slice(names::relocation(analysis, relocation).as_bytes());
        }
        bytes.extend_from_slice(&symbol.size.to_le_bytes());
        hashes.push(DataHash {
            name: names::text(symbol.name),
            address: symbol.value.0,
            size: symbol.size,
            internal: xxh3_64(&bytes),
            external: xxh3_64(&references),
        });
    }
    hashes
}
