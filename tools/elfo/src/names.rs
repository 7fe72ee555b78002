//! The names that the specifications give to numbers. What goblin has is goblin's; the rest stands here. A number without a name is
//! shown as a number.

use goblin::elf::{dynamic, header, program_header, reloc, section_header, sym};
use goblin::elf64::header::EM_X86_64;

/// `e_type`
pub fn file_type(value: u16) -> String {
    match value {
        0 => "ET_NONE".into(),
        1..=4 => format!("ET_{}", header::et_to_str(value).trim_start_matches("ET_")),
        _ => format!("{value:#x}"),
    }
}

/// `EI_OSABI`
pub fn os_abi(value: u8) -> String {
    match value {
        0 => "ELFOSABI_NONE".into(),
        3 => "ELFOSABI_GNU".into(),
        _ => format!("{value:#x}"),
    }
}

/// `p_type`
pub fn segment_type(value: u32) -> String {
    match value {
        0x6474_e554 => "PT_GNU_SFRAME".into(),
        _ => or_number(program_header::pt_to_str(value), "UNKNOWN_PT", u64::from(value)),
    }
}

/// `sh_type`
pub fn section_type(value: u32) -> String {
    match value {
        19 => "SHT_RELR".into(),
        0x6fff_4c00 => "SHT_LLVM_ODRTAB".into(),
        0x6fff_4c03 => "SHT_LLVM_ADDRSIG".into(),
        0x7000_0001 => "SHT_X86_64_UNWIND".into(),
        _ => or_number(section_header::sht_to_str(value), "UNKNOWN_SHT", u64::from(value)),
    }
}

/// `p_flags` as `RWX`
pub fn permissions(flags: u32) -> String {
    [(4, 'R'), (2, 'W'), (1, 'X')].into_iter().filter(|(bit, _)| flags & bit != 0).map(|(_, letter)| letter).collect()
}

/// `sh_flags` by readelf(1)'s letters
pub fn section_flags(flags: u64) -> String {
    const LETTERS: [(u64, char); 14] = [
        (0x1, 'W'),
        (0x2, 'A'),
        (0x4, 'X'),
        (0x10, 'M'),
        (0x20, 'S'),
        (0x40, 'I'),
        (0x80, 'L'),
        (0x100, 'O'),
        (0x200, 'G'),
        (0x400, 'T'),
        (0x800, 'C'),
        (0x20_0000, 'R'),
        (0x1000_0000, 'l'),
        (0x8000_0000, 'E'),
    ];
    LETTERS.into_iter().filter(|(bit, _)| flags & bit != 0).map(|(_, letter)| letter).collect()
}

/// Tags that goblin does not name.
const TAGS: [(u64, &str); 22] = [
    (34, "DT_SYMTAB_SHNDX"),
    (35, "DT_RELRSZ"),
    (36, "DT_RELR"),
    (37, "DT_RELRENT"),
    (0x6fff_fdf5, "DT_GNU_PRELINKED"),
    (0x6fff_fdf6, "DT_GNU_CONFLICTSZ"),
    (0x6fff_fdf7, "DT_GNU_LIBLISTSZ"),
    (0x6fff_fdf8, "DT_CHECKSUM"),
    (0x6fff_fef6, "DT_TLSDESC_PLT"),
    (0x6fff_fef7, "DT_TLSDESC_GOT"),
    (0x6fff_fef8, "DT_GNU_CONFLICT"),
    (0x6fff_fef9, "DT_GNU_LIBLIST"),
    (0x6fff_fefa, "DT_CONFIG"),
    (0x6fff_fefb, "DT_DEPAUDIT"),
    (0x6fff_fefc, "DT_AUDIT"),
    (0x6fff_fefd, "DT_PLTPAD"),
    (0x7000_0000, "DT_X86_64_PLT"),
    (0x7000_0001, "DT_X86_64_PLTSZ"),
    (0x7000_0003, "DT_X86_64_PLTENT"),
    (0x7fff_fffd, "DT_AUXILIARY"),
    (0x7fff_ffff, "DT_FILTER"),
    (0x6fff_fdfc, "DT_FEATURE_1"),
];

/// `d_tag`
pub fn dynamic_tag(tag: u64) -> String {
    match TAGS.iter().find(|(known, _)| *known == tag) {
        Some((_, name)) => (*name).into(),
        None => or_number(dynamic::tag_to_str(tag), "UNKNOWN_TAG", tag),
    }
}

/// `DT_FLAGS`
pub fn flags(value: u64) -> String {
    words(value, |bit| or_number(dynamic::df_tag_to_str(bit), "UNKNOWN_TAG", bit))
}

/// `DT_FLAGS_1`
pub fn flags_1(value: u64) -> String {
    words(value, |bit| match bit {
        0x0800_0000 => "DF_1_PIE".into(),
        0x0200_0000 => "DF_1_SINGLETON".into(),
        0x0400_0000 => "DF_1_STUB".into(),
        0x4000_0000 => "DF_1_KMOD".into(),
        _ => or_number(dynamic::df_1_tag_to_str(bit), "UNKNOWN_TAG", bit),
    })
}

/// `ELF64_R_TYPE`
pub fn relocation(kind: u32) -> String {
    match kind {
        luci::arch::reloc::R_X86_64_RELATIVE64 => "R_X86_64_RELATIVE64".into(),
        41 => "R_X86_64_GOTPCRELX".into(),
        42 => "R_X86_64_REX_GOTPCRELX".into(),
        _ => match or_number(reloc::r_to_str(kind, EM_X86_64), "R_UNKNOWN", u64::from(kind)) {
            // goblin leaves the prefix out
            name if name.starts_with("X86_64_") => format!("R_{name}"),
            name => name,
        },
    }
}

/// `STT_*` without its prefix
pub fn symbol_type(kind: u8) -> String {
    match kind {
        10 => "GNU_IFUNC".into(),
        _ => or_number(sym::type_to_str(kind), "UNKNOWN_STT", u64::from(kind)),
    }
}

/// `STB_*` without its prefix
pub fn binding(binding: u8) -> String {
    match binding {
        10 => "GNU_UNIQUE".into(),
        _ => or_number(sym::bind_to_str(binding), "UNKNOWN_STB", u64::from(binding)),
    }
}

/// `STV_*` without its prefix
pub fn visibility(other: u8) -> String {
    sym::visibility_to_str(other & 3).into()
}

/// `st_shndx` where it is no section's number
pub fn section_index(index: u16) -> String {
    match index {
        0 => "UND".into(),
        0xfff1 => "ABS".into(),
        0xfff2 => "COM".into(),
        0xffff => "XINDEX".into(),
        _ => index.to_string(),
    }
}

fn words(value: u64, name: impl Fn(u64) -> String) -> String {
    let bits = (0..u64::BITS).map(|bit| 1 << bit).filter(|bit| value & bit != 0);
    bits.map(name).collect::<Vec<_>>().join(" ")
}

fn or_number(name: &str, unknown: &str, value: u64) -> String {
    if name.starts_with(unknown) || name.starts_with("UNKNOWN") { format!("{value:#x}") } else { name.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_names_or_stay_numbers() {
        assert_eq!(file_type(3), "ET_DYN");
        assert_eq!(segment_type(0x6474_e552), "PT_GNU_RELRO");
        assert_eq!(segment_type(77), "0x4d");
        assert_eq!(section_type(0x6fff_fff6), "SHT_GNU_HASH");
        assert_eq!(dynamic_tag(36), "DT_RELR");
        assert_eq!(dynamic_tag(0x1234_5678), "0x12345678");
        assert_eq!(flags_1(0x0800_0001), "DF_1_NOW DF_1_PIE");
        assert_eq!(relocation(8), "R_X86_64_RELATIVE");
        assert_eq!(relocation(9999), "0x270f");
        assert_eq!((binding(1), symbol_type(2), visibility(3)), ("GLOBAL".into(), "FUNC".into(), "PROTECTED".into()));
    }
}
