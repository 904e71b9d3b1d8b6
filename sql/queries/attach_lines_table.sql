-- Purpose: the RAW lines of a load become visible, and unchangeable: they are the run's no longer.
select app.attach_lines({load_id})
