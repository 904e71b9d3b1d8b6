-- Purpose: until the transaction (or its savepoint) ends, rows turn into text in one way.
set local timezone = 'UTC';
set local bytea_output = 'hex'
