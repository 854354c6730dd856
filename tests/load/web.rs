//! What a browser loads before an agent can work, and how soon the inbox can be used on a slow computer.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use contract::Role;
use regex::Regex;
use tokio::process::Command;

use crate::figures::{approx, figure, median, tell};
use crate::world::{NOWHERE, World};

/// The page that agents open.
const PAGE: &str = "/inbox/waiting";
/// Customers who wait in it.
const CUSTOMERS: usize = 40;

/// Measures.
pub async fn run() -> Result<()> {
    let world = World::start(NOWHERE).await?;
    world.customers_write(CUSTOMERS).await?;
    let cookie = world.colleague("Agent", Role::Agent).await?.1;
    let bytes = first_load(&world.process.url, &cookie).await?;
    figure("first_load_brotli_kb", approx(bytes) / 1000.0, "kB");
    match interactive(&world.process.url, &cookie).await {
        Ok(times) => figure("interactive_ms", median(&times), "ms"),
        Err(why) => tell(&format!("interactive_ms missing: {why:#}")),
    }
    Ok(())
}

/// Bytes on the wire: the page, and the script, the style and the program that it names.
async fn first_load(url: &str, cookie: &str) -> Result<usize> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let get = |path: &str| client.get(format!("{url}{path}")).header("cookie", cookie);
    let page = get(PAGE).send().await?.error_for_status()?.text().await?;
    let names = Regex::new(r"/pkg/[\w.-]+\.(?:js|wasm|css)")?;
    let files: BTreeSet<&str> = names.find_iter(&page).map(|found| found.as_str()).collect();
    for end in [".js", ".wasm", ".css"] {
        ensure!(files.iter().any(|file| file.ends_with(end)), "the page names no {end} file");
    }
    let mut sum = 0;
    for path in files.into_iter().chain([PAGE]) {
        let answer = get(path).header("accept-encoding", "br").send().await?.error_for_status()?;
        let packed = answer.headers().get("content-encoding").is_some_and(|encoding| encoding == "br");
        let bytes = answer.bytes().await?.len();
        tell(&format!("{path}: {bytes} bytes{}", if packed { "" } else { ", not compressed" }));
        sum += bytes;
    }
    Ok(sum)
}

/// Milliseconds from the navigation until the inbox follows the feed, in several fresh browsers.
async fn interactive(url: &str, cookie: &str) -> Result<Vec<f64>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tools = here.join("e2e/package.json");
    ensure!(here.join("e2e/node_modules/playwright-core").is_dir(), "the npm tools are not installed");
    let mut command = Command::new("node");
    command.arg(here.join("load/web.mjs")).arg(tools).args([&format!("{url}{PAGE}"), cookie]);
    command.stdin(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let output = command.output().await.context("running node")?;
    let why = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}", why.lines().next().unwrap_or("the browser failed"));
    let said = String::from_utf8_lossy(&output.stdout);
    let times: Vec<f64> = said.lines().filter_map(|line| line.parse().ok()).collect();
    tell(&format!("interactive after {times:.0?} ms"));
    ensure!(!times.is_empty(), "the browser told nothing");
    Ok(times)
}
