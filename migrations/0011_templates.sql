-- Templates as the providers have them, whether customers want to be written to first, and what admins should know.

create table templates (
  id                uuid primary key,
  connection_id     uuid not null references connections on delete cascade,
  provider_id       text,                     -- the provider's own id of it
  name              text not null,
  language          text not null,            -- as the provider writes it (en_US)
  category          text check (category in ('marketing', 'utility', 'authentication')),
  previous_category text,                     -- before the provider changed it
  status            text not null check (status in ('draft', 'pending', 'approved', 'rejected', 'paused', 'disabled',
                                                    'deleted', 'unknown')),
  reason            text,                     -- why it was refused or taken out of use
  quality           text,                     -- in the provider's word
  definition        jsonb not null,           -- contract::template::TemplateInfo
  used              bigint not null default 0,  -- kept by the transaction that sends it
  last_used_at      timestamptz,
  synced_at         timestamptz not null,     -- when the provider last listed it
  unique (connection_id, name, language)
);
create index templates_provider_id on templates (connection_id, provider_id) where provider_id is not null;

-- Reading the list of templates: one server at a time, every few hours, at once after a change.
alter table connections
  add column templates_due_at      timestamptz not null default desk_now(),
  add column templates_lease_until timestamptz,  -- somebody reads it
  add column templates_reading     uuid,         -- which reading that is
  add column templates_began_at    timestamptz,  -- when it began: what it has not found by its end is gone
  add column templates_synced_at   timestamptz,  -- when it was last read to the end
  add column templates_error       text;         -- why the last reading failed, for a person

-- What customers wish. Rows are only added; the latest of a scope holds.
create table consents (
  id          uuid primary key,
  contact_id  uuid not null references contacts on delete cascade,
  channel_id  uuid not null references channels on delete cascade,
  scope       text not null check (scope in ('marketing', 'all')),
  state       text not null check (state in ('opted_in', 'opted_out')),
  wording     text not null,                  -- what they agreed to or wrote, in words
  source      text not null check (source in ('message', 'stop_word', 'provider', 'import')),
  message_id  uuid references messages on delete set null,  -- the message that says so
  evidence    text,                           -- what else proves it
  by_id       uuid references agents on delete set null,    -- who has recorded it
  at          timestamptz not null,           -- since when it holds
  recorded_at timestamptz not null default desk_now()
);
create index consents_standing on consents (contact_id, channel_id, at desc, id desc);
create index consents_latest on consents (recorded_at desc, id desc);
create index consents_message on consents (message_id) where message_id is not null;
create index consents_by on consents (by_id) where by_id is not null;

-- What admins should know.
create table alerts (
  id            uuid primary key,
  connection_id uuid not null references connections on delete cascade,
  channel_id    uuid references channels on delete cascade,
  kind          text not null,                -- 'template', 'health', 'stopped', 'resumed'
  subject       text not null,                -- a template's name, a number
  text          text not null,                -- what has happened, and what to do
  at            timestamptz not null,
  seen_at       timestamptz                   -- when an admin has looked
);
create index alerts_at on alerts (at desc, id desc);
create index alerts_unseen on alerts (id) where seen_at is null;

alter table channels
  add column quality            text,         -- how customers rate it, in the provider's word
  add column messaging_limit    text,         -- how many people it may write to first, in the provider's word
  add column health_at          timestamptz,  -- when the provider last said so
  add column paused_by_provider boolean not null default false,  -- then the provider's word lets it go on
  add column consent_rule       text not null default 'follow_up' check (consent_rule in ('strict', 'follow_up')),
  add column follow_up_days     integer not null default 7 check (follow_up_days between 1 and 365),
  add column stop_closes        text not null default 'all' check (stop_closes in ('marketing', 'all'));

alter table conversations
  add column free_until timestamptz;          -- no charge until then; it says nothing about what may be sent
