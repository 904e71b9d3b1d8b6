"""Months: their steps, locks and history, and what a step would change."""
