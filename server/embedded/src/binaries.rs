//! Finds the programs of Postgres on this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;

/// The oldest major version that the schema runs on.
pub const OLDEST: u32 = 15;

/// A folder with the programs of one Postgres.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    /// The folder that holds `postgres` and `initdb`.
    pub dir: PathBuf,
    /// The major version, as in 15.
    pub major: u32,
    /// The whole version, as in 15.14.
    pub version: String,
}

impl Binaries {
    /// Looks into one folder and asks `postgres` for its version.
    fn at(dir: &Path) -> Result<Self, Error> {
        let bad = |why: String| Error::BadBinaries { dir: dir.to_path_buf(), why };
        for name in ["postgres", "initdb"] {
            if !dir.join(name).is_file() {
                return Err(bad(format!("there is no `{name}`")));
            }
        }
        let output = Command::new(dir.join("postgres"))
            .arg("--version")
            .output()
            .map_err(|e| bad(format!("`postgres --version` failed: {e}")))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let (major, version) = version_in(&text)
            .ok_or_else(|| bad(format!("`postgres --version` answered {:?}", text.trim())))?;
        // The folder in PATH is often full of links; the real one has all the programs beside it.
        let real = dir.join("postgres").canonicalize().ok();
        let dir = real
            .as_deref()
            .and_then(Path::parent)
            .filter(|real| real.join("initdb").is_file())
            .unwrap_or(dir)
            .to_path_buf();
        Ok(Self { dir, major, version })
    }
}

/// The programs to use. A folder that the user named is the only one looked at. Otherwise the first
/// that is new enough among `pg_config --bindir`, PATH, Debian's folders (newest first), Homebrew,
/// Postgres.app, and npm's `@embedded-postgres` near the current directory.
///
/// # Errors
/// Nothing is found, or the named folder is unfit; the text says what to install.
pub fn find_binaries(pg_bin: Option<&Path>) -> Result<Binaries, Error> {
    find_for(pg_bin, None)
}

/// As [`find_binaries`], but programs of the major version that made the data come first, when they
/// are installed beside a newer one.
pub fn find_for(pg_bin: Option<&Path>, data_major: Option<u32>) -> Result<Binaries, Error> {
    if let Some(dir) = pg_bin {
        let named = Binaries::at(dir)?;
        if named.major < OLDEST {
            return Err(Error::TooOld { dir: named.dir, major: named.major, install: install_line() });
        }
        return Ok(named);
    }
    let mut first = None;
    for dir in candidates() {
        let Ok(found) = Binaries::at(&dir) else { continue };
        if found.major < OLDEST {
            continue;
        }
        if data_major.is_none_or(|major| major == found.major) {
            return Ok(found);
        }
        first.get_or_insert(found);
    }
    first.ok_or_else(|| Error::NoBinaries { install: install_line() })
}

/// The command that installs Postgres on this machine, as its package manager has it.
pub fn install_line() -> String {
    let managers = [
        ("apt-get", "apt-get install -y postgresql"),
        ("dnf", "dnf install -y postgresql-server postgresql-contrib"),
        ("apk", "apk add postgresql postgresql-contrib"),
        ("pacman", "pacman -S --noconfirm postgresql"),
        ("zypper", "zypper install -y postgresql-server postgresql-contrib"),
    ];
    if cfg!(target_os = "macos") {
        return "brew install postgresql@17".to_owned();
    }
    let path: Vec<PathBuf> = path_dirs();
    let has = |name: &str| path.iter().any(|dir| dir.join(name).is_file());
    let line = managers.iter().find(|(name, _)| has(name)).map_or(managers[0].1, |(_, line)| line);
    if rustix::process::geteuid().is_root() { line.to_owned() } else { format!("sudo {line}") }
}

fn candidates() -> Vec<PathBuf> {
    let mut dirs = Vec::new();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        dirs.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    dirs.extend(path_dirs());
    dirs.extend(versions_in("/usr/lib/postgresql", "", "bin"));
    dirs.extend(versions_in("/opt/homebrew/opt", "postgresql@", "bin"));
    dirs.extend(versions_in("/usr/local/opt", "postgresql@", "bin"));
    dirs.extend(versions_in("/Applications/Postgres.app/Contents/Versions", "", "bin"));
    dirs.extend(versions_in("/usr", "pgsql-", "bin"));
    if let Ok(here) = std::env::current_dir() {
        for near in here.ancestors() {
            for modules in ["node_modules", "tests/e2e/node_modules", "target/tools/node_modules"] {
                dirs.push(near.join(modules).join(npm_package()).join("native/bin"));
            }
        }
    }
    dirs.retain(|dir| dir.is_absolute());
    dirs
}

/// The package of npm that holds a Postgres for this machine.
fn npm_package() -> String {
    let os = if cfg!(target_os = "macos") { "darwin" } else { std::env::consts::OS };
    let arch = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("@embedded-postgres/{os}-{arch}")
}

fn path_dirs() -> Vec<PathBuf> {
    std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}

/// `<parent>/<prefix><number>/<below>`, highest number first.
fn versions_in(parent: &str, prefix: &str, below: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(parent) else { return Vec::new() };
    let mut found: Vec<(u32, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let major = name.strip_prefix(prefix)?.parse().ok()?;
            Some((major, entry.path().join(below)))
        })
        .collect();
    found.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    found.into_iter().map(|(_, dir)| dir).collect()
}

/// `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)` or `postgres (PostgreSQL) 19devel`.
fn version_in(text: &str) -> Option<(u32, String)> {
    let version = text.split("(PostgreSQL)").nth(1)?.split_whitespace().next()?;
    let major = version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
    Some((major, version.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_every_spelling() {
        let debian = "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n";
        assert_eq!(version_in(debian), Some((15, "15.14".to_owned())));
        assert_eq!(version_in("postgres (PostgreSQL) 19devel"), Some((19, "19devel".to_owned())));
        assert_eq!(version_in("bash: postgres: not found"), None);
    }

    #[test]
    fn a_named_folder_without_postgres_is_refused_with_the_way_out() {
        let empty = tempfile::tempdir().unwrap();
        let error = find_binaries(Some(empty.path())).unwrap_err().to_string();
        assert!(error.contains("there is no `postgres`") && error.contains("BATON_PG_BIN"), "{error}");
    }

    #[test]
    fn links_in_the_path_lead_to_the_real_folder() {
        let real = find_binaries(None).unwrap();
        let links = tempfile::tempdir().unwrap();
        for name in ["postgres", "initdb"] {
            std::os::unix::fs::symlink(real.dir.join(name), links.path().join(name)).unwrap();
        }
        assert_eq!(find_binaries(Some(links.path())).unwrap(), real);
    }
}
