-- Whether customers see that somebody is typing an answer to them, where the provider can show it.
alter table channels add column shows_typing boolean not null default true;
