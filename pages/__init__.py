"""The console: one file per page, what all share in frame/, widgets/, routes/ and look/."""
