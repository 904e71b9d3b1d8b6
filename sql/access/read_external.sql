-- Purpose: the person whom an issuer of OpenID Connect knows by this number. Grain: one person.
select user_id, active from app.users where external_id = %(external_id)s
