-- Purpose: figures of a brand or product read their facts from this index alone, without the table.
create index if not exists {index} on {sales} (product_id) include (
    load_id, line_no, event_date, jalali_month, invoice_id, customer_id, salesperson_id, sign,
    net_amount, quantity
)
