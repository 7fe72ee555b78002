//! Symbol resolution: the first definition in scope order that matches name and version, by the rules of the gABI and the
//! versioning rules of glibc (Drepper, "How To Write Shared Libraries" 2.2.5, and the Solaris/GNU versioning documents).

use bitflags::bitflags;

use super::object::{Object, Version};
use crate::addr::Addr;
use crate::elf::Sym;
use crate::elf::hash::{SymbolHash, SysVHash, gnu_hash, sysv_hash};
use crate::elf::symbols::{self as sym, Symbols};
use crate::elf::versions::{HIDDEN, VersionEntry};

bitflags! {
    /// What kinds of definition a reference does not accept (glibc `ELF_RTYPE_CLASS_*`).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Class: u8 {
        /// A call or TLS reference: a PLT entry in the executable that stands for the function does not count.
        const PLT = 1;
        /// A copy relocation: the executable's own copy does not count.
        const COPY = 2;
        /// Look for the newest version when none is asked for (dlsym).
        const NEWEST = 4;
    }
}

/// What is looked for.
#[derive(Clone, Copy)]
pub struct Reference<'a> {
    pub name: &'a [u8],
    pub gnu_hash: u32,
    pub version: Option<VersionEntry<'a>>,
    pub class: Class,
}

impl<'a> Reference<'a> {
    pub fn new(name: &'a [u8], version: Option<VersionEntry<'a>>, class: Class) -> Self {
        Reference { name, gnu_hash: gnu_hash(name), version, class }
    }
}

/// A symbol with the object that defines it.
#[derive(Clone, Copy)]
pub struct Definition<'w, 'm> {
    pub object: &'w Object<'m>,
    pub symbol: &'m Sym,
    /// Where the process has the one definition of an STB_GNU_UNIQUE symbol, once that has been settled.
    pub place: Option<Addr>,
}

impl<'w, 'm> Definition<'w, 'm> {
    pub fn new(object: &'w Object<'m>, symbol: &'m Sym) -> Self {
        Definition { object, symbol, place: None }
    }

    pub fn address(&self) -> Addr {
        self.place.unwrap_or_else(|| self.object.current.address_of(self.symbol))
    }

    /// The address for a reference in `version`, which may be an older Version of the defining object: its own symbols are
    /// where it is.
    pub fn address_for(&self, version: &Version<'_>) -> Addr {
        let own = version.symbols.table.as_ptr_range().contains(&core::ptr::from_ref(self.symbol));
        if own && self.place.is_none() { version.address_of(self.symbol) } else { self.address() }
    }

    pub fn is_ifunc(&self) -> bool {
        sym::kind(self.symbol) == sym::STT_GNU_IFUNC && self.symbol.st_shndx != sym::SHN_UNDEF
    }
}

/// The first definition in `scope`. With `weak_yields`, a weak definition only counts when no later object has a strong
/// one (LD_DYNAMIC_WEAK).
pub fn lookup<'w, 'm: 'w>(
    scope: impl Iterator<Item = &'w Object<'m>>,
    reference: &Reference<'_>,
    weak_yields: bool,
) -> Option<Definition<'w, 'm>> {
    use super::object::Role;
    let mut weak = None;
    let mut scope = scope;
    let strong = scope.find_map(|object| {
        let version = &object.current;
        if reference.class.contains(Class::COPY) && version.role == Role::Program {
            return None;
        }
        let definition = Definition::new(object, find(&version.symbols, reference)?);
        match sym::binding(definition.symbol) {
            sym::STB_WEAK if weak_yields => {
                weak = weak.or(Some(definition));
                None
            }
            sym::STB_WEAK | sym::STB_GLOBAL | sym::STB_GNU_UNIQUE => Some(definition),
            _ => None,
        }
    });
    strong.or(weak)
}

/// The matching definition in one object.
#[inline]
pub fn find<'m>(symbols: &Symbols<'m>, reference: &Reference<'_>) -> Option<&'m Sym> {
    match &symbols.hash {
        SymbolHash::Gnu(table) => {
            if !table.may_contain(reference.gnu_hash) {
                return None;
            }
            pick(symbols, reference, table.candidates(reference.gnu_hash))
        }
        SymbolHash::SysV(table) => find_by_sysv_hash(symbols, table, reference),
        SymbolHash::None => None,
    }
}

/// The same where only the old kind of table is.
#[cold]
fn find_by_sysv_hash<'m>(symbols: &Symbols<'m>, table: &SysVHash<'m>, reference: &Reference<'_>) -> Option<&'m Sym> {
    pick(symbols, reference, table.candidates(sysv_hash(reference.name)))
}

/// Among the candidates, the one whose version fits; for a reference without version the only default one, if the object
/// has no base definition.
fn pick<'m>(symbols: &Symbols<'m>, reference: &Reference<'_>, candidates: impl Iterator<Item = u32>) -> Option<&'m Sym> {
    let mut only_default = None;
    let mut defaults = 0;
    for index in candidates {
        match fit(symbols, index, reference) {
            Fit::Yes(symbol) => return visible(symbol),
            Fit::OnlyIfAlone(symbol) => {
                defaults += 1;
                only_default.get_or_insert(symbol);
            }
            Fit::No => {}
        }
    }
    if defaults == 1 { visible(only_default?) } else { None }
}

fn visible(symbol: &Sym) -> Option<&Sym> {
    (!matches!(sym::visibility(symbol), sym::STV_HIDDEN | sym::STV_INTERNAL)).then_some(symbol)
}

/// Whether a symbol table entry defines something that a reference of this class accepts.
pub fn is_definition(symbol: &Sym, class: Class) -> bool {
    let kind = sym::kind(symbol);
    if symbol.st_value == 0 && symbol.st_shndx != sym::SHN_ABS && kind != sym::STT_TLS {
        return false;
    }
    if symbol.st_shndx == sym::SHN_UNDEF && (class.contains(Class::PLT) || kind == sym::STT_TLS) {
        return false;
    }
    matches!(kind, sym::STT_NOTYPE | sym::STT_OBJECT | sym::STT_FUNC | sym::STT_COMMON | sym::STT_TLS | sym::STT_GNU_IFUNC)
}

/// How well a symbol fits a reference.
enum Fit<'m> {
    Yes(&'m Sym),
    No,
    OnlyIfAlone(&'m Sym),
}

/// Looks at a candidate closely. Not inlined, so that the walk over the candidates, most of which a hash decides, is short.
#[inline(never)]
fn fit<'m>(symbols: &Symbols<'m>, index: u32, reference: &Reference<'_>) -> Fit<'m> {
    let Some(symbol) = symbols.get(index) else { return Fit::No };
    if !is_definition(symbol, reference.class) || !symbols.strings.equals(u64::from(symbol.st_name), reference.name) {
        return Fit::No;
    }
    let Some(&versym) = symbols.versym.and_then(|table| table.get(index as usize)) else {
        return Fit::Yes(symbol);
    };
    let hidden = versym & HIDDEN != 0;
    let number = versym & !HIDDEN;
    match &reference.version {
        Some(wanted) => {
            let have = symbols.versions.get(usize::from(number)).copied().unwrap_or_default();
            if have.hash == wanted.hash && have.name == wanted.name {
                return Fit::Yes(symbol);
            }
            // a base definition serves any version, unless the reference insists
            if wanted.hidden || have.hash != 0 || hidden { Fit::No } else { Fit::Yes(symbol) }
        }
        None => {
            // 0 is local, 1 the base definition; the first real version is 2
            let first_unwanted = if reference.class.contains(Class::NEWEST) { 2 } else { 3 };
            match (number >= first_unwanted, hidden) {
                (false, _) => Fit::Yes(symbol),
                (true, true) => Fit::No,
                (true, false) => Fit::OnlyIfAlone(symbol),
            }
        }
    }
}
