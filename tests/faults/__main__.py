"""`make faults`: what loses, doubles, or shows half a load? Everything is killed, cut and filled.

    python -m tests.faults [F1 F2 … kills] [--rounds N]

Without names every fault is tried. Each has its row in var/faults-report.txt as soon as it ends, so
that a round that is cut short still says what it measured. Exit code 1 when anything was lost,
doubled, mixed or unclear.
"""

from __future__ import annotations

import argparse
import importlib
import signal
import sys

from tests.faults.place import open_place
from tests.faults.report import HEAD, Report

# Each takes a place and a number of rounds (None: the full number) and gives its tally.
FAULTS = {
    "F1": ("queue", "f1_killed_at_each_stage"),
    "F2": ("statements", "f2_killed_at_every_statement"),
    "F4": ("queue", "f4_submitter_killed"),
    "F5": ("away", "f5_server_killed"),
    "F6": ("away", "f6_server_away"),
    "F7": ("statements", "f7_answer_of_commit_lost"),
    "F8": ("disk", "f8_disk_full"),
    "F9": ("races", "f9_same_file_twice"),
    "F10": ("races", "f10_two_files_one_month"),
    "F11": ("history", "f11_correction_and_undo"),
    "F12": ("queue", "f12_caller_goes_away"),
    "F13": ("queue", "f13_frozen_worker"),
    "F14": ("queue", "f14_two_workers"),
    "F16": ("history", "f16_backup_restored"),
    "F17": ("upgrades", "f17_migration_killed"),
    "F19": ("queue", "f19_too_much_memory"),
    "kills": ("queue", "kills"),
}


def main() -> None:
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    report = Report()
    print(HEAD, flush=True)
    for name in options.faults or FAULTS:
        module, function = FAULTS[name]
        fault = getattr(importlib.import_module(f"tests.faults.{module}"), function)
        with report.of(name), open_place() as place:
            fault(place, options.rounds)
    sys.exit(not report.is_good)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("faults", nargs="*", choices=[*FAULTS, []], metavar="FAULT")
    parser.add_argument("--rounds", type=int, help="fewer or more rounds than the full number")
    return parser.parse_args()


if __name__ == "__main__":
    main()
