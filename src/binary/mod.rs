//! One file as evidence: bytes by link-time address, segments, sections, symbols, relocations, all read once and checked. What is
//! decided from it is the business of `code` and `update`; host tools print it.
//!
//! Key types: [`FileView`], [`Symbol`], [`Relocation`], [`Place`].

pub mod relocations;
pub mod sections;
pub mod symbols;
pub mod view;

pub use relocations::Relocation;
pub use sections::Section;
pub use symbols::{AddressNames, Symbol, SymbolTables, base_name};
pub use view::{FileView, Place, SharedRange, Unreadable};
