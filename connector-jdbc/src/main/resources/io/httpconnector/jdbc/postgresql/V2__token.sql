create table if not exists ${prefix}token (
    token_key varchar(64) not null primary key,
    id varchar not null,
    content varchar not null,
    needed_until bigint
);

create table if not exists ${prefix}lease (
    lease_key varchar(64) not null primary key
);
