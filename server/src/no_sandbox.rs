//! In place of the stand-ins for the providers, in a build without them: says so to whoever asks for them.

#[cfg(feature = "ssr")]
use std::sync::Arc;

use anyhow::{Result, bail};
use desk::Desk;

use crate::settings::{Settings, StandInFlags};

/// Whether this build can do something for which it takes the stand-ins.
///
/// # Errors
/// It cannot; always here.
pub fn must_be_here(what: &str) -> Result<()> {
    bail!(
        "{what} needs the stand-ins for the providers, and this baton was built without them. Leave it out, or use a \
         build that has them (the feature `sandbox` of the package `server`)."
    )
}

/// What to tell at the start: nothing.
pub async fn prepare(_desk: &Desk, _settings: &Settings) -> Result<Vec<String>> {
    Ok(Vec::new())
}

/// `baton sample load`: the sample shop's numbers are connections to the stand-ins.
pub async fn load(_settings: &Settings) -> Result<()> {
    must_be_here("the sample shop")
}

/// The phones, for the screens: there are none.
#[cfg(feature = "ssr")]
pub fn phones(_desk: &Desk) -> Option<Arc<dyn contract::sandbox::Phones>> {
    None
}

/// `baton sandbox`: refused with its settings.
pub async fn serve(flags: StandInFlags) -> Result<()> {
    Settings::of_stand_ins(flags).map(drop)
}
