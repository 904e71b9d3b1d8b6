"""Rollups behind the KPI views, and reads for pages and API."""
