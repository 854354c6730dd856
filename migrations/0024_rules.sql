-- Routing rules: what is edited, what was ever live, and why each decision was made.

-- The one set of rules. Whoever publishes or edits takes this row's lock.
create table rule_state (
  only_one boolean primary key default true check (only_one),
  version  integer not null default 0         -- that is live; 0: nothing ever was
);
insert into rule_state default values;

-- Every version that was ever live.
create table rule_versions (
  version    integer primary key,
  rules      jsonb not null,                  -- as contract::rules::Rule, in their order
  note       text not null default '' check (length(note) <= 500),  -- what has changed, in its author's words
  author_id  uuid references agents on delete set null,
  restored   integer,                         -- the older version that it brought back
  created_at timestamptz not null default desk_now()
);

-- What is edited and not live yet.
create table rule_drafts (
  only_one   boolean primary key default true references rule_state,
  rules      jsonb not null,
  revision   bigint not null,                 -- raised whenever it is kept: nobody writes over what they have not seen
  base       integer not null,                -- the version that it began from
  author_id  uuid references agents on delete set null,
  updated_at timestamptz not null default desk_now()
);

-- Rules were looked at, because something happened. The same rules over the same facts give the same answer.
create table rule_decisions (
  id              bigint generated always as identity primary key,
  conversation_id uuid not null references conversations on delete cascade,
  seq             bigint not null,            -- the last event of the conversation before rules did anything
  event           text not null,              -- what happened, in the word of the rules
  version         integer not null,           -- of the rules
  matched         uuid[] not null,            -- the rules that held; none: nothing was done
  failed          boolean not null,           -- whether it could not be told of a rule, or something could not be done
  facts           jsonb not null,             -- all that was known, as contract::rules::Facts
  trace           jsonb not null,             -- each rule with what was compared
  done            jsonb not null,             -- what was done, and what became of it
  at              timestamptz not null
);
create index rule_decisions_conversation on rule_decisions (conversation_id, id desc);
create index rule_decisions_at on rule_decisions (at);
