"""Every page over a house full of tags, links, formulas and signs: all of it is shown as text.

In a real browser, so that charts, tables, tooltips and what opens on a click are looked at as well:
no script of a text runs, no host outside is asked, no text becomes a link, a picture or bold type.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from pages.frame import page as pages
from tests.browser.conftest import wait, watch
from tests.browser.console import running_console, sign_in_at
from tests.conftest import new_database
from tests.hostile import NAME, House, fill
from tests.karamad import Desk
from tests.people import SETTINGS

NAMES = [entry.name for entry in pages.entries()]
# What a text became, if it was obeyed; nothing of ours is any of these.
OBEYED = r"""() => {
    const seen = (found) => [...found].map((one) => one.parentElement.outerHTML.slice(0, 300));
    const evil = 'a[href^="http"], a[href^="//"], a[href^="javascript" i], a[href^="mailto"], '
        + 'img[src*="evil.example"], img[src="x"], svg[onload], [onerror]';
    const bold = [...document.querySelectorAll('strong, em, del, code, h1, h2, h3, b')]
        .filter((one) => ['fett9', 'c9', 'h9'].includes(one.textContent.trim()));
    const red = [...document.querySelectorAll('span, a')]
        .filter((one) => ['r9', 'a9'].includes(one.textContent.trim()) && !one.children.length);
    return [
        ...seen(document.querySelectorAll(evil)), ...seen(bold), ...seen(red),
        ...seen(document.querySelectorAll('.katex')),
        ...(window.pwned === undefined ? [] : ['a script ran']),
    ];
}"""
HOSTILE = ("<img src=x", "fett9", "evil.example", "javascript:")
# Pages on which nothing that anybody wrote is shown.
WORDLESS = {"house_settings": "its reason", "health": "figures of the server"}
OPENERS = "[data-testid=stPopover] button, [data-testid=stExpander] summary, [role=tab]"


@pytest.fixture(scope="module")
def house(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, House]]:
    """A console over the house, and the house."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    with new_database(server_url) as url:
        found = fill(Desk(url, SETTINGS, folder))
        with running_console(url, folder) as address:
            yield address, found


@pytest.fixture(scope="module")
def faults() -> list[str]:
    return []


@pytest.fixture(scope="module")
def tab(chromium: Browser, house: tuple[str, House], faults: list[str]) -> Iterator[Page]:
    """One tab of an administrator, in English."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.add_cookies([{"name": "language", "value": "en", "url": house[0]}])
    page = context.new_page()
    watch(page, house[0], faults)
    page.goto(house[0])
    sign_in_at(page, "admin", NAME)
    wait(page)
    yield page
    context.close()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.attack("markup in a text")
def test_a_page_shows_texts_as_texts(
    tab: Page, house: tuple[str, House], faults: list[str], name: str
) -> None:
    address, found = house
    said = ""
    for query in found.addresses().get(name, [""]):
        tab.goto(f"{address}/{name}?{query}")
        wait(tab)
        tab.wait_for_timeout(300)  # charts draw after the script is done
        assert tab.evaluate(OBEYED) == [], query
        said += tab.inner_text("body") + open_everything(tab)
        assert tab.evaluate(OBEYED) == [], f"opened: {query}"
    assert faults == []
    assert any(text in said for text in HOSTILE) or name in WORDLESS, said
    assert "Traceback" not in said and "Something unexpected" not in said


def open_everything(tab: Page) -> str:
    """Open what opens, one after the other, and hover over it; all that is said then."""
    said = ""
    for opener in tab.locator(f"[data-testid=stMain] :is({OPENERS})").all()[:6]:
        if not opener.is_visible():
            continue
        opener.click()
        tab.wait_for_timeout(150)
        assert tab.evaluate(OBEYED) == []
        said += tab.inner_text("body")
        tab.keyboard.press("Escape")
    for shape in tab.locator(".js-plotly-plot .point, .marks path, [title]").all()[:4]:
        if shape.is_visible():
            shape.hover(force=True)
            tab.wait_for_timeout(100)
            assert tab.evaluate(OBEYED) == []
    return said
