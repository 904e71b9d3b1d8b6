-- Purpose: partial sums per invoice.
copy {rollup} (
    event_date, jalali_month, invoice_id, customer_id, salesperson_id, net_amount, gross_amount,
    line_count
) from stdin (format csv, freeze)
