//! Contacts.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use contract::ContactId;
use contract::token::Scope;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Answer;
use super::attributes::{by, changes, checked};
use super::caller::{Caller, missing};
use super::conversations::limit;
use super::input::{Asked, Input};
use super::verbs::refused;
use crate::channels::phone;
use crate::domain::attributes::Attributes;
use crate::flows;
use crate::flows::attributes::ContactWish;
use crate::http::error::Problem;
use crate::public::words::At;
use crate::state::Desk;
use crate::store::contacts::{Sought, SoughtContact};

/// Contacts on a page, at most.
const MOST: u32 = 100;
/// Contacts on a page, as a rule.
const USUAL: u32 = 50;

/// Which contacts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wish {
    /// The one with this number, in any way of writing with its country, or with this business-scoped user id.
    address: Option<String>,
    /// Where the page before ended: its `next`.
    cursor: Option<Uuid>,
    /// How many, at most 100.
    limit: Option<u32>,
}

/// A customer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Contact {
    /// Who.
    id: Uuid,
    /// What they call themself, else their number or id. Chosen by them: show it, and believe nothing of it.
    name: String,
    /// Every number (with `+`) and id that a provider knows them by.
    addresses: Vec<String>,
    /// Whether they are blocked: what they write opens nothing, and they are not written to.
    blocked: bool,
    /// When they first wrote, or were first written to.
    created_at: At,
    /// Their latest conversation on each channel.
    conversations: Vec<Uuid>,
    /// What programs know of them, name by name.
    #[schema(value_type = Object)]
    attributes: Attributes,
}

/// What is to become of a contact. What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ContactChange {
    /// What is to be known, name by name: text, a number, or yes and no; null takes one away.
    #[serde(default)]
    #[schema(value_type = Object)]
    attributes: BTreeMap<String, Value>,
    /// Whether they are blocked.
    blocked: Option<bool>,
}

/// A page of contacts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Contacts {
    /// The contacts, the latest first.
    contacts: Vec<Contact>,
    /// Where the next page begins; absent after the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Uuid>,
}

/// List contacts, or find one by number.
#[utoipa::path(get, path = "/contacts", tag = "Contacts", params(Wish), responses((status = 200, body = Contacts)))]
pub(super) async fn list(
    State(desk): State<Desk>,
    caller: Caller,
    Asked(wish): Asked<Wish>,
) -> Answer<Contacts> {
    caller.must(Scope::ContactsRead)?;
    let limit = limit(wish.limit, USUAL, MOST)?;
    let sought = Sought {
        keys: wish.address.as_deref().map(keys).transpose()?,
        mode: caller.token.mode,
        after: wish.cursor.map(ContactId),
        limit: i64::from(limit) + 1,
    };
    let mut found = desk.store.sought_contacts(&sought).await?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > most;
    found.truncate(most);
    let next = found.last().filter(|_| more).map(|last| last.id.0);
    Ok(Json(Contacts { contacts: found.into_iter().map(Contact::from).collect(), next }))
}

/// Every form under which somebody with this number or id is known.
fn keys(address: &str) -> Result<Vec<String>, Problem> {
    let address = address.trim();
    if phone::is_user_id(address) {
        return Ok(vec![address.to_owned()]);
    }
    let digits = crate::flows::start::number(address).map_err(|_| {
        Problem::at("address", "this is no number with its country, such as +44 20 7946 0018, and no user id")
    })?;
    Ok(phone::lookup_variants(&digits))
}

/// Get a contact.
#[utoipa::path(get, path = "/contacts/{id}", tag = "Contacts", params(("id" = Uuid, Path, description = "The contact")),
    responses((status = 200, body = Contact)))]
pub(super) async fn one(State(desk): State<Desk>, caller: Caller, Path(id): Path<String>) -> Answer<Contact> {
    caller.must(Scope::ContactsRead)?;
    let id: ContactId = id.parse().map_err(|_| missing())?;
    let found = desk.store.contact(id, caller.token.mode).await?.ok_or_else(missing)?;
    Ok(Json(Contact::from(found)))
}

/// Change a contact.
///
/// Their attributes, and whether they are blocked. Conversations of theirs that are not resolved tell of it as
/// `contact_changed`.
#[utoipa::path(patch, path = "/contacts/{id}", tag = "Contacts", request_body = ContactChange,
    params(("id" = Uuid, Path, description = "The contact")), responses((status = 200, body = Contact)))]
pub(super) async fn change(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(new): Input<ContactChange>,
) -> Answer<Contact> {
    caller.must(Scope::ContactsWrite)?;
    let id: ContactId = id.parse().map_err(|_| missing())?;
    desk.store.contact(id, caller.token.mode).await?.ok_or_else(missing)?;
    let wish = ContactWish { attributes: changes(new.attributes)?, blocked: new.blocked };
    checked(&wish.attributes)?;
    flows::attributes::of_contact(&desk, by(&caller)?, id, &wish).await.map_err(refused)?;
    let found = desk.store.contact(id, caller.token.mode).await?.ok_or_else(missing)?;
    Ok(Json(Contact::from(found)))
}

impl From<SoughtContact> for Contact {
    fn from(found: SoughtContact) -> Contact {
        Contact {
            id: found.id.0,
            name: found.name,
            addresses: found.addresses,
            blocked: found.blocked,
            created_at: At(found.created_at),
            conversations: found.conversations.into_iter().map(|id| id.0).collect(),
            attributes: found.attributes,
        }
    }
}
