-- Summaries that a machine makes of handoffs whose bot gave none.

-- Where they are made. One row.
create table summary_settings (
  id           uuid primary key default gen_random_uuid(),  -- the key is bound to it
  only_one     boolean not null default true unique check (only_one),
  active       boolean not null default false,
  url          text not null default '',
  model        text not null default '',
  api_key      bytea,                         -- encrypted, bound to table, column and row
  instructions text not null default '',
  language     text not null default '',
  most_chars   integer not null default 12000 check (most_chars between 500 and 100000),  -- of a conversation
  failures     integer not null default 0,    -- in a row
  rests_until  timestamptz,                   -- when one is let through to see
  trouble      text,                          -- what went wrong last, until it works again
  trouble_at   timestamptz
);
insert into summary_settings default values;

-- One a handoff that needs one. Written with the handoff, made later.
create table summaries (
  handoff_id uuid primary key references handoffs on delete cascade,
  state      text not null default 'wanted' check (state in ('wanted', 'made', 'failed')),
  wanted_at  timestamptz not null,
  due_at     timestamptz not null,            -- while one is being made: until when whoever makes it may
  attempts   integer not null default 0,
  text       text,
  model      text,
  made_at    timestamptz,
  trouble    text,
  check (state <> 'made' or (text is not null and model is not null and made_at is not null))
) with (fillfactor = 70);
create index summaries_due on summaries (due_at) where state = 'wanted';
