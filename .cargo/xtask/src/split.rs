//! The program in two: what a page needs at once, and the parts under `wasm_split`, which it fetches later.
//!
//! The first half carries the script that fetches the second one, so that the browser is told of no further file
//! before the page is alive.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use wasm_split_cli_support::Options;

use crate::pack;

/// The script that the tool writes, and by which the first half imports from it.
const LINK: &str = "./split.js";

/// The two halves, before wasm-bindgen.
pub struct Halves {
    /// The first one.
    pub first: Vec<u8>,
    /// The script that fetches the rest.
    pub script: String,
    /// The rest, file by file.
    pub later: Vec<PathBuf>,
}

/// Cuts a program, with its relocations, in two. The files of the second half go into a folder.
pub fn cut(program: &[u8], out: &Path, name: &str) -> Result<Halves> {
    let first = out.join("first.wasm");
    let main = format!("./{name}.js");
    let mut options = Options::new(program);
    options.output_dir = out;
    options.main_out_path = &first;
    options.main_module = &main;
    options.link_name = LINK;
    let made =
        wasm_split_cli_support::transform(options).map_err(|error| anyhow!("cutting it: {error:#}"))?;
    let link = out.join(LINK);
    let script = fs::read_to_string(&link).with_context(|| format!("reading {}", link.display()))?;
    let program = fs::read(&first).with_context(|| format!("reading {}", first.display()))?;
    for file in [link, first] {
        fs::remove_file(&file).with_context(|| format!("removing {}", file.display()))?;
    }
    Ok(Halves { first: program, script, later: made.split_modules })
}

impl Halves {
    /// Puts the fetching script into the script of the first half. Files of the second half are named after what
    /// is in them.
    pub fn join(self, script: &Path) -> Result<()> {
        let text = fs::read_to_string(script).with_context(|| format!("reading {}", script.display()))?;
        let mut link = self.script;
        for file in &self.later {
            let bytes = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
            let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let name = format!("{stem}.{}.wasm", pack::hash(&bytes));
            fs::rename(file, file.with_file_name(&name)).context("naming the second half")?;
            link = link.replace(&format!("\"./{stem}.wasm\""), &format!("\"./{name}\""));
        }
        fs::write(script, joined(&text, &link)?).with_context(|| format!("writing {}", script.display()))
    }
}

/// The files of the second half in a folder.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".wasm") && (name.starts_with("split_") || name.starts_with("chunk_")) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// One script of two that import each other.
fn joined(first: &str, link: &str) -> Result<String> {
    let mut text = String::new();
    let mut alias = None;
    for line in first.lines() {
        match line.strip_prefix("import * as ").and_then(|rest| rest.split_once(" from ")) {
            Some((name, from)) if from.contains(LINK) => alias = Some(name.to_owned()),
            _ => text.extend([line, "\n"]),
        }
    }
    let Some(alias) = alias else { bail!("the first half imports nothing from {LINK}") };
    let mut names = Vec::new();
    for line in link.lines().filter(|line| !line.starts_with("import ")) {
        let line = match line.strip_prefix("export ") {
            Some(line) => {
                names.extend(line.strip_prefix("const ").and_then(|rest| rest.split(' ').next()));
                line
            }
            None => line,
        };
        text.extend([line, "\n"]);
    }
    text.push_str(&format!("const {alias} = {{ {} }};\n", names.join(", ")));
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_scripts_become_one() {
        let first = "import * as star0 from './split.js';\nimport { x } from './x.js';\nuse(star0);\n";
        let link = "import { initSync } from \"./a.js\";\nlet b = 1;\nexport const load_it = wrap(b);\n";
        let one = joined(first, link).unwrap();
        let wanted = "import { x } from './x.js';\nuse(star0);\nlet b = 1;\nconst load_it = wrap(b);\nconst star0 = { load_it };\n";
        assert_eq!(one, wanted);
        assert!(joined("use();", link).is_err());
    }
}
