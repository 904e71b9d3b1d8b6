-- Purpose: let no statement of this transaction take longer than the timeout. Grain: one setting.
select set_config('statement_timeout', %(timeout)s, true)
