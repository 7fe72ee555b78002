//! The choice of a record on real files: this machine's libc and those of the roots that `tests/roots.sh` made. Each is taken
//! for a build that no record lists, as after a security update; what it shows must lead to the record of its layout.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use goblin::elf64::header::Header;
use goblin::elf64::program_header::{PT_LOAD, PT_NOTE, ProgramHeader};
use goblin::elf64::section_header::{SHT_DYNSYM, SHT_SYMTAB, SectionHeader};
use goblin::elf64::sym::Sym;
use luci::addr::Vaddr;
use luci::elf::{copy_at, notes};
use luci::glibc::choose::{Evidence, by_build_id, choose};
use luci::glibc::record::{Flags, Record};

/// A library's file with its symbols by name.
struct Library {
    bytes: Vec<u8>,
    program_headers: Vec<ProgramHeader>,
    symbols: HashMap<String, Sym>,
}

#[test]
fn an_unlisted_build_is_recognised_without_and_with_its_stock_loader() {
    let folders = folders();
    assert!(!folders.is_empty(), "this machine has no libc.so.6 where one belongs");
    for folder in folders {
        let libc = Library::read(&folder.join("libc.so.6"));
        let loader = Library::read(&folder.join("ld-linux-x86-64.so.2"));
        let libc_alone = libc.evidence();
        let found = choose(&libc_alone).unwrap_or_else(|unknown| panic!("{}: {unknown}", folder.display()));
        let sizes = (loader.symbols["_rtld_global"].st_size, loader.symbols["_rtld_global_ro"].st_size);
        let with_loader = choose(&libc_alone.with_stock_loader(sizes)).expect("the stock loader agrees with its libc");
        assert!(with_loader.same_layout(found), "{}", folder.display());
        if let Some(listed) = libc.build_id().and_then(by_build_id) {
            assert!(listed.same_layout(found), "{}: {} instead of {}", folder.display(), found.builds, listed.builds);
        }
        if found.has(Flags::SEPARATE_LIBPTHREAD) {
            assert!(with_libpthread(&folder, libc_alone).same_layout(found), "{}", folder.display());
        }
    }
}

fn with_libpthread(folder: &Path, libc: Evidence) -> &'static Record {
    let libpthread = Library::read(&folder.join("libpthread.so.0"));
    let evidence = libc.with_thread_db(&|name| libpthread.symbol(name), &|at| libpthread.bytes_at(at));
    assert!(evidence.sizeof_pthread.is_some(), "{} keeps its symbols for debuggers", folder.display());
    choose(&Evidence { getauxval: None, ..evidence }).expect("the descriptors tell the layouts apart")
}

/// The folders that hold a libc for this machine.
fn folders() -> Vec<PathBuf> {
    let roots = std::env::var_os("LUCI_ROOTS").map_or_else(|| PathBuf::from("/var/tmp/luci-roots"), PathBuf::from);
    let mut folders = vec![PathBuf::from("/lib/x86_64-linux-gnu"), PathBuf::from("/lib64"), PathBuf::from("/usr/lib")];
    folders.extend(fs::read_dir(roots).into_iter().flatten().flatten().map(|entry| entry.path().join("lib/x86_64-linux-gnu")));
    folders.retain(|folder| folder.join("libc.so.6").exists() && folder.join("ld-linux-x86-64.so.2").exists());
    folders
}

impl Library {
    fn read(path: &Path) -> Library {
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let header: Header = copy_at(&bytes, 0).expect("an ELF header");
        let at = |start: u64, size: u16, index: u16| start as usize + usize::from(size) * usize::from(index);
        let sections: Vec<SectionHeader> =
            (0..header.e_shnum).filter_map(|index| copy_at(&bytes, at(header.e_shoff, header.e_shentsize, index))).collect();
        let program_headers =
            (0..header.e_phnum).filter_map(|index| copy_at(&bytes, at(header.e_phoff, header.e_phentsize, index))).collect();
        let tables = sections.iter().filter(|section| [SHT_SYMTAB, SHT_DYNSYM].contains(&section.sh_type));
        let symbols = tables.flat_map(|table| symbols(&bytes, table, &sections[table.sh_link as usize])).collect();
        Library { bytes, program_headers, symbols }
    }

    /// What the file shows, without its build ID.
    fn evidence(&self) -> Evidence<'_> {
        Evidence::from_libc(None, &|name| self.symbol(name), &|at| self.bytes_at(at))
    }

    fn symbol(&self, name: &str) -> Option<(Vaddr, u64)> {
        let symbol = self.symbols.get(name)?;
        Some((Vaddr(symbol.st_value), symbol.st_size))
    }

    fn bytes_at(&self, at: Vaddr) -> Option<&[u8]> {
        let holds = |header: &&ProgramHeader| {
            header.p_type == PT_LOAD && (header.p_vaddr..header.p_vaddr + header.p_filesz).contains(&at.0)
        };
        let segment = self.program_headers.iter().find(holds)?;
        let start = at.0 - segment.p_vaddr + segment.p_offset;
        self.bytes.get(start as usize..(segment.p_offset + segment.p_filesz) as usize)
    }

    fn build_id(&self) -> Option<&[u8]> {
        let notes = self.program_headers.iter().filter(|header| header.p_type == PT_NOTE);
        notes.filter_map(|note| self.bytes.get(note.p_offset as usize..)?.get(..note.p_filesz as usize)).find_map(notes::build_id)
    }
}

/// The defined symbols of a table with their names.
fn symbols<'a>(bytes: &'a [u8], table: &SectionHeader, strings: &SectionHeader) -> impl Iterator<Item = (String, Sym)> + use<'a> {
    let names = &bytes[strings.sh_offset as usize..];
    let entries = (table.sh_offset..table.sh_offset + table.sh_size).step_by(size_of::<Sym>());
    entries.filter_map(move |at| {
        let symbol: Sym = copy_at(bytes, at as usize)?;
        let name = names.get(symbol.st_name as usize..)?.split(|&byte| byte == 0).next()?;
        (symbol.st_shndx != 0).then(|| (String::from_utf8_lossy(name).into_owned(), symbol))
    })
}
