//! Symbol bindings as auditors see them: `la_symbind64` is asked for each, and may answer with another address.

use alloc::sync::Arc;
use core::sync::atomic::Ordering;

use luci::addr::Addr;
use luci::elf::Sym;
use luci::link::object::{Object, ObjectId};
use luci::link::relocate::Called;
use luci::link::world::World;

use super::{LA_FLG_BINDFROM, LA_FLG_BINDTO, auditors, marks};

/// `LA_SYMB_*`
pub const NOPLTENTER: u32 = 1;
pub const NOPLTEXIT: u32 = 2;
const DLSYM: u32 = 8;
const ALTVALUE: u32 = 0x10;

/// A binding between two audited objects.
#[derive(Clone)]
pub struct Binding {
    pub user: Arc<Object<'static>>,
    pub definer: Arc<Object<'static>>,
    pub symbol: &'static Sym,
}

/// What came of asking the auditors.
#[derive(Clone, Copy)]
pub struct Answer {
    pub address: Addr,
    /// `LA_SYMB_*` as the auditors left them.
    pub flags: u32,
    /// [`NOPLTENTER`] and [`NOPLTEXIT`] of each auditor, two bits each from bit 2 on; in bits 0 and 1 what holds for all.
    pub silent: u32,
}

impl Binding {
    /// The binding of `user` to a function.
    pub fn find(world: &World<'static>, user: ObjectId, called: Called) -> Option<Binding> {
        let (user, definer) = (world.get(user)?.clone(), world.get(called.definer)?.clone());
        let symbol = definer.current.symbols.get(called.symbol)?;
        Some(Binding { user, definer, symbol })
    }

    /// The symbol with its address, as the auditors get it.
    pub fn symbol_at(&self, address: Addr) -> Sym {
        Sym { st_value: address.0, ..*self.symbol }
    }

    /// The symbol's index in the table of the object that defines it.
    pub fn index(&self) -> u32 {
        let start = self.definer.current.symbols.table.as_ptr() as usize;
        ((core::ptr::from_ref(self.symbol) as usize).wrapping_sub(start) / size_of::<Sym>()) as u32
    }

    /// The symbol's name as a C string.
    pub fn name(&self) -> *const core::ffi::c_char {
        let name = self.definer.current.symbols.name(self.symbol);
        name.map_or(c"".as_ptr(), |name| name.as_ptr().cast())
    }

    /// Asks every auditor that wants to know of bindings between the two. `preset` are the flags it finds.
    pub fn ask(&self, address: Addr, preset: u32) -> Answer {
        let both = NOPLTENTER | NOPLTEXIT;
        let mut answer = Answer { address, flags: 0, silent: both };
        let pairs = marks(&self.user).iter().zip(marks(&self.definer));
        for (number, (auditor, (from, to))) in auditors().iter().zip(pairs).enumerate() {
            let wanted = from.flags.load(Ordering::Relaxed) & LA_FLG_BINDFROM != 0
                && to.flags.load(Ordering::Relaxed) & LA_FLG_BINDTO != 0;
            let place = 2 * (number as u32 + 1);
            if !wanted {
                answer.silent |= both << place;
                continue;
            }
            if let Some(symbind) = auditor.symbind {
                answer.flags |= preset;
                let mut symbol = self.symbol_at(answer.address);
                let flags = &raw mut answer.flags;
                // SAFETY: the auditor's function of this type; everything outlives the call.
                let new = unsafe {
                    symbind(&raw mut symbol, self.index(), &raw const from.cookie, &raw const to.cookie, flags, self.name())
                };
                if new != answer.address.0 {
                    answer.flags |= ALTVALUE;
                    answer.address = Addr(new);
                }
            }
            answer.silent &= !both | answer.flags & both;
            answer.silent |= (answer.flags & both) << place;
        }
        answer
    }
}

/// Whether anybody wants to know of bindings of these two objects.
fn is_of_interest(user: &Object<'static>, definer: &Object<'static>) -> bool {
    let any = |object| marks(object).iter().any(|mark| mark.flags.load(Ordering::Relaxed) != 0);
    !super::LOADING.load(Ordering::Relaxed) && (any(user) || any(definer))
}

/// A function that is bound when its user is relocated: calls cannot be told.
pub fn bound_now(binding: &Binding, address: Addr) -> Addr {
    if is_of_interest(&binding.user, &binding.definer) { binding.ask(address, NOPLTENTER | NOPLTEXIT).address } else { address }
}

/// A function that is bound at its first call.
pub fn bound_on_call(binding: &Binding, address: Addr) -> Option<Answer> {
    is_of_interest(&binding.user, &binding.definer).then(|| binding.ask(address, 0))
}

/// A symbol that dlsym found. One side's interest is enough here.
pub fn bound_by_dlsym(binding: &Binding, address: Addr) -> Addr {
    let mut address = address;
    let mut changed = 0;
    let pairs = marks(&binding.user).iter().zip(marks(&binding.definer));
    for (auditor, (from, to)) in auditors().iter().zip(pairs) {
        let wanted =
            from.flags.load(Ordering::Relaxed) & LA_FLG_BINDFROM != 0 || to.flags.load(Ordering::Relaxed) & LA_FLG_BINDTO != 0;
        let Some(symbind) = auditor.symbind.filter(|_| wanted) else { continue };
        let mut symbol = binding.symbol_at(address);
        let mut flags = changed | DLSYM;
        // SAFETY: as in `ask`.
        let new = unsafe {
            let (from, to) = (&raw const from.cookie, &raw const to.cookie);
            symbind(&raw mut symbol, binding.index(), from, to, &raw mut flags, binding.name())
        };
        if new != address.0 {
            changed = ALTVALUE;
            address = Addr(new);
        }
    }
    address
}
