"""Our line rules alone, for tools that check and store nothing: every rule, each line by number.

No database is asked: neither rules of whole loads nor of other months are among them.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from pipeline.allocation import hold_little

hold_little()

from pipeline.background import ahead  # noqa: E402  it reads what was set
from pipeline.ingestion.store import file_chunks  # noqa: E402
from pipeline.quality.check import LineChecker  # noqa: E402
from pipeline.quality.rules import read_catalogue, rule_set  # noqa: E402
from pipeline.recognition import recognize  # noqa: E402
from pipeline.settings import Settings  # noqa: E402
from pipeline.streaming import open_reader  # noqa: E402
from pipeline.transform.normalize import Normalizer  # noqa: E402


def main() -> None:
    path, settings = Path(sys.argv[1]), Settings()
    found = recognize(path, settings, "karamad")
    rules = rule_set(read_catalogue(settings.config_dir), [])
    normalizer, checker = Normalizer(found.mapping), LineChecker(rules, found.mapping, {})
    reader = open_reader(found.inspection, found.mapping, found.positions, settings.block_bytes)
    rows, failed = 0, Counter[str]()
    for block in ahead(reader.read(file_chunks(path))):
        rows += block.cells.height + len(block.damages)
        failed.update(damage.code for damage, _ in block.damages)
        checker.check(normalizer.normalize(block.cells), block.cells)
    for issues in checker.issues():
        failed.update(issues["rule_code"].to_list())
    print(json.dumps({"rows": rows, "failed": failed}))


main()
