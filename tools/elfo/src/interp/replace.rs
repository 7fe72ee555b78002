//! Puts a changed file in the place of the old one: a new file beside it gets the bytes, owner, mode and extended attributes (ACLs
//! and labels are such), reaches the disk, and is renamed over it. A program that runs from the old file goes on with it; nobody
//! ever sees half a file.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use rustix::fs::{Access, XattrFlags, access, fgetxattr, flistxattr, fsetxattr};

use crate::input::{path_text, plain, text};

/// A file that is to be replaced.
pub struct Target {
    /// Without symbolic links: what is replaced is the file that they lead to.
    path: PathBuf,
    file: File,
    metadata: fs::Metadata,
}

/// Where the kernel keeps file capabilities.
const CAPABILITIES: &[u8] = b"security.capability";

impl Target {
    /// Checks that the file may be replaced. `force` allows a file that raises privileges, and one that has several names.
    pub fn open(path: &Path, force: bool) -> Result<Target> {
        let path = path.canonicalize().map_err(plain)?;
        ensure!(fs::metadata(&path).map_err(plain)?.is_file(), "is no regular file");
        access(&path, Access::WRITE_OK).map_err(|errno| plain(errno.into()))?;
        let file = File::open(&path).map_err(plain)?;
        let metadata = file.metadata().map_err(plain)?;
        let target = Target { path, file, metadata };
        if !force {
            target.refuse_special()?;
        }
        Ok(target)
    }

    fn refuse_special(&self) -> Result<()> {
        if self.metadata.mode() & 0o6000 != 0 {
            bail!("it is setuid or setgid, so its interpreter runs with its privileges (--force changes it nevertheless)");
        }
        if self.attributes()?.iter().any(|(name, _)| name == CAPABILITIES) {
            bail!("it has file capabilities, so its interpreter runs with them (--force changes it nevertheless)");
        }
        if self.metadata.nlink() > 1 {
            let names = self.metadata.nlink() - 1;
            bail!("it has {names} more names (hard links), which would keep the former file (--force changes it nevertheless)");
        }
        Ok(())
    }

    /// Replaces the file. Sentences about what could not be kept are returned.
    pub fn replace(&self, bytes: &[u8]) -> Result<Vec<String>> {
        let (temporary, file) = self.create_beside()?;
        let outcome = self.fill(file, bytes).and_then(|lost| {
            let now = fs::metadata(&self.path).map_err(plain)?;
            let is_same = (now.ino(), now.dev(), now.mtime(), now.mtime_nsec(), now.len())
                == (
                    self.metadata.ino(),
                    self.metadata.dev(),
                    self.metadata.mtime(),
                    self.metadata.mtime_nsec(),
                    self.metadata.len(),
                );
            ensure!(is_same, "somebody else changed it in the meantime");
            fs::rename(&temporary, &self.path).map_err(plain)?;
            Ok(lost)
        });
        if outcome.is_err() {
            // what failed is told; that the remains cannot be removed either is no news
            let _ = fs::remove_file(&temporary);
        }
        outcome
    }

    /// A new file in the same directory that nobody else can open yet.
    fn create_beside(&self) -> Result<(PathBuf, File)> {
        let directory = self.path.parent().context("it is no file")?;
        let name = self.path.file_name().unwrap_or_default().as_bytes();
        for attempt in 0..100 {
            let suffix = format!(".elfo-{}-{attempt}", std::process::id());
            let name = [b".", &name[..name.len().min(200)], suffix.as_bytes()].concat();
            let path = directory.join(std::ffi::OsString::from_vec(name));
            match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
                Ok(file) => return Ok((path, file)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(plain(error)).with_context(|| format!("a new file in {}", path_text(directory))),
            }
        }
        bail!("{} is full of files of other runs", path_text(directory))
    }

    fn fill(&self, mut file: File, bytes: &[u8]) -> Result<Vec<String>> {
        file.write_all(bytes).map_err(plain)?;
        let mut lost = Vec::new();
        let (uid, gid) = (self.metadata.uid(), self.metadata.gid());
        let new = file.metadata().map_err(plain)?;
        let mut mode = self.metadata.mode() & 0o7777;
        if (new.uid(), new.gid()) != (uid, gid) && fchown(&file, Some(uid), Some(gid)).is_err() {
            // with another owner the bits would lend the wrong privileges
            mode &= 0o1777;
            lost.push("the owner could not be kept".into());
        }
        for (name, value) in self.attributes()? {
            if fsetxattr(&file, &name[..], &value, XattrFlags::empty()).is_err() {
                lost.push(format!("the attribute {} could not be kept", text(&name)));
            }
        }
        // after the owner and the ACL, which both change it
        file.set_permissions(fs::Permissions::from_mode(mode)).map_err(plain)?;
        file.sync_all().map_err(plain)?;
        Ok(lost)
    }

    /// The extended attributes; none on file systems without.
    fn attributes(&self) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        /// The kernel's `XATTR_LIST_MAX` and `XATTR_SIZE_MAX`.
        const LARGEST: usize = 65536;
        let mut list = vec![0; LARGEST];
        let length = match flistxattr(&self.file, &mut list[..]) {
            Ok(length) => length,
            Err(rustix::io::Errno::NOTSUP) => 0,
            Err(errno) => return Err(plain(errno.into())),
        };
        let mut all = Vec::new();
        for name in list[..length].split(|&byte| byte == 0).filter(|name| !name.is_empty()) {
            let mut value = vec![0; LARGEST];
            let length = fgetxattr(&self.file, name, &mut value[..]).map_err(|errno| plain(errno.into()))?;
            value.truncate(length);
            all.push((name.to_vec(), value));
        }
        Ok(all)
    }
}
