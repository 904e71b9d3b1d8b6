-- Purpose: what the KPI views stand on, kept per load by its run in the run's own transaction.

-- Grain: a part of one invoice of one load; parts add up, an invoice may have several.
create table kpi.rollup_invoices (
    load_id         bigint not null,
    source_system   text not null,
    event_date      date not null,
    jalali_month    text not null,
    invoice_id      text not null,
    customer_id     text not null,
    salesperson_id  text,
    net_amount      numeric not null,            -- signed
    gross_amount    numeric not null,            -- net of SALE lines
    line_count      integer not null
) partition by list (load_id);

-- Grain: one load, month and product. Amounts and quantities are positive magnitudes.
create table kpi.rollup_products (
    load_id             bigint not null,
    source_system       text not null,
    jalali_month        text not null,
    product_id          text not null,
    sales_amount        numeric not null,        -- net of SALE lines
    returns_amount      numeric not null,
    sales_quantity      numeric not null,
    returned_quantity   numeric not null,
    sale_lines          integer not null,
    return_lines        integer not null,
    primary key (load_id, jalali_month, product_id)
);
create index rollup_products_by_month on kpi.rollup_products (jalali_month);
