create table if not exists ${prefix}exchange (
    id varchar(64) not null primary key,
    started_at bigint not null,
    connection_key varchar(64) not null,
    source_key varchar(64) not null,
    status int not null,
    failed boolean not null,
    stored_bytes bigint not null,
    content varchar not null
);

create index if not exists ${prefix}exchange_latest on ${prefix}exchange (started_at, id);
create index if not exists ${prefix}exchange_connection on ${prefix}exchange (connection_key, started_at, id);
create index if not exists ${prefix}exchange_source on ${prefix}exchange (source_key, started_at, id);
