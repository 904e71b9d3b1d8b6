-- Purpose: room for what a change of the published loads touches, until the transaction ends.
-- Grain of touched_days: one entity and load, first to last day of what the load saw of it; of
-- touched_spans: one entity; of touched_versions: as dim.observed_versions.
create temporary table if not exists touched_days (
    load_id     bigint not null,
    dimension   text not null,
    entity_id   text not null,
    first_day   date not null,
    last_day    date not null
) on commit drop;
create temporary table if not exists touched_spans (
    dimension       text not null,
    entity_id       text not null,
    first_day       date not null,
    compare_from    date not null,
    last_day        date not null
) on commit drop;
create temporary table if not exists touched_versions (
    like dim.observed_versions
) on commit drop
