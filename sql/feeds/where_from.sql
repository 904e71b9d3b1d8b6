-- Purpose: one condition of a feed: the column holds the value or what comes behind it.
and {column} >= {value}
