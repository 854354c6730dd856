-- How a bot got its conversation is asked at each of its turns: found without reading what happened since.

create index events_owner_changed on events (conversation_id, seq desc) where change ? 'owner_changed';
