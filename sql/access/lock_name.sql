-- Purpose: attempts at one name come one after the other, or many at once would count as one.
select pg_advisory_xact_lock(hashtext('sales_engine.sign_in'), hashtext(%(name_key)s))
