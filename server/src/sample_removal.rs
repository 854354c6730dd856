//! Taking the sample data away again, in every build.

use anyhow::Result;

use crate::database::Database;
use crate::out;
use crate::settings::Settings;

/// `baton sample remove`
pub async fn remove(settings: &Settings) -> Result<()> {
    let database = Database::start(settings, out::note).await?;
    let store = database.ready().await?;
    let mut tx = store.begin().await?;
    let removed = tx.remove_samples().await?;
    tx.commit().await?;
    out::line(&format!(
        "removed {} customers with their conversations, {} connections and {} people",
        removed.contacts, removed.connections, removed.people
    ));
    database.stop().await
}
