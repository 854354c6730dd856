//! Contacts, by number or page by page.

use contract::token::Mode;
use contract::{ContactId, ConversationId, Time};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::attributes::Attributes;
use crate::store::{Result, Store};

/// Which contacts are asked for.
#[derive(Debug, Clone)]
pub struct Sought {
    /// Known by one of these numbers or ids.
    pub keys: Option<Vec<String>>,
    /// On which channels.
    pub mode: Mode,
    /// Older than this one.
    pub after: Option<ContactId>,
    /// How many, at most.
    pub limit: i64,
}

/// A contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoughtContact {
    /// Who.
    pub id: ContactId,
    /// What they call themself, else their number or id.
    pub name: String,
    /// Every number and id that a provider knows them by.
    pub addresses: Vec<String>,
    /// Whether they are blocked.
    pub blocked: bool,
    /// Since when they are known.
    pub created_at: Time,
    /// Their latest conversation on each channel.
    pub conversations: Vec<ConversationId>,
    /// What programs know of them.
    pub attributes: Attributes,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    name: Option<String>,
    addresses: Vec<String>,
    blocked: bool,
    created_at: i64,
    conversations: Vec<Uuid>,
    attributes: Json<Attributes>,
}

/// The columns of [`Row`], of a table or subquery named `ct` of contacts; `$1` is whether every channel counts.
const COLUMNS: &str = "ct.id, ct.blocked, to_ms(ct.created_at) as created_at,
    coalesce(nullif(trim(ct.profile_name), ''), '@' || ct.username,
             (select coalesce('+' || phone, user_id) from addresses where contact_id = ct.id order by id limit 1)) as name,
    array(select distinct case when i.key ~ '^[0-9]+$' then '+' || i.key else i.key end
            from addresses a join identities i on i.address_id = a.id
            join channels ch on ch.id = a.channel_id join connections n on n.id = ch.connection_id
           where a.contact_id = ct.id and ($1 or n.sandbox) order by 1) as addresses,
    array(select a.conversation_id
            from addresses a join channels ch on ch.id = a.channel_id join connections n on n.id = ch.connection_id
           where a.contact_id = ct.id and a.conversation_id is not null and ($1 or n.sandbox)
           order by 1 desc) as conversations,
    coalesce((select k.attributes from contact_attributes k where k.contact_id = ct.id), '{}') as attributes";

/// Whether a contact is on a channel that counts.
const REACHED: &str = "($1 or exists (select from addresses a join channels ch on ch.id = a.channel_id
                                       join connections n on n.id = ch.connection_id
                                      where a.contact_id = contacts.id and n.sandbox))";

impl Row {
    fn contact(self) -> SoughtContact {
        SoughtContact {
            id: ContactId(self.id),
            name: self.name.unwrap_or_default(),
            addresses: self.addresses,
            blocked: self.blocked,
            created_at: Time(self.created_at),
            conversations: self.conversations.into_iter().map(ConversationId).collect(),
            attributes: self.attributes.0,
        }
    }
}

impl Store {
    /// The contacts that are asked for, the latest first.
    pub async fn sought_contacts(&self, sought: &Sought) -> Result<Vec<SoughtContact>> {
        let sql = format!(
            "select {COLUMNS}
               from (select * from contacts
                      where {REACHED} and ($2::uuid is null or id < $2)
                        and ($3::text[] is null
                             or id in (select a.contact_id from identities i join addresses a on a.id = i.address_id
                                        where i.key = any($3)))
                      order by id desc limit $4) ct
              order by ct.id desc"
        );
        let rows: Vec<Row> = sqlx::query_as(&sql)
            .bind(sought.mode == Mode::Live)
            .bind(sought.after.map(|id| id.0))
            .bind(&sought.keys)
            .bind(sought.limit)
            .fetch_all(self.pool())
            .await?;
        Ok(rows.into_iter().map(Row::contact).collect())
    }

    /// One contact.
    pub async fn contact(&self, id: ContactId, mode: Mode) -> Result<Option<SoughtContact>> {
        let sql = format!("select {COLUMNS} from (select * from contacts where {REACHED} and id = $2) ct");
        let row: Option<Row> =
            sqlx::query_as(&sql).bind(mode == Mode::Live).bind(id.0).fetch_optional(self.pool()).await?;
        Ok(row.map(Row::contact))
    }
}
