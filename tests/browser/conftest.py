"""A real browser on a console of the test's own: no host outside, no fault in its console."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.console import ARGUMENTS, READY, browser_path, running_console, sign_in_at
from tests.karamad import Desk
from tests.people import NAME

Open = Callable[..., Page]
# A machine under load draws its first chart late; what is there at once is not waited for.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The machine's own browser; without one these tests are skipped, but never in CI.

    It ends with its file: as long as it is driven, this process has a child and a running event
    loop, in which no other test could begin one.
    """
    path = browser_path()
    if path is None:
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail("CI needs a browser: apt-get install chromium")
        pytest.skip("no browser: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def console(desk: Desk, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of a console over this test's database; mark `console_app` names another launcher."""
    named = request.node.get_closest_marker("console_app")
    var_dir = tmp_path / "var"
    var_dir.mkdir()
    with running_console(desk.url, var_dir, *(named.args if named else ())) as address:
        yield address


@pytest.fixture
def faults() -> list[str]:
    """What browsers of this test complained about, and hosts outside that they asked."""
    return []


@pytest.fixture
def open_browser(chromium: Browser, console: str, faults: list[str]) -> Iterator[Open]:
    """Opens a signed-in tab and waits for its page: `open_browser("/home", role="manager")`.

    `role=None` signs nobody in. Nothing moves by itself in it: a program presses a button while
    what is above it still unfolds, a person does not. Afterwards the test fails when the page asked
    a host outside or wrote an error to the browser's console.
    """
    contexts: list[BrowserContext] = []

    def opened(
        path: str = "/", *, role: str | None = "steward", width: int = 1280, height: int = 900,
        **cookies: str,
    ) -> Page:  # fmt: skip
        context = chromium.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        contexts.append(context)
        context.add_cookies([{"name": k, "value": v, "url": console} for k, v in cookies.items()])
        page = context.new_page()
        watch(page, console, faults)
        page.goto(console + path)
        if role is not None:
            sign_in(page, role)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def sign_in(page: Page, role: str, name: str = NAME) -> None:
    """Fill in the sign-in and wait for the page behind it."""
    sign_in_at(page, role, name)
    wait(page)


def wait(page: Page) -> None:
    """Until the page's script has run and all its parts are there."""
    page.wait_for_selector(READY, timeout=30_000)


def watch(page: Page, console: str, faults: list[str]) -> None:
    """Note every request to a host outside or that fails, and every error of the console."""
    ours = (console, console.replace("http", "ws", 1), "data:", "blob:", "about:")

    def asked(url: str) -> None:
        if not url.startswith(ours):
            faults.append(f"asked {url}")

    def said(message: Any) -> None:
        if message.type == "error":
            faults.append(f"console: {message.text} {message.location.get('url', '')}")

    page.on("request", lambda request: asked(request.url))
    page.on("websocket", lambda socket: asked(socket.url))
    page.on("console", said)
    page.on("pageerror", lambda error: faults.append(f"page: {error}"))
