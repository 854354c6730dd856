-- What happened. Each conversation numbers its own events without a gap; the feed over all of them is ordered
-- by (tx, id), never by id alone: a younger transaction can hold the lower id and commit later.

create table events (
  conversation_id uuid not null references conversations on delete cascade,
  seq             bigint not null,
  id              bigint generated always as identity,
  tx              xid8 not null default pg_current_xact_id(),
  at              timestamptz not null,
  actor_kind      text not null,
  actor_id        uuid,
  change          jsonb not null,             -- ids and changed fields; never a text, a name or a number
  primary key (conversation_id, seq)
);
create unique index events_feed on events (tx, id);

-- A bot's turn: the customer wrote while the bot owned the conversation. One row a conversation, so that a burst
-- is one turn.
create table bot_turns (
  conversation_id uuid primary key references conversations on delete cascade,
  bot_id          uuid not null references bots on delete cascade,
  epoch           bigint not null,
  due_at          timestamptz not null,
  lease_until     timestamptz,
  attempts        integer not null default 0,
  version         bigint not null default 1   -- raised by every message that joins the turn
);
create index bot_turns_due on bot_turns (due_at);

-- What a bot remembers of a conversation, in its kind's own shape. `since_seq` is where its ownership began and
-- `answered_seq` the last event it has answered.
create table bot_memory (
  conversation_id uuid primary key references conversations on delete cascade,
  bot_id          uuid not null references bots on delete cascade,
  memory          jsonb not null,
  answered_seq    bigint not null default 0
);
