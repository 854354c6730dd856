//! Words of the domain as columns, and back.

use contract::{Actor, AgentId, Author, BotId, DeliveryState, Owner, Priority, Stage};
use uuid::Uuid;

use super::{Result, corrupt};

/// An owner as `owner_kind` and `owner_id`.
pub(crate) fn owner_columns(owner: Owner) -> (&'static str, Option<Uuid>) {
    match owner {
        Owner::Nobody => ("nobody", None),
        Owner::Bot(id) => ("bot", Some(id.0)),
        Owner::Agent(id) => ("agent", Some(id.0)),
    }
}

/// The owner of `owner_kind` and `owner_id`.
pub(crate) fn owner(kind: &str, id: Option<Uuid>) -> Result<Owner> {
    match (kind, id) {
        ("nobody", None) => Ok(Owner::Nobody),
        ("bot", Some(id)) => Ok(Owner::Bot(BotId(id))),
        ("agent", Some(id)) => Ok(Owner::Agent(AgentId(id))),
        _ => Err(corrupt("conversations", "owner_kind", kind)),
    }
}

/// An author as `author_kind` and `author_id`.
pub(crate) fn author_columns(author: Author) -> (&'static str, Option<Uuid>) {
    match author {
        Author::Contact => ("contact", None),
        Author::Bot(id) => ("bot", Some(id.0)),
        Author::Agent(id) => ("agent", Some(id.0)),
        Author::Desk => ("desk", None),
        Author::Phone => ("phone", None),
    }
}

/// The author of `author_kind` and `author_id`.
pub(crate) fn author(kind: &str, id: Option<Uuid>) -> Result<Author> {
    match (kind, id) {
        ("contact", _) => Ok(Author::Contact),
        ("bot", Some(id)) => Ok(Author::Bot(BotId(id))),
        ("agent", Some(id)) => Ok(Author::Agent(AgentId(id))),
        ("desk", _) => Ok(Author::Desk),
        ("phone", _) => Ok(Author::Phone),
        _ => Err(corrupt("messages", "author_kind", kind)),
    }
}

/// An actor as `actor_kind` and `actor_id`.
pub(crate) fn actor_columns(actor: Actor) -> (&'static str, Option<Uuid>) {
    match actor {
        Actor::Contact => ("contact", None),
        Actor::Bot(id) => ("bot", Some(id.0)),
        Actor::Agent(id) => ("agent", Some(id.0)),
        Actor::Desk => ("desk", None),
        Actor::Provider => ("provider", None),
        Actor::Phone => ("phone", None),
    }
}

/// The actor of `actor_kind` and `actor_id`.
pub(crate) fn actor(kind: &str, id: Option<Uuid>) -> Result<Actor> {
    match (kind, id) {
        ("contact", _) => Ok(Actor::Contact),
        ("bot", Some(id)) => Ok(Actor::Bot(BotId(id))),
        ("agent", Some(id)) => Ok(Actor::Agent(AgentId(id))),
        ("desk", _) => Ok(Actor::Desk),
        ("provider", _) => Ok(Actor::Provider),
        ("phone", _) => Ok(Actor::Phone),
        _ => Err(corrupt("events", "actor_kind", kind)),
    }
}

/// The stage of a column.
pub(crate) fn stage(word: &str) -> Result<Stage> {
    Stage::parse(word).ok_or_else(|| corrupt("conversations", "stage", word))
}

/// The priority of a column.
pub(crate) fn priority(word: &str) -> Result<Priority> {
    Priority::parse(word).ok_or_else(|| corrupt("conversations", "priority", word))
}

/// The delivery state of a column.
pub(crate) fn delivery_state(word: &str) -> Result<DeliveryState> {
    DeliveryState::parse(word).ok_or_else(|| corrupt("deliveries", "state", word))
}
