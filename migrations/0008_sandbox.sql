-- The stand-in for WhatsApp: its phones, what is on them, and the webhooks on their way to the desk. It is
-- all here, so that nothing is lost when the process ends. Empty unless the sandbox is switched on.

create table sandbox_phones (
  number     text primary key,                -- digits, or the user id of a phone that hides its number
  user_id    text not null,                   -- business-scoped user id
  name       text not null check (length(name) between 1 and 120),
  created_at timestamptz not null default desk_now()
);
create unique index sandbox_phones_user_id on sandbox_phones (user_id);

-- A phone and a number of the business. Whoever changes anything between the two takes this row's lock first;
-- the webhooks of a thread are delivered in order, by one process at a time.
create table sandbox_threads (
  number        text not null,                -- of no phone, where somebody unknown was written to
  line          text not null,                -- the provider's id of the business's number
  connection_id uuid not null references connections on delete cascade,
  revision      bigint not null default 2,    -- a thread that is not there counts as 1
  unread        integer not null default 0,
  wrote_at      timestamptz,                  -- the customer's last message: their window is counted from it
  typing_until  timestamptz,
  next_at       timestamptz,                  -- when its first webhook is due; absent: none is left
  retry_at      timestamptz,                  -- not before, because the last try failed
  holder        uuid,                         -- who delivers at present
  lease_until   timestamptz,
  primary key (number, line)
) with (fillfactor = 80);
create index sandbox_threads_due on sandbox_threads (next_at) where next_at is not null;
create index sandbox_threads_connection on sandbox_threads (connection_id);

create table sandbox_messages (
  id        text primary key,
  ord       bigint generated always as identity,
  number    text not null,
  line      text not null,
  mine      boolean not null,                 -- the customer wrote it
  body      json not null,                    -- not jsonb: that takes no NUL, and customers send anything
  quoted    text,
  reactions json not null default '[]',
  status    text not null check (status in ('sent', 'delivered', 'read', 'failed')),
  opaque    text,                             -- comes back in statuses
  at        timestamptz not null,
  foreign key (number, line) references sandbox_threads on delete cascade
) with (fillfactor = 80);
create index sandbox_messages_thread on sandbox_messages (number, line, ord desc);

-- Webhooks that the desk has not taken yet. Within a thread they go out by the moment they are due.
create table sandbox_webhooks (
  id         bigint generated always as identity primary key,
  number     text not null,
  line       text not null,
  body       text not null,                   -- the bytes, the same at every try; pure ASCII
  own        text,                            -- the customer's message in it: delivered once the desk has it
  due_at     timestamptz not null,
  attempts   integer not null default 0,
  foreign key (number, line) references sandbox_threads on delete cascade
);
create index sandbox_webhooks_thread on sandbox_webhooks (number, line, due_at, id);

-- What goes wrong on purpose.
create table sandbox_faults (
  only_one boolean primary key default true check (only_one),
  faults   json not null default '{}',
  sends    bigint not null default 0          -- since the faults were set: every n-th of them can be refused
);
insert into sandbox_faults default values;
