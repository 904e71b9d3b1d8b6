-- Purpose: how long this transaction waits for a lock, such as '2s'; 0 waits without end.
select set_config('lock_timeout', %(timeout)s, true)
