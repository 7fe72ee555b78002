//! Which record fits a libc: the one that lists its build ID, else the one that agrees with everything that can be seen of
//! the libc without debug information. [`by_build_id`] first; [`Evidence`] and [`choose`] for a build nobody has listed.
//!
//! A version number alone does not identify a layout: release branches change the structures. What tells them apart is
//! the size of the two shared objects in a stock loader, the `_thread_db_*` descriptors that libc (before it took in
//! libpthread: libpthread.so.0) keeps for debuggers, and the offset from which `getauxval` loads AT_HWCAP2.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::record::{BUILD_IDS, Offset, RECORDS, Record};
use crate::addr::Vaddr;
use crate::diag::Error;

/// What is known of a libc. Everything is optional: the more, the surer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Evidence<'a> {
    /// Description of the NT_GNU_BUILD_ID note of libc.so.6.
    pub build_id: Option<&'a [u8]>,
    /// Upstream version, as `gnu_get_libc_version` says it.
    pub version: Option<&'a str>,
    /// `st_size` of `_rtld_global_ro` in the stock loader that belongs to this libc, in bytes.
    pub rtld_global_ro_size: Option<u64>,
    /// `st_size` of `_rtld_global` there, or `_thread_db_sizeof_rtld_global`; bytes.
    pub rtld_global_size: Option<u64>,
    /// `_thread_db_sizeof_pthread`.
    pub sizeof_pthread: Option<u32>,
    /// Offset in `_thread_db_link_map_l_tls_modid`.
    pub l_tls_modid_offset: Option<u32>,
    /// Offset in `_thread_db_rtld_global__dl_stack_used`.
    pub stack_used_offset: Option<u32>,
    /// Offset in `_thread_db_rtld_global__dl_tls_dtv_slotinfo_list`.
    pub slotinfo_list_offset: Option<u32>,
    /// Machine code of `getauxval`.
    pub getauxval: Option<&'a [u8]>,
}

/// No record fits, or several that differ do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    version: Option<String>,
    build_id: Vec<u8>,
}

impl Unknown {
    /// The same as the error of the object that was to be used as libc.
    pub fn into_error(self, object: &str) -> Error {
        Error::other(object, alloc::format!("{self}"))
    }
}

/// The record that lists this build ID.
pub fn by_build_id(build_id: &[u8]) -> Option<&'static Record> {
    let found = BUILD_IDS.binary_search_by(|(known, _)| known.as_slice().cmp(build_id)).ok()?;
    RECORDS.get(usize::from(BUILD_IDS.get(found)?.1))
}

/// The record for a libc of which this is known.
pub fn choose(evidence: &Evidence) -> Result<&'static Record, Unknown> {
    if let Some(record) = evidence.build_id.and_then(by_build_id) {
        return Ok(record);
    }
    let candidates: Vec<&'static Record> = RECORDS.iter().filter(|record| evidence.fits(record)).collect();
    // tables differ in nothing but tunable ids: the last in the list is the release itself, not the tip of its branch
    let Some((chosen, rest)) = candidates.split_last() else { return Err(evidence.unknown()) };
    if rest.iter().all(|other| other.same_layout(chosen)) { Ok(chosen) } else { Err(evidence.unknown()) }
}

/// The same with the help of stock loaders, given as the sizes of `_rtld_global` and `_rtld_global_ro` in them: of those
/// that may belong to this libc the first that settles it.
pub fn choose_with_loaders(
    evidence: &Evidence,
    loaders: impl IntoIterator<Item = (u64, u64)>,
) -> Result<&'static Record, Unknown> {
    choose(evidence).or_else(|unknown| {
        let mut loaders = loaders.into_iter();
        loaders.find_map(|sizes| choose(&evidence.with_stock_loader(sizes)).ok()).ok_or(unknown)
    })
}

impl<'a> Evidence<'a> {
    /// What libc.so.6 itself shows. `symbol` gives value and size of a symbol that the object defines, `bytes_at` the file's
    /// bytes from an address on.
    pub fn from_libc(
        build_id: Option<&'a [u8]>,
        symbol: &dyn Fn(&str) -> Option<(Vaddr, u64)>,
        bytes_at: &dyn Fn(Vaddr) -> Option<&'a [u8]>,
    ) -> Self {
        let getauxval = symbol("getauxval").and_then(|(at, size)| bytes_at(at)?.get(..usize::try_from(size).ok()?));
        let version = || {
            let at = symbol("__nptl_version").map(|(at, _)| at).or_else(|| returned_address(symbol, bytes_at))?;
            version_text(bytes_at(at)?)
        };
        let evidence = Evidence { build_id, version: version(), getauxval, ..Evidence::default() };
        evidence.with_thread_db(symbol, bytes_at)
    }

    /// Adds the descriptors for debuggers. They are among libc's dynamic symbols, or, in a libc with a libpthread of its
    /// own, in the symbol table (`.symtab`) of libpthread.so.0.
    pub fn with_thread_db(
        mut self,
        symbol: &dyn Fn(&str) -> Option<(Vaddr, u64)>,
        bytes_at: &dyn Fn(Vaddr) -> Option<&'a [u8]>,
    ) -> Self {
        let word = |name: &str, index: usize| {
            let bytes = bytes_at(symbol(name)?.0)?.get(index * 4..index * 4 + 4)?;
            Some(u32::from_le_bytes(bytes.try_into().ok()?))
        };
        // a descriptor is {bits, elements, offset}
        let offset = |name: &str| word(name, 2);
        self.rtld_global_size = word("_thread_db_sizeof_rtld_global", 0).map(u64::from).or(self.rtld_global_size);
        self.sizeof_pthread = word("_thread_db_sizeof_pthread", 0).or(self.sizeof_pthread);
        self.l_tls_modid_offset = offset("_thread_db_link_map_l_tls_modid").or(self.l_tls_modid_offset);
        self.stack_used_offset = offset("_thread_db_rtld_global__dl_stack_used").or(self.stack_used_offset);
        self.slotinfo_list_offset = offset("_thread_db_rtld_global__dl_tls_dtv_slotinfo_list").or(self.slotinfo_list_offset);
        self
    }

    /// Adds the sizes of `_rtld_global` and `_rtld_global_ro` in a stock loader of this libc.
    pub fn with_stock_loader(mut self, (rg, ro): (u64, u64)) -> Self {
        self.rtld_global_ro_size = Some(ro);
        self.rtld_global_size = Some(rg);
        self
    }

    fn fits(&self, record: &Record) -> bool {
        let size = |known: Option<u64>, of_record: u16| known.is_none_or(|known| known == u64::from(of_record));
        let offset = |known: Option<u32>, of_record: Offset| match (known, of_record.get()) {
            (Some(known), Some(of_record)) => usize::try_from(known) == Ok(of_record),
            _ => true,
        };
        self.version == Some(record.version.as_str())
            && size(self.rtld_global_ro_size, record.sizes.ro)
            && size(self.rtld_global_size, record.sizes.rg)
            && size(self.sizeof_pthread.map(u64::from), record.sizes.pthread)
            && offset(self.l_tls_modid_offset, record.link_map.l_tls_modid)
            && offset(self.stack_used_offset, record.rg.dl_stack_used)
            && offset(self.slotinfo_list_offset, record.rg.dl_tls_dtv_slotinfo_list)
            && (self.rtld_global_ro_size.is_some() || self.getauxval.is_none_or(|code| loads_from(code, record.ro.dl_hwcap2)))
    }

    fn unknown(&self) -> Unknown {
        Unknown { version: self.version.map(String::from), build_id: self.build_id.map(Vec::from).unwrap_or_default() }
    }
}

/// Whether a 32-bit displacement in the code is this offset.
fn loads_from(code: &[u8], offset: Offset) -> bool {
    let displacement = offset.get().and_then(|offset| u32::try_from(offset).ok()).map(u32::to_le_bytes);
    displacement.is_some_and(|bytes| code.windows(4).any(|window| window == bytes))
}

/// The address that `gnu_get_libc_version` returns: its code is `lea disp32(%rip), %rax`, behind an optional `endbr64`.
fn returned_address<'a>(
    symbol: &dyn Fn(&str) -> Option<(Vaddr, u64)>,
    bytes_at: &dyn Fn(Vaddr) -> Option<&'a [u8]>,
) -> Option<Vaddr> {
    const ENDBR64: [u8; 4] = [0xf3, 0x0f, 0x1e, 0xfa];
    const LEA_RAX: [u8; 3] = [0x48, 0x8d, 0x05];
    let (start, _) = symbol("gnu_get_libc_version")?;
    let code = bytes_at(start)?;
    let lea = code.strip_prefix(&ENDBR64).unwrap_or(code);
    let skipped = u64::try_from(code.len() - lea.len()).ok()?;
    let displacement = lea.strip_prefix(&LEA_RAX)?.get(..4)?;
    let displacement = i32::from_le_bytes(displacement.try_into().ok()?);
    let next_instruction = start.0.checked_add(skipped + 7)?;
    next_instruction.checked_add_signed(displacement.into()).map(Vaddr)
}

/// The version at the start of these bytes: digits and dots up to a NUL byte.
fn version_text(bytes: &[u8]) -> Option<&str> {
    let end = bytes.iter().take(16).position(|&byte| byte == 0)?;
    let text = core::str::from_utf8(bytes.get(..end)?).ok()?;
    let plausible = text.contains('.') && text.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit());
    plausible.then_some(text)
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.version {
            Some(version) => write!(f, "this build of glibc {version}")?,
            None => f.write_str("this C library, which does not say its version,")?,
        }
        if !self.build_id.is_empty() {
            f.write_str(" (build ID ")?;
            self.build_id.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
            f.write_str(")")?;
        }
        f.write_str(
            " is not among those the loader knows; `make adopt` in the sources of the loader (or `glibc-layout adopt`) adds it \
             from the debug files of this C library",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::of_build;
    use super::*;
    use std::string::ToString;

    /// Everything that the libc of this record shows by itself.
    fn shown_by_libc<'a>(record: &'static Record, code: &'a mut [u8; 16]) -> Evidence<'a> {
        let offset = |at: Offset| at.get().map(|at| at as u32);
        code[7..11].copy_from_slice(&offset(record.ro.dl_hwcap2).unwrap().to_le_bytes());
        Evidence {
            version: Some(record.version.as_str()),
            sizeof_pthread: Some(record.sizes.pthread.into()),
            l_tls_modid_offset: offset(record.link_map.l_tls_modid),
            stack_used_offset: offset(record.rg.dl_stack_used),
            slotinfo_list_offset: offset(record.rg.dl_tls_dtv_slotinfo_list),
            getauxval: Some(code),
            ..Evidence::default()
        }
    }

    #[test]
    fn every_build_id_leads_to_its_record() {
        let debian = [
            0x93, 0xac, 0x61, 0xec, 0x5a, 0x8e, 0xb1, 0x39, 0x6f, 0x9f, 0xbd, 0x35, 0x0e, 0x31, 0x69, 0xa5, 0x58, 0x52, 0x8a,
            0x40,
        ];
        assert!(by_build_id(&debian).unwrap().builds.as_str().contains("2.36-debian"));
        for (id, index) in &BUILD_IDS {
            assert!(core::ptr::eq(by_build_id(id).unwrap(), &RECORDS[usize::from(*index)]));
        }
        assert!(by_build_id(&[]).is_none());
    }

    #[test]
    fn a_new_build_is_recognised_by_its_libc_alone() {
        for record in &RECORDS {
            let mut code = [0x90; 16];
            let evidence = Evidence { build_id: Some(&[1; 20]), ..shown_by_libc(record, &mut code) };
            assert!(choose(&evidence).is_ok_and(|found| found.same_layout(record)), "{}", record.builds);
        }
    }

    #[test]
    fn a_new_build_is_recognised_by_the_sizes_in_its_stock_loader() {
        for record in &RECORDS {
            let sizes = (record.sizes.rg.into(), record.sizes.ro.into());
            let evidence = Evidence { version: Some(record.version.as_str()), ..Evidence::default() };
            assert!(
                choose_with_loaders(&evidence, [(1, 1), sizes]).is_ok_and(|found| found.same_layout(record)),
                "{}",
                record.builds
            );
        }
    }

    #[test]
    fn layouts_of_a_distribution_that_no_record_has_are_refused() {
        for (version, rg, ro) in [("2.28", 4152, 688), ("2.34", 4176, 912)] {
            let evidence = Evidence {
                version: Some(version),
                rtld_global_size: Some(rg),
                rtld_global_ro_size: Some(ro),
                ..Evidence::default()
            };
            assert!(choose(&evidence).is_err());
        }
    }

    #[test]
    fn a_version_with_several_layouts_is_not_enough() {
        let evidence = Evidence { version: Some("2.36"), ..Evidence::default() };
        assert!(choose(&evidence).is_err());
        let mut code = [0x90; 16];
        let strange = Evidence { version: Some("2.31"), ..shown_by_libc(of_build("2.39-vanilla"), &mut code) };
        assert!(choose(&strange).is_err());
    }

    #[test]
    fn of_tables_that_differ_in_tunable_ids_only_the_release_counts() {
        let mut code = [0x90; 16];
        let found = choose(&shown_by_libc(of_build("2.28-vanilla"), &mut code)).unwrap();
        assert_eq!(found.builds.as_str(), "2.28-vanilla");
    }

    #[test]
    fn the_refusal_names_the_libc_and_the_way_out() {
        let evidence = Evidence { version: Some("2.99"), build_id: Some(&[0xab, 0x01]), ..Evidence::default() };
        let sentence = choose(&evidence).unwrap_err().to_string();
        assert!(sentence.contains("glibc 2.99 (build ID ab01)"), "{sentence}");
        assert!(sentence.contains("make adopt") && sentence.contains("glibc-layout adopt"), "{sentence}");
        let error = choose(&evidence).unwrap_err().into_error("libc.so.6").to_string();
        assert!(error.starts_with("libc.so.6: this build of glibc"), "{error}");
        assert!(!choose(&Evidence::default()).unwrap_err().to_string().contains("build ID"));
    }

    #[test]
    fn evidence_is_read_from_symbols_and_bytes() {
        let mut file = [0u8; 128];
        file[0..4].copy_from_slice(&[0xf3, 0x0f, 0x1e, 0xfa]);
        file[4..11].copy_from_slice(&[0x48, 0x8d, 0x05, 0x35, 0, 0, 0]);
        file[64..69].copy_from_slice(b"2.31\0");
        file[80..92].copy_from_slice(&[64, 0, 0, 0, 1, 0, 0, 0, 0x58, 4, 0, 0]);
        let symbol = |name: &str| match name {
            "gnu_get_libc_version" => Some((Vaddr(0), 12)),
            "getauxval" => Some((Vaddr(16), 8)),
            "_thread_db_link_map_l_tls_modid" => Some((Vaddr(80), 12)),
            "_thread_db_sizeof_pthread" => Some((Vaddr(126), 4)),
            _ => None,
        };
        let bytes_at = |at: Vaddr| file.get(at.0 as usize..);
        let evidence = Evidence::from_libc(None, &symbol, &bytes_at);
        assert_eq!(evidence.version, Some("2.31"));
        assert_eq!(evidence.l_tls_modid_offset, Some(0x458));
        assert_eq!(evidence.sizeof_pthread, None);
        assert_eq!(evidence.getauxval.map(<[u8]>::len), Some(8));
    }

    #[test]
    fn evidence_of_a_broken_file_is_none() {
        let everywhere = |_: &str| Some((Vaddr(u64::MAX - 3), u64::MAX));
        assert_eq!(Evidence::from_libc(None, &everywhere, &|_| Some(&[0x48, 0x8d, 0x05, 0xff, 0xff, 0xff, 0x7f])).version, None);
        assert_eq!(Evidence::from_libc(None, &everywhere, &|_| Some(&[])).getauxval, None);
        assert_eq!(Evidence::from_libc(None, &everywhere, &|_| None).sizeof_pthread, None);
    }
}
