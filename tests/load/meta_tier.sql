-- Conversations, and messages in them that the provider has accepted. Ids grow, as those of the desk do.
create function load_id(kind text, n bigint) returns uuid language sql immutable as $$
  select (lpad(to_hex(1700000000000 + n), 12, '0') || '7' || substr(md5(kind || n), 1, 3)
          || '8' || substr(md5(n || kind), 1, 15))::uuid
$$;

insert into contacts (id, profile_name)
select load_id('contact', n), 'Customer 49151' || lpad(n::text, 8, '0') from generate_series(0, :customers - 1) n;

insert into addresses (id, channel_id, contact_id, phone, conversation_id)
select load_id('address', n), :channel, load_id('contact', n), '49151' || lpad(n::text, 8, '0'),
       load_id('conversation', n)
  from generate_series(0, :customers - 1) n;

insert into identities (channel_id, key, address_id)
select :channel, '49151' || lpad(n::text, 8, '0'), load_id('address', n) from generate_series(0, :customers - 1) n;

insert into conversations (id, channel_id, contact_id, address_id, stage, owner_kind, last_seq, last_at,
                           last_sort_at, waiting_since, opened_at)
select load_id('conversation', n), :channel, load_id('contact', n), load_id('address', n), 'waiting', 'nobody',
       :deliveries, desk_now(), desk_now(), desk_now(), desk_now()
  from generate_series(0, :customers - 1) n;

insert into messages (id, conversation_id, address_id, channel_id, seq, sort_at, at, received_at, author_kind, body,
                      state, epoch)
select load_id('message', n), load_id('conversation', n % :customers), load_id('address', n % :customers), :channel,
       n + 1, desk_now(), desk_now(), desk_now(), 'desk',
       '{"text": {"text": "Your parcel has left our house and will be with you tomorrow."}}', 'accepted', 0
  from generate_series(0, :deliveries - 1) n;

insert into deliveries (id, kind, message_id, conversation_id, channel_id, payload, by_bot, epoch, state, attempts,
                        not_before, provider_id, created_at)
select load_id('delivery', n), 'message', load_id('message', n), load_id('conversation', n % :customers), :channel,
       '{"kind": "message", "body": {"text": {"text": "Your parcel has left our house."}}}', false, 0,
       'accepted', 1, desk_now(), 'wamid.out.' || n, desk_now()
  from generate_series(0, :deliveries - 1) n;
