-- What providers other than Meta need: several doors of a connection, people who go by a provider's own id.

alter table ledger
  add column tail  text not null default '',  -- what stood behind the connection in the webhook's path
  add column query text not null default '';  -- the webhook's query, as it was sent

alter table addresses
  add column external_id text;                -- the provider's own id of the person, where it sends by that
alter table addresses drop constraint addresses_check;
alter table addresses
  add constraint addresses_named check (phone is not null or user_id is not null or external_id is not null);
