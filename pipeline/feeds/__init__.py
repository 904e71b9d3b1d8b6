"""What programs read page by page: KPI views, loads, statistics of runs, issues."""
