//! The shape of the project: who may know whom, and how large a file may be. Read from the sources themselves.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file with one of these endings below a folder.
fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !["node_modules", "target"].contains(&name.as_str()) {
                folders.push(path);
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "{folder} holds nothing");
    found
}

/// The lines of a file that are code: no comments, and no tests at its end.
fn code(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).map(str::to_owned).collect()
}

/// Files below a folder whose code names one of these words, as `path: line`.
fn naming(folder: &str, words: &[&str], allowed: &[&str]) -> Vec<String> {
    let words: Vec<_> = words.iter().map(|word| regex::Regex::new(&format!(r"\b{word}")).unwrap()).collect();
    let mut found = Vec::new();
    for path in files(folder, &[".rs"]) {
        let shown = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        if allowed.iter().any(|allowed| shown.contains(allowed)) {
            continue;
        }
        for line in code(&path) {
            if words.iter().any(|word| word.is_match(&line)) {
                found.push(format!("{shown}: {}", line.trim()));
            }
        }
    }
    found
}

fn none(found: Vec<String>) {
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_shared_words_know_nothing_but_themselves() {
    none(naming("app/contract/src", &["tokio", "sqlx", "axum", "leptos", "jiff", "rand", "SystemTime"], &[]));
}

#[test]
fn the_screens_know_no_server() {
    none(naming("app/src", &["sqlx", "axum", "tokio", "desk::"], &[]));
}

#[test]
fn the_rules_know_no_store_and_no_network() {
    none(naming(
        "server/desk/src/domain",
        &["sqlx", "tokio", "axum", "reqwest", "crate::store", "crate::flows"],
        &[],
    ));
}

#[test]
fn only_the_store_speaks_sql() {
    none(naming("server/desk/src", &["sqlx::"], &["/store/", "auth/sessions.rs", "live/bus/pg.rs"]));
    none(naming("server/src", &["sqlx::"], &[]));
}

#[test]
fn providers_and_bots_know_no_store_no_flow_and_no_sandbox() {
    let words = ["crate::store", "crate::flows", "crate::jobs", "sandbox"];
    none(naming("server/desk/src/channels", &words, &[]));
    none(naming("server/desk/src/bots", &words, &[]));
}

#[test]
fn the_parts_of_the_screens_know_no_business_and_the_pages_no_browser() {
    none(naming("app/src/ui", &["contract::conversation", "contract::message", "Conversation"], &[]));
    none(naming("app/src/pages", &["web_sys"], &[]));
    none(naming("app/src/live", &["view!"], &[]));
}

#[test]
fn the_desk_asks_the_database_for_the_time() {
    let now = naming(
        "server/desk/src",
        &[r"now\(\)"],
        &["/live/", "/jobs/", "/http/", "/tests", "/sandbox/", "accounts.rs"],
    );
    let sql = now.into_iter().filter(|line| !line.contains("desk_now()") && !line.contains("journal::now"));
    let sql = sql.filter(|line| !line.contains("Instant::now()") && !line.contains("fn now"));
    none(sql.filter(|line| line.contains("select") || line.contains(" now()")).collect());
}

#[test]
fn no_file_is_longer_than_400_lines() {
    let mut long = Vec::new();
    for folder in ["app", "server", "tests", ".cargo/xtask/src", "migrations", "style"] {
        for path in files(folder, &[".rs", ".sql", ".css", ".mjs"]) {
            let lines = std::fs::read_to_string(&path).unwrap().lines().count();
            if lines > 400 {
                long.push(format!("{}: {lines} lines", path.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    none(long);
}

#[test]
fn no_file_is_named_for_nothing() {
    let vague = ["utils", "util", "helpers", "helper", "manager", "service", "common", "misc"];
    let mut found = Vec::new();
    for folder in ["app", "server", "tests"] {
        for path in files(folder, &[".rs"]) {
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            if vague.contains(&stem.as_str()) {
                found.push(path.display().to_string());
            }
        }
    }
    none(found);
}
