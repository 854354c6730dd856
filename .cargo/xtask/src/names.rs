//! Short names for what the program imports. wasm-bindgen names each function with a hash behind it, in the program and
//! in its script: three hundred times eight bytes that no compression shortens, twice.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use walrus::Module;

/// Renames the imports of `NAME.wasm` and the same names in `NAME.js`.
pub fn shorten(out: &Path, name: &str) -> Result<()> {
    let (wasm, script) = (out.join(format!("{name}.wasm")), out.join(format!("{name}.js")));
    let mut module = Module::from_file(&wasm).context("reading the program's imports")?;
    let text = fs::read_to_string(&script).with_context(|| format!("reading {}", script.display()))?;
    let mut names = HashMap::new();
    for import in module.imports.iter_mut().filter(|import| is_made(&import.name)) {
        let count = names.len();
        let short = names.entry(import.name.clone()).or_insert_with(|| short(count));
        import.name.clone_from(short);
    }
    fs::write(&wasm, module.emit_wasm()).with_context(|| format!("writing {}", wasm.display()))?;
    fs::write(&script, renamed(&text, &names)).with_context(|| format!("writing {}", script.display()))
}

/// Whether wasm-bindgen has made a name up: no other name in a script begins like that.
fn is_made(name: &str) -> bool {
    name.starts_with("__wbg_") || name.starts_with("__wbindgen_")
}

/// The name of the n-th import. Nothing else begins with `$`.
fn short(count: usize) -> String {
    const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let (high, low) = (count / LETTERS.len(), count % LETTERS.len());
    let mut name = String::from("$");
    if high > 0 {
        name.push_str(&short(high - 1)[1..]);
    }
    name.push(char::from(LETTERS[low]));
    name
}

/// A script with the whole names replaced; a name that is the beginning of another one is not.
fn renamed(text: &str, names: &HashMap<String, String>) -> String {
    let of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '$';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let word = rest.find(|letter| !of_name(letter)).unwrap_or(rest.len());
        let (name, tail) = rest.split_at(word);
        out.push_str(names.get(name).map_or(name, String::as_str));
        let next = tail.find(of_name).unwrap_or(tail.len());
        out.push_str(&tail[..next]);
        rest = &tail[next..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_names_are_replaced_and_beginnings_are_not() {
        let names = HashMap::from([("__wbg_a_1".to_owned(), "$a".to_owned())]);
        let script = "const i = { __wbg_a_1: f, __wbg_a_12: g };\nwasm.__wbg_a_1(); // é";
        assert_eq!(renamed(script, &names), "const i = { $a: f, __wbg_a_12: g };\nwasm.$a(); // é");
    }

    #[test]
    fn short_names_differ() {
        let all: std::collections::HashSet<_> = (0..2_000).map(short).collect();
        assert_eq!(all.len(), 2_000);
    }
}
