-- Purpose: large tables keep the triggers that refuse changes: each part of them has its own.
set local citus.enable_unsafe_triggers = on
