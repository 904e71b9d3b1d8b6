-- Purpose: after an act on many the planner learns how many issues something was said of.
analyze dq.issue_states
