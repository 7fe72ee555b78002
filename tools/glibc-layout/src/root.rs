//! A file system tree with an installed libc: the running system's or another one's, such as a chroot or an unpacked image.

use std::collections::VecDeque;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// As many symbolic links as the kernel follows.
const MAX_LINKS: usize = 40;

pub struct Root(PathBuf);

impl Root {
    pub fn new(root: &Path) -> Self {
        Root(root.to_owned())
    }

    /// Where an absolute path of this tree is, with symbolic links followed as a process inside would; none if it leads nowhere.
    pub fn place_of(&self, path: &Path) -> Option<PathBuf> {
        let inside = self.follow(path)?;
        let place = self.outside(&inside);
        place.exists().then_some(place)
    }

    /// The same as a path of this tree, without symbolic links.
    pub fn follow(&self, path: &Path) -> Option<PathBuf> {
        let mut todo: VecDeque<PathBuf> = pieces(path);
        let mut inside = PathBuf::from("/");
        let mut links = 0;
        while let Some(piece) = todo.pop_front() {
            if piece.as_os_str() == ".." {
                inside.pop();
                continue;
            }
            let Ok(target) = fs::read_link(self.outside(&inside.join(&piece))) else {
                inside.push(piece);
                continue;
            };
            links += 1;
            if links > MAX_LINKS {
                return None;
            }
            if target.is_absolute() {
                inside = PathBuf::from("/");
            }
            for piece in pieces(&target).into_iter().rev() {
                todo.push_front(piece);
            }
        }
        Some(inside)
    }

    /// The value of a key in `/etc/os-release`, such as ID.
    pub fn os_release(&self, key: &str) -> Option<String> {
        let text = fs::read_to_string(self.place_of(Path::new("/etc/os-release"))?).ok()?;
        let value = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
        Some(value.trim().trim_matches(['"', '\'']).to_owned())
    }

    fn outside(&self, inside: &Path) -> PathBuf {
        self.0.join(inside.strip_prefix("/").unwrap_or(inside))
    }
}

/// The names in a path, and its steps up.
fn pieces(path: &Path) -> VecDeque<PathBuf> {
    let named = |component: Component| match component {
        Component::Normal(name) => Some(PathBuf::from(name)),
        Component::ParentDir => Some(PathBuf::from("..")),
        _ => None,
    };
    path.components().filter_map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_stay_inside_the_tree() {
        let folder = std::env::temp_dir().join(format!("glibc-layout-root-{}", std::process::id()));
        fs::create_dir_all(folder.join("usr/lib/deep")).unwrap();
        fs::write(folder.join("usr/lib/file"), "inside").unwrap();
        symlink("/usr/lib", folder.join("lib")).unwrap();
        symlink("../../../../../lib/file", folder.join("usr/lib/deep/link")).unwrap();
        symlink("loop", folder.join("loop")).unwrap();
        let root = Root::new(&folder);
        assert_eq!(root.place_of(Path::new("/lib/deep/link")), Some(folder.join("usr/lib/file")));
        assert_eq!(root.follow(Path::new("/lib/file")), Some("/usr/lib/file".into()));
        assert_eq!(root.place_of(Path::new("/loop")), None);
        assert_eq!(root.place_of(Path::new("/lib/none")), None);
        fs::remove_dir_all(&folder).unwrap();
    }
}
