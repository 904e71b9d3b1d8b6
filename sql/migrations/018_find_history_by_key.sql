-- Purpose: rules of scope history find what they need of earlier loads by index: the invoices of a
-- day, the returns of an invoice. Tables of a run get theirs before they are attached.
create index rollup_invoices_by_day on kpi.rollup_invoices (event_date);
create index sales_by_reference on canonical.sales (reference_invoice_id)
    where reference_invoice_id is not null;
