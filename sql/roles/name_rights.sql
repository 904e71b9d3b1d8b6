-- Purpose: what people's roles are granted, for the script that grants it in the same transaction.
-- Each right is an object with `role`, `name`, `privileges` and `columns`, all of them texts.
select set_config('sales.rights', %(rights)s, true), set_config('sales.roles', %(roles)s, true)
