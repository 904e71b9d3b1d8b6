-- Purpose: what was received and done stays as it was: the database itself refuses to change it,
-- for every role.

create function app.refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception '% on %.% is refused: it is append-only',
        tg_op, tg_table_schema, tg_table_name
        using errcode = 'insufficient_privilege';
end
$$;

create trigger refuse_change before update or delete on raw.loads
    for each row execute function app.refuse_change();
create trigger refuse_truncate before truncate on raw.loads
    for each statement execute function app.refuse_change();

create trigger refuse_change before update or delete on raw.file_chunks
    for each row execute function app.refuse_change();
create trigger refuse_truncate before truncate on raw.file_chunks
    for each statement execute function app.refuse_change();

create trigger refuse_change before update or delete on raw.lines
    for each row execute function app.refuse_change();
create trigger refuse_truncate before truncate on raw.lines
    for each statement execute function app.refuse_change();

create trigger refuse_change before update or delete on app.publications
    for each row execute function app.refuse_change();
create trigger refuse_truncate before truncate on app.publications
    for each statement execute function app.refuse_change();

create trigger refuse_change before update or delete on dq.rule_settings
    for each row execute function app.refuse_change();
create trigger refuse_truncate before truncate on dq.rule_settings
    for each statement execute function app.refuse_change();
