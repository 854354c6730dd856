-- Messages, what we send of them, and what the provider says about that.

create table messages (
  id              uuid primary key,
  conversation_id uuid not null references conversations on delete cascade,
  address_id      uuid not null,
  channel_id      uuid not null,
  seq             bigint not null,            -- the number of the event that brought it
  sort_at         timestamptz not null,       -- its place in the thread, before seq
  at              timestamptz not null,       -- the provider's time for what came in, else ours
  received_at     timestamptz not null,
  author_kind     text not null check (author_kind in ('contact', 'bot', 'agent', 'desk', 'phone')),
  author_id       uuid,
  body            jsonb not null,
  note            boolean not null default false,
  provider_id     text,                       -- of what came in, and of echoes
  quoted_id       uuid,
  quoted_provider_id text,
  reactions       jsonb not null default '[]',
  referral        jsonb,                      -- the advertisement or post it came from
  state           text,                       -- derived from its deliveries; absent for what came in
  failure_code    text,
  failure_reason  text,
  client_id       uuid,
  epoch           bigint not null,            -- under which it was written
  edited_at       timestamptz,
  revoked_at      timestamptz,
  version         bigint not null default 1   -- raised at every change
) with (fillfactor = 90);
create unique index messages_provider_id on messages (channel_id, provider_id) where provider_id is not null;
create unique index messages_client_id on messages (conversation_id, client_id) where client_id is not null;
create index messages_thread on messages (address_id, sort_at desc, seq desc, id desc);
create index messages_conversation on messages (conversation_id, seq);

-- What a message said before its author changed or deleted it.
create table message_revisions (
  message_id uuid not null references messages on delete cascade,
  version    bigint not null,
  body       jsonb not null,
  at         timestamptz not null,
  primary key (message_id, version)
);

-- One provider call. It is the outbox for sends: what is queued here goes out, in the order of `ord` within a
-- conversation.
create table deliveries (
  id              uuid primary key,
  ord             bigint generated always as identity,
  kind            text not null check (kind in ('message', 'reaction')),
  message_id      uuid not null references messages on delete cascade,
  part            smallint not null default 0,
  conversation_id uuid not null references conversations on delete cascade,
  channel_id      uuid not null references channels on delete cascade,
  payload         jsonb not null,             -- the body of this part, or the emoji
  by_bot          boolean not null,           -- cancelled when the owner changes before it leaves
  epoch           bigint not null,
  state           text not null check (state in ('queued', 'sending', 'accepted', 'sent', 'delivered', 'read',
                                                 'failed', 'uncertain', 'cancelled')),
  attempts        integer not null default 0,
  not_before      timestamptz not null,
  lease_until     timestamptz,
  fence           bigint,
  provider_id     text,
  error_code      text,
  error_reason    text,
  price           text,
  created_at      timestamptz not null,
  sent_at         timestamptz,
  delivered_at    timestamptz,
  read_at         timestamptz,
  played_at       timestamptz,
  failed_at       timestamptz
) with (fillfactor = 80);
create unique index deliveries_part on deliveries (message_id, part) where kind = 'message';
create index deliveries_message on deliveries (message_id);
create unique index deliveries_provider_id on deliveries (channel_id, provider_id) where provider_id is not null;
create index deliveries_queue on deliveries (channel_id, ord) where state = 'queued';
create index deliveries_lane on deliveries (conversation_id, ord) where state in ('queued', 'sending');
create index deliveries_leases on deliveries (lease_until) where state = 'sending';

-- Statuses for messages that we do not know (yet): the webhook can be faster than the answer to our call.
create table parked_statuses (
  id          bigint generated always as identity primary key,
  channel_id  uuid not null references channels on delete cascade,
  provider_id text not null,
  status      jsonb not null,
  ledger_day  date not null,
  ledger_id   bigint not null,
  parked_at   timestamptz not null
);
create index parked_statuses_provider_id on parked_statuses (channel_id, provider_id);
create index parked_statuses_age on parked_statuses (parked_at);

-- Commands that were done, by the sender's key: the same key is done once, however often it is sent.
create table commands (
  actor_id        uuid not null,
  client_id       uuid not null,
  conversation_id uuid not null,
  seq             bigint not null,
  message_id      uuid,
  at              timestamptz not null,
  primary key (actor_id, client_id)
);
create index commands_age on commands (at);

-- Edits, deletions, reactions and moves that were applied, by the provider's id: a repeat changes nothing.
create table effects (
  channel_id  uuid not null references channels on delete cascade,
  provider_id text not null,
  at          timestamptz not null,
  primary key (channel_id, provider_id)
);
create index effects_age on effects (at);
