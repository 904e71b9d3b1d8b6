-- Purpose: sums of a load on their way into one of the tables that dashboards read.
copy {tier} ({columns}) from stdin (format csv)
