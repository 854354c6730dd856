//! What a bot hears, and what was said before.

use contract::{Body, MessageId, Time};
use serde::Deserialize;

use crate::bots::{BOTS, Speaker};
use crate::store::{Result, corrupt};

/// Messages that a bot is told at once, at most: what it has not heard, and on either side of the change of owner.
pub(in crate::store) const MOST: i64 = 50;

/// What the customer wrote.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// Which message.
    pub message: MessageId,
    /// The number of its event.
    pub seq: i64,
    /// What it says.
    pub body: Body,
    /// When it was written.
    pub at: Time,
}

/// What somebody said.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The number of its event.
    pub seq: i64,
    /// By whom.
    pub by: Speaker,
    /// What.
    pub body: Body,
    /// When.
    pub at: Time,
}

/// What a bot is told in a turn, each oldest first, at most 50 of each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Told {
    /// What the customer wrote since the bot has answered.
    pub heard: Vec<Heard>,
    /// What was said since the bot has the conversation.
    pub since: Vec<Said>,
    /// What was said before.
    pub before: Vec<Said>,
}

/// Where a message belongs in what a bot is told.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Part {
    Heard,
    Since,
    Before,
}

/// A message, as [`said_sql`] gives it.
#[derive(Debug, Deserialize)]
pub(in crate::store) struct Row {
    part: Part,
    id: MessageId,
    seq: i64,
    author_kind: String,
    note: bool,
    body: Body,
    at: Time,
}

/// What the bots of the turns `t` are told, notes only where they may read them; the kinds that are also told what was
/// said before are the parameter `kinds`, and how much of it is the parameter `most`.
pub(super) fn said_sql(kinds: u8, most: u8) -> String {
    let part = |name: &str, which: &str| {
        format!(
            "(select '{name}' as part, x.id, x.seq, x.author_kind, x.note, x.body, x.at from messages x
               where x.conversation_id = t.conversation_id and x.revoked_at is null and {which}
               order by x.seq desc limit ${most})"
        )
    };
    let history = format!("b.kind = any(${kinds}) and (not x.note or b.reads_notes)");
    format!(
        "select jsonb_agg(jsonb_build_object('part', s.part, 'id', s.id, 'seq', s.seq, 'author_kind', s.author_kind,
                                             'note', s.note, 'body', s.body, 'at', to_ms(s.at)) order by s.seq) as said
           from ({} union all {} union all {}) s",
        part("heard", "x.seq > f.heard_from and x.author_kind = 'contact'"),
        part("since", &format!("x.seq > coalesce(o.seq, 0) and {history}")),
        part("before", &format!("x.seq <= coalesce(o.seq, 0) and {history}")),
    )
}

/// The kinds of bots that are told what was said before.
pub(in crate::store) fn told_kinds() -> Vec<&'static str> {
    BOTS.iter().filter(|bot| bot.about().calls_out).map(|bot| bot.kind()).collect()
}

impl Told {
    /// What was said, sorted into its parts.
    pub(super) fn of(rows: Vec<Row>) -> Result<Told> {
        let mut told = Told::default();
        for Row { part, id, seq, author_kind, note, body, at } in rows {
            let said =
                |body| -> Result<Said> { Ok(Said { seq, by: speaker(&author_kind, note)?, body, at }) };
            match part {
                Part::Heard => told.heard.push(Heard { message: id, seq, body, at }),
                Part::Since => told.since.push(said(body)?),
                Part::Before => told.before.push(said(body)?),
            }
        }
        Ok(told)
    }

    /// The bot has the conversation since an event that comes after all of this: all of it was said before.
    pub fn regain(&mut self) {
        self.heard.clear();
        self.before.append(&mut self.since);
        keep_last(&mut self.before);
    }

    /// The customer has said this as well, last; `all` where the bot is told what was said before.
    pub fn add(&mut self, heard: Heard, all: bool) {
        let Heard { seq, at, .. } = heard;
        if all {
            self.since.push(Said { seq, by: Speaker::Customer, body: heard.body.clone(), at });
            keep_last(&mut self.since);
        }
        self.heard.push(heard);
        keep_last(&mut self.heard);
    }
}

fn keep_last<T>(said: &mut Vec<T>) {
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    said.drain(..said.len().saturating_sub(most));
}

fn speaker(author_kind: &str, note: bool) -> Result<Speaker> {
    match author_kind {
        _ if note => Ok(Speaker::Note),
        "contact" => Ok(Speaker::Customer),
        "bot" => Ok(Speaker::Bot),
        "agent" | "phone" => Ok(Speaker::Agent),
        "desk" => Ok(Speaker::Desk),
        other => Err(corrupt("messages", "author_kind", other)),
    }
}
