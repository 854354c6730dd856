-- Accounts at providers, their numbers, and the bots that answer first.

create table bots (
  id          uuid primary key,
  name        text not null,
  kind        text not null,                  -- a word of the registry of bots
  definition  jsonb not null,                 -- what it says and does, in its kind's own shape
  version     integer not null default 1,     -- raised at every change of the definition
  active      boolean not null default true,
  sample      boolean not null default false,
  created_at  timestamptz not null default desk_now()
);

create table connections (
  id              uuid primary key,
  provider        text not null,              -- a word of the registry of providers
  name            text not null check (length(name) between 1 and 120),
  api_base        text not null,              -- where its calls go
  sandbox         boolean not null default false,
  sample          boolean not null default false,
  last_webhook_at timestamptz,
  created_at      timestamptz not null default desk_now()
);

-- Credentials, encrypted one by one. While one is replaced the old one stays valid for a day.
create table connection_secrets (
  id            uuid primary key,
  connection_id uuid not null references connections on delete cascade,
  field         text not null,
  sealed        bytea not null,               -- key id, nonce, ciphertext; bound to table, column and row
  created_at    timestamptz not null default desk_now(),
  valid_until   timestamptz                   -- absent: the current one
);
create index connection_secrets_connection on connection_secrets (connection_id, field, created_at desc);

create table channels (
  id               uuid primary key,
  connection_id    uuid not null references connections on delete cascade,
  provider_channel text not null,             -- the provider's own id of it
  name             text not null check (length(name) between 1 and 120),
  number           text,                      -- as people write it
  bot_id           uuid references bots on delete set null,  -- answers first
  rate             integer not null check (rate between 1 and 10000),  -- messages a second
  reopen_hours     integer not null default 72 check (reopen_hours between 0 and 8760),
  paused           text,                      -- why it does not send at present
  sample           boolean not null default false,
  created_at       timestamptz not null default desk_now(),
  unique (connection_id, provider_channel)
);

-- One process at a time sends for a channel: who, until when, and a counter that every claim checks.
create table channel_senders (
  channel_id uuid primary key references channels on delete cascade,
  holder     uuid not null,                   -- a process
  until      timestamptz not null,
  fence      bigint not null default 1        -- raised whenever the holder changes
);
