-- The floor's own tables: what no desk can do without.

create table floor_conversations (
  id            bigint primary key,
  last_activity timestamptz not null,
  unread        integer not null,
  preview       text not null
) with (fillfactor = 80);
insert into floor_conversations select n, clock_timestamp(), 0, '' from generate_series(0, 1999) n;

create table floor_messages (
  id              bigint generated always as identity primary key,
  inbox           integer not null,
  provider_id     text not null,
  conversation_id bigint not null,
  at              timestamptz not null,
  body            text not null,
  unique (inbox, provider_id)
);

create table floor_outbox (
  id              bigint generated always as identity primary key,
  conversation_id bigint not null,
  kind            text not null,
  messages        bigint not null
);
