"""Invented exports with known defects, and real ones made shareable."""

from pipeline.samples.generator import SERIES, SampleSummary, generate, generate_series
from pipeline.samples.labels import Label, labels_path, read_labels
from pipeline.samples.sanitize import sanitize

__all__ = [
    "SERIES",
    "Label",
    "SampleSummary",
    "generate",
    "generate_series",
    "labels_path",
    "read_labels",
    "sanitize",
]
