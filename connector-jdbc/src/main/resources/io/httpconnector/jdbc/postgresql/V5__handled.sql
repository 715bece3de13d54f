create table if not exists ${prefix}handled (
    trigger_key varchar(64) not null,
    event_key varchar(64) not null,
    handled_at bigint not null,
    primary key (trigger_key, event_key)
);

create index if not exists ${index}handled_at on ${prefix}handled (handled_at);
