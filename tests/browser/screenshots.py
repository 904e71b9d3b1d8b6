"""Pictures of every page: docs/screenshots/<page>_<language>_<theme>_<width>.png.

`python -m tests.browser.screenshots [page …]` over the sample months, the last
a draft; `sign_in`, `home_empty` and `net_sales_empty` are pages here too.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from pages.frame.page import Entry, entries
from pipeline.access.allowed import ALLOWED
from pipeline.access.people import Role
from pipeline.db import database_url
from pipeline.migrate import prepare_database
from pipeline.publications import publish
from pipeline.runs import load_file
from pipeline.server import stop_embedded
from pipeline.settings import ROOT, Settings
from tests.browser.console import ARGUMENTS, READY, browser_path, running_console, sign_in_at

OUT = ROOT / "docs" / "screenshots"
LANGUAGES, THEMES, SIZES = ("fa", "en"), ("light", "dark"), ((1280, 900), (390, 844))
TALLEST = 2600
# What draws months arrives after the page.
DRAWN = """[...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(
    (chart) => chart.querySelector('.main-svg'))"""
# Who is seen on the pictures; an administrator stays one, so these are two people.
NAMES = {
    ("fa", Role.STEWARD): "سارا کمالی", ("en", Role.STEWARD): "Sara Kamali",
    ("fa", Role.ADMIN): "مینا راد", ("en", Role.ADMIN): "Mina Rad",
}  # fmt: skip
# What a page shows best, as its address; the file that the upload page is drawn with.
ADDRESSES = {"load": "?load=3&act=publish", "line": "?load=1&line=308"}
HANDED_IN = ROOT / "data" / "samples" / "karamad_1403-07.csv"


def main(wanted: list[str]) -> None:
    """Draw the wanted pages, or all; the browser must be there."""
    path = browser_path()
    if path is None:
        raise SystemExit("No browser: apt-get install chromium")
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, ExitStack() as stack:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        empty = stack.enter_context(_console(filled=False))
        filled = stack.enter_context(_console(filled=True))
        for language, theme, size in product(LANGUAGES, THEMES, SIZES):
            look = (browser, language, theme, size)
            _draw(look, empty, "sign_in", None, wanted)
            for name in ("home", "net_sales"):
                _draw(look, empty, f"{name}_empty", _entry(name), wanted)
            for entry in entries():
                _draw(look, filled, entry.name, entry, wanted)
            _draw(look, empty, "loads_empty", _entry("loads"), wanted)
            _draw(look, filled, "upload_file", _entry("upload"), wanted)
        browser.close()


@contextmanager
def _console(*, filled: bool) -> Iterator[str]:
    """A console over a server of its own, empty or with the sample months, one still a draft."""
    with tempfile.TemporaryDirectory(prefix="sales-engine-pictures-") as folder:
        var_dir = Path(folder)
        var_dir.chmod(0o755)
        settings = Settings(_env_file=None, var_dir=var_dir)  # type: ignore[call-arg]
        try:
            prepare_database(settings)
            url = database_url(settings)
            if filled:
                _fill(url, settings)
            with running_console(url, var_dir) as address:
                yield address
        finally:
            stop_embedded(var_dir / "postgres")


def _fill(url: str, settings: Settings) -> None:
    files = sorted((ROOT / "data" / "samples").glob("karamad_????-??.csv"))
    for number, file in enumerate(files, start=1):
        result = load_file(url, settings, file, source="karamad")
        if number < len(files):
            publish(url, result.load_id)


def _draw(
    look: tuple[Browser, str, str, tuple[int, int]],
    address: str,
    name: str,
    entry: Entry | None,
    wanted: list[str],
) -> None:
    if wanted and name not in wanted:
        return
    browser, language, theme, (width, height) = look
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)  # type: ignore[arg-type]
    cookies = {"language": language, "theme": theme}
    context.add_cookies([{"name": k, "value": v, "url": address} for k, v in cookies.items()])
    page = context.new_page()
    page.goto(f"{address}/{entry.name + ADDRESSES.get(entry.name, '') if entry else ''}")
    if entry is not None:
        _sign_in(page, entry, language)
        if name == "upload_file":
            _hand_in(page)
        _grow(page, width, height)
    path = OUT / f"{name}_{language}_{theme}_{width}.png"
    page.screenshot(path=path)
    context.close()
    _shrink(path)


def _shrink(path: Path) -> None:
    """256 colours are enough for a page, and a third of the bytes."""
    with Image.open(path) as picture:
        fewer = picture.convert("RGB").quantize(256)
    fewer.save(path, optimize=True)


def _sign_in(page: Page, entry: Entry, language: str) -> None:
    role = Role.STEWARD if Role.STEWARD in ALLOWED[entry.page.action] else Role.ADMIN
    sign_in_at(page, role, NAMES[language, role])
    page.wait_for_selector(READY, timeout=30_000)
    page.wait_for_timeout(900)  # charts draw after the script is done


def _hand_in(page: Page) -> None:
    """A file that is looked at, and not run."""
    page.get_by_test_id("sales-upload").set_input_files(HANDED_IN)
    page.wait_for_url("**file=*")
    page.wait_for_selector(READY, timeout=30_000)
    page.wait_for_timeout(2500)


def _grow(page: Page, width: int, height: int) -> None:
    """The page scrolls inside its window: a window as tall as the page shows all of it."""
    page.wait_for_function(DRAWN)
    tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": max(height, min(int(tall), TALLEST))})
    page.wait_for_timeout(300)


def _entry(name: str) -> Entry:
    return next(entry for entry in entries() if entry.name == name)


if __name__ == "__main__":
    main(sys.argv[1:])
