-- Purpose: one condition of a filter: the column holds one of the values; '' stands for unknown.
and coalesce({column}, '') = any({values})
