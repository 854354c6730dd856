//! Where things are: the checkout and the target directory, which may lie outside of it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The name of the front end's files and of the server's program.
pub const NAME: &str = "baton";

/// One program of the front end: what an agent has open all day does not carry what is seen once a month.
#[derive(Clone, Copy)]
pub struct Bundle {
    /// The name of its files.
    pub name: &'static str,
    /// The feature of `app` that chooses its pages.
    pub feature: &'static str,
    /// The file beside the server's program that names its files with their hashes.
    pub hashes: &'static str,
}

/// The programs of the front end; the inbox first.
pub const BUNDLES: [Bundle; 2] = [
    Bundle { name: NAME, feature: "inbox", hashes: "hash.txt" },
    Bundle { name: "baton-more", feature: "more", hashes: "hash-more.txt" },
];

/// How the server is built. The front end is always built small.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quick to build.
    Debug,
    /// Quick to run.
    Release,
}

impl Profile {
    /// From the flag `--release`.
    pub fn of(release: bool) -> Self {
        if release { Self::Release } else { Self::Debug }
    }

    /// The folder in the target directory.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Release => "release",
        }
    }
}

/// The folders of this checkout.
pub struct Project {
    /// The checkout.
    pub root: PathBuf,
    /// Where cargo builds, absolute.
    pub target: PathBuf,
    /// What the server serves: `site` in the target directory.
    pub site: PathBuf,
}

impl Project {
    /// Asks cargo.
    pub fn find() -> Result<Self> {
        let here = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let here = here.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
        let output = Command::new(cargo_program())
            .args(["metadata", "--format-version=1", "--no-deps", "--offline", "--manifest-path"])
            .arg(here.join("Cargo.toml"))
            .output()
            .context("running cargo metadata")?;
        if !output.status.success() {
            bail!("cargo metadata failed:\n{}", String::from_utf8_lossy(&output.stderr));
        }
        let told: serde_json::Value =
            serde_json::from_slice(&output.stdout).context("reading cargo metadata")?;
        let path = |key: &str| told[key].as_str().map(PathBuf::from).context("cargo metadata is incomplete");
        let target = path("target_directory")?;
        Ok(Self { root: path("workspace_root")?, site: target.join("site"), target })
    }

    /// A command in the checkout, without what cargo set for this program alone.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        command.env("CARGO_TARGET_DIR", &self.target);
        command
    }

    /// Cargo, with these arguments split at spaces.
    pub fn cargo(&self, args: &str) -> Command {
        let mut command = self.command(cargo_program());
        command.args(args.split_whitespace());
        command
    }

    /// The target directory of all that is built for the browser.
    pub fn front(&self) -> PathBuf {
        self.target.join("front")
    }

    /// The server's program.
    pub fn baton(&self, profile: Profile) -> PathBuf {
        self.target.join(profile.folder()).join(NAME)
    }

    /// The server's program without the stand-ins for the providers, for the tests.
    pub fn bare_baton(&self) -> PathBuf {
        self.target.join(Profile::Debug.folder()).join("baton-bare")
    }

    /// The folder of the npm tools.
    pub fn e2e(&self) -> PathBuf {
        self.root.join("tests/e2e")
    }

    /// What the server and leptos in it must know about the front end.
    pub fn site_env(&self) -> Vec<(&'static str, String)> {
        vec![
            ("BATON_SITE", text(&self.site)),
            ("LEPTOS_OUTPUT_NAME", NAME.to_owned()),
            ("LEPTOS_SITE_ROOT", text(&self.site)),
            ("LEPTOS_SITE_PKG_DIR", "pkg".to_owned()),
            ("LEPTOS_HASH_FILES", "true".to_owned()),
        ]
    }
}

/// A path as text, for a message or a variable.
pub fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn cargo_program() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
