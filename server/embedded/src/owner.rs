//! Who owns the data and runs Postgres: ourselves, or, when we are root, an ordinary user.

use std::fs::{self, Metadata, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::binaries::Binaries;
use crate::error::{Doing, Error};

/// How long a folder may belong to us before it is the owner's: whoever makes it hands it over at once.
const HANDED_OVER: Duration = Duration::from_secs(2);

/// Where root keeps the data of every checkout.
pub const ROOT_DATA: &str = "/var/lib/baton";

/// The user that Postgres runs as.
#[derive(Clone, Debug)]
pub struct Owner {
    uid: u32,
    gid: u32,
    /// Whether we are root and change to that user.
    steps_down: bool,
}

impl Owner {
    /// Ourselves; as root the user `postgres`, else `nobody`.
    pub fn current() -> Result<Self, Error> {
        let uid = rustix::process::geteuid();
        if !uid.is_root() {
            let gid = rustix::process::getegid().as_raw();
            return Ok(Self { uid: uid.as_raw(), gid, steps_down: false });
        }
        let users = fs::read_to_string("/etc/passwd").doing(|| "reading /etc/passwd".to_owned())?;
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| ids_of(&users, name))
            .map(|(uid, gid)| Self { uid, gid, steps_down: true })
            .ok_or(Error::NoUser)
    }

    /// The data directory, or its stand-in when this user could not enter it.
    pub fn place(&self, data_dir: &Path) -> PathBuf {
        let data_dir = std::path::absolute(data_dir).unwrap_or_else(|_| data_dir.to_path_buf());
        if !self.steps_down || self.can_enter(&data_dir) { data_dir } else { root_data_dir(&data_dir) }
    }

    /// Makes a closed folder of this user, with the folders above it.
    pub fn make_closed(&self, dir: &Path) -> Result<(), Error> {
        if let Some(above) = dir.parent() {
            self.make_open(above)?;
        }
        match fs::create_dir(dir) {
            Ok(()) => self.give(dir)?,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).doing(|| format!("making {}", dir.display())),
        }
        let started = Instant::now();
        loop {
            let found = fs::symlink_metadata(dir).doing(|| format!("looking at {}", dir.display()))?;
            if found.is_dir() && self.owns(&found) {
                break;
            }
            // Another start at the same time may have made it and not handed it over yet.
            if started.elapsed() > HANDED_OVER {
                let why = format!("it belongs to user {}, or is no folder", found.uid());
                return Err(Error::Foreign { dir: dir.to_path_buf(), why });
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        set_mode(dir, 0o700)
    }

    /// Folders that are made on the way must let this user through, whatever the umask.
    fn make_open(&self, dir: &Path) -> Result<(), Error> {
        if dir.exists() {
            return Ok(());
        }
        if let Some(above) = dir.parent() {
            self.make_open(above)?;
        }
        match fs::create_dir(dir) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
            made => made.doing(|| format!("making {}", dir.display()))?,
        }
        if self.steps_down { set_mode(dir, 0o711) } else { Ok(()) }
    }

    /// Hands a file to this user.
    pub fn give(&self, path: &Path) -> Result<(), Error> {
        if !self.steps_down {
            return Ok(());
        }
        std::os::unix::fs::lchown(path, Some(self.uid), Some(self.gid))
            .doing(|| format!("giving {} to user {}", path.display(), self.uid))
    }

    /// Whether a file belongs to this user.
    pub fn owns(&self, found: &Metadata) -> bool {
        found.uid() == self.uid
    }

    /// A command that runs as this user, in a process group of its own, so that Ctrl-C in a terminal
    /// reaches us and not Postgres.
    pub fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).process_group(0).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        // A locale that is not there makes Postgres give up on macOS; that of the data is its own.
        command.env("LC_ALL", "C");
        if self.steps_down {
            command.uid(self.uid).gid(self.gid).env("HOME", folder);
        }
        command
    }

    /// The folder of the programs, or a copy where this user can reach them.
    pub fn programs(&self, binaries: &Binaries) -> Result<PathBuf, Error> {
        if !self.steps_down || self.can_run(&binaries.dir) {
            return Ok(binaries.dir.clone());
        }
        let prefix = binaries.dir.parent().unwrap_or(&binaries.dir);
        let name = format!("{}-{}", binaries.version, hash(prefix));
        let copy = Path::new(ROOT_DATA).join("bin").join(&name);
        if !copy.exists() {
            // Copied aside and renamed, so that a copy is whole or absent.
            let aside = copy.with_file_name(format!("{name}.new{}", std::process::id()));
            self.make_open(&aside)?;
            for part in ["bin", "lib", "share"] {
                copy_tree(&prefix.join(part), &aside.join(part))
                    .doing(|| format!("copying {} for user {}", prefix.join(part).display(), self.uid))?;
            }
            set_mode(&aside, 0o755)?;
            match fs::rename(&aside, &copy) {
                // Another process was faster with the same copy.
                Err(_) if copy.exists() => fs::remove_dir_all(&aside),
                renamed => renamed,
            }
            .doing(|| format!("making {}", copy.display()))?;
        }
        Ok(copy.join("bin"))
    }

    fn can_run(&self, dir: &Path) -> bool {
        ["postgres", "initdb"].iter().all(|name| {
            let program = dir.join(name);
            self.can_enter(&program) && fs::metadata(&program).is_ok_and(|found| self.may(&found, 0o5))
        })
    }

    /// Whether this user gets through every folder above `path` that exists.
    fn can_enter(&self, path: &Path) -> bool {
        path.ancestors()
            .skip(1)
            .filter_map(|above| fs::metadata(above).ok())
            .all(|found| self.may(&found, 0o1))
    }

    fn may(&self, found: &Metadata, wanted: u32) -> bool {
        let shift = if found.uid() == self.uid {
            6
        } else if found.gid() == self.gid {
            3
        } else {
            0
        };
        (found.mode() >> shift) & wanted == wanted
    }
}

/// Where root's data for `path` lies.
pub fn root_data_dir(path: &Path) -> PathBuf {
    Path::new(ROOT_DATA).join(hash(path))
}

/// FNV-1a, 64 bits: a short name for a path that is the same in every version of this program.
pub fn hash(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let sum = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{sum:016x}")
}

/// Sets the permission bits of a file.
pub fn set_mode(path: &Path, mode: u32) -> Result<(), Error> {
    fs::set_permissions(path, Permissions::from_mode(mode))
        .doing(|| format!("setting the permissions of {}", path.display()))
}

fn ids_of(passwd: &str, name: &str) -> Option<(u32, u32)> {
    let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    // macOS writes the ids of `nobody` as -2.
    let mut id = || fields.next()?.parse::<i64>().ok().map(|id| id as u32);
    Some((id()?, id()?)).filter(|(uid, _)| *uid != 0)
}

fn copy_tree(from: &Path, to: &Path) -> std::io::Result<()> {
    let found = fs::symlink_metadata(from)?;
    if found.is_symlink() {
        return std::os::unix::fs::symlink(fs::read_link(from)?, to);
    }
    if !found.is_dir() {
        fs::copy(from, to)?;
        return fs::set_permissions(to, Permissions::from_mode(found.mode() | 0o444));
    }
    fs::create_dir(to)?;
    fs::set_permissions(to, Permissions::from_mode(0o755))?;
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        copy_tree(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_their_whole_name_and_never_as_root() {
        let passwd = "root:x:0:0::/root:/bin/sh\npostgres2:x:7:7::/:/bin/sh\nnobody:*:-2:-2::/:/bin/false\n";
        assert_eq!(ids_of(passwd, "postgres"), None);
        assert_eq!(ids_of(passwd, "nobody"), Some((4_294_967_294, 4_294_967_294)));
        assert_eq!(ids_of(passwd, "root"), None);
    }

    #[test]
    fn the_name_of_a_path_never_changes() {
        assert_eq!(hash(Path::new("")), "cbf29ce484222325");
        assert_eq!(hash(Path::new("/home/ann/baton")).len(), 16);
    }

    #[test]
    fn data_in_a_closed_folder_moves_for_root_only() {
        let closed = tempfile::tempdir().unwrap();
        set_mode(closed.path(), 0o700).unwrap();
        let wanted = closed.path().join("data");
        let mut owner = Owner { uid: 1, gid: 1, steps_down: true };
        assert_eq!(owner.place(&wanted), root_data_dir(&wanted));
        set_mode(closed.path(), 0o711).unwrap();
        assert_eq!(owner.place(&wanted), wanted);
        set_mode(closed.path(), 0o700).unwrap();
        owner.steps_down = false;
        assert_eq!(owner.place(&wanted), wanted);
    }
}
