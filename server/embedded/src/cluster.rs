//! The folders of one database cluster: making it, checking that it is ours and fits, and reading
//! who serves it.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::binaries::Binaries;
use crate::error::{Doing, Error};
use crate::owner::{self, Owner};

/// `sun_path` has 108 bytes on Linux, with the closing zero, and 104 on macOS.
const LONGEST_SOCKET_DIR: usize = 103 - "/.s.PGSQL.5432".len();
/// A file in the data directory that says who made it.
const MARK: &str = "made-by-baton";
/// A log beyond this is set aside at the next start.
const LONG_LOG: u64 = 16 << 20;

/// A cluster and the programs for it.
#[derive(Debug)]
pub struct Cluster {
    /// The data directory of Postgres, `<data>/pg/<major>`.
    pub dir: PathBuf,
    /// The folder above, closed to others.
    above: PathBuf,
    /// What the server writes.
    pub log: PathBuf,
    /// Where a new server would listen.
    pub socket_dir: PathBuf,
    /// The programs, where the owner can run them.
    pub bin_dir: PathBuf,
    /// Who owns it all.
    pub owner: Owner,
    major: u32,
}

/// What `postmaster.pid` says.
#[derive(Debug, PartialEq, Eq)]
pub struct Running {
    /// The server's process.
    pub pid: u32,
    /// Where it listens.
    pub socket_dir: PathBuf,
}

impl Cluster {
    /// The cluster for these programs below `above`.
    ///
    /// # Errors
    /// The data there was made by another version or by somebody else.
    pub fn at(above: &Path, owner: Owner, binaries: &Binaries) -> Result<Self, Error> {
        let major = binaries.major;
        let cluster = Self {
            dir: above.join(major.to_string()),
            above: above.to_path_buf(),
            log: above.join(format!("{major}.log")),
            socket_dir: socket_dir(above),
            bin_dir: owner.programs(binaries)?,
            owner,
            major,
        };
        cluster.check()?;
        Ok(cluster)
    }

    /// Whether `initdb` has yet to run.
    pub fn is_missing(&self) -> bool {
        !self.dir.exists()
    }

    fn check(&self) -> Result<(), Error> {
        let made_by = if self.is_missing() { newest_major(&self.above) } else { major_of(&self.dir) };
        if let Some(data) = made_by.filter(|data| *data != self.major) {
            let cluster =
                if self.is_missing() { self.above.join(data.to_string()) } else { self.dir.clone() };
            let (bin_dir, socket_dir) = (self.bin_dir.clone(), self.socket_dir.clone());
            return Err(Error::Version { cluster, data, bin_dir, binary: self.major, socket_dir });
        }
        if self.is_missing() {
            return Ok(());
        }
        let foreign = |why: &str| Err(Error::Foreign { dir: self.dir.clone(), why: why.to_owned() });
        if made_by.is_none() {
            return foreign("there is no PG_VERSION in it");
        }
        if !self.dir.join(MARK).is_file() {
            return foreign(&format!("Postgres data without the file `{MARK}`"));
        }
        let found = fs::metadata(&self.dir).doing(|| format!("looking at {}", self.dir.display()))?;
        if self.owner.owns(&found) { Ok(()) } else { foreign("it belongs to another user") }
    }

    /// Runs `initdb`, aside and then renamed, so that the cluster is whole or absent.
    pub fn init(&self, durable: bool) -> Result<(), Error> {
        self.clear_halves();
        let aside = self.above.join(format!("{}.new{}", self.major, std::process::id()));
        let mut said = self.initdb(&aside, &["--locale=C.UTF-8".to_owned()], durable)?;
        if said.is_some()
            && let Some(locale) = utf8_locale()
        {
            let icu = ["--locale-provider=icu", "--icu-locale=und", &format!("--locale={locale}")];
            said = self.initdb(&aside, &icu.map(str::to_owned), durable)?;
        }
        if let Some(output) = said {
            return Err(Error::Init { cluster: self.dir.clone(), output });
        }
        let mark = aside.join(MARK);
        fs::write(&mark, concat!(env!("CARGO_PKG_VERSION"), "\n"))
            .doing(|| format!("writing {}", mark.display()))?;
        self.owner.give(&mark)?;
        fs::rename(&aside, &self.dir).doing(|| format!("making {}", self.dir.display()))?;
        if durable {
            let above = File::open(&self.above).and_then(|above| above.sync_all());
            above.doing(|| format!("syncing {}", self.above.display()))?;
        }
        Ok(())
    }

    /// What initdb said when it failed.
    fn initdb(&self, dir: &Path, locale: &[String], durable: bool) -> Result<Option<String>, Error> {
        let mut command = self.owner.command(&self.bin_dir.join("initdb"), &self.above);
        command.args(["-U", crate::BATON, "-A", "trust", "-E", "UTF8"]).args(locale);
        if !durable {
            command.arg("--no-sync");
        }
        let output = command.arg("-D").arg(dir).output().doing(|| "running initdb".to_owned())?;
        if output.status.success() {
            return Ok(None);
        }
        let said = [output.stdout, output.stderr].concat();
        Ok(Some(String::from_utf8_lossy(&said).trim().to_owned()))
    }

    /// What an `initdb` that was killed left behind.
    fn clear_halves(&self) {
        let prefix = format!("{}.new", self.major);
        for entry in fs::read_dir(&self.above).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                // What cannot be removed is in nobody's way: the next one has another name.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    /// Who serves the cluster, as the last server wrote it down. It may be gone since.
    pub fn running(&self) -> Option<Running> {
        running_in(&fs::read_to_string(self.dir.join("postmaster.pid")).ok()?)
    }

    /// Opens the log for adding; a long one is set aside first.
    pub fn open_log(&self) -> Result<File, Error> {
        if fs::metadata(&self.log).is_ok_and(|found| found.len() > LONG_LOG) {
            let old = self.log.with_extension("log.old");
            fs::rename(&self.log, &old).doing(|| format!("setting {} aside", self.log.display()))?;
        }
        let mut options = OpenOptions::new();
        options.create(true).append(true).mode(0o600);
        options.open(&self.log).doing(|| format!("opening {}", self.log.display()))
    }
}

/// The newest cluster below `above`.
pub fn newest_major(above: &Path) -> Option<u32> {
    let entries = fs::read_dir(above).ok()?.flatten();
    entries
        .filter(|entry| entry.path().join("PG_VERSION").is_file())
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .max()
}

fn major_of(dir: &Path) -> Option<u32> {
    fs::read_to_string(dir.join("PG_VERSION")).ok()?.trim().parse().ok()
}

/// A folder for the socket beside the data, or, when that path is too long or holds signs that mean
/// something in Postgres's list of folders, a short one.
fn socket_dir(above: &Path) -> PathBuf {
    let beside = above.join("run");
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-".contains(byte);
    let bytes = beside.as_os_str().as_encoded_bytes();
    if bytes.len() <= LONGEST_SOCKET_DIR && bytes.iter().all(plain) {
        return beside;
    }
    Path::new("/tmp").join(format!("baton-{}", owner::hash(above)))
}

fn running_in(text: &str) -> Option<Running> {
    let lines: Vec<&str> = text.lines().collect();
    let pid = lines.first()?.trim().parse().ok()?;
    Some(Running { pid, socket_dir: PathBuf::from(lines.get(4)?.trim()) })
}

fn utf8_locale() -> Option<String> {
    let output = Command::new("locale").arg("-a").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let is_utf8 = |name: &&str| name.to_ascii_lowercase().replace('-', "").ends_with(".utf8");
    let mut names: Vec<&str> = text.lines().filter(is_utf8).collect();
    names.sort_by_key(|name| !name.starts_with("en_US"));
    names.first().map(|name| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_of_postgres_names_process_and_socket() {
        let text = "4711\n/data/pg/15\n1763706000\n5432\n/data/pg/run\n\n  123  456\nready   \n";
        let expected = Running { pid: 4711, socket_dir: PathBuf::from("/data/pg/run") };
        assert_eq!(running_in(text), Some(expected));
        assert_eq!(running_in("4711\n/data"), None);
    }

    #[test]
    fn a_long_or_odd_path_gets_a_short_socket_folder() {
        assert_eq!(socket_dir(Path::new("/data/pg")), Path::new("/data/pg/run"));
        for odd in [format!("/{}/pg", "x".repeat(90)), "/my data/pg".to_owned(), "/a,b/pg".to_owned()] {
            let short = socket_dir(Path::new(&odd));
            assert!(short.starts_with("/tmp") && short.as_os_str().len() < 40, "{short:?}");
        }
    }
}
