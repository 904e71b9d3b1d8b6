-- Purpose: what people ask the list of issues for most is found without a look at every issue: those
-- of a salesperson, of a column, and those that touch the most money. A load writes few issues, so
-- that an index more costs it little.
create index dq_issues_by_salesperson
    on dq.dq_issues (salesperson_id, load_id) include (impact_amount);
create index dq_issues_by_column
    on dq.dq_issues (column_name, load_id) include (impact_amount);
-- The most money first, what touches none at the end: as the list is ordered.
create index dq_issues_by_money
    on dq.dq_issues ((-coalesce(impact_amount, '-Infinity')), issue_id)
    include (load_id, impact_amount);
