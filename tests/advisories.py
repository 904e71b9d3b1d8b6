"""Known vulnerabilities of pinned packages: `python -m tests.advisories [--strict] [OPTION]...`.

Asks an advisory service through pip-audit, which takes the other options (`-s osv`, `-r FILE`). A
vulnerability fails. A service that does not answer, or does not know a package, is said plainly and
fails with --strict alone: pip-audit itself calls such packages free of known vulnerabilities.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = ("requirements.txt", "requirements-dev.txt")
SECONDS = 10  # for one answer of the service
_MOST_NAMED = 8


@dataclass
class Outcome:
    """What the service said: packages it knows, those it does not, and what is wrong with which."""

    known: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    silence: str = ""  # why there was no answer at all

    @property
    def is_whole(self) -> bool:
        """Whether every package was asked about and answered for."""
        return bool(self.known) and not self.unknown and not self.silence

    def __str__(self) -> str:
        said = [f"VULNERABLE: {one}" for one in self.found]
        if self.silence:
            said.append(f"NOT CHECKED: the advisory service did not answer ({self.silence}).")
        elif self.unknown or not self.known:
            named = ", ".join(self.unknown[:_MOST_NAMED])
            said.append(
                f"NOT CHECKED: the advisory service knows nothing of {len(self.unknown)} of "
                f"{len(self.unknown) + len(self.known)} packages ({named} …)."
            )
        if not self.found and self.is_whole:
            said.append(f"No known vulnerability in {len(self.known)} pinned packages.")
        return "\n".join(said)


def ask(options: Sequence[str]) -> Outcome:
    """Ask about every pinned package, or about those of the `-r FILE` among the options."""
    files = [] if "-r" in options else [word for name in FILES for word in ("-r", str(ROOT / name))]
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--format", "json",
         "--progress-spinner", "off", "--timeout", str(SECONDS), *files, *options],
        capture_output=True, text=True,
    )  # fmt: skip
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = done.stderr.strip().splitlines()[-1:] or ["no word"]
        return Outcome(silence=last[0][:300])
    return read(packages)


def read(packages: Sequence[dict[str, object]]) -> Outcome:
    """What pip-audit's report says of each package."""
    outcome = Outcome()
    for package in packages:
        name = f"{package['name']} {package.get('version', '')}".strip()
        (outcome.unknown if "skip_reason" in package else outcome.known).append(name)
        for one in package.get("vulns", ()):  # type: ignore[attr-defined]
            mended = ", ".join(one["fix_versions"]) or "no version yet"
            outcome.found.append(f"{name}: {one['id']} (mended in {mended})")
    return outcome


def main(arguments: Sequence[str]) -> int:
    """Ask, say what came of it; the exit code."""
    outcome = ask([word for word in arguments if word != "--strict"])
    print(outcome, flush=True)
    return 1 if outcome.found or ("--strict" in arguments and not outcome.is_whole) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
