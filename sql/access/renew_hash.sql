-- Purpose: the same password under today's cost of a hash; nothing changed for its person.
update app.passwords set hash = %(hash)s where user_id = %(user_id)s
