//! The lookups of relocation by themselves: for a call that is bound late, for questions about an image, for listeners.

use super::super::trace::{self, Trace};
use super::*;

/// Binds one `DT_JMPREL` entry: the function's definition, `None` for an undefined weak one.
pub fn bind_plt<'w, 'm>(
    world: &'w World<'m>,
    object: &'w Object<'m>,
    version: &Version<'m>,
    index: u32,
    weak_yields: bool,
) -> Result<Option<Definition<'w, 'm>>> {
    let symbol = version.symbols.get(index).ok_or_else(|| bad(version, "relocation names a symbol outside the symbol table"))?;
    if binds_locally(symbol) {
        return Ok(Some(Definition::new(object, symbol)));
    }
    let reference = reference_to(version, index, symbol, Class::PLT)?;
    let found = resolve::lookup(world.scope_for(object, reference.gnu_hash), &reference, weak_yields);
    let own = sym::visibility(symbol) == sym::STV_PROTECTED;
    match found {
        Some(found) if own && found.object.id != object.id => Ok(Some(Definition::new(object, symbol))),
        Some(found) => Ok(Some(found)),
        None if sym::binding(symbol) == sym::STB_WEAK => Ok(None),
        None => Err(undefined(version, &reference)),
    }
}

/// The definition that a relocation of `version` means; `None` for an undefined weak symbol.
pub fn definition_of<'w, 'm>(
    world: &'w World<'m>,
    object: &'w Object<'m>,
    version: &Version<'m>,
    rela: &Rela,
    mode: Mode,
) -> Result<Option<Definition<'w, 'm>>> {
    let kind = relocs::kind(rela);
    find_definition(object, version, |_| world.scope_of(object), relocs::symbol(rela), class_of(kind), kind, mode)
}

/// The objects whose thread-local variables the code of `object` reaches by a fixed distance from the thread pointer
/// (R_X86_64_TPOFF64), so that they must be in static TLS. What is undefined is not this function's concern.
pub fn static_tls_definers(world: &World<'_>, object: &Object<'_>, weak_yields: bool) -> Vec<ObjectId> {
    let version = &*object.current;
    let mode = Mode { lazy: false, weak_yields };
    let mut definers = Vec::new();
    for rela in version.relocations.rela.iter().filter(|rela| relocs::kind(rela) == R_X86_64_TPOFF64) {
        if let Ok(Some(found)) = definition_of(world, object, version, rela, mode)
            && !definers.contains(&found.object.id)
        {
            definers.push(found.object.id);
        }
    }
    definers
}

/// The definition that counts for what was found for symbol `index` of a version of `object`. An STB_GNU_UNIQUE symbol has one in
/// its namespace, wherever the scope leads to: the first that was found, or the copy that the executable makes of it.
pub fn unique<'w, 'm>(
    world: &'w World<'m>,
    found: Definition<'w, 'm>,
    (object, version, index, class): (&'w Object<'m>, &Version<'m>, u32, Class),
    process: &mut impl Process,
) -> Definition<'w, 'm> {
    if sym::binding(found.symbol) != sym::STB_GNU_UNIQUE || found.place.is_some() {
        return found;
    }
    if class.contains(Class::COPY) {
        // what is copied is what was found
        if let Some(symbol) = version.symbols.get(index) {
            process.unique(&Definition::new(object, symbol), version.address_of(symbol));
        }
        return found;
    }
    the_one(world, found, found.address_for(version), process)
}

/// The same for what was found at `address` by no relocation.
pub fn the_one<'w, 'm>(
    world: &'w World<'m>,
    found: Definition<'w, 'm>,
    address: Addr,
    process: &mut impl Process,
) -> Definition<'w, 'm> {
    let (definer, place) = process.unique(&found, address);
    let name = found.object.current.symbols.name(found.symbol).unwrap_or_default();
    let there = world.get(definer).filter(|_| definer != found.object.id).and_then(|object| {
        let symbol = resolve::find(&object.current.symbols, &Reference::new(name, None, Class::NEWEST))?;
        Some(Definition::new(object, symbol))
    });
    Definition { place: Some(place), ..there.unwrap_or(found) }
}

/// As [`find_definition`] in the scope of `object`, and a listener hears of every step.
pub fn tell<'w, 'm>(
    world: &'w World<'m>,
    object: &'w Object<'m>,
    version: &Version<'m>,
    (index, class, kind): (u32, Class, u32),
    mode: Mode,
    (trace, process): (&dyn Trace, &mut impl Process),
) -> Result<Option<Definition<'w, 'm>>> {
    let symbol = version.symbols.get(index).ok_or_else(|| bad(version, "relocation names a symbol outside the symbol table"))?;
    if binds_locally(symbol) {
        return Ok(Some(Definition::new(object, symbol)));
    }
    let reference = reference_to(version, index, symbol, class)?;
    let scope = |_| trace::told(trace, &reference, world.scope_of(object));
    let found = find_definition(object, version, scope, index, class, kind, mode);
    let settled = |found| unique(world, found, (object, version, index, class), process);
    let found = found.map(|found| found.map(settled));
    let own = trace::is_protected(symbol) && matches!(&found, Ok(Some(found)) if found.object.id == object.id);
    trace.ends(object, &reference, found.as_ref().ok().and_then(Option::as_ref), own);
    found
}

/// Looks up, in the order of relocation, every symbol that the relocations of an object name (with `functions` those of the
/// PLT too), and writes nothing.
pub fn look_up_all<'w, 'm>(
    world: &'w World<'m>,
    object: &'w Object<'m>,
    functions: bool,
    weak_yields: bool,
    (trace, process): (&dyn Trace, &mut impl Process),
    mut found: impl FnMut(Result<Option<Definition<'w, 'm>>>),
) {
    let version = &*object.current;
    let calls = if functions { version.relocations.plt } else { &[] };
    let mut last = None;
    for rela in version.relocations.rela.iter().chain(calls) {
        let (index, kind) = (relocs::symbol(rela), relocs::kind(rela));
        if matches!(kind, R_X86_64_NONE | R_X86_64_RELATIVE | R_X86_64_RELATIVE64 | R_X86_64_IRELATIVE) {
            continue;
        }
        let class = class_of(kind);
        if last == Some((index, class)) {
            if version.symbols.get(index).is_some_and(|symbol| !binds_locally(symbol)) {
                trace.reuses();
            }
            continue;
        }
        last = Some((index, class));
        found(tell(world, object, version, (index, class, kind), Mode { lazy: false, weak_yields }, (trace, process)));
    }
}

impl<'w, 'm, M: ImageMemory, P: Process> Relocator<'_, 'w, 'm, M, P> {
    /// What binds locally was not looked up at all.
    #[cold]
    pub(super) fn reused(&self, index: u32, trace: &dyn Trace) {
        if self.version.symbols.get(index).is_some_and(|symbol| !binds_locally(symbol)) {
            trace.reuses();
        }
    }

    /// The same for a listener, to whom another kind of the same class is the same lookup.
    #[cold]
    pub(super) fn told(&mut self, index: u32, class: Class, kind: u32, trace: &dyn Trace) -> Result<Option<Definition<'w, 'm>>> {
        if self.last.is_some_and(|(last, key, _)| last == index && key & 0xff == u32::from(class.bits())) {
            self.reused(index, trace);
            return self.search(index, class, kind);
        }
        tell(self.world, self.object, self.version, (index, class, kind), self.mode, (trace, self.process))
    }
}
