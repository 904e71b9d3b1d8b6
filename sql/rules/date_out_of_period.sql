-- Purpose: lines whose event is not in the month of the load. Grain: one line.
select line_no, event_date_source || '_date' as column_name, abs(net_amount) as impact_amount
from {sales}
where event_date < %(first_day)s or event_date > %(last_day)s
