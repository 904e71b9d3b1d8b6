-- Purpose: one canonical line. Grain: one line of one load; measures but unit_price are signed.
select line_no, invoice_id, invoice_line_no, customer_id, product_id, salesperson_id,
    transaction_type, event_date, event_date_jalali, jalali_month, event_date_source, quantity,
    free_quantity, unit_price, gross_amount, discount_volume, discount_cash, discount_amount,
    tax_amount, net_amount, return_reason, reference_invoice_id
from canonical.sales
where load_id = %(load_id)s and line_no = %(line_no)s
