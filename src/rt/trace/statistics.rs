//! LD_DEBUG=statistics: how long the start took, and how much was relocated. Times are in ticks of the processor's clock.

use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};

use luci::arch::reloc::{R_X86_64_RELATIVE, R_X86_64_RELATIVE64};
use luci::elf::relocs;
use luci::link::object::{Object, Role};
use luci::link::world::World;

use super::{Topics, is_on, say};
use crate::rt::process::PROCESS;
use crate::rt::x86_64::clock;

/// Runs `f`; where statistics are wanted, its time is added.
pub fn timed<R>(total: &AtomicU64, f: impl FnOnce() -> R) -> R {
    if !is_on(Topics::STATISTICS) {
        return f();
    }
    let start = clock();
    let result = f();
    total.fetch_add(clock().wrapping_sub(start), Ordering::Relaxed);
    result
}

/// What the start has cost, when the initial set is relocated.
#[cold]
pub fn start(world: &World<'static>) {
    let statistics = &PROCESS.statistics;
    let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let total = clock().wrapping_sub(get(&statistics.start));
    let linked = world.iter().filter(|object| matches!(object.current.role, Role::Program | Role::Library));
    let relative: usize = linked.map(|object| relative(object)).sum();
    let (relocation, loading) = (get(&statistics.relocation), get(&statistics.loading));
    say(format_args!("\nruntime linker statistics:\n  total startup time in dynamic loader: {total} cycles\n"));
    say(format_args!("            time needed for relocation: {relocation} cycles ({})\n", Share(relocation, total)));
    say(format_args!("                 number of relocations: {}\n", get(&statistics.lookups)));
    say(format_args!("      number of relocations from cache: {}\n", get(&statistics.reused)));
    say(format_args!("        number of relative relocations: {relative}\n"));
    say(format_args!("           time needed to load objects: {loading} cycles ({})\n", Share(loading, total)));
}

/// What there was in the end.
#[cold]
pub fn end() {
    let statistics = &PROCESS.statistics;
    let (lookups, reused) = (statistics.lookups.load(Ordering::Relaxed), statistics.reused.load(Ordering::Relaxed));
    say(format_args!("\nruntime linker statistics:\n           final number of relocations: {lookups}\n"));
    say(format_args!("final number of relocations from cache: {reused}\n"));
}

fn relative(object: &Object<'_>) -> usize {
    let is_relative = |kind: u32| matches!(kind, R_X86_64_RELATIVE | R_X86_64_RELATIVE64);
    object.current.relocations.rela.iter().filter(|rela| is_relative(relocs::kind(rela))).count()
}

/// A part of a whole in percent, with one digit behind the point.
struct Share(u64, u64);

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let thousandths = self.0.saturating_mul(1000) / self.1.max(1);
        write!(f, "{}.{}%", thousandths / 10, thousandths % 10)
    }
}
