-- Sends that people ask for again, turns for files, and customers who may be one person.

-- A send that a person asks for again is another one to the provider, with a mark of its own; what the desk tries again
-- by itself keeps its mark.
alter table deliveries
  add column round    integer not null default 1,  -- how often it was asked for
  add column asked_at timestamptz;                 -- when it last was, which decides whether a wish is newer; absent:
                                                   -- when it was written

-- Providers that give so many files a second: when an account's next one may be asked for, whichever server asks.
create table file_turns (
  connection_id uuid primary key references connections on delete cascade,
  next_at       timestamptz not null
) with (fillfactor = 50);

-- Customers whom a provider holds for one person although both have conversations here; each pair both ways.
create table same_people (
  address_id uuid not null references addresses on delete cascade,
  other_id   uuid not null references addresses on delete cascade,
  at         timestamptz not null,
  primary key (address_id, other_id)
);
create index same_people_other on same_people (other_id);
