-- Purpose: the product's database; byte order for sorting is fast and the same on every machine.
create database {database}
    template template0 encoding 'UTF8'
    locale_provider builtin builtin_locale 'C.UTF-8' lc_collate 'C' lc_ctype 'C'
