-- Assignment: who of a team has a conversation that waits, what everybody has to do, and why it was them.

alter table teams
  drop constraint teams_asking_check,
  add constraint teams_asking_check check (asking in ('one_by_one', 'all', 'assign')),
  add column strategy       text not null default 'round_robin'
    check (strategy in ('round_robin', 'least_busy', 'longest_idle', 'manual')),
  add column capacity       integer check (capacity between 1 and 100000),  -- that it is given at once; null: any number
  add column relax_seconds  integer check (relax_seconds between 5 and 86400),   -- after which less is asked for; null: never
  add column sticky_minutes integer check (sticky_minutes between 1 and 525600), -- a customer's last agent goes first
  add column grace_seconds  integer check (grace_seconds between 0 and 86400);   -- of members who go; null: they keep theirs

alter table agents
  add column capacity     integer check (capacity between 0 and 1000),  -- that they are given at once; null: any number
  add column skill_levels jsonb not null default '{}';                  -- 1 to 5 by skill; a skill that is not here: 3

-- The team whose run assigns it, while it waits for that.
alter table conversations
  add column queue_id uuid references teams on delete set null;
create index conversations_queue on conversations
  (queue_id, (case priority when 'urgent' then 0 when 'high' then 1 when 'normal' then 2 else 3 end), waiting_since, id)
  where queue_id is not null;

-- What people and teams have to do, kept by `count_loads` in the transaction that changes it.
create table agent_loads (
  agent_id    uuid primary key references agents on delete cascade,
  active      integer not null default 0,     -- conversations that are theirs
  parked      integer not null default 0,     -- and those that are snoozed
  assigned_at timestamptz,                    -- when they last got one
  freed_at    timestamptz,                    -- when they last had one less
  seen_until  timestamptz                     -- when their last lease ended
) with (fillfactor = 50);
create table team_loads (
  team_id uuid primary key references teams on delete cascade,
  active  integer not null default 0
) with (fillfactor = 50);

insert into agent_loads (agent_id, active, parked)
select a.id, count(*) filter (where c.stage = 'assigned'), count(*) filter (where c.stage = 'snoozed')
  from agents a left join conversations c on c.owner_id = a.id and c.owner_kind = 'agent' group by a.id;
insert into team_loads (team_id, active)
select t.id, count(c.id) from teams t left join conversations c on c.team_id = t.id and c.stage = 'assigned' group by t.id;

create type load_change as (id uuid, active integer, parked integer);

-- Adds what has changed, agents first and then teams, each in the order of their ids, so that nobody waits in a circle.
create function move_loads(people load_change[], groups load_change[]) returns void language plpgsql as $$
begin
  if people is not null then
    insert into agent_loads (agent_id)
    select p.id from unnest(people) p join agents a on a.id = p.id order by p.id on conflict do nothing;
    perform from agent_loads where agent_id in (select id from unnest(people)) order by agent_id for no key update;
    update agent_loads l
       set active = l.active + p.active, parked = l.parked + p.parked,
           assigned_at = case when p.active > 0 then desk_now() else l.assigned_at end,
           freed_at = case when p.active < 0 then desk_now() else l.freed_at end
      from unnest(people) p where l.agent_id = p.id;
  end if;
  if groups is not null then
    insert into team_loads (team_id)
    select g.id from unnest(groups) g join teams t on t.id = g.id order by g.id on conflict do nothing;
    perform from team_loads where team_id in (select id from unnest(groups)) order by team_id for no key update;
    update team_loads l set active = l.active + g.active from unnest(groups) g where l.team_id = g.id;
  end if;
end $$;

create function count_loads() returns trigger language plpgsql as $$
declare
  people load_change[];
  groups load_change[];
begin
  if tg_op = 'INSERT' then
    select array_agg((x.id, x.a, x.p)::load_change) into people from (
      select owner_id as id, count(*) filter (where stage = 'assigned')::integer as a,
             count(*) filter (where stage = 'snoozed')::integer as p
        from now_rows where owner_kind = 'agent' group by 1) x;
    select array_agg((x.id, x.a, 0)::load_change) into groups from (
      select team_id as id, count(*)::integer as a
        from now_rows where stage = 'assigned' and team_id is not null group by 1) x;
  elsif tg_op = 'DELETE' then
    select array_agg((x.id, -x.a, -x.p)::load_change) into people from (
      select owner_id as id, count(*) filter (where stage = 'assigned')::integer as a,
             count(*) filter (where stage = 'snoozed')::integer as p
        from was_rows where owner_kind = 'agent' group by 1) x;
    select array_agg((x.id, -x.a, 0)::load_change) into groups from (
      select team_id as id, count(*)::integer as a
        from was_rows where stage = 'assigned' and team_id is not null group by 1) x;
  else
    select array_agg((x.id, x.a, x.p)::load_change) into people from (
      select id, sum(a)::integer as a, sum(p)::integer as p from (
        select owner_id as id, (stage = 'assigned')::integer as a, (stage = 'snoozed')::integer as p
          from now_rows where owner_kind = 'agent'
        union all
        select owner_id, -(stage = 'assigned')::integer, -(stage = 'snoozed')::integer
          from was_rows where owner_kind = 'agent') both_of
       group by id having sum(a) <> 0 or sum(p) <> 0) x;
    select array_agg((x.id, x.a, 0)::load_change) into groups from (
      select id, sum(a)::integer as a from (
        select team_id as id, 1 as a from now_rows where stage = 'assigned' and team_id is not null
        union all
        select team_id, -1 from was_rows where stage = 'assigned' and team_id is not null) both_of
       group by id having sum(a) <> 0) x;
  end if;
  if people is not null or groups is not null then
    perform move_loads(people, groups);
  end if;
  return null;
end $$;

create trigger conversations_opened after insert on conversations
  referencing new table as now_rows for each statement execute function count_loads();
create trigger conversations_changed after update on conversations
  referencing old table as was_rows new table as now_rows for each statement execute function count_loads();
create trigger conversations_gone after delete on conversations
  referencing old table as was_rows for each statement execute function count_loads();

-- Why somebody was given a conversation, or asked to take it, or nobody was. The same input gives the same choice.
create table assignment_decisions (
  id              bigint generated always as identity primary key,
  conversation_id uuid not null references conversations on delete cascade,
  team_id         uuid,                       -- whose member it was to be
  version         integer not null,           -- of the rules that were live
  strategy        text not null,
  input           jsonb not null,             -- all that was known, as domain::assignment::Snapshot
  verdicts        jsonb not null,             -- each candidate: eligible, or the reason why not
  choice          jsonb not null,
  ring            integer not null,           -- how far less was asked for
  at              timestamptz not null
);
create index assignment_decisions_conversation on assignment_decisions (conversation_id, id desc);
create index assignment_decisions_at on assignment_decisions (at);
