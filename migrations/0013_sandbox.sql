-- The sandbox stands in for every provider: webhooks of any type to any door, files, templates that were made.

-- A webhook's type, and what stands behind the connection's address: `/tail?query#fragment`, as the provider was
-- given it. The fragment is never sent.
alter table sandbox_webhooks
  add column content_type text not null default 'application/json',
  add column target       text not null default '';

-- Where the statuses of a message go, if its send named an address: as `target` above.
alter table sandbox_messages
  add column target text not null default '';

-- Files on the phones, the customer's and the business's, and files that the business has uploaded.
create table sandbox_files (
  id            text primary key,             -- the provider's id of it
  connection_id uuid not null references connections on delete cascade,
  mime          text not null,
  name          text,
  bytes         bytea not null,
  created_at    timestamptz not null default desk_now()
);
create index sandbox_files_connection on sandbox_files (connection_id);

-- Templates and other contents that were made here; those that every stand-in begins with are in the code.
create table sandbox_templates (
  id            text primary key,             -- the provider's id of it
  ord           bigint generated always as identity,
  connection_id uuid not null references connections on delete cascade,
  template      json not null,                -- in the desk's own shape, as it was made
  raw           json not null default '{}',   -- what the call held, where the provider gives that back
  approved_at   timestamptz                   -- absent: it was never submitted
);
create index sandbox_templates_connection on sandbox_templates (connection_id, ord);
