"""`make bench`: what the product costs on this machine, part by part.

Without a part: the whole load of 500,000 lines against B0, paired. `--write` keeps the tables of
what was run in `docs/benchmarks.md`.
"""

from __future__ import annotations

import argparse
import resource
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.bench import loads, peer_rows, reading, reloads
from tests.bench.report import Section, keep, show
from tests.bench.screens import console

Maker = Callable[[argparse.Namespace], Section]
PARTS: dict[str, Maker] = {
    "load": lambda o: loads.table({o.lines: o.runs or 5} if o.lines else loads.SIZES),
    "stages": lambda o: loads.stages(o.lines or loads.STAGED, o.runs or 5),
    "peers": lambda o: peer_rows.table(o.lines or 500_000, o.runs or 1, o.only),
    "reads": lambda o: reading.views(o.facts, o.runs or 30),
    "issues": lambda o: reading.issues(max(o.facts), o.runs or 15),
    "sizes": lambda o: reading.sizes(max(o.facts)),
    "reload": lambda o: reloads.table(o.lines or 100_000, o.runs or 5),
    "console": lambda o: console(),
}


def main() -> None:
    options = _options()
    for section in _sections(options):
        show(section)
        if options.write:
            keep(replace(section, command=_command(section.key)))


def _sections(options: argparse.Namespace) -> Iterator[Section]:
    if not options.parts:
        yield loads.quick(options.lines or 500_000, options.runs or 5)
    for part in PARTS if "all" in options.parts else options.parts:
        yield PARTS[part](options)


def _command(part: str) -> str:
    """The command as typed, with one part alone: each table has its own."""
    given = [word for word in sys.argv[1:] if word not in (*PARTS, "all", "--write")]
    return f'make bench ARGS="{shlex.join([part, *given])}"'


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, prog="make bench")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join([*PARTS, "all"]))
    parser.add_argument("--lines", type=int, help="lines of the file")
    parser.add_argument("--runs", type=int, help="measured runs")
    parser.add_argument("--only", default="", help="peers whose script has this in its name")
    parser.add_argument(
        "--facts",
        type=lambda text: [int(word) for word in text.split(",")],
        default=[1, 5, 20],
        help="millions of facts over 36 months, such as 1,20; made where they are not there",
    )
    parser.add_argument("--write", action="store_true", help="keep the tables in docs/")
    options = parser.parse_args()
    if unknown := set(options.parts) - {*PARTS, "all"}:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    return options


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
