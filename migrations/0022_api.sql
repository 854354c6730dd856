-- What the public API needs: what programs know of contacts, name by name (of conversations it is in conversation_slots),
-- how reports find what began in a period, and what bots that were written for Chatwoot are told.

create table contact_attributes (
  contact_id uuid primary key references contacts on delete cascade,
  attributes jsonb not null default '{}',     -- name by name, every value as text
  changed_at timestamptz not null default desk_now()
);

create index conversations_opened on conversations (opened_at);
create index handoffs_created on handoffs (created_at);

-- How far the feed was read for a bot that was written for Chatwoot: beside its turns it is told when a conversation is
-- opened to people and when it is resolved.
create table bot_readers (
  bot_id     uuid primary key references bots on delete cascade,
  generation bigint not null,                 -- of the place below
  after_tx   bigint not null,
  after_id   bigint not null
);

-- What such a bot is still to be told. A row goes when it is told, or when nobody can hope any more.
create table bot_news (
  id              uuid primary key,           -- the other side knows it by this
  bot_id          uuid not null references bots on delete cascade,
  conversation_id uuid not null references conversations on delete cascade,
  seq             bigint not null,            -- the event that it is about
  event           text not null check (event in ('conversation_opened', 'conversation_resolved')),
  attempts        integer not null default 0,
  due_at          timestamptz not null default desk_now(),
  lease_until     timestamptz,
  unique (bot_id, conversation_id, seq)
);
create index bot_news_due on bot_news (due_at);
create index bot_news_conversation on bot_news (conversation_id);
