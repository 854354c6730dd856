-- What rules are asked about because of the time, and because people come and go.

-- The events of that sort that rules listen to, and since when: what was due before is no news. Written with the rules.
create table rule_timed (
  event text primary key,                     -- with its minutes: `timer.30`
  since timestamptz not null
);

-- When each is due in a conversation. An episode is told once: its row stays, and is due again only in a later one.
create table rule_timers (
  conversation_id uuid not null references conversations on delete cascade,
  event           text not null,
  episode         bigint not null,            -- what it counts from, rising: an event's number, or a moment
  due_at          timestamptz,                -- absent: it was told
  primary key (conversation_id, event)
);
create index rule_timers_due on rule_timers (due_at) where due_at is not null;

-- Whether somebody was there when it was last looked.
create table attendance (
  agent_id uuid primary key references agents on delete cascade,
  online   boolean not null,
  since    timestamptz not null,
  changes  bigint not null default 0          -- since the row was made
);

-- Promises about time.
create table slas (
  id             uuid primary key,
  name           text not null check (length(name) between 1 and 120),
  first_response integer check (first_response between 1 and 525600),  -- minutes; absent: it is not promised
  next_response  integer check (next_response between 1 and 525600),
  resolution     integer check (resolution between 1 and 525600),
  warning        integer not null default 0 check (warning between 0 and 525600),  -- minutes before; 0: none
  working_time   boolean not null default true,  -- whether only the time counts in which people answer
  created_at     timestamptz not null default desk_now(),
  check (coalesce(first_response, next_response, resolution) is not null)
);
create unique index slas_name on slas (lower(name));

alter table conversations
  add column sla_id uuid references slas on delete set null;  -- the promise that holds for it
create index conversations_sla on conversations (sla_id) where sla_id is not null;

-- What is promised in a conversation. It counts while the customer waits for us; otherwise it stands still.
create table sla_clocks (
  conversation_id uuid not null references conversations on delete cascade,
  target          text not null check (target in ('first_response', 'next_response', 'resolution')),
  sla_id          uuid not null references slas on delete cascade,
  episode         bigint not null,            -- the number of the event that it counts from
  spent_ms        bigint not null,            -- until `running_since`, or until it stood still
  running_since   timestamptz,                -- absent: it stands still
  warn_at         timestamptz,                -- absent: it was told, or stands still
  due_at          timestamptz,
  warned_at       timestamptz,
  breached_at     timestamptz,
  primary key (conversation_id, target)
);
create index sla_clocks_sla on sla_clocks (sla_id);
create index sla_clocks_warn on sla_clocks (warn_at) where warn_at is not null;
create index sla_clocks_due on sla_clocks (due_at) where due_at is not null;

-- Customers are asked how it was. One question at most is open in a conversation, until its time is over.
create table ratings (
  id              uuid primary key,
  conversation_id uuid not null references conversations on delete cascade,
  agent_id        uuid references agents on delete set null,  -- who had it last
  asked_at        timestamptz not null,
  until           timestamptz not null,
  score           smallint check (score between 1 and 5),     -- absent: not answered
  message_id      uuid references messages on delete set null,  -- the answer
  answered_at     timestamptz,
  check ((score is null) = (answered_at is null))
);
create unique index ratings_one_open on ratings (conversation_id) where answered_at is null;
create index ratings_conversation on ratings (conversation_id, answered_at desc);
create index ratings_agent on ratings (agent_id, answered_at desc);
create index ratings_message on ratings (message_id) where message_id is not null;
