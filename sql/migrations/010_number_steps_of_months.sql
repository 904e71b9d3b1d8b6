-- Purpose: what happens to a month is a chain of numbered steps: publish, supersede, void, undo, lock,
-- unlock. Each row says the state its load came to, so that a step can be undone exactly.

-- What stands there gets the same facts; the only time that rows of this table change.
alter table app.publications disable trigger refuse_change;

alter table app.publications
    alter column load_id drop not null,           -- null: a month locked or unlocked while empty
    drop constraint publications_action_check,
    add constraint publications_action_check check (
        action in ('publish', 'supersede', 'void', 'undo', 'lock', 'unlock')
    ),
    add column step_no integer,                   -- of the month, from 1; the rows of one deed share it
    add column state_after text check (           -- null: the state of the load did not change
        state_after in ('draft', 'published', 'superseded', 'voided')
    ),
    add column undoes integer,                    -- the step of the month that an undo takes back
    add column key uuid unique;                   -- given by who asked: asked again, answered alike

update app.publications
set state_after = case action
        when 'publish' then 'published'
        when 'supersede' then 'superseded'
        else 'voided'
    end;

-- A load was superseded by the next publication of its month: both are one step.
with ends as (
    select rows.publication_id, min(later.publication_id) as last_id
    from app.publications as rows
    join app.publications as later
        on later.source_system = rows.source_system
        and later.period = rows.period
        and later.publication_id >= rows.publication_id
        and later.action <> 'supersede'
    group by rows.publication_id
), numbered as (
    select ends.publication_id,
        dense_rank() over (
            partition by rows.source_system, rows.period order by ends.last_id
        ) as step_no
    from ends
    join app.publications as rows using (publication_id)
)
update app.publications as rows
set step_no = numbered.step_no
from numbered
where numbered.publication_id = rows.publication_id;

alter table app.publications
    alter column step_no set not null,
    add constraint one_move_per_step_and_load
        unique nulls not distinct (source_system, period, step_no, load_id);
create index publications_by_load on app.publications (load_id, publication_id);

alter table app.publications enable trigger refuse_change;
