-- What connections need beside what Meta's do: several doors, messages without ids, statuses that name no number,
-- checks of the credentials, and what is fetched after an outage.

-- One more path by which webhooks of a connection come in. It stands for a channel and carries a tag.
create table doors (
  path          text primary key check (length(path) = 32),  -- the end of the webhook's path: 128 random bits
  connection_id uuid not null references connections on delete cascade,
  channel_id    uuid not null references channels on delete cascade,
  tag           text not null check (length(tag) between 1 and 64),
  created_at    timestamptz not null default desk_now()
);
create index doors_connection on doors (connection_id, created_at);

alter table messages
  add column tag text;                        -- of the door that it came in by

alter table connections
  -- Within so many seconds an equal message without an id can be a repeat of the one before.
  add column repeat_window_s integer not null default 30 check (repeat_window_s between 0 and 3600),
  add column checked_at      timestamptz,     -- when the credentials were last tried
  add column check_error     text;            -- why they did not hold then; absent: they did

alter table ledger
  add column source text not null default 'webhook' check (source in ('webhook', 'backlog'));

-- Where messages without ids came in, by a digest of what they say. A message is a repeat of the one before it if
-- that one's webhook was never answered.
create table repeats (
  connection_id uuid not null references connections on delete cascade,
  digest        text not null,
  received_at   timestamptz not null,
  ledger_day    date not null,
  ledger_id     bigint not null,
  primary key (connection_id, digest, ledger_day, ledger_id)
);
create index repeats_age on repeats (received_at);

-- Webhooks that were answered, of connections whose messages have no ids. A table of its own: whoever applies a
-- webhook has the ledger's row locked, and must neither wait for this nor pass over the row because of it.
create table answers (
  ledger_day date not null,
  ledger_id  bigint not null,
  at         timestamptz not null,
  primary key (ledger_day, ledger_id)
);
create index answers_age on answers (at);

alter table parked_statuses
  add column anywhere boolean not null default false;  -- the provider named no number: any of the connection's

-- How far a provider's own list of what came in has been read.
create table backlogs (
  connection_id uuid primary key references connections on delete cascade,
  read_until    timestamptz,                  -- all that came in before is here
  due_at        timestamptz not null,         -- when it is read next
  read_at       timestamptz,                  -- when it was last read to its end
  brought       integer not null default 0,   -- messages that this reading brought
  error         text,                         -- why the last reading ended early
  holder        uuid,                         -- the process that reads it at present
  lease_until   timestamptz
);

-- When no webhook could be kept: no process ran, or none reached the database.
create table outages (
  id       bigint generated always as identity primary key,
  began_at timestamptz not null,
  ended_at timestamptz not null
);
create index outages_ended on outages (ended_at desc);

alter table desk
  add column alive_at timestamptz;            -- when a process last wrote that it is there

create index rejections_entry on rejections (ledger_day, ledger_id);
