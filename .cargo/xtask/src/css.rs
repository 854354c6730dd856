//! One small style sheet out of a file of imports.

use std::path::Path;

use anyhow::{Result, anyhow};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions};
use lightningcss::targets::{Browsers, Targets};

/// Bundles and minifies. A mistake is an error with file and line.
pub fn bundle(main: &Path) -> Result<String> {
    let files = FileProvider::new();
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    let mut sheet = bundler.bundle(main).map_err(|error| anyhow!("{error}"))?;
    sheet
        .minify(MinifyOptions { targets: browsers(), ..MinifyOptions::default() })
        .map_err(|error| anyhow!("{error}"))?;
    let options = PrinterOptions { minify: true, targets: browsers(), ..PrinterOptions::default() };
    Ok(sheet.to_css(options).map_err(|error| anyhow!("{error}"))?.code)
}

/// Browsers that know nesting, `:has()` and `light-dark()`, so that these are left as written. The
/// numbers are major versions in the third byte.
fn browsers() -> Targets {
    let version = |major: u32, minor: u32| Some(major << 16 | minor << 8);
    Targets::from(Browsers {
        chrome: version(125, 0),
        edge: version(125, 0),
        firefox: version(128, 0),
        safari: version(17, 5),
        ios_saf: version(17, 5),
        ..Browsers::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_joined_in_their_layers_and_modern_css_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(
            dir.path().join("part.css"),
            ".a { color: light-dark(#fff, #000); & b { inset-inline-start: 1px } }",
        )
        .unwrap();
        let main = dir.path().join("main.css");
        std::fs::write(&main, "@layer base, ui;\n@import \"part.css\" layer(ui);\n").unwrap();
        let css = bundle(&main).unwrap();
        assert!(css.contains("@layer ui{.a{color:light-dark(#fff,#000)"), "{css}");
        assert!(css.contains("inset-inline-start:1px"), "{css}");
    }

    #[test]
    fn a_mistake_names_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let main = dir.path().join("main.css");
        std::fs::write(&main, "@import \"gone.css\";").unwrap();
        assert!(bundle(&main).unwrap_err().to_string().contains("main.css"));
    }
}
