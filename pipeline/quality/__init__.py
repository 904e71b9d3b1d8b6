"""The rule catalogue, checking, run statistics and issues."""
