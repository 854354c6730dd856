-- What a rule has done, rule by rule, and rules that are tried on what has happened.

-- The decisions in which a rule held, or could not be told. Narrow: what is shown of them is read from the decision.
create table rule_runs (
  rule_id     uuid not null,
  decision_id bigint not null,
  primary key (rule_id, decision_id)
);
insert into rule_runs (rule_id, decision_id)
select distinct (looked ->> 'rule')::uuid, d.id
  from rule_decisions d cross join lateral jsonb_array_elements(d.trace) as looked
 where looked ->> 'verdict' in ('matched', 'failed');

-- Rules that are tried on what has happened, in pieces, by whichever process has the lease.
create table rule_simulations (
  id            uuid primary key,
  agent_id      uuid not null references agents on delete cascade,
  which         text not null check (which in ('draft', 'live', 'given')),
  against       text not null check (against in ('live', 'recorded')),
  version       integer not null,             -- that was live when it was asked for
  days          integer not null check (days between 1 and 30),
  rules         jsonb not null,               -- as contract::rules::Rule, in their order
  live          jsonb not null,               -- the rules that were live then
  state         text not null default 'queued'
                check (state in ('queued', 'running', 'done', 'cancelled', 'failed')),
  since         timestamptz,                  -- what has happened between these two
  until         timestamptz,
  place         bigint,                       -- decisions from here on are looked at; those that are latest come first
  lowest        bigint,                       -- and none of these or older
  counted_until timestamptz,                  -- events from here on are counted
  looked        bigint not null default 0,    -- decisions that were looked at
  about         bigint not null default 0,    -- of about so many
  result        jsonb,                        -- as contract::rules::SimulationResult, as far as it has come
  why           text,                         -- it has failed
  holder        uuid,
  lease_until   timestamptz,
  tries         integer not null default 0,   -- times that it was begun and came no further
  created_at    timestamptz not null default desk_now(),
  ended_at      timestamptz
);
create unique index rule_simulations_one_each on rule_simulations (agent_id) where state in ('queued', 'running');
create index rule_simulations_due on rule_simulations (created_at) where state in ('queued', 'running');
create index rule_simulations_latest on rule_simulations (agent_id, created_at desc);
