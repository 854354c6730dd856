-- Promises to write back are seen to by hand, too.
alter table callbacks
  add column ended_by uuid references agents on delete set null,  -- who has ended it by hand
  add column note     text;                                       -- what they had to say to that
create index callbacks_ended on callbacks (state, ended_at desc, id desc) where state <> 'open';
create index callbacks_ended_by on callbacks (ended_by) where ended_by is not null;
