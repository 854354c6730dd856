-- The public API: who may call it, and what was answered to calls that may come twice.

create table api_tokens (
  id             uuid primary key,
  name           text not null check (length(name) between 1 and 120),
  mode           text not null check (mode in ('live', 'test')),  -- a test token reaches the stand-ins' channels alone
  bot_id         uuid references bots on delete cascade,    -- acts as this bot
  agent_id       uuid references agents on delete cascade,  -- acts as this person, with what they may do
  scopes         text[] not null,             -- what it may do at most
  rate           integer not null default 50 check (rate between 1 and 10000),  -- calls a second
  created_by     uuid references agents on delete set null, -- absent: on the command line
  created_at     timestamptz not null default desk_now(),
  expires_at     timestamptz,                 -- absent: never
  revoked_at     timestamptz,
  last_used_at   timestamptz,                 -- written at most once a minute
  last_used_from text,                        -- network address
  check ((bot_id is null) <> (agent_id is null))
);
create index api_tokens_bot on api_tokens (bot_id) where bot_id is not null;

-- The secrets of tokens, hashed: they are 256 random bits, which nobody can guess. While one is replaced, the old one
-- stays valid for as long as whoever replaced it has said.
create table api_token_keys (
  hash        bytea primary key,              -- SHA-256
  token_id    uuid not null references api_tokens on delete cascade,
  hint        text not null,                  -- its last four characters, by which people tell it
  created_at  timestamptz not null default desk_now(),
  valid_until timestamptz                     -- absent: the current one
);
create index api_token_keys_token on api_token_keys (token_id);

-- Calls under a key of the caller's. A row is there before anything is done; what was done is done once whatever
-- becomes of it, because the caller's key is also the command's.
create table api_calls (
  token_id     uuid not null references api_tokens on delete cascade,
  key          text not null,
  request      bytea not null,                -- SHA-256 of method, address and body
  begun_at     timestamptz not null default desk_now(),
  attempt      uuid not null,                 -- whoever is at it
  status       smallint,                      -- absent: under way
  content_type text,
  body         bytea,
  primary key (token_id, key)
);
create index api_calls_age on api_calls (begun_at);

-- A file that a bot is about to send.
alter table files add column uploaded_by_bot uuid references bots on delete set null;

-- What a bot has learned of a conversation, name by name, before it passes it on.
create table conversation_slots (
  conversation_id uuid primary key references conversations on delete cascade,
  slots           jsonb not null
);

-- A whole number that stays, for programs that know conversations by one.
alter table conversations add column number bigint generated always as identity;
create unique index conversations_number on conversations (number);
