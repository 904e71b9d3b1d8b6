"""Known vulnerabilities fail the build; a service that says nothing is not taken to say none."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests import advisories

ADVISORY = {
    "id": "PYSEC-2026-1",
    "summary": "It gives everything away.",
    "affected": [
        {
            "package": {"name": "sound", "ecosystem": "PyPI"},
            "ranges": [
                {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.3.0"}]}
            ],
        }
    ],
}  # fmt: skip
Service = Callable[[dict[str, object] | int], str]


@pytest.fixture
def service() -> Iterator[Service]:
    """Starts an advisory service that gives one answer to whatever is asked, or one status."""
    servers: list[ThreadingHTTPServer] = []

    def started(answer: dict[str, object] | int) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.dumps(answer).encode()
                self.rfile.read(int(self.headers["content-length"]))
                self.send_response(answer if isinstance(answer, int) else 200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/v1/query"

    yield started
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def options(tmp_path: Path) -> Callable[[str], list[str]]:
    """Options that ask the service at an address about one package, and remember nothing."""
    pinned = tmp_path / "requirements.txt"
    pinned.write_text(f"sound==1.2.0 --hash=sha256:{'0' * 64}\n")

    def told(address: str) -> list[str]:
        cache = ["--cache-dir", str(tmp_path / "cache")]
        return ["-r", str(pinned), "-s", "osv", "--osv-url", address, *cache]

    return told


@pytest.mark.parametrize("strict", [[], ["--strict"]])
@pytest.mark.attack("a vulnerable package")
def test_a_known_vulnerability_fails(
    service: Service, options: Callable[[str], list[str]], strict: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert advisories.main([*options(service({"vulns": [ADVISORY]})), *strict]) == 1
    said = capsys.readouterr().out
    assert "VULNERABLE: sound 1.2.0: PYSEC-2026-1 (mended in 1.3.0)" in said
    assert "No known" not in said


def test_packages_without_one_pass(
    service: Service, options: Callable[[str], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert advisories.main([*options(service({})), "--strict"]) == 0
    assert capsys.readouterr().out == "No known vulnerability in 1 pinned packages.\n"


@pytest.mark.parametrize("how", ["away", "broken"])
def test_a_service_that_does_not_answer_is_said_and_fails_when_it_must_not(
    service: Service, options: Callable[[str], list[str]], how: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    with socket.socket() as nobody:  # bound and not listening
        nobody.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{nobody.getsockname()[1]}/"
        asked = options(closed if how == "away" else service(500))
        assert advisories.main(asked) == 0
        said = capsys.readouterr().out
        assert said.startswith("NOT CHECKED: the advisory service did not answer (")
        assert "No known" not in said
        assert advisories.main([*asked, "--strict"]) == 1


def test_a_package_that_the_service_does_not_know_is_not_sound() -> None:
    """As pip-audit reports an index without advisories: it calls them free of vulnerabilities."""
    outcome = advisories.read([
        {"name": "altair", "skip_reason": "Dependency not found on PyPI"},
        {"name": "sound", "version": "1.2.0", "vulns": []},
    ])  # fmt: skip
    assert not outcome.is_whole and outcome.unknown == ["altair"]
    assert "knows nothing of 1 of 2 packages (altair" in str(outcome)
    assert "No known" not in str(outcome) and not advisories.read([]).is_whole


@pytest.mark.attack("a vulnerable package")
def test_every_pinned_package_is_asked_about_by_make_lint() -> None:
    makefile = (advisories.ROOT / "Makefile").read_text("utf-8")
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert recipe is not None and "tests.advisories" in recipe[1]
    assert all((advisories.ROOT / name).is_file() for name in advisories.FILES)
    assert {path.name for path in advisories.ROOT.glob("requirements*.txt")} == {*advisories.FILES}
