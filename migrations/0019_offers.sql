-- Teams, and the second half of a handoff: somebody is asked to accept it, and what becomes of it if nobody does.

create table teams (
  id              uuid primary key,
  name            text not null check (length(name) between 1 and 120),
  zone            text not null default 'UTC',      -- IANA name of the time zone that its times are in
  asking          text not null default 'one_by_one' check (asking in ('one_by_one', 'all')),
  offer_seconds   integer not null default 30 check (offer_seconds between 5 and 3600),
  on_lapse        text not null default 'stays' check (on_lapse in ('stays', 'away')),  -- whoever lets one lapse
  placement       jsonb not null default '{}',      -- hours, ladder, texts and fallbacks, as contract::team::Placing
  fallback_bot_id uuid references bots on delete set null,
  sample          boolean not null default false,
  created_at      timestamptz not null default desk_now()
);
create unique index teams_name on teams (lower(name));

create table team_members (
  team_id  uuid not null references teams on delete cascade,
  agent_id uuid not null references agents on delete cascade,
  primary key (team_id, agent_id)
);
create index team_members_agent on team_members (agent_id);

alter table agents
  add column skills   text[] not null default '{}',
  add column put_away timestamptz;                  -- since when the desk has them away: they let an offer lapse

alter table channels
  add column team_id         uuid references teams on delete set null,  -- answers on it
  add column placement       jsonb not null default '{}',  -- what holds where the team says nothing
  add column fallback_bot_id uuid references bots on delete set null;

alter table conversations
  add column team_id  uuid references teams on delete set null,  -- that was asked last
  add column language text,                         -- the customer's (BCP 47), as a bot has last said
  add column settled  jsonb;                        -- what people have settled, for the bot that has it again

-- Where a handoff stands on its ladder. `due_at` is when somebody must look at it again.
alter table handoffs
  add column team_id      uuid references teams on delete set null,
  add column ladder       jsonb not null default '[]',  -- who is asked, resolved to ids
  add column step         integer not null default 0,   -- the rung under way; past the end: it waits in the queue
  add column seconds      integer not null default 30,  -- how long somebody is asked where the rung does not say
  add column step_until   timestamptz,                  -- how long the rung waits for somebody who is busy
  add column due_at       timestamptz,
  add column times_out_at timestamptz,                  -- when it has taken too long
  add column ahead        integer,                      -- how many waited before it
  add column unmet        text[] not null default '{}'; -- what of the packet could not be followed, in words
create index handoffs_due on handoffs (due_at) where ended_at is null and due_at is not null;
create index handoffs_team on handoffs (team_id, ended_at desc) where ended_at is not null;

-- Somebody is asked to accept a handoff, until a moment. A handoff has one open offer at most, nobody is asked two
-- things at once, and nobody is asked twice about the same handoff.
create table offers (
  id              uuid primary key,
  handoff_id      uuid not null references handoffs on delete cascade,
  conversation_id uuid not null references conversations on delete cascade,
  agent_id        uuid references agents on delete cascade,  -- absent: a whole team
  team_id         uuid references teams on delete cascade,
  step            integer not null,                 -- the rung that it belongs to
  epoch           bigint not null,                  -- under which it holds
  state           text not null default 'open' check (state in ('open', 'accepted', 'declined', 'lapsed', 'withdrawn')),
  until           timestamptz not null,
  created_at      timestamptz not null,
  ended_at        timestamptz,
  ended_by        uuid,                             -- who accepted or declined it
  reason          text,                             -- why it was declined, in words
  check (agent_id is not null or team_id is not null),
  check ((state = 'open') = (ended_at is null))
);
create unique index offers_one_open on offers (handoff_id) where state = 'open';
create unique index offers_one_each on offers (agent_id) where state = 'open';
create unique index offers_once on offers (handoff_id, agent_id);
create index offers_agent on offers (agent_id, created_at desc);
create index offers_conversation on offers (conversation_id);

-- Members who have declined what the whole team was asked.
create table offer_declines (
  offer_id uuid not null references offers on delete cascade,
  agent_id uuid not null references agents on delete cascade,
  reason   text,
  at       timestamptz not null,
  primary key (offer_id, agent_id)
);
create index offer_declines_agent on offer_declines (agent_id);

-- A bot has the customer because nobody else can, for as long as it has the conversation.
create table fallback_runs (
  conversation_id uuid primary key references conversations on delete cascade,
  bot_id          uuid not null references bots on delete cascade,
  handoff_id      uuid references handoffs on delete set null,
  obstacle        text not null,
  started_at      timestamptz not null
);
create index fallback_runs_bot on fallback_runs (bot_id);

-- What a customer was last told of each kind, so that they are not told again within half an hour.
create table texts_said (
  conversation_id uuid not null references conversations on delete cascade,
  kind            text not null,
  at              timestamptz not null,
  primary key (conversation_id, kind)
);

-- Somebody was promised that we write back.
create table callbacks (
  id              uuid primary key,
  conversation_id uuid not null references conversations on delete cascade,
  handoff_id      uuid references handoffs on delete set null,
  by_kind         text not null,                    -- who promised it
  by_id           uuid,
  reason          text not null,                    -- a word: what kept people from answering
  owner_id        uuid references agents on delete set null,  -- who sees to it; absent: whoever takes it
  due_at          timestamptz not null,
  state           text not null default 'open' check (state in ('open', 'kept', 'dropped')),
  told_at         timestamptz,                      -- when people were told that it is time
  created_at      timestamptz not null,
  ended_at        timestamptz,
  check ((state = 'open') = (ended_at is null))
);
create unique index callbacks_one_open on callbacks (conversation_id) where state = 'open';
create index callbacks_due on callbacks (due_at, id) where state = 'open';
create index callbacks_conversation on callbacks (conversation_id);
create index callbacks_owner on callbacks (owner_id) where owner_id is not null;

-- An alert can be about a conversation.
alter table alerts
  add column conversation_id uuid references conversations on delete cascade,
  drop constraint alerts_about,
  add constraint alerts_about
    check (connection_id is not null or bot_id is not null or conversation_id is not null);
