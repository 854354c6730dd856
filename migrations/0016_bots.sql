-- Bots that call out: their credentials, what they were asked, and how they do.

alter table bots
  add column quiet_ms         integer check (quiet_ms between 0 and 10000),  -- after the customer's last message;
                                              -- absent: none for the built-in kind, else 1.5 s
  add column burst_ms         integer not null default 8000 check (burst_ms between 0 and 60000),  -- since the first
  add column deadline_ms      integer not null default 30000 check (deadline_ms between 1000 and 120000),
  add column turn_budget      integer not null default 50 check (turn_budget between 1 and 10000),  -- while it has it
  add column breaker_errors   integer not null default 5 check (breaker_errors between 1 and 1000),  -- in a row
  add column breaker_slow_ms  integer not null default 20000 check (breaker_slow_ms between 100 and 120000),
  add column breaker_handoffs integer default 80 check (breaker_handoffs between 1 and 100),  -- percent; absent: any
  add column breaker_rest_ms  integer not null default 30000 check (breaker_rest_ms between 100 and 3600000),
  add column reads_notes      boolean not null default false;

-- Credentials, encrypted one by one. While one is replaced the old one stays valid for a day.
create table bot_secrets (
  id          uuid primary key,
  bot_id      uuid not null references bots on delete cascade,
  field       text not null,
  sealed      bytea not null,                 -- bound to table, column and row
  created_at  timestamptz not null default desk_now(),
  valid_until timestamptz                     -- absent: the current one
);
create index bot_secrets_bot on bot_secrets (bot_id, field, created_at desc);

-- A bot that fails is left alone for a while, by all processes. A row is written when something goes wrong and when it
-- is well again, never in between, so that nobody waits for it.
create table bot_breakers (
  bot_id   uuid primary key,                  -- no reference: a lock on the bot at every failure would be one for all
  failures integer not null default 0,        -- in a row
  openings integer not null default 0,        -- in a row: each rest is longer than the one before
  open     boolean not null default false,
  probe_at timestamptz,                       -- when one turn is let through to see
  closed_at timestamptz,                      -- what came before says nothing any more
  reason   text
) with (fillfactor = 50);

-- What bots were asked, one row a turn. Kinds that call nobody are not written down unless they fail.
create table bot_calls (
  id              uuid primary key,           -- UUID v7
  bot_id          uuid not null,
  conversation_id uuid not null references conversations on delete cascade,
  turn            text not null,              -- the same when it is taken again
  at              timestamptz not null,
  ms              integer not null,
  outcome         text not null check (outcome in ('answered', 'later', 'handed_off', 'failed', 'dropped')),
  reason_code     text,                       -- of a handoff or a failure
  error           text,
  sources         text[] not null default '{}',  -- entries that it answered from
  exchanges       jsonb not null default '[]'  -- its calls with their answers; without credentials
);
create index bot_calls_bot on bot_calls (bot_id, id desc);
create index bot_calls_conversation on bot_calls (conversation_id, id desc);
create index bot_calls_at on bot_calls (at);

-- A bot has said that it answers later. If it has not by then, people take over.
create table bot_awaits (
  conversation_id uuid primary key references conversations on delete cascade,
  bot_id          uuid not null,
  epoch           bigint not null,
  until           timestamptz not null
);
create index bot_awaits_until on bot_awaits (until);

alter table bot_turns
  add column first_at timestamptz not null default desk_now();  -- when the first message of the burst came

alter table bot_memory
  add column turns   integer not null default 0,  -- since it has the conversation
  add column epoch   bigint not null default 0,   -- under which they were counted
  add column offered jsonb;                       -- the numbered choices of its last answer

-- An alert can be about a bot.
alter table alerts alter column connection_id drop not null;
alter table alerts
  add column bot_id uuid references bots on delete cascade,
  add constraint alerts_about check (connection_id is not null or bot_id is not null);
