"""Each KPI view as its header words it, written over the facts of published loads alone."""

PUBLISHED = """
with sales as (
    select facts.*, months.first_day as month_start
    from canonical.sales as facts
    join app.load_states as states using (load_id)
    join dim.jalali_months as months using (jalali_month)
    where states.state = 'published'
)"""
NET = """
    sum(net_amount) as net_amount,
    coalesce(sum(net_amount) filter (where sign = 1), 0) as gross_amount,
    coalesce(-sum(net_amount) filter (where sign = -1), 0) as returns_amount,
    count(distinct invoice_id) as invoice_count"""

DAILY = f"""
select source_system, event_date, min(jalali_month) as jalali_month, {NET},
    count(*) as line_count
from sales
group by source_system, event_date"""

CUSTOMERS = f""", totals as (
    select source_system, jalali_month, month_start, customer_id, {NET},
        count(distinct event_date) as active_days
    from sales
    group by source_system, jalali_month, month_start, customer_id
)
select totals.*, 1 + (
    select count(*)
    from totals as better
    where better.source_system = totals.source_system
        and better.jalali_month = totals.jalali_month
        and better.net_amount > totals.net_amount
) as customer_rank
from totals"""

SALESPEOPLE = f"""
select source_system, jalali_month, month_start, salesperson_id, {NET},
    count(distinct customer_id) as customer_count,
    sum(net_amount) / count(distinct invoice_id) as average_invoice_amount
from sales
where salesperson_id is not null
group by source_system, jalali_month, month_start, salesperson_id"""

RETURNS = """, sums as (
    select source_system, jalali_month, month_start, product_id,
        coalesce(sum(net_amount) filter (where sign = 1), 0) as sales_amount,
        coalesce(-sum(net_amount) filter (where sign = -1), 0) as returns_amount,
        coalesce(sum(quantity) filter (where sign = 1), 0) as sales_quantity,
        coalesce(-sum(quantity) filter (where sign = -1), 0) as returned_quantity,
        count(*) filter (where sign = 1) as sale_lines,
        count(*) filter (where sign = -1) as return_lines
    from sales
    group by source_system, jalali_month, month_start, product_id
)
select sums.*,
    case when sales_amount <> 0 then returns_amount / sales_amount end as amount_return_rate,
    case when sales_quantity <> 0 then returned_quantity / sales_quantity end
        as quantity_return_rate,
    case when sale_lines <> 0 then return_lines::numeric / sale_lines end as line_return_rate
from sums"""

MONTHS = f"""
select source_system, jalali_month, month_start, {NET},
    count(distinct customer_id) as customer_count, count(*) as line_count
from sales
group by source_system, jalali_month, month_start"""


def by_attribute(dimension: str, key: str, attribute: str) -> str:
    """Net sales by an attribute that the entity of a line had on the day of the line."""
    return f""", told as (
    select sales.*, (
        select versions.{attribute}
        from dim.{dimension} as versions
        where versions.source_system = sales.source_system and versions.{key} = sales.{key}
            and versions.valid_from <= sales.event_date
        order by versions.valid_from desc
        limit 1
    ) as {attribute}
    from sales
)
select source_system, jalali_month, month_start, {attribute}, sum(net_amount) as net_amount,
    coalesce(sum(net_amount) filter (where sign = 1), 0) as gross_amount,
    coalesce(-sum(net_amount) filter (where sign = -1), 0) as returns_amount,
    count(*) as line_count
from told
group by source_system, jalali_month, month_start, {attribute}"""


FORMULAS = {
    "kpi_net_sales_daily": PUBLISHED + DAILY,
    "kpi_top_customers_month": PUBLISHED + CUSTOMERS,
    "kpi_salesperson_performance_month": PUBLISHED + SALESPEOPLE,
    "kpi_return_rate_by_product_month": PUBLISHED + RETURNS,
    "kpi_net_sales_month": PUBLISHED + MONTHS,
    "kpi_net_sales_by_branch_month": PUBLISHED
    + by_attribute("salespeople", "salesperson_id", "branch_id"),
    "kpi_net_sales_by_city_month": PUBLISHED + by_attribute("customers", "customer_id", "city"),
    "kpi_net_sales_by_brand_month": PUBLISHED + by_attribute("products", "product_id", "brand"),
}
