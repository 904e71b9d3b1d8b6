-- Purpose: the canonical reading of one line, every column. Grain: one line; measures signed.
select invoice_id, invoice_line_no, customer_id, product_id, salesperson_id, transaction_type,
    sign, event_date, event_date_jalali, jalali_month, event_date_source, quantity,
    free_quantity, unit_price, gross_amount, discount_volume, discount_cash, discount_amount,
    tax_amount, net_amount, return_reason, reference_invoice_id
from canonical.sales
where load_id = %(load_id)s and line_no = %(line_no)s
