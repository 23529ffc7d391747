create role reader login password 'only-for-this-test-7';
create schema action;
create schema actor;
create schema permission;
create table actor.org_unit (id int primary key, shortname text, name text, parent_ou int);
create table permission.grp_tree (id int primary key, name text);
create table action.circulation (
    id bigint primary key, parent_circ bigint, usr int, target_copy bigint, circ_lib int,
    checkin_lib int, copy_owning_lib int, usr_profile int, xact_start timestamptz,
    due_date timestamptz, checkin_time timestamptz, desk_renewal boolean, opac_renewal boolean,
    phone_renewal boolean, auto_renewal boolean, note text, cover bytea
);
create view action.all_circulation as select * from action.circulation;
insert into actor.org_unit values (1, 'BR1', 'Example Branch', null);
insert into permission.grp_tree values (2, 'Patrons');
grant usage on schema action, actor, permission to reader;
grant select on all tables in schema action, actor, permission to reader;
