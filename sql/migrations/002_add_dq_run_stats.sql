-- Purpose: what each run found: issues line by line, statistics per run and rule, the balance of
-- lines and money, and the settings of rules that a steward changed.

-- Grain: one rule broken by one line (or by the whole run: line_no is null) in the load's last run.
create table dq.dq_issues (
    issue_id        bigint generated always as identity primary key,
    run_id          bigint not null,
    load_id         bigint not null,
    line_no         integer,
    rule_code       text not null,
    severity        text not null check (severity in ('ERROR', 'WARNING')),
    column_name     text,                        -- header of the column in the file
    raw_value       text,                        -- the cell as it stands in the file
    message         text not null,
    impact_amount   numeric,                     -- money the issue touches, in the load's currency
    fingerprint     uuid not null                -- same issue in another load of the month
);
create index dq_issues_by_rule on dq.dq_issues (load_id, rule_code);
create index dq_issues_by_line on dq.dq_issues (load_id, line_no);
create index dq_issues_by_fingerprint on dq.dq_issues (fingerprint);

-- Grain: one row per run (rule_code is null) and one per run and rule that found something.
create table dq.dq_run_stats (
    run_id                bigint not null,
    load_id               bigint not null,
    source_system         text not null,
    period                text not null,
    rule_code             text,
    severity              text,
    lines_read            integer not null,      -- records of the file, header lines not counted
    canonical_lines       integer not null,
    rejected_lines        integer not null,
    blank_lines           integer not null,
    issues                integer not null,
    errors                integer not null,
    warnings              integer not null,
    net_amount            numeric not null,      -- signed, of canonical lines
    rejected_net_amount   numeric not null,      -- signed, readable amounts of rejected lines
    impact_amount         numeric not null,      -- money that the issues touch
    started_at            timestamptz not null,
    finished_at           timestamptz not null,
    unique nulls not distinct (run_id, rule_code)
);

-- Grain: one row per run. In balance when both gaps are zero.
create table dq.reconciliations (
    run_id                bigint primary key,
    load_id               bigint not null,
    raw_lines             integer not null,      -- rows in RAW
    canonical_lines       integer not null,
    rejected_lines        integer not null,
    set_aside_lines       integer not null,      -- header, preamble, blank, total lines
    lines_gap             integer not null,
    file_net_amount       numeric not null,      -- readable net amounts while reading the file
    canonical_net_amount  numeric not null,      -- summed in the database
    rejected_net_amount   numeric not null,
    amount_gap            numeric not null,
    balanced              boolean generated always as (lines_gap = 0 and amount_gap = 0) stored
);

-- Grain: one row per run and mapped column: how the column looked, for the drift of the next month.
create table dq.column_profiles (
    run_id          bigint not null,
    load_id         bigint not null,
    column_name     text not null,               -- canonical name
    header          text not null,
    lines           integer not null,
    empty_lines     integer not null,
    primary key (run_id, column_name)
);

-- Grain: one change of a rule by a steward; the newest of a rule counts. Appended, never changed.
create table dq.rule_settings (
    setting_id      bigint generated always as identity primary key,
    rule_code       text not null,
    severity        text check (severity in ('ERROR', 'WARNING')),
    thresholds      jsonb not null default '{}',
    author          text not null,
    at              timestamptz not null default clock_timestamp()
);

-- Grain: one row per load and product: its usual price, for months with too few lines to tell.
create table dq.product_prices (
    load_id         bigint not null,
    product_id      text not null,
    median_price    numeric not null,
    lines           integer not null,
    primary key (load_id, product_id)
);
