//! Promises about time.

use contract::settings::ChangeRefused;
use contract::sla::SlaChange;

use super::{failed, refused};
use crate::Desk;
use crate::flows::{self, Failed, slas};

/// Makes, changes or takes away.
pub(super) async fn change(desk: &Desk, change: SlaChange) -> Result<(), ChangeRefused> {
    let done = match change {
        SlaChange::Save { sla, draft } => slas::save(desk, sla, draft).await,
        SlaChange::Remove { sla } => slas::remove(desk, sla).await.map(|()| sla),
    };
    let sla = done.map_err(|error| match error {
        Failed::Refused(why) => refused(flows::sentence(&why, None)),
        Failed::Store(error) => failed(error),
    })?;
    tracing::info!(sla = %sla, "a promise about time was set up or taken away");
    Ok(())
}
