-- Purpose: what holds of each setting, and who settled it. Grain: one setting, its newest change.
select distinct on (name) name, is_on, author, at, reason
from app.settings
order by name, setting_id desc
