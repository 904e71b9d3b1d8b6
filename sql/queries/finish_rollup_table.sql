-- Purpose: indexes and rough statistics of a filled invoice rollup.
create index on {rollup} (jalali_month);
create index on {rollup} (event_date);
set local default_statistics_target = 10;
analyze {rollup}
