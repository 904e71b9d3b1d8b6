-- Purpose: tells a session for its whole life which person it works for.
select set_config('sales.person', %(facts)s, false)
