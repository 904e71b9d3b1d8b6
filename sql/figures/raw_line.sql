-- Purpose: one line as it stands in the file, where it went, and how its run read it.
-- Grain: one line of one load.
select loads.load_id, found.line_no, loads.source_system, loads.file_name, loads.received_at,
    loads.received_by, states.state, states.period, states.run_id, found.line,
    found.undecoded is not null as is_undecodable, runs.inspection, runs.mapping,
    case
        when sales.line_no is not null then 'canonical'
        when rejected.line_no is not null then 'rejected'
        else set_aside.kind
    end as place
from raw.lines as found
join raw.loads using (load_id)
join app.load_states as states using (load_id)
left join app.runs on runs.run_id = states.run_id
left join canonical.sales as sales
    on sales.load_id = found.load_id and sales.line_no = found.line_no
left join canonical.rejected_lines as rejected
    on rejected.load_id = found.load_id and rejected.line_no = found.line_no
left join canonical.set_aside_lines as set_aside
    on set_aside.load_id = found.load_id and set_aside.line_no = found.line_no
where found.load_id = %(load_id)s and found.line_no = %(line_no)s
