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

create index if not exists ${index}inbox_kept on ${prefix}inbox (receiver_key, place) where state <> 'd';
create index if not exists ${index}inbox_turn on ${prefix}inbox (receiver_key, turn_key, place)
    where state = 'w' and turn_key is not null;
create index if not exists ${index}inbox_done on ${prefix}inbox (receiver_key, changed_at) where state = 'd';

-- The table of db-scheduler, as its documentation describes it, and the receiver of a task.
create table if not exists ${prefix}inbox_task (
    task_name varchar not null,
    task_instance varchar not null,
    task_data bytea,
    execution_time timestamp with time zone not null,
    picked boolean not null,
    picked_by varchar,
    last_success timestamp with time zone,
    last_failure timestamp with time zone,
    consecutive_failures int,
    last_heartbeat timestamp with time zone,
    version bigint not null,
    priority smallint,
    receiver_key varchar(64) generated always as (left(task_instance, 32)) stored,
    primary key (task_name, task_instance)
);

create index if not exists ${index}inbox_task_due on ${prefix}inbox_task (receiver_key, execution_time);
create index if not exists ${index}inbox_task_later on ${prefix}inbox_task (execution_time);
create index if not exists ${index}inbox_task_alive on ${prefix}inbox_task (last_heartbeat) where last_heartbeat is not null;
