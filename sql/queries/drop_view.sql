-- Purpose: remove a view, and those that stand on it, before all are made again.
drop view if exists {view} cascade
