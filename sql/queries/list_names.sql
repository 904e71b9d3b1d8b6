-- Purpose: what salespeople and branches were called at the end of a month, or (null) are called now;
-- before they were first heard of, what they were called first.
-- Grain: one kind, source system and code of those asked for; null stands for every source.
with following as (
    select coalesce(
        -- after the name of a Gregorian month there is no Jalali one
        (select min(first_day) from dim.jalali_months where jalali_month > %(period)s::text),
        (to_date(%(period)s::text, 'YYYY-MM') + interval '1 month')::date
    ) as first_day
), versions as (
    select 'salesperson' as kind, source_system, salesperson_id as code, salesperson_name as name,
        valid_from
    from dim.salespeople
    where salesperson_id = any(%(salespeople)s::text[])
    union all
    select 'branch' as kind, source_system, branch_id as code, branch_name as name, valid_from
    from dim.branches
    where branch_id = any(%(branches)s::text[])
), told as (
    select versions.*, coalesce(valid_from < following.first_day, true) as is_in_time
    from versions
    cross join following
    where name <> ''
        and (%(source)s::text is null or source_system = %(source)s::text)
)
select distinct on (kind, source_system, code) kind, source_system, code, name
from told
order by kind, source_system, code, is_in_time desc,
    case when is_in_time then valid_from end desc, valid_from
