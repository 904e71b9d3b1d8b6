-- Purpose: one condition of a feed: the column holds the value or what comes before it.
and {column} <= {value}
