create table if not exists ${prefix}inbox (
    receiver_key varchar(64) not null,
    event_key varchar(64) not null,
    turn_key varchar(64),
    place bigint generated always as identity,
    state char(1) not null,
    attempts int not null,
    changed_at bigint not null,
    content varchar,
    primary key (receiver_key, event_key)
);

create index if not exists ${prefix}inbox_turn on ${prefix}inbox (receiver_key, state, turn_key, place);
create index if not exists ${prefix}inbox_done on ${prefix}inbox (receiver_key, state, changed_at);

-- The table of db-scheduler, as its documentation describes it, and the receiver of a task.
create table if not exists ${prefix}inbox_task (
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
    receiver_key varchar(64) generated always as (left(task_instance, 32)),
    primary key (task_name, task_instance)
);

create index if not exists ${prefix}inbox_task_due on ${prefix}inbox_task (receiver_key, execution_time);
create index if not exists ${prefix}inbox_task_later on ${prefix}inbox_task (execution_time);
create index if not exists ${prefix}inbox_task_alive on ${prefix}inbox_task (last_heartbeat);
