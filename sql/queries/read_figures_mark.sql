-- Purpose: a mark that changes whenever figures may have changed: the last step of any month and the
-- last run that came to an end. Grain: one pair of numbers.
select last_step, last_run
from kpi.figures_mark
