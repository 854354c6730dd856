-- One message in one statement and one commit.
\set conversation random(0, 1999)
\set message random(1, 9000000000000000000)
with new as (
  insert into floor_messages (inbox, provider_id, conversation_id, at, body)
  values (1, 'wamid.' || cast(:message as text), :conversation, clock_timestamp(),
          'Hello, is the lamp that I ordered last week on its way? It should have been here by now.')
      on conflict (inbox, provider_id) do nothing
  returning conversation_id, at, body
), moved as (
  update floor_conversations c set last_activity = new.at, unread = c.unread + 1, preview = new.body
    from new where c.id = new.conversation_id
  returning c.id
)
insert into floor_outbox (conversation_id, kind, messages) select id, 'message_created', 1 from moved;
