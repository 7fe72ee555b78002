//! The vDSO: the object that the kernel maps into every process for calls that need no kernel entry. It is no file; the image is
//! taken out of this process.

use std::fs::File;
use std::os::unix::fs::FileExt;

use anyhow::{Context, Result};

use crate::input::plain;
use crate::process::mappings;

/// The name in `/proc/PID/maps`.
pub const NAME: &[u8] = b"[vdso]";

/// The image of the running kernel's vDSO.
pub fn image() -> Result<Vec<u8>> {
    let maps = mappings("self")?;
    let vdso = maps.iter().find(|mapping| mapping.path == NAME).context("this kernel maps no vDSO (it may be off: vdso=0)")?;
    let memory = File::open("/proc/self/mem").map_err(plain).context("/proc/self/mem")?;
    let mut bytes = vec![0; usize::try_from(vdso.end - vdso.start)?];
    memory.read_exact_at(&mut bytes, vdso.start).map_err(plain).context("the vDSO cannot be read")?;
    Ok(bytes)
}
