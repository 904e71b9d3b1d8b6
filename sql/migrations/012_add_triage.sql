-- Purpose: work on issues: what makes an issue the same in a recheck and in a corrected load, who
-- said what of it, and its status now. Rule settings get a reason.

-- `issue_key` is the same for the same issue of a source's month, whatever load it comes in: source,
-- period and fingerprint, and the ordinal among issues that share these (twins), in the order of the
-- lines. Where no column is blamed (a damaged line, the load as a whole) the raw value belongs to it:
-- such an issue is known by what it says. `keep_findings` writes it for every run.
alter table dq.dq_issues
    add column issue_key        uuid,
    add column salesperson_id   text,            -- null where the line does not tell
    add column branch_id        text;

with known as (
    select issues.issue_id, sales.salesperson_id,
        md5(concat_ws(
            chr(31), states.source_system, states.period, issues.fingerprint,
            case when issues.column_name is null then coalesce(issues.raw_value, '') end
        )) as same
    from dq.dq_issues as issues
    join app.load_states as states using (load_id)
    left join canonical.sales using (load_id, line_no)
), numbered as (
    select known.issue_id, known.salesperson_id, known.same,
        row_number() over (
            partition by issues.load_id, known.same order by issues.line_no, issues.issue_id
        ) as ordinal
    from known
    join dq.dq_issues as issues using (issue_id)
)
update dq.dq_issues as issues
set issue_key = md5(concat_ws(chr(31), numbered.same, numbered.ordinal))::uuid,
    salesperson_id = numbered.salesperson_id
from numbered
where numbered.issue_id = issues.issue_id;

alter table dq.dq_issues alter column issue_key set not null;
create index dq_issues_by_key on dq.dq_issues (issue_key);
-- A page of everything, in the order of the files, without sorting everything.
create index dq_issues_in_order on dq.dq_issues (load_id, (coalesce(line_no, 0)), issue_id);

create sequence dq.issue_batches;

-- Grain: one issue in one act of a person. Null says that the act left it as it was; an empty
-- assignee takes the issue from everybody. Appended, never changed.
create table dq.issue_events (
    event_id        bigint generated always as identity primary key,
    batch_id        bigint not null,             -- one act, on one issue or many
    issue_key       uuid not null,
    source_system   text not null,
    period          text not null,
    load_id         bigint not null,             -- where the issue was looked at, and what it was
    line_no         integer,
    rule_code       text not null,
    column_name     text,
    raw_value       text,
    impact_amount   numeric,
    status          text check (
        status in ('open', 'in_progress', 'fixed_at_source', 'accepted', 'false_alarm')
    ),
    assignee        text,
    comment         text,
    reason          text,
    actor           text not null,
    at              timestamptz not null default clock_timestamp(),
    check (
        status is null or status in ('open', 'in_progress') or coalesce(trim(reason), '') <> ''
    ),
    check (num_nonnulls(status, assignee, comment) > 0)
);
create index issue_events_by_issue on dq.issue_events (issue_key, event_id);
create index issue_events_by_batch on dq.issue_events (batch_id);

-- Grain: one issue that somebody said something of, as it stands after its last event. Made from the
-- events by the trigger below and by nothing else; an issue without a row is open and nobody's.
create table dq.issue_states (
    issue_key       uuid primary key,
    source_system   text not null,
    period          text not null,
    load_id         bigint not null,             -- the newest load of which something was said
    status          text not null,
    assignee        text,
    event_id        bigint not null,             -- the last event
    changed_at      timestamptz not null
);
create index issue_states_by_month on dq.issue_states (source_system, period);

create function dq.keep_issue_states() returns trigger
language plpgsql as $$
begin
    insert into dq.issue_states as states (
        issue_key, source_system, period, load_id, status, assignee, event_id, changed_at
    )
    select events.issue_key, events.source_system, events.period,
        greatest(events.load_id, before.load_id),
        coalesce(events.status, before.status, 'open'),
        case when events.assignee is null then before.assignee else nullif(events.assignee, '') end,
        events.event_id, events.at
    from new_events as events
    left join dq.issue_states as before using (issue_key)
    on conflict (issue_key) do update
    set load_id = excluded.load_id, status = excluded.status, assignee = excluded.assignee,
        event_id = excluded.event_id, changed_at = excluded.changed_at;
    return null;
end
$$;
create trigger keep_issue_states after insert on dq.issue_events
    referencing new table as new_events
    for each statement execute function dq.keep_issue_states();

create trigger refuse_change before update or delete on dq.issue_events
    for each row execute function app.refuse_change();
create trigger refuse_truncate before truncate on dq.issue_events
    for each statement execute function app.refuse_change();
-- The trigger above writes states at depth 1; nobody else does.
create trigger refuse_change before insert or update or delete on dq.issue_states
    for each statement when (pg_trigger_depth() = 0) execute function app.refuse_change();
create trigger refuse_truncate before truncate on dq.issue_states
    for each statement execute function app.refuse_change();

alter table dq.rule_settings add column reason text;
