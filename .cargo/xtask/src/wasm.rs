//! The program of the front end: cargo builds it, it is cut in two, wasm-bindgen makes it loadable, wasm-opt shrinks it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::pack;
use crate::project::{Bundle, Project};
use crate::{names, shell, split, tools};

/// The browser features that leptos's output uses anyway; all browsers of the last years have them.
const FLAGS: [&str; 7] = [
    "-Oz",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-sign-ext",
    "--enable-mutable-globals",
];

/// What decides how the programs come out, beside their sources.
const AROUND: [&str; 6] = [
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
    ".cargo/xtask/src/wasm.rs",
    ".cargo/xtask/src/split.rs",
    ".cargo/xtask/src/names.rs",
];

/// Builds a program into a folder of its script, its wasm and the snippets, and names the folder.
pub fn build(project: &Project, bundle: Bundle) -> Result<PathBuf> {
    let front = project.front();
    let optimiser = tools::wasm_opt(project);
    let version = optimiser.as_ref().map_or("none", |(_, version)| version);
    let minifier = tools::minifier(project);
    let minify = if minifier.is_some() { "esbuild" } else { "plain" };
    let made_from = format!("{} wasm-opt {version} {minify}", sources(project)?);
    let (out, stamp) = (front.join(bundle.feature), front.join(format!("{}.stamp", bundle.feature)));
    if out.is_dir() && fs::read_to_string(&stamp).is_ok_and(|old| old == made_from) {
        shell::say(&format!("{}: up to date", bundle.name));
        return Ok(out);
    }
    let mut cargo = project.cargo(
        "build -p app --lib --target wasm32-unknown-unknown --no-default-features --profile wasm-release",
    );
    cargo.arg("--features").arg(format!("hydrate,{}", bundle.feature));
    shell::run(cargo.arg("--target-dir").arg(&front))?;
    let built = front.join("wasm32-unknown-unknown/wasm-release/app.wasm");
    let bytes = fs::read(&built).with_context(|| format!("reading {}", built.display()))?;
    // Without its stamp a half-made folder is made again.
    let _ = fs::remove_file(&stamp);
    if out.exists() {
        fs::remove_dir_all(&out).with_context(|| format!("clearing {}", out.display()))?;
    }
    let (wasm, script) = (out.join(format!("{}.wasm", bundle.name)), out.join(format!("{}.js", bundle.name)));
    shell::say("wasm-split");
    let halves = split::cut(&bytes, &out, bundle.name)?;
    bind(&halves.first, &out, bundle.name)?;
    names::shorten(&out, bundle.name)?;
    match optimiser {
        Some((program, _)) => {
            for file in halves.later.iter().chain([&wasm]) {
                optimise(project, &program, file)?;
            }
        }
        None => shell::say(
            "warning: there is no wasm-opt, so the page is larger than it need be; install Node and run this again",
        ),
    }
    halves.join(&script)?;
    if let Some(program) = minifier {
        minify_script(project, &program, &script)?;
    }
    fs::write(&stamp, made_from).with_context(|| format!("writing {}", stamp.display()))?;
    Ok(out)
}

/// What the programs are made from, as one hash, the compiler and this build included. Both are one crate, of which cargo
/// keeps the library that it has built last: asked for the two in turn it would compile each anew every time.
fn sources(project: &Project) -> Result<String> {
    let mut files = pack::files_below(&project.root.join("app"))?;
    files.extend(AROUND.map(|file| project.root.join(file)));
    let mut all = Vec::new();
    for file in files {
        all.extend(file.strip_prefix(&project.root).unwrap_or(&file).to_string_lossy().as_bytes());
        all.push(0);
        all.extend(fs::read(&file).with_context(|| format!("reading {}", file.display()))?);
        all.push(0);
    }
    all.extend(shell::answer("rustc", &["--version", "--verbose"]).unwrap_or_default().as_bytes());
    all.extend(std::env::var("RUSTFLAGS").unwrap_or_default().as_bytes());
    Ok(pack::hash(&all))
}

fn bind(program: &[u8], out: &Path, name: &str) -> Result<()> {
    shell::say("wasm-bindgen");
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes(name, program.to_vec()).out_name(name).typescript(false).remove_name_section(true);
    // The second half finds the first one by these.
    bindgen.keep_lld_exports(true);
    bindgen.remove_producers_section(true).web(true)?.generate(out).context("wasm-bindgen")?;
    // Leptos asks for this name.
    fs::rename(out.join(format!("{name}_bg.wasm")), out.join(format!("{name}.wasm")))
        .context("wasm-bindgen's output")
}

/// Spaces, comments and long names out of the script beside the program.
fn minify_script(project: &Project, program: &Path, file: &Path) -> Result<()> {
    let mut minify = project.command(program);
    minify.arg(file).args(["--minify", "--format=esm", "--log-level=warning", "--allow-overwrite"]);
    let status = shell::status(minify.arg(format!("--outfile={}", file.display())))?;
    if !status.success() {
        bail!("esbuild failed ({status})");
    }
    Ok(())
}

fn optimise(project: &Project, program: &Path, file: &Path) -> Result<()> {
    let before = fs::metadata(file)?.len();
    let status = shell::status(project.command(program).args(FLAGS).arg(file).arg("-o").arg(file))?;
    if !status.success() {
        bail!("wasm-opt failed ({status})");
    }
    shell::say(&format!("wasm-opt: {} kB to {} kB", before / 1000, fs::metadata(file)?.len() / 1000));
    Ok(())
}
