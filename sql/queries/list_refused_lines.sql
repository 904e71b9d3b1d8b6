-- Purpose: the lines of a load that were rejected, as they stand in the file, with what is wrong
-- with each. Grain: one line, in the order of the file.
select rejected.line_no, lines.line, wrong.codes, wrong.columns
from canonical.rejected_lines as rejected
join lateral (
    select line
    from {table}
    where line_no = rejected.line_no
    limit 1
) as lines on true
left join lateral (
    select array_agg(rule_code order by issue_id) as codes,
        array_agg(column_name order by issue_id) as columns
    from dq.dq_issues
    where load_id = rejected.load_id and line_no = rejected.line_no and severity = 'ERROR'
) as wrong on true
where rejected.load_id = %(load_id)s
order by rejected.line_no
