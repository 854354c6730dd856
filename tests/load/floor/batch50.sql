-- Fifty messages in one statement and one commit. Each connection has conversations of its own, so that no two
-- wait for each other.
\set first random(0, 999)
\set message random(1, 9000000000000000000)
with new as (
  insert into floor_messages (inbox, provider_id, conversation_id, at, body)
  select 1, 'wamid.' || cast(:message as text) || '.' || n, :client_id * 1000 + (:first + n * 19) % 1000,
         clock_timestamp(),
         'Hello, is the lamp that I ordered last week on its way? It should have been here by now.'
    from generate_series(1, 50) n
      on conflict (inbox, provider_id) do nothing
  returning conversation_id, at, body
), grouped as (
  select conversation_id, count(*) as messages, max(at) as at, max(body) as body from new group by conversation_id
), moved as (
  update floor_conversations c set last_activity = g.at, unread = c.unread + g.messages, preview = g.body
    from grouped g where c.id = g.conversation_id
  returning c.id, g.messages
)
insert into floor_outbox (conversation_id, kind, messages) select id, 'message_created', messages from moved;
