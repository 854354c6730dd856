//! Contacts, and how providers name them on a channel.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use contract::{AddressId, ChannelId, ContactId, ConversationId};
use serde_json::json;
use sqlx::FromRow;
use uuid::Uuid;

use super::{Result, Tx};
use crate::channels::Sender;

mod joining;
mod sought;

pub use sought::{Sought, SoughtContact};

/// The most names that are looked up and locked in one statement: it compares each with each.
const FEW: usize = 64;

/// One contact on one channel, locked.
#[derive(Debug, Clone)]
pub struct Address {
    /// Which.
    pub id: AddressId,
    /// On which channel.
    pub channel: ChannelId,
    /// Whose.
    pub contact: ContactId,
    /// The latest conversation, resolved or not.
    pub conversation: Option<ConversationId>,
    /// What we answer to: digits, exactly as the provider knows them.
    pub phone: Option<String>,
    /// The business-scoped user id.
    pub user_id: Option<String>,
    /// What the contact calls themself, as stored.
    pub profile_name: Option<String>,
    /// Their username, as stored.
    pub username: Option<String>,
    /// Whether the contact is blocked.
    pub blocked: bool,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    channel_id: Uuid,
    contact_id: Uuid,
    conversation_id: Option<Uuid>,
    phone: Option<String>,
    user_id: Option<String>,
    profile_name: Option<String>,
    username: Option<String>,
    blocked: bool,
}

/// The columns of [`Row`], of the tables of [`LOCKED`].
const COLUMNS: &str =
    "a.id, a.channel_id, a.contact_id, a.conversation_id, a.phone, a.user_id, c.profile_name,
    c.username, c.blocked";
const LOCKED: &str = "from addresses a join contacts c on c.id = a.contact_id";

#[derive(FromRow)]
struct NamedRow {
    on_channel: Uuid,
    key: String,
    #[sqlx(flatten)]
    row: Row,
}

/// What a webhook has told us about a contact on a channel.
#[derive(Debug, Clone)]
pub struct Learned {
    /// On which channel.
    pub channel: ChannelId,
    /// The contact.
    pub sender: Sender,
    /// Whether a contact who is not known yet becomes known by it.
    pub makes: bool,
}

impl Learned {
    /// The names by which the contact is known there, the number first.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        [&self.sender.phone, &self.sender.user_id, &self.sender.external_id]
            .into_iter()
            .flatten()
            .map(String::as_str)
    }
}

/// An address, its latest conversation, and the last message there that the provider has an id for.
pub type Pointed = (AddressId, ConversationId, Option<String>);

/// The statement that points addresses to their latest conversations; they are its parameter `n`, as
/// [`pointed_rows`].
pub(super) fn point_sql(n: u8) -> String {
    format!(
        "update addresses a set conversation_id = x.conversation_id,
                last_inbound_id = coalesce(x.last, a.last_inbound_id)
           from json_to_recordset(${n}::text::json) as x(id uuid, conversation_id uuid, last text)
          where a.id = x.id and {}",
        super::among("a.id", n)
    )
}

/// Addresses and their latest conversations, as one parameter.
pub(super) fn pointed_rows(pointed: &[Pointed]) -> String {
    let rows = pointed
        .iter()
        .map(|(id, conversation, last)| json!({"id": id, "conversation_id": conversation, "last": last}));
    super::as_rows(&rows.collect::<Vec<_>>())
}

/// The addresses of a batch, by channel and name.
pub type Addresses = HashMap<(ChannelId, String), AddressId>;

impl Tx {
    /// Finds or makes the address of every contact and locks them all, in the order of their ids. Two servers
    /// that see a new contact at once make one.
    pub async fn meet(&mut self, learned: &[Learned]) -> Result<(Addresses, HashMap<AddressId, Address>)> {
        if learned.is_empty() {
            return Ok((Addresses::new(), HashMap::new()));
        }
        if learned.len() <= FEW
            && let Some(met) = self.meet_known(learned).await?
        {
            return Ok(met);
        }
        let mut known = self.find_addresses(learned).await?;
        let missing: Vec<&Learned> = learned
            .iter()
            .filter(|one| one.makes && !one.keys().any(|key| known.contains_key(&name(one, key))))
            .collect();
        if !missing.is_empty() {
            self.make_addresses(&missing).await?;
            known = self.find_addresses(learned).await?;
        }
        self.join_names(learned, &mut known).await?;
        let mut ids: Vec<Uuid> = known.values().map(|id| id.0).collect();
        ids.sort_unstable();
        ids.dedup();
        let sql =
            format!("select {COLUMNS} {LOCKED} where a.id = any($1) order by a.id for no key update of a");
        let rows: Vec<Row> = sqlx::query_as(&sql).bind(ids).fetch_all(self.connection()).await?;
        let addresses = rows.into_iter().map(|row| (AddressId(row.id), row.address())).collect();
        Ok((known, addresses))
    }

    /// The usual case, in one statement: everybody is known by every name that came. Otherwise it locks nothing, as
    /// the names that are still to be written come before the locks.
    async fn meet_known(
        &mut self,
        learned: &[Learned],
    ) -> Result<Option<(Addresses, HashMap<AddressId, Address>)>> {
        let (channels, keys) = names_of(learned);
        let wanted: HashSet<(Uuid, &str)> = channels.iter().copied().zip(keys.iter().copied()).collect();
        let sql = format!(
            "with found as materialized (
               select w.channel_id, w.key, i.address_id
                 from unnest($1::uuid[], $2::text[]) as w(channel_id, key)
                 left join identities i on i.channel_id = w.channel_id and i.key = w.key),
             locked as materialized (
               select {COLUMNS} {LOCKED}
                where a.id in (select address_id from found)
                  and not exists (select 1 from found where address_id is null)
                order by a.id for no key update of a)
             select f.channel_id as on_channel, f.key, l.* from found f join locked l on l.id = f.address_id"
        );
        let rows: Vec<NamedRow> =
            sqlx::query_as(&sql).bind(&channels).bind(&keys).fetch_all(self.connection()).await?;
        let (mut known, mut addresses) = (Addresses::new(), HashMap::new());
        for NamedRow { on_channel, key, row } in rows {
            known.insert((ChannelId(on_channel), key), AddressId(row.id));
            addresses.insert(AddressId(row.id), row.address());
        }
        Ok((known.len() == wanted.len()).then_some((known, addresses)))
    }

    async fn find_addresses(&mut self, learned: &[Learned]) -> Result<Addresses> {
        let (channels, keys) = names_of(learned);
        let rows: Vec<(Uuid, String, Uuid)> = sqlx::query_as(
            "select i.channel_id, i.key, i.address_id
               from unnest($1::uuid[], $2::text[]) as w(channel_id, key)
               join identities i on i.channel_id = w.channel_id and i.key = w.key",
        )
        .bind(channels)
        .bind(keys)
        .fetch_all(self.connection())
        .await?;
        Ok(rows.into_iter().map(|(channel, key, id)| ((ChannelId(channel), key), AddressId(id))).collect())
    }

    /// Makes addresses for contacts that are new on their channel. Whoever inserts the first name of a contact
    /// wins; the others find the winner's. A number that is known on another channel is the same contact.
    async fn make_addresses(&mut self, missing: &[&Learned]) -> Result<()> {
        let mut rows: Vec<_> = missing
            .iter()
            .filter_map(|one| {
                let key = one.keys().next()?;
                Some(json!({
                    "channel_id": one.channel, "key": key, "address_id": Uuid::now_v7(),
                    "contact_id": Uuid::now_v7(), "phone": one.sender.phone, "user_id": one.sender.user_id,
                    "parent_user_id": one.sender.parent_user_id, "profile_name": one.sender.name,
                    "username": one.sender.username, "external_id": one.sender.external_id,
                }))
            })
            .collect();
        rows.sort_by_key(|row| (row["channel_id"].to_string(), row["key"].to_string()));
        sqlx::query(
            "with fresh as materialized (
               select distinct on (channel_id, key) * from json_to_recordset($1::text::json)
                 as x(channel_id uuid, key text, address_id uuid, contact_id uuid, phone text, user_id text,
                      parent_user_id text, profile_name text, username text, external_id text)
                order by channel_id, key),
             won as (
               insert into identities (channel_id, key, address_id)
               select channel_id, key, address_id from fresh order by channel_id, key
                   on conflict do nothing
               returning channel_id, key, address_id),
             placed as (
               -- The same name on another channel of ours is the same contact, unless that contact has an
               -- address on this channel already. Sorted as text, so that no index in the order of ids is taken for
               -- a way to find a name.
               select f.*, coalesce(
                        (select a.contact_id from identities i join addresses a on a.id = i.address_id
                          where i.key = f.key and i.channel_id <> f.channel_id
                            and not exists (select 1 from addresses o
                                             where o.channel_id = f.channel_id and o.contact_id = a.contact_id)
                          order by a.id::text limit 1), f.contact_id) as of_contact
                 from won w join fresh f on f.channel_id = w.channel_id and f.key = w.key),
             made as (
               insert into contacts (id, profile_name, username)
               select contact_id, profile_name, username from placed where of_contact = contact_id)
             insert into addresses (id, channel_id, contact_id, phone, user_id, parent_user_id, external_id)
             select address_id, channel_id, of_contact, phone, user_id, parent_user_id, external_id
               from placed",
        )
        .bind(super::as_rows(&rows))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// A contact that came with both a number and a user id is known by both from now on. A name that belongs
    /// to another address already stays there.
    async fn join_names(&mut self, learned: &[Learned], known: &mut Addresses) -> Result<()> {
        let mut added = Vec::new();
        for one in learned {
            let Some(address) = one.keys().find_map(|key| known.get(&name(one, key)).copied()) else {
                continue;
            };
            for key in one.keys() {
                if let Entry::Vacant(entry) = known.entry(name(one, key)) {
                    entry.insert(address);
                    added.push((one.channel.0, key.to_owned(), address.0, one.sender.clone()));
                }
            }
        }
        added.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        for (channel, key, address, sender) in added {
            sqlx::query(
                "insert into identities (channel_id, key, address_id) values ($1, $2, $3) on conflict do nothing",
            )
            .bind(channel)
            .bind(key)
            .bind(address)
            .execute(self.connection())
            .await?;
            sqlx::query(
                "update addresses set phone = coalesce(phone, $2), user_id = coalesce(user_id, $3),
                        parent_user_id = coalesce(parent_user_id, $4),
                        external_id = coalesce(external_id, $5)
                  where id = $1",
            )
            .bind(address)
            .bind(sender.phone)
            .bind(sender.user_id)
            .bind(sender.parent_user_id)
            .bind(sender.external_id)
            .execute(self.connection())
            .await?;
        }
        Ok(())
    }

    /// Points addresses to their latest conversation and last message.
    pub async fn point_addresses(&mut self, pointed: &[Pointed]) -> Result<()> {
        if pointed.is_empty() {
            return Ok(());
        }
        sqlx::query(&point_sql(1)).bind(pointed_rows(pointed)).execute(self.connection()).await?;
        Ok(())
    }

    /// Writes what contacts call themselves now.
    pub async fn rename_contacts(
        &mut self,
        renamed: &[(ContactId, Option<String>, Option<String>)],
    ) -> Result<()> {
        for (contact, profile_name, username) in renamed {
            sqlx::query(
                "update contacts set profile_name = coalesce($2, profile_name), username = coalesce($3, username)
                  where id = $1",
            )
            .bind(contact.0)
            .bind(profile_name)
            .bind(username)
            .execute(self.connection())
            .await?;
        }
        Ok(())
    }

    /// A contact has another number or id: from now on both names are theirs, and the new one is what we answer
    /// to. Says no if the new name is somebody else's already; then nothing is changed.
    pub async fn move_address(&mut self, address: &Address, to: &Sender) -> Result<bool> {
        for key in [&to.phone, &to.user_id].into_iter().flatten() {
            let (owner,): (Uuid,) = sqlx::query_as(
                "with added as (insert into identities (channel_id, key, address_id) values ($1, $2, $3)
                                    on conflict do nothing returning address_id)
                 select address_id from added
                 union all
                 select address_id from identities where channel_id = $1 and key = $2 limit 1",
            )
            .bind(address.channel.0)
            .bind(key)
            .bind(address.id.0)
            .fetch_one(self.connection())
            .await?;
            if owner != address.id.0 {
                return Ok(false);
            }
        }
        sqlx::query(
            "update addresses set phone = coalesce($2, phone), user_id = coalesce($3, user_id),
                    parent_user_id = coalesce($4, parent_user_id)
              where id = $1",
        )
        .bind(address.id.0)
        .bind(&to.phone)
        .bind(&to.user_id)
        .bind(&to.parent_user_id)
        .execute(self.connection())
        .await?;
        Ok(true)
    }
}

/// Every name of contacts, with its channel.
fn names_of(learned: &[Learned]) -> (Vec<Uuid>, Vec<&str>) {
    learned.iter().flat_map(|one| one.keys().map(|key| (one.channel.0, key))).unzip()
}

fn name(one: &Learned, key: &str) -> (ChannelId, String) {
    (one.channel, key.to_owned())
}

impl Row {
    fn address(self) -> Address {
        Address {
            id: AddressId(self.id),
            channel: ChannelId(self.channel_id),
            contact: ContactId(self.contact_id),
            conversation: self.conversation_id.map(ConversationId),
            phone: self.phone,
            user_id: self.user_id,
            profile_name: self.profile_name,
            username: self.username,
            blocked: self.blocked,
        }
    }
}
