-- Purpose: remove the line numbers of a broken run.
drop sequence if exists {sequence}
