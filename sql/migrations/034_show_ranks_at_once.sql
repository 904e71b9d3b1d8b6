-- Purpose: a ranked customer stands as it is shown. To look up the first day of the month and to work
-- out the returns for each of them was a third of what it took to read three years of them.
alter table kpi.ranked_customers
    add column month_start date;                 -- Gregorian first day of the Jalali month

update kpi.ranked_customers as ranked
set month_start = months.first_day
from dim.jalali_months as months
where months.jalali_month = ranked.jalali_month;

-- Last, for it writes the table anew, and leaves nothing of the update behind.
alter table kpi.ranked_customers
    alter column month_start set not null,
    add column returns_amount numeric not null generated always as (gross_amount - net_amount) stored;

analyze kpi.ranked_customers;
