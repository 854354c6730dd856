//! Turns the texts in `locales` into typed keys before the crate is compiled, so that a missing text is a
//! compile error.

use std::error::Error;
use std::path::PathBuf;

use leptos_i18n_parser::parse_locales::cfg_file::ConfigFile;
use leptos_i18n_parser::parse_locales::options::{Config, ParseOptions};
use leptos_i18n_parser::parse_locales::parse_locales;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=locales");
    println!("cargo::rerun-if-changed=Cargo.toml");
    let mut manifest = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let config = ConfigFile::new(&mut manifest).map_err(|error| error.to_string())?;
    let mut config: Config = config.into();
    // Texts with names and numbers in them are also needed as plain text, for attributes and toasts.
    config.options = ParseOptions::new().interpolate_display(true);
    let texts = parse_locales(Some(manifest), config).map_err(|error| error.to_string())?;
    let code =
        leptos_i18n_codegen::gen_code(&texts, None, false, None, false).map_err(|error| error.to_string())?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?).join("i18n.rs");
    std::fs::write(out, code.to_string())?;
    Ok(())
}
