"""What the verbs of `python -m pipeline` share: words, tables, JSON, progress, faults."""
