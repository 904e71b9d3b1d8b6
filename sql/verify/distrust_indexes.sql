-- Purpose: until the transaction (or its savepoint) ends, rows are read and no index is believed.
set local enable_indexscan = off;
set local enable_indexonlyscan = off;
set local enable_bitmapscan = off
