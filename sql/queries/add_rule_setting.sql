-- Purpose: a steward changes a rule; null and what is not named stay as they are. Grain: one change.
insert into dq.rule_settings (rule_code, severity, thresholds, author, reason)
values (%(code)s, %(severity)s, %(thresholds)s, %(author)s, %(reason)s)
