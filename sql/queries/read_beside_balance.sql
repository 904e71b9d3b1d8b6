-- Purpose: what the sums of a load need beside them: accepted lines that are dated outside its month,
-- and rejected lines whose net amount could not be read. Grain: one load; money signed, in the load's
-- currency. A period follows the calendar of its source.
select coalesce(sum(days.line_count), 0)::bigint as stray_lines,
    coalesce(sum(days.net_amount), 0) as stray_net_amount,
    (
        select count(*)
        from canonical.rejected_lines as rejected
        where rejected.load_id = %(load_id)s and rejected.net_amount is null
    ) as unread_lines
from kpi.rollup_days as days
where days.load_id = %(load_id)s
    and case
        when %(period)s::text < '1700' then days.jalali_month
        else to_char(days.event_date, 'YYYY-MM')
    end is distinct from %(period)s::text
