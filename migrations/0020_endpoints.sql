-- Web addresses of others that are told what happens: integrators' webhooks.

create table endpoints (
  id            uuid primary key,
  name          text not null check (length(name) between 1 and 120),
  url           text not null,
  events        text[] not null default '{}', -- names of events that it is told of; empty: all
  active        boolean not null default true,
  off_reason    text,                         -- why the desk has switched it off by itself
  failing_since timestamptz,                  -- the first failure since it last took something
  generation    bigint not null,              -- of the place below
  after_tx      bigint not null,              -- how far the feed was read for it
  after_id      bigint not null,
  recover_tx    bigint,                       -- a second reader, which brings up again what was not taken since
  recover_id    bigint,
  recover_to_tx bigint,                       -- where that one stops: the first began there, or was there then
  recover_to_id bigint,
  sample        boolean not null default false,
  created_by    uuid references agents on delete set null,
  created_at    timestamptz not null default desk_now(),
  check ((recover_tx is null) = (recover_id is null) and (recover_tx is null) = (recover_to_tx is null)
         and (recover_tx is null) = (recover_to_id is null))
);

-- What signs, encrypted. While one is replaced the old one signs too, for a day.
create table endpoint_secrets (
  id          uuid primary key,
  endpoint_id uuid not null references endpoints on delete cascade,
  sealed      bytea not null,                 -- bound to table, column and row
  created_at  timestamptz not null default desk_now(),
  valid_until timestamptz                     -- absent: the current one
);
create index endpoint_secrets_endpoint on endpoint_secrets (endpoint_id, created_at desc);

-- One event on its way to one address. Whoever reads the feed twice makes it once.
create table endpoint_deliveries (
  id              uuid primary key,           -- UUID v7; the other side knows it by this
  endpoint_id     uuid not null references endpoints on delete cascade,
  conversation_id uuid references conversations on delete cascade,  -- absent: a test
  seq             bigint,
  event           text not null,
  body            text not null,              -- what is sent, the same at every try
  state           text not null default 'pending' check (state in ('pending', 'delivered', 'failed')),
  attempts        integer not null default 0, -- in all
  tries           integer not null default 0, -- since it was last begun with
  due_at          timestamptz not null,
  lease_until     timestamptz,
  created_at      timestamptz not null default desk_now(),
  done_at         timestamptz,
  unique (endpoint_id, conversation_id, seq)
) with (fillfactor = 70);
create index endpoint_deliveries_due on endpoint_deliveries (endpoint_id, due_at) where state = 'pending';
create index endpoint_deliveries_log on endpoint_deliveries (endpoint_id, id desc);
create index endpoint_deliveries_conversation on endpoint_deliveries (conversation_id);
create index endpoint_deliveries_created on endpoint_deliveries (created_at);

-- Every try.
create table endpoint_attempts (
  delivery_id uuid not null references endpoint_deliveries on delete cascade,
  n           integer not null,               -- 1, 2, 3 and so on
  at          timestamptz not null,
  ms          integer not null,
  request     jsonb not null,                 -- the headers that were sent
  status      integer,                        -- of the answer
  headers     jsonb,                          -- of the answer
  response    text,                           -- the answer; cut where it is long
  error       text,                           -- why there is no answer
  primary key (delivery_id, n)
);

-- What happened since a moment is looked for when somebody recovers what was not taken.
create index events_at on events using brin (at);

-- An alert can be about an address.
alter table alerts
  add column endpoint_id uuid references endpoints on delete cascade;
alter table alerts
  drop constraint alerts_about,
  add constraint alerts_about check (connection_id is not null or bot_id is not null or endpoint_id is not null
                                     or conversation_id is not null);
