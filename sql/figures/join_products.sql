-- Purpose: the attributes that products had on the day of each line, for a join or left join.
{kind} dim.products as products
    on products.source_system = lines.source_system
    and products.product_id = lines.product_id
    and products.valid_from <= lines.event_date
    and (products.valid_to is null or products.valid_to > lines.event_date)
