"""From the bytes of a file to lines and cells."""

from pipeline.ingestion.inspection import Damage, Dialect, Inspection, Overrides, inspect_source
from pipeline.ingestion.records import Record, RecordReader
from pipeline.ingestion.table import inspect, read_records, read_table

__all__ = [
    "Damage",
    "Dialect",
    "Inspection",
    "Overrides",
    "Record",
    "RecordReader",
    "inspect",
    "inspect_source",
    "read_records",
    "read_table",
]
