-- Every webhook with a right signature, kept before it is answered with 200.

create table ledger (
  id            bigint generated always as identity,
  day           date not null,
  connection_id uuid not null,
  received_at   timestamptz not null,
  content_type  text,
  body          bytea,                        -- dropped after the retention time; the counts stay
  state         text not null default 'pending' check (state in ('pending', 'done')),
  attempts      integer not null default 0,
  -- What became of its items. Absent until it is parsed; until then it counts as one that is pending.
  items         integer,
  applied       integer not null default 0,
  duplicate     integer not null default 0,
  ignored       integer not null default 0,
  rejected      integer not null default 0,
  parked        integer not null default 0,   -- statuses that wait for their message: pending
  primary key (day, id)
) partition by range (day);
create index ledger_pending on ledger (id) where state = 'pending';
-- Takes what the day's own partition does not: nothing is refused because a job was late.
create table ledger_default partition of ledger default;

-- Makes the partition of a day, if it is not there.
create function ledger_partition(wanted date) returns void
language plpgsql as $$
declare name text := 'ledger_' || to_char(wanted, 'YYYYMMDD');
begin
  if to_regclass(name) is null then
    execute format('create table %I partition of ledger for values from (%L) to (%L)', name, wanted, wanted + 1);
  end if;
end $$;

-- Items that could not be understood or placed.
create table rejections (
  id               bigint generated always as identity primary key,
  connection_id    uuid not null,
  ledger_day       date not null,
  ledger_id        bigint not null,
  item             integer not null,          -- its place in the body, from 0
  reason           text not null,             -- 'malformed', 'unknown_channel', 'not_applied'
  detail           text not null,
  provider_channel text,                      -- the number it named
  at               timestamptz not null
);
create index rejections_at on rejections (at desc);
create index rejections_channel on rejections (connection_id, provider_channel) where reason = 'unknown_channel';

-- Webhooks with a wrong signature: counted by connection and hour, never kept.
create table bad_signatures (
  connection_id uuid not null references connections on delete cascade,
  hour          timestamptz not null,
  count         bigint not null,
  primary key (connection_id, hour)
);

-- News about accounts, numbers and templates, as the provider tells them.
create table account_events (
  id            bigint generated always as identity primary key,
  connection_id uuid not null references connections on delete cascade,
  channel_id    uuid references channels on delete cascade,
  kind          text not null,
  subject       text,
  detail        text not null,
  at            timestamptz not null
);
create index account_events_connection on account_events (connection_id, at desc);
