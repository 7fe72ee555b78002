//! What symbol lookups tell of themselves when somebody wants to know (LD_DEBUG=symbols, bindings, statistics).

use super::object::Object;
use super::resolve::{Class, Definition, Reference};
use crate::elf::symbols as sym;

/// A listener. Lookups that nobody listens to take shorter ways.
pub trait Trace: Sync {
    /// The next object is looked at.
    fn looks_in(&self, reference: &Reference<'_>, object: &Object<'_>);
    /// A lookup is over, `found` or in vain; `protected` says that the reference is to an own protected symbol.
    fn ends(&self, from: &Object<'_>, reference: &Reference<'_>, found: Option<&Definition<'_, '_>>, protected: bool);
    /// A relocation takes what the one before it has found.
    fn reuses(&self);
}

/// The objects of a scope; the listener hears of each one before it is looked at.
pub fn told<'s, 'w, 'm: 'w>(
    trace: &'s dyn Trace,
    reference: &'s Reference<'_>,
    scope: impl Iterator<Item = &'w Object<'m>> + 's,
) -> impl Iterator<Item = &'w Object<'m>> + 's {
    use super::object::Role;
    let counts = move |object: &&Object<'_>| !(reference.class.contains(Class::COPY) && object.current.role == Role::Program);
    scope.filter(counts).inspect(move |object| {
        // an object without symbols is not looked at
        if !matches!(object.current.symbols.hash, crate::elf::hash::SymbolHash::None) {
            trace.looks_in(reference, object);
        }
    })
}

/// Whether a reference by this symbol is to an own protected definition.
pub fn is_protected(symbol: &sym::Sym) -> bool {
    sym::visibility(symbol) == sym::STV_PROTECTED
}
