create table if not exists ${prefix}trigger (
    trigger_key varchar(64) not null primary key,
    id varchar not null,
    definition varchar not null,
    version bigint not null,
    state char(1) not null,
    planned_at bigint not null
);

-- The table of db-scheduler, as its documentation describes it.
create table if not exists ${prefix}trigger_task (
    task_name varchar not null,
    task_instance varchar not null,
    task_data varbinary(1000000),
    execution_time timestamp with time zone not null,
    picked boolean not null,
    picked_by varchar,
    last_success timestamp with time zone,
    last_failure timestamp with time zone,
    consecutive_failures int,
    last_heartbeat timestamp with time zone,
    version bigint not null,
    priority smallint,
    primary key (task_name, task_instance)
);

create index if not exists ${prefix}trigger_task_due on ${prefix}trigger_task (execution_time);
create index if not exists ${prefix}trigger_task_alive on ${prefix}trigger_task (last_heartbeat);
