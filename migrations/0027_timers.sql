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
