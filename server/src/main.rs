//! The process `baton`: joins the desk and the app. It has no rule of business.
//!
//! | file | what is in it |
//! |---|---|
//! | `cli` | the commands and their flags |
//! | `settings` | what flags, environment and file say, checked |
//! | `serve` | the desk, from start to end |
//! | `pages` | the screens, rendered here |
//! | `calls` | what the screens may ask |
//! | `database` | our own Postgres, or another one |
//! | `sandbox`, `no_sandbox` | what a build with the stand-ins for the providers can do, and one without says |
//! | `sample` | a desk to try things on |
//! | `inspect`, `show`, `doctor`, `listen`, `token`, `user` | one command each |

use std::process::ExitCode;

use clap::Parser;

#[cfg(feature = "ssr")]
mod calls;
mod cli;
mod database;
mod doctor;
mod inspect;
mod key;
mod listen;
mod logs;
mod out;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "sandbox")]
mod sample;
mod sample_removal;
#[cfg(feature = "sandbox")]
mod sandbox;
#[cfg(not(feature = "sandbox"))]
#[path = "no_sandbox.rs"]
mod sandbox;
mod serve;
mod settings;
mod show;
mod token;
mod user;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    // One provider of TLS for the whole process: with two compiled in, rustls would refuse to choose.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&anyhow::Error::new(error).context("starting the runtime")),
    };
    match runtime.block_on(cli::run(cli)) {
        Ok(code) => code,
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    out::note(&format!("baton: {error:#}"));
    ExitCode::FAILURE
}
