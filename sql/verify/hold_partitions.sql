-- Purpose: no partition is dropped while the check looks at it. Comes before the first query, whose
-- snapshot then holds for all.
lock table raw.lines, canonical.sales, kpi.rollup_invoices in access share mode
