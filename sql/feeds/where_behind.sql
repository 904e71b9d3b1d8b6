-- Purpose: one condition of a feed: only rows whose key comes behind that of the last row seen.
and ({key}) > ({values})
