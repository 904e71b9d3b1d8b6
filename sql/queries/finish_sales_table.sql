-- Purpose: keys, indexes and statistics of a filled facts table, as its parent wants them. The rules
-- that follow need rough statistics alone, of a small sample; the server makes finer ones later.
alter table {sales} add primary key (load_id, line_no);
create index on {sales} (customer_id, product_id);
create index on {sales} (invoice_id);
create index on {sales} (reference_invoice_id) where reference_invoice_id is not null;
set local default_statistics_target = 10;
analyze {sales} (
    load_id, line_no, customer_id, product_id, invoice_id, transaction_type, event_date,
    jalali_month, salesperson_id, reference_invoice_id
)
