//! The stand-ins without a desk around them, as providers are: another process, with another database, that knows of
//! the desk only what an account at a provider knows.
//!
//! Here `Config::public_url` and `Config::local_url` are the desk's: what is proved, and where webhooks go. Which
//! connections the desk has is told by scripts, beside what the [`api`](mod@super::api) takes anyway:
//!
//! ```text
//! PUT    connections/{id}   {"provider": "...", "channel": "...", "number": "..."?, "name": "...",
//!                            "api_base": "..."?, "fields": {"field": "value", ...}}
//!                           -> {"api_base": "...", "webhooks": "..."}
//! ```
//!
//! The id is the desk's own of the connection; `channel` is the provider's id of the number. Doing it again changes
//! what is said and adds another number.

use std::collections::BTreeMap;

use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{Path, State};
use axum::routing::put;
use axum::{Json, Router};
use contract::ConnectionId;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::api::Answer;
use super::phones::PhoneError;
use super::stand_in::{StandIn, stand_in};
use crate::auth::seal::Place;
use crate::channels::{About, provider};
use crate::http::health;
use crate::store::connections::{NewAccount, SealedField};
use crate::{Desk, jobs};

/// The longest name.
const NAME: usize = 120;

/// Every route: the providers' calls, the phones, the desk's connections, and whether the process works. `address`
/// is where this process is reached.
pub fn router(desk: Desk, address: Url) -> Router {
    let told = Router::new().route("/connections/{id}", put(connect)).with_state((desk.clone(), address));
    let api = super::api(desk.clone()).merge(told);
    let health = health::routes().with_state(desk.clone());
    Router::new().nest("/sandbox", super::router(desk)).nest("/api/sandbox", api).merge(health)
}

/// Makes the phones, and begins to deliver webhooks. Nothing of a desk is started.
///
/// # Errors
/// The database is away.
pub async fn start(desk: &Desk) -> anyhow::Result<()> {
    super::prepare(desk).await?;
    jobs::begin(desk, super::JOB);
    Ok(())
}

/// A connection, as the desk has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    provider: String,
    channel: String,
    number: Option<String>,
    name: String,
    api_base: Option<String>,
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

async fn connect(
    State((desk, address)): State<(Desk, Url)>,
    id: Result<Path<Uuid>, PathRejection>,
    body: Result<Json<Told>, JsonRejection>,
) -> Answer<Json<Value>> {
    let (Path(id), Json(told)) = (id?, body?);
    let (about, stand_in) = known(&told).map_err(PhoneError::Refused)?;
    let usual = || format!("{}{}", address.as_str().trim_end_matches('/'), place(stand_in));
    let api_base = told.api_base.clone().unwrap_or_else(usual);
    let id = ConnectionId(id);
    let account = NewAccount {
        id,
        provider: told.provider.clone(),
        name: told.name.clone(),
        api_base: api_base.clone(),
    };
    let mut tx = desk.store.begin().await?;
    if !tx.sandbox_connect(&account).await? {
        let why = "There is a connection with this id that is none of the sandbox's.";
        return Err(PhoneError::Refused(why.to_owned()).into());
    }
    for (field, value) in &told.fields {
        let row = Uuid::now_v7();
        let sealed = desk.seal.seal(&Place { table: "connection_secrets", column: "sealed", row }, value);
        tx.put_secret(&SealedField { id: row, connection: id, field: field.clone(), sealed }).await?;
    }
    let number = (told.channel.as_str(), told.name.as_str(), told.number.as_deref());
    tx.sandbox_number(id, number, i32::try_from(about.rate).unwrap_or(1)).await?;
    tx.commit().await?;
    super::signals::stir();
    let webhooks = format!("{}webhooks/{}/{id}", desk.config.local_url, told.provider);
    Ok(Json(json!({ "api_base": api_base, "webhooks": webhooks })))
}

/// Where a provider's calls begin, below the address of this process.
fn place(stand_in: &dyn StandIn) -> String {
    format!("/sandbox/{}{}", stand_in.provider(), stand_in.version())
}

/// The provider, if what was told can be kept; else why not.
fn known(told: &Told) -> Result<(About, &'static dyn StandIn), String> {
    let found = provider(&told.provider).zip(stand_in(&told.provider));
    let Some((provider, stand_in)) = found else {
        return Err("There is no stand-in for such a provider.".to_owned());
    };
    let about = provider.about();
    let has = |key: &str| about.made_up == Some(key) || about.fields.iter().any(|field| field.key == key);
    if let Some(key) = told.fields.keys().find(|key| !has(key)) {
        return Err(format!("{} has no field {key}.", about.name));
    }
    let written = [Some(&told.name), Some(&told.channel), told.number.as_ref(), told.api_base.as_ref()];
    let short = |text: &&String| !text.is_empty() && text.chars().count() <= NAME && !text.contains('\0');
    if !written.into_iter().flatten().all(|text| short(&text)) {
        return Err(format!("Give name, channel, number and api_base 1 to {NAME} characters each."));
    }
    Ok((about, stand_in))
}
