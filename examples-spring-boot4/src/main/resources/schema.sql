create table if not exists orders (shop varchar, id varchar, status varchar not null, primary key (shop, id));
create table if not exists payments (id varchar primary key, event varchar);
