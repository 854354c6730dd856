//! What stand-ins that are alone are told.

use anyhow::{Context, Result, bail};
use clap::Args;
use desk::media::Place;
use url::Url;

use super::{DeskFlags, Settings, StoreFlags, check_public_url};
use crate::sandbox;

/// Where they listen, unless something else is said: beside the desk.
const LISTEN: &str = "127.0.0.1:3001";
/// The folder below the data directory for what is theirs, so that a desk beside them has its own.
const FOLDER: &str = "stand-ins";

/// How stand-ins that are alone run, and where the desk is.
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Settings")]
pub struct StandInFlags {
    #[command(flatten)]
    store: StoreFlags,
    /// Where the desk is reached from here, such as http://127.0.0.1:3000: webhooks go there.
    #[arg(long, env = "BATON_DESK_URL", value_name = "URL")]
    desk_url: String,
    /// The desk's own public_url, which is a part of what some providers sign [default: DESK_URL].
    #[arg(long, env = "BATON_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// The network address of this machine and the port to listen on [default: 127.0.0.1:3001].
    #[arg(long, env = "BATON_STAND_INS_LISTEN", value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// The port alone, when the address is right. 0 lets the system choose one.
    #[arg(long, env = "BATON_STAND_INS_PORT")]
    port: Option<u16>,
    /// The form of the log [default: text].
    #[arg(long, env = "BATON_LOG", value_name = "FORM", value_parser = ["text", "json"])]
    log: Option<String>,
}

impl Settings {
    /// The settings of stand-ins that are alone, and where the desk is reached from here.
    ///
    /// # Errors
    /// The first value that cannot be used, with the reason and what to do.
    pub fn of_stand_ins(flags: StandInFlags) -> Result<(Settings, Url)> {
        sandbox::must_be_here("`baton sandbox`")?;
        let desk_url = check_public_url(&flags.desk_url).context("desk_url cannot be used")?;
        let desk_flags = DeskFlags {
            store: flags.store,
            listen: Some(flags.listen.unwrap_or_else(|| LISTEN.to_owned())),
            port: flags.port,
            public_url: Some(flags.public_url.unwrap_or(flags.desk_url)),
            log: flags.log,
            // Whatever a file says of the desk: these are about a sandbox in it.
            sandbox: Some(false),
            sample: Some(false),
            ..DeskFlags::default()
        };
        let mut settings = Settings::read(desk_flags)?;
        if !settings.listen.ip().is_loopback() {
            bail!(
                "the stand-ins do for anybody who reaches them whatever they ask, so they listen on this machine \
                 alone, and not on {}: write 127.0.0.1 and a port",
                settings.listen
            );
        }
        settings.data_dir = settings.data_dir.join(FOLDER);
        settings.media = Place::Folder(settings.data_dir.join("media"));
        settings.sandbox = true;
        Ok((settings, desk_url))
    }
}
