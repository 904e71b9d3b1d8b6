"""One load in a process of its own that notes when each stage began; then recheck and publish."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from pipeline.publications import publish
from pipeline.runs import load_file, recheck
from pipeline.settings import Settings


def main() -> None:
    path, url = Path(sys.argv[1]), os.environ["DATABASE_URL"]
    settings = Settings(_env_file=None, database_url=url)  # type: ignore[call-arg]
    begun: dict[str, float] = {}

    def note(stage: str, _: int) -> None:
        begun.setdefault(stage, time.perf_counter())

    begin = time.perf_counter()
    result = load_file(url, settings, path, source="karamad", progress=note)
    end = time.perf_counter()
    told = {
        "read": begun["check"] - begin,
        "check": begun["keep"] - begun["check"],
        "keep": end - begun["keep"],
        "load": end - begin,
    }
    for name, act in {
        "recheck": lambda: recheck(url, settings, result.load_id),
        "publish": lambda: publish(url, result.load_id),
    }.items():
        begin = time.perf_counter()
        act()
        told[name] = time.perf_counter() - begin
    print(json.dumps(told))


if __name__ == "__main__":
    main()
