-- Customers and their conversations.

create table contacts (
  id           uuid primary key,
  profile_name text,                          -- what they call themself; untrusted
  username     text,                          -- no key: it can change hands
  blocked      boolean not null default false,
  sample       boolean not null default false,
  created_at   timestamptz not null default desk_now()
);

-- One contact on one channel. Opening or reopening a conversation takes this row's lock.
create table addresses (
  id               uuid primary key,
  channel_id       uuid not null references channels on delete cascade,
  contact_id       uuid not null references contacts on delete cascade,
  phone            text,                      -- digits, exactly as the provider knows it: what we answer to
  user_id          text,                      -- business-scoped user id
  parent_user_id   text,
  conversation_id  uuid,                      -- the latest conversation, resolved or not
  last_inbound_id  text,                      -- the provider's id of the last message that came in
  unique (channel_id, contact_id),
  check (phone is not null or user_id is not null)
);

-- Every number and id by which a provider has named an address. A new one is won by whoever inserts it first.
create table identities (
  channel_id uuid not null references channels on delete cascade,
  key        text not null,                   -- digits of a number, or a business-scoped user id
  address_id uuid not null references addresses on delete cascade deferrable initially deferred,
  primary key (channel_id, key)
);
create index identities_key on identities (key);
create index identities_address on identities (address_id);

create table conversations (
  id             uuid primary key,
  channel_id     uuid not null references channels on delete cascade,
  contact_id     uuid not null references contacts on delete cascade,
  address_id     uuid not null references addresses on delete cascade,
  stage          text not null check (stage in ('bot', 'waiting', 'assigned', 'snoozed', 'resolved')),
  owner_kind     text not null check (owner_kind in ('nobody', 'bot', 'agent')),
  owner_id       uuid,                        -- of a bot or an agent
  epoch          bigint not null default 0,   -- counts changes of owner
  last_seq       bigint not null default 0,   -- the number of its last event
  priority       text not null default 'normal' check (priority in ('low', 'normal', 'high', 'urgent')),
  labels         text[] not null default '{}',
  unread         integer not null default 0,
  preview_id     uuid,                        -- its last message
  last_at        timestamptz not null,
  last_sort_at   timestamptz not null,        -- the greatest place of its messages
  waiting_since  timestamptz,
  window_until   timestamptz,                 -- provider time of the customer's last message + 24 h
  snoozed_until  timestamptz,
  last_agent     uuid,                        -- who had it last, for reopening
  handoff_id     uuid,                        -- the open handoff
  opened_at      timestamptz not null,
  resolved_at    timestamptz,
  check ((owner_kind = 'nobody') = (owner_id is null)),
  check ((stage = 'bot') <= (owner_kind = 'bot')),
  check ((stage = 'assigned') <= (owner_kind = 'agent')),
  check ((stage in ('waiting', 'resolved')) <= (owner_kind = 'nobody')),
  check ((stage = 'waiting') <= (waiting_since is not null)),
  check ((stage = 'snoozed') <= (snoozed_until is not null and owner_kind <> 'bot'))
) with (fillfactor = 80);
-- At most one conversation of a contact on a channel is not resolved.
create unique index conversations_one_open on conversations (address_id) where stage <> 'resolved';
create index conversations_address on conversations (address_id, opened_at desc);
create index conversations_contact on conversations (contact_id, opened_at desc);
-- The views of the inbox, in their order.
create index conversations_waiting on conversations (waiting_since, id) where stage = 'waiting';
create index conversations_mine on conversations (owner_id, last_at desc, id) where stage = 'assigned';
create index conversations_recent on conversations (stage, last_at desc, id);
create index conversations_snoozed on conversations (snoozed_until) where stage = 'snoozed';

-- A bot lets go, and people take over. At most one is open for a conversation.
create table handoffs (
  id              uuid primary key,
  conversation_id uuid not null references conversations on delete cascade,
  by_kind         text not null,
  by_id           uuid,
  packet          jsonb not null,
  epoch           bigint not null,            -- under which it began
  to_seq          bigint not null,            -- the transcript's last event
  messages_before integer not null,
  created_at      timestamptz not null,
  ended_at        timestamptz,
  outcome         text
);
create unique index handoffs_one_open on handoffs (conversation_id) where ended_at is null;
create index handoffs_conversation on handoffs (conversation_id, created_at desc);
