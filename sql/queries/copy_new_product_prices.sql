-- Purpose: rows on their way to product_prices.
copy new_product_prices (product_id, median_price, lines)
from stdin (format csv)
