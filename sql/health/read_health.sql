-- Purpose: how the database, the workers, the queue and the ledger's care stand, in one question;
-- asked with the rights of the user who connects, since sessions show themselves to no other role.
-- Grain: one row; sizes in bytes, times in seconds.
with sessions as (
    select * from pg_stat_activity where datname = current_database()
), tables as (
    select schema.nspname || '.' || whole.relname as name,
        sum(pg_total_relation_size(class.oid))::bigint as bytes
    from pg_class as class
    left join pg_inherits on inhrelid = class.oid
    join pg_class as whole on whole.oid = coalesce(inhparent, class.oid)
    join pg_namespace as schema on schema.oid = whole.relnamespace
    where class.relkind = 'r' and nspname !~ '^pg_' and nspname <> 'information_schema'
    group by schema.nspname, whole.relname
    order by bytes desc
    limit 6
), last_events as (
    select distinct on (action) action, event_id, at, actor, detail
    from app.audit_events
    where action in ('backup', 'verify')
    order by action, event_id desc
)
select clock_timestamp() as read_at,
    current_setting('server_version') as server_version,
    pg_postmaster_start_time() as started_at,
    pg_database_size(current_database()) as database_bytes,
    (select count(*) from pg_stat_activity where backend_type = 'client backend') as connections,
    current_setting('max_connections')::integer as most_connections,
    (
        select extract(epoch from clock_timestamp() - min(xact_start))::float8 from sessions
        where pid <> pg_backend_pid()
    ) as oldest_transaction_seconds,
    (select json_agg(tables order by bytes desc) from tables) as largest_tables,
    (
        select coalesce(json_agg(json_build_object(
            'name', application_name, 'since', backend_start) order by backend_start), '[]')
        from (
            select application_name, min(backend_start) as backend_start from sessions
            where application_name like 'sales\_engine worker %%'
            group by application_name
        ) as known
    ) as workers,
    (
        select json_build_object(
            'alive', count(*) filter (where last_heartbeat > clock_timestamp() - interval '20 s'),
            'last_sign', max(last_heartbeat))
        from jobs.procrastinate_workers
    ) as signs,
    (
        select json_build_object(
            'waiting', count(*) filter (where state = 'waiting'),
            'longest_wait_seconds', extract(epoch from clock_timestamp()
                - min(requested_at) filter (where state = 'waiting')),
            'running', count(*) filter (where state = 'running'),
            'failed', count(*) filter (
                where state = 'failed' and finished_at > clock_timestamp() - interval '1 day'),
            'stalled', count(*) filter (
                where state = 'running'
                    and heartbeat_at < clock_timestamp() - make_interval(secs => %(stalled)s)))
        from app.jobs
    ) as queue,
    (select row_to_json(e) from last_events as e where action = 'backup') as backup,
    (select row_to_json(e) from last_events as e where action = 'verify') as verify,
    (
        select row_to_json(e)
        from (select event_id, at from app.audit_events order by event_id desc limit 1) as e
    ) as last_event
