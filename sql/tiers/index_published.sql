-- Purpose: what the facts and invoices of a load are found by once it is published. Figures of a
-- brand or product read their facts from the first index alone, without the table; those of a person
-- look for invoices by month; a later month asks for sales of a product to a customer, for invoices,
-- and for what came back of them. A draft is read as a whole or by line.
create index if not exists {by_product} on {sales} (product_id) include (
    load_id, line_no, event_date, jalali_month, invoice_id, customer_id, salesperson_id, sign,
    net_amount, quantity
);
create index if not exists {by_customer} on {sales} (customer_id, product_id);
create index if not exists {by_invoice} on {sales} (invoice_id);
create index if not exists {by_reference} on {sales} (reference_invoice_id)
    where reference_invoice_id is not null;
create index if not exists {by_month} on {rollup} (jalali_month);
create index if not exists {by_day} on {rollup} (event_date)
