create table if not exists ${prefix}state (
    state_key varchar(64) not null primary key,
    id varchar not null,
    generation bigint not null,
    last_entry bigint not null,
    writer varchar(36) not null
);

create table if not exists ${prefix}state_entry (
    state_key varchar(64) not null,
    generation bigint not null,
    entry bigint not null,
    content bytea not null,
    primary key (state_key, generation, entry)
);
