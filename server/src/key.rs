//! The secret key: given, or kept in the data directory from the first start on.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use crate::settings::Settings;

/// The key of this desk; makes one where there is none.
pub fn read_or_make(settings: &Settings) -> Result<SecretSlice<u8>> {
    if let Some(key) = &settings.secret_key {
        return bytes_of(key, "secret_key");
    }
    let file = file(settings);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    make(&file)?;
    let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    bytes_of(&SecretString::from(text.trim().to_owned()), &file.display().to_string())
}

/// Where the key is kept.
pub fn file(settings: &Settings) -> PathBuf {
    settings.data_dir.join("secret.key")
}

/// Makes the file, unless it is there. Of two that start at once one makes it and both read it: it gets its
/// name only when it is whole.
fn make(file: &Path) -> Result<()> {
    if file.exists() {
        return Ok(());
    }
    let digits: String = rand::random::<[u8; 32]>().iter().map(|byte| format!("{byte:02x}")).collect();
    let fresh = file.with_extension(format!("key.{}", std::process::id()));
    let doing = || format!("writing {}", file.display());
    let mut written = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&fresh)
        .with_context(doing)?;
    written.write_all(format!("{digits}\n").as_bytes()).with_context(doing)?;
    written.sync_all().with_context(doing)?;
    let linked = fs::hard_link(&fresh, file);
    fs::remove_file(&fresh).with_context(doing)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error).with_context(doing),
        _ => Ok(()),
    }
}

fn bytes_of(key: &SecretString, place: &str) -> Result<SecretSlice<u8>> {
    let digits = key.expose_secret();
    let byte = |at: usize| digits.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Option<Vec<u8>> = (0..64).step_by(2).map(byte).collect();
    match bytes {
        Some(bytes) if digits.len() == 64 => Ok(SecretSlice::from(bytes)),
        _ => bail!(
            "{place} does not hold 64 hexadecimal digits. If it was damaged, put its backup in place: without the \
             same key the stored secrets cannot be read."
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_for_the_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret.key");
        make(&file).unwrap();
        let first = fs::read_to_string(&file).unwrap();
        make(&file).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), first);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let key = bytes_of(&SecretString::from(first.trim().to_owned()), "x").unwrap();
        assert_eq!(key.expose_secret().len(), 32);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_damaged_key_is_refused() {
        for text in ["", "12", &"g".repeat(64), &"é".repeat(32)] {
            assert!(bytes_of(&SecretString::from(text.to_owned()), "x").is_err(), "{text}");
        }
    }
}
