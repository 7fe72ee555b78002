//! The functions that an object asks its loader to call (gABI "Initialization and Termination Functions"): they must be
//! where code is, because a call elsewhere would end in a signal that nobody could explain.

use super::segments::Layout;
use crate::elf::dynamic::{Dynamic, Table};

/// Checks `DT_INIT` and `DT_FINI`, and where the arrays are; what stands in the arrays is known after relocation.
pub fn check(dynamic: &Dynamic, layout: &Layout) -> Result<(), &'static str> {
    if dynamic.init.is_some_and(|vaddr| !layout.is_code(vaddr)) {
        return Err("DT_INIT lies outside the executable segments");
    }
    if dynamic.fini.is_some_and(|vaddr| !layout.is_code(vaddr)) {
        return Err("DT_FINI lies outside the executable segments");
    }
    for (table, complaint) in [
        (dynamic.preinit_array, "DT_PREINIT_ARRAY lies outside the segments"),
        (dynamic.init_array, "DT_INIT_ARRAY lies outside the segments"),
        (dynamic.fini_array, "DT_FINI_ARRAY lies outside the segments"),
    ] {
        if !is_array(table, layout) {
            return Err(complaint);
        }
    }
    Ok(())
}

fn is_array(table: Table, layout: &Layout) -> bool {
    let segment = layout.segment_of(table.vaddr, table.size);
    table.size == 0 || table.vaddr.0.is_multiple_of(8) && segment.is_some_and(|segment| segment.is_readable())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addr::{FileOffset, Vaddr};
    use crate::elf::segments::{PT_LOAD, Permissions, ProgramHeader};
    use crate::link::segments::plan;

    fn layout() -> Layout {
        let load = |start: u64, permissions| ProgramHeader {
            kind: PT_LOAD,
            permissions,
            offset: FileOffset(start),
            vaddr: Vaddr(start),
            filesz: 0x100,
            memsz: 0x100,
            align: 0x1000,
        };
        let code = load(0x1000, Permissions::READ | Permissions::EXECUTE);
        plan(alloc::vec![code, load(0x2000, Permissions::READ | Permissions::WRITE)], 64, 0x3000).unwrap()
    }

    #[test]
    fn functions_must_be_code() {
        let with_init = |vaddr| Dynamic { init: Some(Vaddr(vaddr)), ..Dynamic::default() };
        assert_eq!(check(&with_init(0x1010), &layout()), Ok(()));
        assert!(check(&with_init(0x2010), &layout()).unwrap_err().contains("DT_INIT"));
        assert!(check(&with_init(0), &layout()).is_err());
        let with_fini = Dynamic { fini: Some(Vaddr(u64::MAX)), ..Dynamic::default() };
        assert!(check(&with_fini, &layout()).unwrap_err().contains("DT_FINI"));
    }

    #[test]
    fn arrays_must_lie_in_a_segment() {
        let with_array = |vaddr, size| Dynamic { fini_array: Table { vaddr: Vaddr(vaddr), size }, ..Dynamic::default() };
        assert_eq!(check(&with_array(0x2010, 0x10), &layout()), Ok(()));
        assert_eq!(check(&with_array(0x7000, 0), &layout()), Ok(()));
        assert!(check(&with_array(0x2010, 0x1000), &layout()).is_err());
        assert!(check(&with_array(0x2011, 8), &layout()).is_err());
        assert!(check(&with_array(0x2010, u64::MAX), &layout()).is_err());
    }
}
