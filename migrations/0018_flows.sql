-- Bots are edited in the browser: their versions and drafts, the conversations that drafts are tried on, and what bots
-- did not understand.

alter table bots
  add column removed_at timestamptz;          -- not listed any more; kept, because threads and calls name it

-- Every version that was ever live. `bots.definition` is the latest of them.
create table bot_versions (
  bot_id     uuid not null references bots on delete cascade,
  version    integer not null,
  definition jsonb not null,
  note       text not null default '' check (length(note) <= 500),  -- what has changed, in its author's words
  author_id  uuid references agents on delete set null,
  restored   integer,                         -- the older version that it brought back
  created_at timestamptz not null default desk_now(),
  primary key (bot_id, version)
);
insert into bot_versions (bot_id, version, definition) select id, version, definition from bots;

-- What is edited and not live yet, one a bot.
create table bot_drafts (
  bot_id     uuid primary key references bots on delete cascade,
  definition jsonb not null,
  revision   bigint not null default 1,       -- raised whenever it is kept: nobody writes over what they have not seen
  base       integer not null,                -- the version that it began from
  author_id  uuid references agents on delete set null,
  updated_at timestamptz not null default desk_now()
);

-- Conversations that are kept as tests. They are referred to and not copied, so that erasure reaches them.
create table bot_tests (
  id              uuid primary key,
  bot_id          uuid not null references bots on delete cascade,
  conversation_id uuid not null references conversations on delete cascade,
  name            text not null check (length(name) between 1 and 120),
  author_id       uuid references agents on delete set null,
  created_at      timestamptz not null default desk_now(),
  constraint bot_tests_once unique (bot_id, conversation_id)
);

-- A bot has not understood what the customer wrote last before an event.
create table bot_misses (
  conversation_id uuid not null references conversations on delete cascade,
  seq             bigint not null,
  bot_id          uuid not null,              -- no reference, as in bot_calls
  at              timestamptz not null,
  primary key (conversation_id, seq)
);
create index bot_misses_bot on bot_misses (bot_id, at desc);
create index bot_misses_at on bot_misses (at);

-- Groups of what was not understood that nobody wants to see again.
create table bot_dismissals (
  bot_id  uuid not null references bots on delete cascade,
  key     text not null,                      -- a hash of the folded words
  at      timestamptz not null default desk_now(),
  primary key (bot_id, key)
);

create index handoffs_by on handoffs (by_id, created_at desc) where by_kind = 'bot';
create index conversations_bot on conversations (owner_id, id) where stage = 'bot';
