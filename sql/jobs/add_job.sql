-- Purpose: ask for work on a load. Grain: one job; nothing when the load has an active one.
insert into app.jobs (
    key, kind, load_id, source_system, period, asked, publish_after, state, bytes_total,
    requested_by, attempt, worker, started_at, heartbeat_at
)
values (
    %(key)s, %(kind)s, %(load_id)s, %(source)s, %(period)s, %(asked)s, %(publish_after)s,
    %(state)s, %(bytes_total)s, %(requested_by)s, %(attempt)s, %(worker)s,
    case when %(state)s = 'running' then clock_timestamp() end,
    case when %(state)s = 'running' then clock_timestamp() end
)
on conflict (load_id) where state in ('waiting', 'running') do nothing
returning job_id
