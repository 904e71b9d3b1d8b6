-- Purpose: what was noted as touched is done with.
truncate touched_days, touched_spans, touched_versions
