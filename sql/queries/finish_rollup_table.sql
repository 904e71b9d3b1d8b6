-- Purpose: rough statistics of a filled invoice rollup.
set local default_statistics_target = 10;
analyze {rollup}
