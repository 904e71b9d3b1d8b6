-- Purpose: one condition of a feed: the column holds one of the values.
and {column} = any({value})
