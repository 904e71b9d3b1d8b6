"""How large a workbook may be before it is refused, and how much its reader may use."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one reading of one workbook; sizes in bytes, times in seconds.

    The reader's processor time is `cpu_seconds` plus one second for each `bytes_per_second` of
    content, so that a small file which keeps the reader busy is stopped early and a full sheet
    (2.5 GB of XML) is not.
    """

    memory_bytes: int = 1_400_000_000
    binary_floor_bytes: int = 256 * MEBIBYTE
    parts: int = 5_000
    sheets: int = 1_000
    uncompressed_bytes: int = 8 * 1024 * MEBIBYTE
    part_ratio: int = 200
    rows: int = 1_048_576
    columns: int = 2_000
    cell_bytes: int = 131_072
    row_bytes: int = 16 * MEBIBYTE
    output_bytes: int = 4 * 1024 * MEBIBYTE
    styles: int = 65_536
    merges: int = 10_000
    depth: int = 64
    sample_rows: int = 200
    cpu_seconds: int = 4
    bytes_per_second: int = 3_000_000
    stall_seconds: float = 60.0

    def binary_memory(self, content_bytes: int) -> int:
        """Bytes of memory for an xls or xlsb that holds `content_bytes`, uncompressed.

        Measured: an xlsb of 100,000 rows by 61 columns takes seven times its content. A tiny file
        that takes more is a sheet of far-off corners, filled with empty cells in between.
        """
        return min(self.memory_bytes, self.binary_floor_bytes + 12 * content_bytes)

    def cpu_budget(self, content_bytes: int) -> int:
        """Seconds of processor time for a file that holds `content_bytes`, uncompressed."""
        return self.cpu_seconds + content_bytes // self.bytes_per_second


DEFAULT = Limits()
