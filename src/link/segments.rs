//! How an object lies in memory: the plan that the runtime maps, and where its parts are.

use alloc::vec::Vec;

use crate::addr::{Vaddr, align_down, align_up};
use crate::arch::PAGE_SIZE;
use crate::elf::segments::{self as ph, Permissions, ProgramHeader};

/// The memory image of an object; all addresses are link-time ones.
#[derive(Clone, Debug)]
pub struct Layout {
    /// All program headers, in file order.
    pub headers: Vec<ProgramHeader>,
    /// First and one-past-last byte of the image, page aligned.
    pub start: Vaddr,
    pub end: Vaddr,
    /// Largest `p_align` of a segment in bytes, at least a page.
    pub align: u64,
    /// What to map, ascending.
    pub segments: Vec<Segment>,
    pub dynamic: Option<ProgramHeader>,
    pub tls: Option<ProgramHeader>,
    /// `PT_GNU_RELRO` as the whole pages it covers: start and end.
    pub relro: Option<(Vaddr, Vaddr)>,
    pub eh_frame_header: Option<ProgramHeader>,
    /// `PT_GNU_STACK`; a file without it may want an executable stack.
    pub stack: Option<Permissions>,
    pub interpreter: Option<ProgramHeader>,
    /// Where the program headers themselves are in memory, if a segment holds them.
    pub headers_vaddr: Option<Vaddr>,
}

/// One `PT_LOAD` in pages. The bytes `[data_end, page_end)` behind the file's contents are zero, as are the pages of
/// `[page_end, alloc_end)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    pub permissions: Permissions,
    /// First byte, page aligned.
    pub start: Vaddr,
    /// File offset that `start` maps, page aligned.
    pub file_offset: u64,
    /// End of the bytes from the file.
    pub data_end: Vaddr,
    /// `data_end` rounded up to a page: where the file mapping ends. Equal to `start` when the file gives nothing.
    pub page_end: Vaddr,
    /// End of the segment's memory, page aligned.
    pub alloc_end: Vaddr,
    /// Unrounded range, for checks of addresses.
    pub vaddr: Vaddr,
    pub memsz: u64,
}

impl Segment {
    /// Takes in a segment that begins in this one's last page. A page has one protection and comes from one place in the
    /// file, so that only zeroed memory of the same permissions can follow.
    fn share_page(&mut self, next: &ProgramHeader, alloc_end: Vaddr) -> Result<(), &'static str> {
        if next.filesz > 0 || next.permissions != self.permissions {
            return Err("ELF load commands share a page");
        }
        self.memsz = (next.vaddr + next.memsz).0 - self.vaddr.0;
        self.alloc_end = alloc_end;
        Ok(())
    }

    /// Whether its bytes can be read: on x86-64 what can be written can be read.
    pub fn is_readable(&self) -> bool {
        self.permissions.intersects(Permissions::READ | Permissions::WRITE)
    }

    /// The bytes from `vaddr` to the end of what the file gives; `None` when it lies outside.
    pub fn file_bytes_from(&self, vaddr: Vaddr) -> Option<u64> {
        self.contains(vaddr, 0).then(|| self.data_end.0.checked_sub(vaddr.0))?
    }

    /// Whether `[vaddr, vaddr + len)` lies in the segment.
    pub fn contains(&self, vaddr: Vaddr, len: u64) -> bool {
        let into = vaddr.0.wrapping_sub(self.vaddr.0);
        into <= self.memsz && self.memsz - into >= len
    }
}

/// User space ends here; no image can be larger.
const ADDRESS_SPACE: u64 = 1 << 47;

/// Plans the image from the program headers and the offset they have in a file of `file_size` bytes. The sentences
/// about alignment and order are glibc's.
pub fn plan(headers: Vec<ProgramHeader>, phoff: u64, file_size: u64) -> Result<Layout, &'static str> {
    let mut layout = Layout {
        headers,
        start: Vaddr(u64::MAX),
        end: Vaddr(0),
        align: PAGE_SIZE,
        segments: Vec::new(),
        dynamic: None,
        tls: None,
        relro: None,
        eh_frame_header: None,
        stack: None,
        interpreter: None,
        headers_vaddr: None,
    };
    let headers = core::mem::take(&mut layout.headers);
    for header in &headers {
        match header.kind {
            ph::PT_LOAD if header.memsz > 0 => layout.add_load(header, file_size)?,
            ph::PT_DYNAMIC if header.filesz > 0 => layout.dynamic = Some(*header),
            ph::PT_TLS if header.memsz > 0 => layout.tls = Some(check_tls(header)?),
            ph::PT_GNU_RELRO => layout.relro = relro_pages(header),
            ph::PT_GNU_EH_FRAME => layout.eh_frame_header = Some(*header),
            ph::PT_GNU_STACK => layout.stack = Some(header.permissions),
            ph::PT_INTERP => layout.interpreter = Some(*header),
            _ => {}
        }
    }
    layout.headers = headers;
    layout.finish(phoff)?;
    Ok(layout)
}

impl Layout {
    fn add_load(&mut self, header: &ProgramHeader, file_size: u64) -> Result<(), &'static str> {
        if header.align > 1 && !header.align.is_power_of_two() {
            return Err("ELF load command alignment not page-aligned");
        }
        if header.vaddr.0 % PAGE_SIZE != header.offset.0 % PAGE_SIZE {
            return Err("ELF load command address/offset not page-aligned");
        }
        if header.filesz > header.memsz {
            return Err("ELF load command has more bytes in the file than in memory");
        }
        let file_end = header.offset.0.checked_add(header.filesz).ok_or("ELF load command lies outside the file")?;
        if file_end > file_size {
            return Err("file too short: an ELF load command lies outside the file");
        }
        let end = header.end().filter(|end| end.0 <= ADDRESS_SPACE).ok_or("ELF load command lies outside the address space")?;
        let data_end = header.vaddr + header.filesz;
        let start = Vaddr(align_down(header.vaddr.0, PAGE_SIZE));
        let round_up = |vaddr: Vaddr| Vaddr(align_up(vaddr.0, PAGE_SIZE).unwrap_or(ADDRESS_SPACE));
        let page_end = if header.filesz == 0 { start } else { round_up(data_end) };
        if self.segments.last().is_some_and(|last| last.vaddr + last.memsz > header.vaddr) {
            return Err("ELF load commands are not in ascending order");
        }
        if let Some(last) = self.segments.last_mut().filter(|last| last.alloc_end > start) {
            return last.share_page(header, round_up(end)).map(|()| self.end = self.end.max(round_up(end)));
        }
        self.segments.push(Segment {
            permissions: header.permissions,
            start,
            file_offset: align_down(header.offset.0, PAGE_SIZE),
            data_end,
            page_end,
            alloc_end: round_up(end),
            vaddr: header.vaddr,
            memsz: header.memsz,
        });
        self.align = self.align.max(header.align);
        self.start = self.start.min(start);
        self.end = self.end.max(round_up(end));
        Ok(())
    }

    fn finish(&mut self, phoff: u64) -> Result<(), &'static str> {
        if self.segments.is_empty() {
            return Err("object file has no loadable segments");
        }
        if self.align > ADDRESS_SPACE {
            return Err("ELF load command alignment not page-aligned");
        }
        let in_image =
            |header: &ProgramHeader| self.segments.iter().any(|s| s.is_readable() && s.contains(header.vaddr, header.filesz));
        if self.dynamic.as_ref().is_some_and(|header| !in_image(header)) {
            return Err("object file's dynamic section lies outside its segments");
        }
        if self.tls.as_ref().is_some_and(|header| !in_image(header)) {
            return Err("object file's TLS image lies outside its segments");
        }
        self.eh_frame_header = self.eh_frame_header.filter(in_image);
        self.relro = self.relro.and_then(|(start, end)| self.writable_part(start, end));
        let size = (self.headers.len() * ProgramHeader::SIZE) as u64;
        let holder = self.headers.iter().find(|header| {
            header.kind == ph::PT_LOAD
                && phoff.checked_sub(header.offset.0).is_some_and(|into| into <= header.filesz && header.filesz - into >= size)
        });
        self.headers_vaddr = holder.map(|header| header.vaddr + (phoff - header.offset.0));
        Ok(())
    }

    /// What of a range lies in the writable segment that holds its start: to make anything else read-only would take the
    /// right to execute from code, or reach outside the image.
    fn writable_part(&self, start: Vaddr, end: Vaddr) -> Option<(Vaddr, Vaddr)> {
        let holds = |segment: &&Segment| {
            segment.permissions.contains(Permissions::WRITE) && segment.start <= start && start < segment.alloc_end
        };
        self.segments.iter().find(holds).map(|segment| (start, end.min(segment.alloc_end)))
    }

    /// Whether any of `[vaddr, vaddr + len)` becomes read-only after relocation.
    pub fn in_relro(&self, vaddr: Vaddr, len: u64) -> bool {
        self.relro.is_some_and(|(start, end)| vaddr < end && vaddr + len > start)
    }

    /// Whether there is code at `vaddr`: bytes of the file in an executable segment.
    pub fn is_code(&self, vaddr: Vaddr) -> bool {
        let is_code = |segment: &Segment| segment.permissions.contains(Permissions::EXECUTE) && vaddr < segment.data_end;
        self.segment_of(vaddr, 1).is_some_and(is_code)
    }

    /// Whether the program headers can be at `vaddr`: in a segment, and when PT_PHDR tells their offset in the only one
    /// that maps it.
    pub fn maps_headers_at(&self, vaddr: Vaddr) -> bool {
        let len = (self.headers.len() * ProgramHeader::SIZE) as u64;
        let mut loads = self.headers.iter().filter(|header| header.kind == ph::PT_LOAD);
        let Some(own) = self.headers.iter().find(|header| header.kind == ph::PT_PHDR) else {
            return loads.any(|load| load.contains_in_file(vaddr, len));
        };
        let into = |load: &ProgramHeader| own.offset.0.checked_sub(load.offset.0).filter(|&into| into < load.filesz);
        let mut places = loads.filter_map(|load| Some((load, load.vaddr + into(load)?)));
        let fits = |(load, place): (&ProgramHeader, Vaddr)| place == vaddr && load.contains_in_file(vaddr, len);
        places.next().is_some_and(fits) && places.next().is_none()
    }

    /// Bytes of address space the image takes.
    pub fn size(&self) -> u64 {
        self.end.0 - self.start.0
    }

    /// The segment that holds `[vaddr, vaddr + len)`.
    pub fn segment_of(&self, vaddr: Vaddr, len: u64) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.contains(vaddr, len))
    }

    /// The writable pages behind (and before) RELRO, as start and end: what stays writable while the program runs.
    pub fn writable_pages(&self) -> Vec<(Vaddr, Vaddr)> {
        let (relro_start, relro_end) = self.relro.unwrap_or((Vaddr(0), Vaddr(0)));
        let mut pages = Vec::new();
        for segment in self.segments.iter().filter(|segment| segment.permissions.contains(Permissions::WRITE)) {
            let (start, end) = (segment.start, segment.alloc_end);
            let pieces = if relro_start < relro_end {
                [(start, end.min(relro_start)), (start.max(relro_end), end)]
            } else {
                [(start, end), (end, end)]
            };
            pages.extend(pieces.into_iter().filter(|(start, end)| start < end));
        }
        pages
    }

    /// Whether the segments leave no hole between `start` and `end` (glibc `l_contiguous`).
    pub fn is_contiguous(&self) -> bool {
        self.segments.windows(2).all(|pair| pair[0].alloc_end >= pair[1].start)
    }
}

fn check_tls(header: &ProgramHeader) -> Result<ProgramHeader, &'static str> {
    if header.align > 1 && !header.align.is_power_of_two() || header.align > ADDRESS_SPACE {
        return Err("TLS segment alignment is not a power of two");
    }
    if header.filesz > header.memsz || header.memsz > ADDRESS_SPACE {
        return Err("TLS segment size is invalid");
    }
    Ok(*header)
}

/// The start is rounded down and the end too: a page that also holds ordinary data stays writable (as in glibc).
fn relro_pages(header: &ProgramHeader) -> Option<(Vaddr, Vaddr)> {
    let start = Vaddr(align_down(header.vaddr.0, PAGE_SIZE));
    let end = Vaddr(align_down(header.end()?.0, PAGE_SIZE));
    (start < end).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addr::FileOffset;

    fn load(offset: u64, vaddr: u64, filesz: u64, memsz: u64) -> ProgramHeader {
        ProgramHeader {
            kind: ph::PT_LOAD,
            permissions: Permissions::READ,
            offset: FileOffset(offset),
            vaddr: Vaddr(vaddr),
            filesz,
            memsz,
            align: 0x1000,
        }
    }

    #[test]
    fn a_bss_reaches_behind_the_file() {
        let layout = plan(alloc::vec![load(0, 0, 0x800, 0x800), load(0x1e00, 0x2e00, 0x300, 0x5000)], 64, 0x2100).unwrap();
        assert_eq!((layout.start, layout.end), (Vaddr(0), Vaddr(0x8000)));
        let data = layout.segments[1];
        assert_eq!((data.start, data.file_offset), (Vaddr(0x2000), 0x1000));
        assert_eq!((data.data_end, data.page_end, data.alloc_end), (Vaddr(0x3100), Vaddr(0x4000), Vaddr(0x8000)));
        assert!(!layout.is_contiguous());
        assert_eq!(layout.headers_vaddr, Some(Vaddr(64)));
    }

    fn writable(header: ProgramHeader) -> ProgramHeader {
        ProgramHeader { permissions: Permissions::READ | Permissions::WRITE, ..header }
    }

    #[test]
    fn only_zeroed_memory_can_begin_in_another_segments_page() {
        let data = writable(load(0x1000, 0x1000, 0x100, 0x100));
        let bss = writable(load(0x1100, 0x1100, 0, 0x3000));
        let layout = plan(alloc::vec![data, bss], 64, 0x1100).unwrap();
        assert_eq!(layout.segments.len(), 1);
        assert_eq!((layout.segments[0].memsz, layout.segments[0].alloc_end), (0x3100, Vaddr(0x5000)));
        assert_eq!(layout.end, Vaddr(0x5000));
        let code = load(0x1100, 0x1100, 0, 0x10);
        assert!(plan(alloc::vec![data, code], 64, 0x1100).unwrap_err().contains("share a page"));
        let more = writable(load(0x1100, 0x1100, 0x10, 0x10));
        assert!(plan(alloc::vec![data, more], 64, 0x1200).unwrap_err().contains("share a page"));
    }

    #[test]
    fn relro_never_reaches_behind_the_writable_segment_it_starts_in() {
        let relro = |vaddr, memsz| ProgramHeader { kind: ph::PT_GNU_RELRO, ..load(0, vaddr, 0, memsz) };
        let with = |relro| {
            let data = writable(load(0x1000, 0x1000, 0x1000, 0x1800));
            plan(alloc::vec![load(0, 0, 0x1000, 0x1000), data, relro], 64, 0x2000).unwrap().relro
        };
        assert_eq!(with(relro(0x1000, 0x1000)), Some((Vaddr(0x1000), Vaddr(0x2000))));
        assert_eq!(with(relro(0x1000, 0x10_0000)), Some((Vaddr(0x1000), Vaddr(0x3000))));
        assert_eq!(with(relro(0, 0x2000)), None);
        assert_eq!(with(relro(0x8000, 0x2000)), None);
    }

    #[test]
    fn code_is_what_the_file_gives_to_executable_segments() {
        let code = ProgramHeader { permissions: Permissions::READ | Permissions::EXECUTE, ..load(0, 0, 0x100, 0x800) };
        let layout = plan(alloc::vec![code, load(0x1000, 0x1000, 0x10, 0x10)], 64, 0x1010).unwrap();
        assert!(layout.is_code(Vaddr(0xff)));
        assert!(!layout.is_code(Vaddr(0x100)));
        assert!(!layout.is_code(Vaddr(0x1000)));
        assert_eq!(layout.segments[0].file_bytes_from(Vaddr(0xf0)), Some(0x10));
        assert_eq!(layout.segments[0].file_bytes_from(Vaddr(0x101)), None);
    }

    #[test]
    fn program_headers_are_where_their_offset_says() {
        let own = |offset| ProgramHeader { kind: ph::PT_PHDR, ..load(offset, 0x40, 112, 112) };
        let with = |own| plan(alloc::vec![own, load(0, 0, 0x1000, 0x1000)], 0, 0x1000).unwrap();
        assert!(with(own(0x40)).maps_headers_at(Vaddr(0x40)));
        assert!(!with(own(0x80)).maps_headers_at(Vaddr(0x40)));
        assert!(!with(own(0x40)).maps_headers_at(Vaddr(0x1040)));
        let twice = plan(alloc::vec![own(0x40), load(0, 0, 0x1000, 0x1000), load(0, 0x1000, 0x100, 0x100)], 0, 0x1000);
        assert!(!twice.unwrap().maps_headers_at(Vaddr(0x40)));
    }

    #[test]
    fn writable_pages_are_those_without_relro() {
        let mut data = load(0x1e00, 0x2e00, 0x2300, 0x5000);
        data.permissions = Permissions::READ | Permissions::WRITE;
        let relro = ProgramHeader { kind: ph::PT_GNU_RELRO, memsz: 0x1200, ..data };
        let layout = plan(alloc::vec![load(0, 0, 0x800, 0x800), data, relro], 64, 0x4100).unwrap();
        assert_eq!(layout.relro, Some((Vaddr(0x2000), Vaddr(0x4000))));
        assert_eq!(layout.writable_pages(), [(Vaddr(0x4000), Vaddr(0x8000))]);
        let layout = plan(alloc::vec![load(0, 0, 0x800, 0x800), data], 64, 0x4100).unwrap();
        assert_eq!(layout.writable_pages(), [(Vaddr(0x2000), Vaddr(0x8000))]);
    }

    #[test]
    fn impossible_files_are_refused() {
        assert!(plan(alloc::vec![load(0, 0x10, 1, 1)], 64, 1).unwrap_err().contains("aligned"));
        assert!(plan(alloc::vec![load(0, 0, 0x2000, 0x2000)], 64, 0x1000).unwrap_err().contains("too short"));
        assert!(plan(alloc::vec![load(0, 0, 2, 1)], 64, 9).is_err());
        assert!(plan(alloc::vec![load(0, 0x1000, 0, 1), load(0, 0, 0, 1)], 64, 9).unwrap_err().contains("ascending"));
        assert!(plan(alloc::vec![load(0, 0, 0, u64::MAX)], 64, 9).is_err());
        assert!(plan(Vec::new(), 64, 9).unwrap_err().contains("no loadable"));
    }
}
