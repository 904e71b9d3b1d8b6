-- Purpose: sums per month and product.
copy new_rollup_products (
    jalali_month, product_id, sales_amount, returns_amount, sales_quantity, returned_quantity,
    sale_lines, return_lines
) from stdin (format csv)
