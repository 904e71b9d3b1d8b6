-- Purpose: the right to take a load's tables away; whoever reads them comes first.
lock table canonical.sales, kpi.rollup_invoices in access exclusive mode
