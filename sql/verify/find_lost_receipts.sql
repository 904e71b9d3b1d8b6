-- Purpose: loads of which something is kept but no receipt. Grain: one load.
-- RAW lines are not asked: rows that were frozen on their way in are visible before their load is.
-- A run may begin before its file is acknowledged, so only a done one says that a file was there.
with kept as (
    select load_id, 'app.load_states' as place from app.load_states
    union all
    select load_id, 'app.runs' from app.runs where state = 'done'
    union all
    select load_id, 'app.publications' from app.publications where load_id is not null
    union all
    select distinct load_id, 'raw.file_chunks' from raw.file_chunks
    union all
    select distinct load_id, 'canonical.sales' from canonical.sales
    union all
    select distinct load_id, 'canonical.rejected_lines' from canonical.rejected_lines
    union all
    select distinct load_id, 'canonical.set_aside_lines' from canonical.set_aside_lines
)
select load_id, null::integer as line_no, string_agg(distinct place, ', ') as found,
    1 as gaps
from kept
where not exists (select from raw.loads where loads.load_id = kept.load_id)
group by load_id
order by load_id
