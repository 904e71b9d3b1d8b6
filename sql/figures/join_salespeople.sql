-- Purpose: the attributes that salespeople had on the day of each line, for a join or left join.
{kind} dim.salespeople as salespeople
    on salespeople.source_system = lines.source_system
    and salespeople.salesperson_id = lines.salesperson_id
    and salespeople.valid_from <= lines.event_date
    and (salespeople.valid_to is null or salespeople.valid_to > lines.event_date)
