//! What a build with the stand-ins for the providers can do. One without them has `no_sandbox` in this place.

use std::net::SocketAddr;
#[cfg(feature = "ssr")]
use std::sync::Arc;

use anyhow::{Context, Result};
use desk::Desk;
use url::Url;

use crate::database::Database;
use crate::serve::Started;
use crate::settings::{Settings, StandInFlags};
use crate::{logs, sample, serve};

/// Whether this build can do something for which it takes the stand-ins.
///
/// # Errors
/// It cannot; never here.
pub fn must_be_here(_what: &str) -> Result<()> {
    Ok(())
}

/// Fills an empty database if that is wanted, and keeps the sample lines working. What to tell at the start, line by
/// line.
pub async fn prepare(desk: &Desk, settings: &Settings) -> Result<Vec<String>> {
    let maker = sample::Maker { store: &desk.store, seal: &desk.seal, local_url: &desk.config.local_url };
    let mut told = Vec::new();
    if settings.sample {
        told = match maker.fill_empty().await? {
            Some(logins) => sample::about_logins(&logins),
            None => vec![
                "  People are there already. `baton user password --email …` gives somebody a new password."
                    .to_owned(),
            ],
        };
    }
    if settings.sandbox {
        maker.follow_port().await?;
        let address = desk.config.public_url.as_str().trim_end_matches('/');
        told.push(format!(
            "  Write as a customer at {address}/sandbox and answer at {address}/inbox/waiting."
        ));
        told.push("  `baton sample load` fills the inbox with conversations.".to_owned());
        told.push(String::new());
    }
    Ok(told)
}

/// `baton sample load`
pub async fn load(settings: &Settings) -> Result<()> {
    sample::load(settings).await
}

/// The phones, for the screens, where the sandbox is switched on.
#[cfg(feature = "ssr")]
pub fn phones(desk: &Desk) -> Option<Arc<dyn contract::sandbox::Phones>> {
    desk.config.sandbox.then(|| Arc::new(desk::sandbox::SandboxPhones(desk.clone())) as Arc<_>)
}

/// `baton sandbox`
pub async fn serve(flags: StandInFlags) -> Result<()> {
    let (settings, desk_url) = Settings::of_stand_ins(flags)?;
    logs::start(settings.log);
    serve::run(&settings, async |settings: &Settings, bound| start(settings, bound, desk_url).await).await
}

/// The stand-ins alone, which call the desk here.
async fn start(settings: &Settings, bound: SocketAddr, desk_url: Url) -> Result<Started> {
    let (public_url, address) = settings.reached(bound)?;
    let database = Database::start(settings, |step| tracing::info!("{step}")).await?;
    let desk = serve::assemble(settings, &database, (public_url, desk_url)).await?;
    desk::sandbox::alone::start(&desk).await.context("starting the stand-ins")?;
    let told = vec![
        String::new(),
        format!("  The stand-ins are at {}", address.as_str().trim_end_matches('/')),
        String::new(),
    ];
    let router = desk::http::layers(desk::sandbox::alone::router(desk.clone(), address), &desk);
    Ok(Started { desk, database, router, told })
}
