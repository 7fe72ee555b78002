//! One ELF file of a libc as it is installed: what its dynamic symbols, its notes and its links to debug files say.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use luci::addr::Vaddr;
use object::{Object, ObjectSegment, ObjectSymbol};

/// A library's file, read and known to be ELF for x86_64.
pub struct Library {
    /// As the user knows it: below the root that was asked about.
    pub path: PathBuf,
    pub bytes: Vec<u8>,
    pub build_id: Option<Vec<u8>>,
}

impl Library {
    /// Reads the file at `place`, which is shown to the user as `path`.
    pub fn read(place: &Path, path: &Path) -> Result<Self> {
        let bytes = fs::read(place).with_context(|| place.display().to_string())?;
        let elf = object::File::parse(&*bytes).with_context(|| place.display().to_string())?;
        ensure!(elf.architecture() == object::Architecture::X86_64, "{} is not for x86_64", place.display());
        let build_id = elf.build_id().with_context(|| place.display().to_string())?.map(Vec::from);
        Ok(Library { path: path.to_owned(), bytes, build_id })
    }

    /// The build ID in hexadecimal, empty if there is none.
    pub fn build_id_text(&self) -> String {
        hexadecimal(self.build_id.as_deref().unwrap_or_default())
    }

    /// Value and size of a dynamic symbol that this library defines.
    pub fn symbol(&self, name: &str) -> Option<(Vaddr, u64)> {
        let elf = self.elf()?;
        let found = elf.dynamic_symbols().find(|symbol| symbol.is_definition() && symbol.name() == Ok(name))?;
        Some((Vaddr(found.address()), found.size()))
    }

    /// The file's bytes from an address on, up to the end of the segment.
    pub fn bytes_at(&self, at: Vaddr) -> Option<&[u8]> {
        let holds = |start: u64, size: u64| at.0.checked_sub(start).is_some_and(|offset| offset < size);
        let elf = self.elf()?;
        let segment = elf.segments().find(|segment| holds(segment.address(), segment.size()))?;
        segment.data().ok()?.get(usize::try_from(at.0 - segment.address()).ok()?..)
    }

    /// File name and checksum in `.gnu_debuglink`.
    pub fn debug_link(&self) -> Option<(String, u32)> {
        let (name, checksum) = self.elf()?.gnu_debuglink().ok()??;
        Some((String::from_utf8_lossy(name).into_owned(), checksum))
    }

    pub fn has_debug_information(&self) -> bool {
        self.elf().is_some_and(|elf| elf.section_by_name(".debug_info").is_some())
    }

    fn elf(&self) -> Option<object::File<'_>> {
        object::File::parse(&*self.bytes).ok()
    }
}

pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
