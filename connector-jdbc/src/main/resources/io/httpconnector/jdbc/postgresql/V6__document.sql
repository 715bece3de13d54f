create table if not exists ${prefix}document (
    document_key varchar(64) not null primary key,
    id varchar not null,
    revision bigint not null,
    content varchar not null
);
