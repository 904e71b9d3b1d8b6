"""`make bench-ui`: how long people wait in the console, p50 and p95, and what an upload costs it.

A database of `--months` months of `--lines` lines each is made under `--var` where it is not there
yet. Times are the browser's: from the key or click until the page's script has run and nothing on
the page is stale. The command ends with 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from pages.frame.page import Entry, entries
from pages.frame.shell import HOME
from pipeline.access.allowed import ALLOWED
from pipeline.access.people import Role
from pipeline.migrate import prepare_database
from pipeline.samples import generate
from pipeline.server import stop_embedded
from pipeline.settings import ROOT, Settings
from tests.bench.reads import fill
from tests.browser.console import (
    ARGUMENTS,
    PROCESS,
    READY,
    browser_path,
    running_console,
    sign_in_at,
)

SWITCH_MS, RERUN_MS, FILTER_MS, GROWTH_MB = 1000, 400, 500, 50
MEGABYTE = 1 << 20
SEARCHED = ("1403", "0023", "پنیر", "0000")
# Notes each message of the server: a short run may begin and end between two frames, unseen.
EARS = """() => {
    window.heard = { count: 0, at: 0 }
    window.WebSocket = class extends WebSocket {
        constructor(...given) {
            super(...given)
            this.addEventListener("message", () => { heard.count++; heard.at = performance.now() })
        }
    }
}"""
# Promises the milliseconds from the last key or click before a run until the first frame in which
# the page is as it stays: the server said nothing for a while after it, and nothing is stale.
LISTEN = """(path) => { window.timed = new Promise((done, fail) => {
    const app = document.querySelector('[data-testid=stApp]')
    const asked = performance.now()
    let begin = null, before = 0, known = 0, settled = null
    const pressed = () => { begin = performance.now(); before = known = heard.count }
    const events = ["keydown", "pointerdown"]
    events.forEach((event) => addEventListener(event, pressed, true))
    const look = () => {
        const now = performance.now()
        const still = document.querySelector('[data-stale=true], [data-testid=stSkeleton]')
        const rests = app.dataset.testScriptState === 'notRunning' && !still
        if (heard.count !== known || !rests) { known = heard.count; settled = null }
        else if (settled === null && begin !== null && known > before) settled = now
        if (settled !== null && now - heard.at > 100 && location.pathname.endsWith(path)) {
            events.forEach((event) => removeEventListener(event, pressed, true))
            done(settled - begin)
        } else if (now - asked > 60000) fail(new Error('no run in 60 s on ' + path))
        else requestAnimationFrame(look)
    }
    look()
}) }"""


def main() -> None:
    options = _options()
    options.var.mkdir(parents=True, exist_ok=True)
    settings = Settings(_env_file=None, var_dir=options.var, database_url="")  # type: ignore[call-arg]
    try:
        url = prepare_database(settings)
        fill(url, settings, options.months, options.lines)
        with running_console(url, options.var) as address, _browser(address) as page:
            missed = _measure(page, address, options)
    finally:
        stop_embedded(options.var / "postgres")
    sys.exit(1 if missed else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var", type=Path, default=ROOT / "var" / "bench-ui")
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--lines", type=int, default=200_000, help="lines of each month")
    parser.add_argument("--runs", type=int, default=10, help="of each page and filter")
    parser.add_argument("--upload", type=int, default=200, help="size of the upload in MB")
    return parser.parse_args()


@contextmanager
def _browser(address: str) -> Iterator[Page]:
    path = browser_path()
    if path is None:
        raise SystemExit("No browser: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(f"({EARS})()")
        page.goto(address)
        sign_in_at(page, "steward")
        page.wait_for_selector(READY, timeout=60_000)
        yield page
        browser.close()


def _measure(page: Page, address: str, options: argparse.Namespace) -> list[str]:
    """Print every figure; the names of those that miss their target."""
    print(f"{'':38}{'p50':>9}{'p95':>9}{'target':>9}")
    shown = [e for e in entries() if e.page.in_menu and Role.STEWARD in ALLOWED[e.page.action]]
    missed, switches, reruns = [], [], []
    for entry in shown:
        went, again = _page(page, entry, options.runs)
        _say(f"  switch to {entry.name}", went, "ms", None)
        _say(f"  rerun of {entry.name}", again, "ms", None)
        switches += went
        reruns += again
    filters = _filters(page, address, options.runs)
    growth = _upload(page, address, options)
    for name, figures, unit, target in (
        ("page switch, all pages", switches, "ms", SWITCH_MS),
        ("rerun, all pages", reruns, "ms", RERUN_MS),
        ("filter of issues", filters, "ms", FILTER_MS),
        (f"memory for an upload of {options.upload} MB", [growth], "MB", GROWTH_MB),
    ):
        missed += [name] * _say(name, figures, unit, target)
    print("Missed: " + "; ".join(missed) if missed else "Every target is met.")
    return missed


def _say(name: str, figures: Sequence[float], unit: str, target: int | None) -> bool:
    """One line; whether the p95 misses the target."""
    in_order = sorted(figures)
    p95 = in_order[min(len(in_order) - 1, int(len(in_order) * 0.95))]
    aim = "" if target is None else f"{target:>6} {unit}"
    print(f"{name:38}{statistics.median(figures):6.0f} {unit}{p95:6.0f} {unit}{aim}", flush=True)
    return target is not None and p95 > target


def _page(page: Page, entry: Entry, runs: int) -> tuple[list[float], list[float]]:
    """Milliseconds to come to a page from the list of loads, and to run it again."""
    went, again = [], []
    for number in range(runs + 1):
        if number == 0:
            page.wait_for_timeout(500)
        # From a light page, so that what is measured is the page that one goes to.
        _go(page, "mapping" if entry.name == "loads" else "loads")
        switched = _go(page, entry.name)
        page.evaluate("document.activeElement.blur()")
        page.evaluate(LISTEN, _address(entry.name))
        page.keyboard.press("r")
        rerun = float(page.evaluate("window.timed"))
        if number:  # the first time warms up
            went.append(switched)
            again.append(rerun)
    return went, again


def _go(page: Page, name: str) -> float:
    page.evaluate(LISTEN, _address(name))
    page.locator(f"[data-testid=stSidebar] a[href='{_address(name)}']").first.click()
    return float(page.evaluate("window.timed"))


def _address(name: str) -> str:
    """As the sidebar's links have it: the first page has none of its own."""
    return "" if name == HOME else name


def _filters(page: Page, address: str, runs: int) -> list[float]:
    """Milliseconds of a filter put on the whole list: a text, then a status besides."""
    took = []
    for text in islice(cycle(SEARCHED), runs):
        page.goto(f"{address}/issues")
        page.wait_for_selector("tbody tr", timeout=60_000)
        page.wait_for_selector(READY)
        page.locator(".st-key-issues_text input").fill(text)
        page.evaluate(LISTEN, "issues")
        page.locator(".st-key-issues_text input").press("Enter")
        took.append(float(page.evaluate("window.timed")))
        page.locator(".st-key-issues_status input").press("ArrowDown")
        page.evaluate(LISTEN, "issues")
        page.keyboard.press("Enter")
        took.append(float(page.evaluate("window.timed")))
    return took


def _upload(page: Page, address: str, options: argparse.Namespace) -> float:
    """Megabytes that the console grows by at most while a file comes in and is looked at."""
    process = Path("/proc") / (options.var / PROCESS).read_text()
    with tempfile.TemporaryDirectory(prefix="bench-ui-") as folder:
        for size in (1, options.upload):  # the first warms up
            path = Path(folder) / f"{size}.csv"
            _write(path, size * MEGABYTE)
            page.goto(f"{address}/upload")
            page.wait_for_selector(READY)
            (process / "clear_refs").write_text("5")  # the peak is counted anew
            before = _memory(process, "VmRSS")
            page.get_by_test_id("sales-upload").set_input_files(path)
            page.wait_for_url("**file=*", timeout=120_000)
            page.wait_for_timeout(500)
            page.wait_for_selector(READY, timeout=120_000)
    return _memory(process, "VmHWM") - before


def _write(path: Path, size: int) -> None:
    """A file of at least `size` bytes: a generated month whose lines come again and again."""
    generate(path, lines=2000, dirty=0, seed=1403, period="1403-05", structural=False)
    header, _, lines = path.read_bytes().partition(b"\n")
    with path.open("wb") as file:
        file.write(header + b"\n")
        while file.tell() < size:
            file.write(lines)


def _memory(process: Path, name: str) -> float:
    """Megabytes of a process by the kernel's name for them."""
    lines = (process / "status").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith(f"{name}:"))
    return int(kilobytes) / 1024


if __name__ == "__main__":
    main()
