-- The people who sign in, and where they are signed in.

create table agents (
  id            uuid primary key,
  name          text not null check (length(name) between 1 and 120),
  email         text not null,
  password_hash text not null,                -- argon2id, PHC string
  role          text not null check (role in ('agent', 'admin')),
  active        boolean not null default true,
  session_epoch bigint not null default 1,    -- raised to sign somebody out everywhere
  sample        boolean not null default false,
  created_at    timestamptz not null default desk_now(),
  last_seen     timestamptz
);
create unique index agents_email_key on agents (lower(email));

-- Sessions of tower-sessions. The cookie is encrypted, so the id here is no login.
create schema if not exists tower_sessions;
create table tower_sessions.session (
  id          text primary key not null,
  data        bytea not null,
  expiry_date timestamptz not null
);

-- Where somebody is signed in, for the list on their account page.
create table sign_ins (
  session_hash bytea primary key,             -- SHA-256 of the session's id
  agent_id     uuid not null references agents on delete cascade,
  address      text not null,                 -- network address
  user_agent   text not null,
  created_at   timestamptz not null default desk_now(),
  last_seen    timestamptz not null default desk_now()
);
create index sign_ins_agent on sign_ins (agent_id);

-- Tries to sign in, counted per account and per network address in windows of a minute. They hold across
-- servers and restarts.
create table sign_in_tries (
  key       text not null,                    -- 'account:<sha256 of the mail address>' or 'address:<network address>'
  minute    timestamptz not null,
  tries     integer not null,
  primary key (key, minute)
);

-- Whether somebody is there: one lease for each open page, renewed by the server that holds its socket.
create table presence (
  socket_id uuid primary key,
  agent_id  uuid not null references agents on delete cascade,
  away      boolean not null default false,
  until     timestamptz not null
);
create index presence_agent on presence (agent_id);
