-- Purpose: whether a load is a correction that its sender may not publish. Grain: one truth value.
select app.waits_for_another(%(load_id)s, %(actor)s) as waits
