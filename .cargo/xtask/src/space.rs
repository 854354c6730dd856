//! Room on the disk. A build folder that is kept from run to run grows, and a build that fills the disk fails wherever
//! it happens to be.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::project::Project;
use crate::shell;

const GB: u64 = 1 << 30;
/// With less than this, a run of all checks over an older build may fill the disk, in GB.
const ENOUGH: u64 = 12;

/// Sees to it that there is room: where there is little, what the compiler keeps from one build of a crate to the next
/// goes first.
pub fn make_room(project: &Project) -> Result<()> {
    let free = free_gb(project)?;
    if free >= ENOUGH {
        return Ok(());
    }
    let gone = forget(&project.target)?;
    let now = free_gb(project)?;
    shell::say(&format!(
        "only {free} GB of the disk were free: {gone} folders were removed that the compiler makes anew, and {now} GB are free"
    ));
    if now < ENOUGH {
        shell::say(&format!(
            "that may not be enough: up to {ENOUGH} GB are used over an older build in {}, and 25 GB without one",
            project.target.display()
        ));
    }
    Ok(())
}

/// How much is free where cargo builds, or will, in whole GB.
pub fn free_gb(project: &Project) -> Result<u64> {
    let there = project.target.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/"));
    let disk = rustix::fs::statvfs(there)
        .with_context(|| format!("asking how much is free at {}", there.display()))?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize) / GB)
}

/// Removes the folders `incremental` of all profiles below a build folder. How many there were.
fn forget(target: &Path) -> Result<usize> {
    let mut gone = 0;
    let is_profile = target.join(".fingerprint").is_dir();
    for folder in folders(target) {
        if folder.ends_with("incremental") {
            fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
            gone += 1;
        } else if !is_profile {
            gone += forget(&folder)?;
        }
    }
    Ok(gone)
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
    let folder =
        |entry: fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir()).then(|| entry.path());
    entries.flatten().filter_map(folder).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_compiler_makes_anew_is_removed() {
        let target = tempfile::tempdir().unwrap();
        let profiles = ["debug", "front/wasm32-unknown-unknown/wasm-release"];
        for profile in profiles {
            for part in [".fingerprint/a", "deps", "incremental/a", "build/incremental"] {
                fs::create_dir_all(target.path().join(profile).join(part)).unwrap();
            }
        }
        assert_eq!(forget(target.path()).unwrap(), 2);
        for profile in profiles {
            let has = |part: &str| target.path().join(profile).join(part).exists();
            assert!(has("deps") && has(".fingerprint/a") && has("build/incremental") && !has("incremental"));
        }
    }
}
