-- Purpose: who and what the events are about, as it was at the time (type 2). Personal data lives
-- here alone. Observations come from each load; versions are made of the published ones.

-- Grain: one set of attributes of one entity as seen in one load, and when.
create table dim.observations (
    load_id         bigint not null,
    dimension       text not null check (
        dimension in ('customers', 'products', 'salespeople', 'branches')
    ),
    entity_id       text not null,
    attributes      jsonb not null,
    lines           integer not null,
    first_date      date not null,
    last_date       date not null
);
create index observations_by_entity on dim.observations (dimension, entity_id);
create index observations_by_load on dim.observations (load_id, dimension);

-- Grain of each dimension: one row per entity and span of days in which its attributes held.
-- valid_to is the first day on which they no longer did; null means until now.
create table dim.customers (
    source_system   text not null,
    customer_id     text not null,
    valid_from      date not null,
    valid_to        date,
    customer_name   text,                        -- personal
    national_id     text,                        -- personal
    phone           text,                        -- personal
    address         text,                        -- personal
    trade_class     text,
    sales_channel   text,
    region_id       text,
    region          text,
    route_id        text,
    route           text,
    province        text,
    city            text,
    country         text,
    primary key (source_system, customer_id, valid_from)
);

create table dim.products (
    source_system     text not null,
    product_id        text not null,
    valid_from        date not null,
    valid_to          date,
    product_name      text,
    barcode           text,
    brand_id          text,
    brand             text,
    product_group_id  text,
    product_group     text,
    product_subgroup  text,
    supplier          text,
    unit_of_measure   text,
    pieces_per_carton text,
    unit_weight       text,                      -- kg
    primary key (source_system, product_id, valid_from)
);

create table dim.salespeople (
    source_system     text not null,
    salesperson_id    text not null,
    valid_from        date not null,
    valid_to          date,
    salesperson_name  text,
    supervisor_id     text,
    supervisor_name   text,
    branch_id         text,
    primary key (source_system, salesperson_id, valid_from)
);

create table dim.branches (
    source_system   text not null,
    branch_id       text not null,
    valid_from      date not null,
    valid_to        date,
    branch_name     text,
    primary key (source_system, branch_id, valid_from)
);

-- Grain: one Jalali month, with its Gregorian first day. Filled once from the calendar.
create table dim.jalali_months (
    jalali_month    text primary key,            -- 1403-05
    first_day       date not null unique,
    days            smallint not null
);
