//! The front end as the server serves it: `target/site`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::pack::{self, Site};
use crate::project::{BUNDLES, Bundle, NAME, Profile, Project};
use crate::{css, shell, split, wasm};

/// Builds all of it and tells the server the names by `hash.txt` beside its program.
pub fn build(project: &Project) -> Result<()> {
    // Two builds at once would mix their files.
    fs::create_dir_all(&project.target).context("making the target directory")?;
    let turn = File::create(project.target.join("site.lock")).and_then(|file| file.lock().map(|()| file));
    let _turn = turn.context("locking the site")?;

    let mut site = Site::at(&project.site);
    site.put_all(&project.root.join("app/public"), Path::new(""))?;
    for bundle in BUNDLES {
        let style = css::bundle(&project.root.join(format!("style/{}.css", bundle.feature)))?.into_bytes();
        put(project, &mut site, bundle, &style)?;
    }
    site.sweep()?;
    for (file, size) in first_load(project)? {
        shell::say(&format!("{:>9.1} kB  {}", size as f64 / 1000.0, file.display()));
    }
    Ok(())
}

/// Puts one program into the site, with its style sheet.
fn put(project: &Project, site: &mut Site, bundle: Bundle, style: &[u8]) -> Result<()> {
    let name = bundle.name;
    let made = wasm::build(project, bundle)?;
    let pkg = Path::new("pkg");
    site.put_all(&made.join("snippets"), &pkg.join("snippets"))?;
    for file in split::files(&made)? {
        let bytes = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
        site.put(&pkg.join(file.file_name().unwrap_or_default()), &bytes)?;
    }
    let mut names = String::new();
    for kind in ["js", "wasm", "css"] {
        let bytes = match kind {
            "css" => style.to_vec(),
            _ => fs::read(made.join(format!("{name}.{kind}"))).context("reading wasm-bindgen's output")?,
        };
        let hash = pack::hash(&bytes);
        site.put(&pkg.join(format!("{name}.{hash}.{kind}")), &bytes)?;
        names.push_str(&format!("{kind}: {hash}\n"));
    }
    for profile in [Profile::Debug, Profile::Release] {
        let file = project.target.join(profile.folder()).join(bundle.hashes);
        if !fs::read_to_string(&file).is_ok_and(|old| old == names) {
            pack::write(&file, names.as_bytes())?;
        }
    }
    Ok(())
}

/// The files that the inbox needs before it is alive, as the browser gets them, with their
/// sizes in bytes.
pub fn first_load(project: &Project) -> Result<Vec<(PathBuf, u64)>> {
    let pkg = project.site.join("pkg");
    let entries = fs::read_dir(&pkg).with_context(|| format!("reading {}", pkg.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let of_inbox =
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&format!("{NAME}.")));
        let is_packed = path.extension().is_some_and(|ending| ending == "br");
        if of_inbox && is_packed {
            let size = fs::metadata(&path)?.len();
            files.push((path.strip_prefix(&project.site)?.to_path_buf(), size));
        }
    }
    files.sort();
    Ok(files)
}
