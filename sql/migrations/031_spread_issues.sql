-- Purpose: an issue can live with the other issues of its load on one of many machines: the key of a
-- table that is spread holds the column that it is spread by. issue_id alone stays unique by its sequence.
alter table dq.dq_issues
    drop constraint dq_issues_pkey,
    add primary key (issue_id, load_id);
