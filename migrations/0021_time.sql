-- A moment as milliseconds since 1970. With the zone named, all of it is immutable, so that it is put into the
-- statements that call it. As it was before, it was called as a function: read and planned anew for each of its calls in
-- a statement, every time that one ran.
create or replace function to_ms(timestamptz) returns bigint
language sql immutable parallel safe as $$ select (date_part('epoch', $1 at time zone 'UTC') * 1000)::bigint $$;

-- Whoever takes a number over looks up what was sent lately.
create index deliveries_created on deliveries using brin (created_at);
