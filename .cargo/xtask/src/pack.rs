//! Files of the site: named after their content, with compressed siblings that the server sends as
//! they are.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

/// Kinds of file that shrink.
const PACKED: [&str; 10] = ["wasm", "js", "css", "html", "svg", "json", "txt", "xml", "webmanifest", "map"];

/// A folder that is brought to exactly the files put into it.
pub struct Site {
    root: PathBuf,
    files: BTreeSet<PathBuf>,
}

impl Site {
    /// The site in `root`; what is there already is used where it fits.
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_path_buf(), files: BTreeSet::new() }
    }

    /// Puts one file at `path` in the site. An unchanged file and its siblings are left alone.
    pub fn put(&mut self, path: &Path, bytes: &[u8]) -> Result<()> {
        let file = self.root.join(path);
        let unchanged = fs::read(&file).is_ok_and(|old| old == bytes);
        if !unchanged {
            write(&file, bytes)?;
        }
        self.files.insert(file.clone());
        let kind = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        if !PACKED.contains(&kind.as_str()) {
            return Ok(());
        }
        for (ending, compress) in [("br", brotli as fn(&[u8]) -> Result<Vec<u8>>), ("gz", gzip)] {
            let sibling = sibling(&file, ending);
            if !unchanged || !sibling.exists() {
                write(&sibling, &compress(bytes)?)?;
            }
            self.files.insert(sibling);
        }
        Ok(())
    }

    /// Puts every file below `from` into the folder `to` of the site.
    pub fn put_all(&mut self, from: &Path, to: &Path) -> Result<()> {
        for file in files_below(from)? {
            let bytes = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
            self.put(&to.join(file.strip_prefix(from)?), &bytes)?;
        }
        Ok(())
    }

    /// Removes the files that were not put.
    pub fn sweep(self) -> Result<()> {
        for file in files_below(&self.root)? {
            if !self.files.contains(&file) {
                fs::remove_file(&file).with_context(|| format!("removing {}", file.display()))?;
            }
        }
        Ok(())
    }
}

/// A short name for some content.
pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(10).map(|byte| format!("{byte:02x}")).collect()
}

/// The compressed file beside a file.
pub fn sibling(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// Writes aside and renames, so that a server that is running never sends half a file.
pub fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    let aside = sibling(file, "new");
    let written = match file.parent() {
        Some(folder) => fs::create_dir_all(folder),
        None => Ok(()),
    };
    written
        .and_then(|()| fs::write(&aside, bytes))
        .and_then(|()| fs::rename(&aside, file))
        .with_context(|| format!("writing {}", file.display()))
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let params = BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: bytes.len(), ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &params).context("compressing")?;
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish().context("compressing")
}

/// The files of a folder and of those in it, sorted; none of a folder that is not there.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if !folder.exists() {
        return Ok(files);
    }
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() { files.extend(files_below(&path)?) } else { files.push(path) }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn text_gets_siblings_that_unpack_to_it_and_pictures_get_none() {
        let dir = tempfile::tempdir().unwrap();
        let text = "Guten Tag. ".repeat(500);
        let mut site = Site::at(dir.path());
        site.put(Path::new("pkg/a.js"), text.as_bytes()).unwrap();
        site.put(Path::new("a.png"), b"png").unwrap();
        let (mut from_brotli, mut from_gzip) = (String::new(), String::new());
        let open = |name: &str| fs::File::open(dir.path().join(name)).unwrap();
        brotli::Decompressor::new(open("pkg/a.js.br"), 4096).read_to_string(&mut from_brotli).unwrap();
        flate2::read::GzDecoder::new(open("pkg/a.js.gz")).read_to_string(&mut from_gzip).unwrap();
        assert_eq!((&from_brotli, &from_gzip), (&text, &text));
        assert!(!dir.path().join("a.png.br").exists());
    }

    #[test]
    fn what_was_not_put_goes_and_what_changed_is_packed_again() {
        let dir = tempfile::tempdir().unwrap();
        let mut first = Site::at(dir.path());
        first.put(Path::new("old.js"), b"1").unwrap();
        first.put(Path::new("robots.txt"), b"one").unwrap();
        first.sweep().unwrap();
        let before = fs::read(dir.path().join("robots.txt.gz")).unwrap();
        let mut second = Site::at(dir.path());
        second.put(Path::new("robots.txt"), b"two").unwrap();
        second.sweep().unwrap();
        assert_ne!(fs::read(dir.path().join("robots.txt.gz")).unwrap(), before);
        assert_eq!(files_below(dir.path()).unwrap().len(), 3);
    }
}
