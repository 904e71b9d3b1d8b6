-- Purpose: business events. Measures but unit_price are signed: a return of 30 is -30.

-- Grain: one line of one load that has no ERROR.
create table canonical.sales (
    load_id                 bigint not null,
    line_no                 integer not null,
    source_system           text not null,
    invoice_id              text not null,
    invoice_line_no         text,
    customer_id             text not null,
    product_id              text not null,
    salesperson_id          text,
    transaction_type        text not null check (transaction_type in ('SALE', 'RETURN')),
    sign                    smallint not null,   -- +1 SALE, -1 RETURN; never multiply a measure by it
    event_date              date not null,
    event_date_jalali       text not null,       -- 1403-05-12
    jalali_month            text not null,       -- 1403-05
    event_date_source       text not null check (event_date_source in ('reference', 'system')),
    quantity                numeric not null,    -- pieces, free goods included
    free_quantity           numeric not null,
    unit_price              numeric not null,    -- before discounts, never signed
    gross_amount            numeric not null,    -- before discounts
    discount_volume         numeric not null,
    discount_cash           numeric not null,
    discount_amount         numeric not null,    -- volume + cash
    tax_amount              numeric not null,
    net_amount              numeric not null,    -- payable: after discounts and tax
    return_reason           text,
    reference_invoice_id    text,                -- the sale a return belongs to
    primary key (load_id, line_no)
) partition by list (load_id);
create index sales_by_customer_and_product on canonical.sales (customer_id, product_id);
create index sales_by_invoice on canonical.sales (invoice_id);

-- Grain: one line of one load that has an ERROR; its reasons are its issues, its text is in RAW.
create table canonical.rejected_lines (
    load_id                 bigint not null,
    line_no                 integer not null,
    net_amount              numeric,             -- signed; null where it could not be read
    primary key (load_id, line_no)
);

-- Grain: one line of one load that is no record: header, blank line, total.
create table canonical.set_aside_lines (
    load_id                 bigint not null,
    line_no                 integer not null,
    kind                    text not null check (
        kind in ('header', 'preamble', 'blank', 'repeated_header', 'total', 'other_table')
    ),
    primary key (load_id, line_no)
);
