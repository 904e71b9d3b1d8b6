"""What is installed is what was pinned: exact versions, hashes, no machine's path, licences."""

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NAMES = ["requirements", "requirements-dev"]
_PIN = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9._-]*)(\[[^]]*\])?==(?P<version>[^\s;]+)", re.IGNORECASE
)
# Used as a library over its public interface, which the LGPL leaves free to do.
LGPL_AS_LIBRARY = {"psycopg", "psycopg-binary", "psycopg-pool"}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _entries(name: str) -> list[str]:
    """Entries of a compiled file, continued lines joined and comments gone."""
    text = re.sub(r"\s+#.*|^#.*", "", (ROOT / f"{name}.txt").read_text("utf-8"), flags=re.MULTILINE)
    joined = re.sub(r"\\\n\s*", " ", text)
    return [line.strip() for line in joined.splitlines() if line.strip()]


def _pins(name: str) -> dict[str, str]:
    found = [_PIN.match(entry) for entry in _entries(name)]
    return {_normal(match["name"]): match["version"] for match in found if match}


@pytest.mark.parametrize("name", NAMES)
def test_every_package_is_pinned_with_hashes(name: str) -> None:
    entries = _entries(name)
    assert len(entries) > 30
    loose = [e for e in entries if not _PIN.match(e) or "--hash=sha256:" not in e]
    assert loose == []


@pytest.mark.parametrize("name", NAMES)
def test_no_index_and_no_path_of_a_machine_is_in_them(name: str) -> None:
    text = (ROOT / f"{name}.txt").read_text("utf-8")
    assert re.findall(r"--(?:index-url|extra-index-url|find-links)|\w+://\S+|@ \S+", text) == []
    assert re.findall(r"(?:^|\s)/\w+/\S+", text) == []


@pytest.mark.parametrize("name", NAMES)
def test_what_we_ask_for_is_what_is_compiled(name: str) -> None:
    lines = (ROOT / f"{name}.in").read_text("utf-8").splitlines()
    asked = [re.split(r"[\[=<>~ ]", line)[0] for line in lines if re.match(r"\w", line)]
    assert {_normal(package) for package in asked} - set(_pins(name)) == set()


def test_both_files_pin_the_same_versions() -> None:
    product, development = (_pins(name) for name in NAMES)
    shared = product.keys() & development.keys()
    assert {name for name in shared if product[name] != development[name]} == set()


@pytest.mark.parametrize("package", sorted(_pins("requirements")))
def test_a_product_package_has_a_licence_we_can_live_with(package: str) -> None:
    licence = _licence(package)
    assert licence, f"{package} declares no licence"
    assert _is_free_to_use(package, licence), f"{package}: {licence}"


@pytest.mark.parametrize(
    ("licence", "free"),
    [
        ("MIT OR Apache-2.0", True),
        ("Mozilla Public License 2.0 (MPL 2.0)", True),
        ("GPL-3.0-or-later", False),
        ("AGPL-3.0", False),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", False),
        ("License :: OSI Approved :: GNU Affero General Public License v3", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("LGPL-3.0-only", False),
    ],
)
def test_strong_copyleft_is_recognised(licence: str, free: bool) -> None:
    assert _is_free_to_use("some-package", licence) == free
    assert _is_free_to_use("psycopg", "LGPL-3.0-only")


def _is_free_to_use(package: str, licence: str) -> bool:
    if re.search(r"LGPL|Lesser", licence):
        return package in LGPL_AS_LIBRARY
    return re.search(r"GPL|General Public", licence) is None


def _licence(package: str) -> str:
    try:
        found = metadata(package)
    except PackageNotFoundError:
        pytest.skip("not installed on this platform")
    classifiers = [c for c in found.get_all("Classifier") or [] if c.startswith("License ::")]
    expressions = found.get_all("License-Expression") or []
    # The old free-text field may hold a whole licence; its first line names it.
    first_lines = [text.split("\n")[0] for text in found.get_all("License") or []]
    return " ".join([*expressions, *classifiers] or first_lines)
