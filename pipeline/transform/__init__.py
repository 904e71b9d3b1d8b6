"""From cells to canonical columns: text, numbers, dates, signs."""
