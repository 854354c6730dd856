-- The clock, and the one row that says which desk this is.

-- The desk's clock: the database's, plus a session setting that tests move. Leases, deadlines and queues use it,
-- so that servers with different clocks agree. Whole milliseconds, so that a moment survives the trip to a browser.
create function desk_now() returns timestamptz
language sql volatile parallel safe as $$
  select date_trunc('milliseconds', clock_timestamp())
       + coalesce(nullif(current_setting('baton.clock_offset', true), '')::interval, interval '0')
$$;

-- A moment as milliseconds since 1970, and back.
create function to_ms(timestamptz) returns bigint
language sql immutable parallel safe as $$ select (extract(epoch from $1) * 1000)::bigint $$;
create function from_ms(bigint) returns timestamptz
language sql immutable parallel safe as $$ select to_timestamp($1::numeric / 1000) $$;

create table desk (
  only_one     boolean primary key default true check (only_one),
  organisation text,                          -- set by the first-run page; until then nobody can sign in
  -- Raised when transaction ids have begun anew (a restored dump): cursors of an older generation are void.
  generation   bigint not null default 1,
  created_at   timestamptz not null default desk_now()
);
insert into desk default values;
