-- Purpose: key and statistics of a filled facts table. The rules that follow need rough statistics
-- alone, of a small sample; the server makes finer ones later. What published facts are found by is
-- made when they are published.
alter table {sales} add primary key (load_id, line_no);
set local default_statistics_target = 10;
analyze {sales} (
    load_id, line_no, customer_id, product_id, invoice_id, transaction_type, event_date,
    jalali_month, salesperson_id, reference_invoice_id
)
