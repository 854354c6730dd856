-- Files: what customers have sent, and what people here send them. The bytes are in the store of files, a folder or
-- a bucket; here is what is known of them.

-- Which store of files belongs to this database. Its id is also written into the store, so that a server with
-- another folder notices.
create table file_store (
  only_one   boolean primary key default true check (only_one),
  id         uuid not null,
  place      text not null,                   -- folder and machine, or bucket: for people
  created_at timestamptz not null default desk_now()
);

create table files (
  id              uuid primary key,
  -- Both are absent once the message is erased; then the bytes are deleted too. What was uploaded here has no
  -- message until it is sent.
  conversation_id uuid references conversations on delete set null,
  message_id      uuid references messages on delete set null,
  kind            text not null check (kind in ('image', 'video', 'audio', 'voice', 'document', 'sticker')),
  state           text not null check (state in ('wanted', 'ready', 'failed')),
  declared        text,                       -- its type as the provider or the browser named it
  mime            text,                       -- its type by its first bytes, whatever was declared
  size            bigint,                     -- bytes
  sha256          bytea,
  name            text,                       -- as its sender called it; untrusted
  thumb_mime      text,                       -- absent: it has no small picture
  thumb_width     integer,
  thumb_height    integer,
  uploaded_by     uuid references agents on delete set null,  -- absent: a customer sent it
  uploaded        boolean not null default false,             -- came from a browser and is not fetched
  attempts        integer not null default 0, -- to fetch it; also tells one holder of the lease from the next
  not_before      timestamptz not null default desk_now(),
  lease_until     timestamptz,                -- while it is being fetched
  error           text,                       -- why it is not there (yet), for a person
  created_at      timestamptz not null default desk_now(),
  check ((state = 'ready') <= (mime is not null and size is not null and sha256 is not null)),
  check ((state = 'failed') <= (error is not null))
);
create index files_wanted on files (not_before) where state = 'wanted' and not uploaded;
create index files_message on files (message_id) where message_id is not null;
create index files_conversation on files (conversation_id) where conversation_id is not null;
-- Whose message is erased, or was never written.
create index files_loose on files (created_at) where message_id is null;
