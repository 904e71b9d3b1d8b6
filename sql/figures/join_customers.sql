-- Purpose: the attributes that customers had on the day of each line, for a join or left join.
{kind} dim.customers as customers
    on customers.source_system = lines.source_system
    and customers.customer_id = lines.customer_id
    and customers.valid_from <= lines.event_date
    and (customers.valid_to is null or customers.valid_to > lines.event_date)
