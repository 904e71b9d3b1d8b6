"""F4 at the console: it is killed while the bytes of a file arrive, or right after it said yes."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from pipeline.settings import ROOT, Settings
from pipeline.uploads import Upload, find_upload
from tests.faults.judge import Tally
from tests.faults.place import Place
from tests.people import PASSWORD, make_person

WHO = "sara"
SIZE = 6 * 1024**2
START_SECONDS = 90.0
# How much of the file has been sent when the console dies; None: after its answer.
SHARES = (0.0, 0.01, 0.5, 0.99, 1.0, None)


class Console:
    """One console process and a browser's way to it."""

    def __init__(self, url: str, var_dir: Path) -> None:
        self.url = url
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = int(listener.getsockname()[1])
        self.origin = f"http://127.0.0.1:{self.port}"
        self._log = (var_dir / "console.log").open("ab")
        self._process = subprocess.Popen(
            [*(sys.executable, "-m", "uvicorn", "app:app", "--port", str(self.port))],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": url, "VAR_DIR": str(var_dir)},
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._wait_until_up()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._log.close()

    def sign_in(self) -> str:
        """The cookie of an uploader."""
        make_person(self.url, "uploader", WHO)
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
        form = urlencode({"name": WHO, "password": PASSWORD, "back": "/"})
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin}
        line.request("POST", "/sign-in", form, kind)
        cookie = line.getresponse().headers["Set-Cookie"]
        return str(cookie).partition(";")[0]

    def begin(self, cookie: str, name: str) -> http.client.HTTPConnection:
        """A request that has said how much comes, and nothing of it yet."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
        line.putrequest("POST", "/uploads")
        for head, value in (
            ("Content-Length", str(SIZE)),
            ("X-File-Name", name),
            ("Origin", self.origin),
            ("Cookie", cookie),
        ):
            line.putheader(head, value)
        line.endheaders()
        return line

    def _wait_until_up(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
                line.request("GET", "/healthz")
                line.getresponse().read()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"the console did not start: {self._process.poll()}")


def killed_while_bytes_arrive(tally: Tally, place: Place, rounds: int | None = None) -> None:
    """Before its answer nothing is kept and the same can be sent again; after it all is there."""
    body = os.urandom(SIZE)
    with place.database() as url:
        for number, share in enumerate(SHARES[:rounds]):
            var_dir = place.folder / f"console_{number}"
            var_dir.mkdir()
            tally.tried += 1
            _kill_at(tally, url, var_dir, body, share)


def _kill_at(tally: Tally, url: str, var_dir: Path, body: bytes, share: float | None) -> None:
    about = "console killed after its answer" if share is None else f"console killed at {share:.0%}"
    with _console(url, var_dir) as first:
        line = first.begin(first.sign_in(), "month.csv")
        line.send(body[: len(body) if share is None else int(len(body) * share)])
        answer = json.load(line.getresponse()) if share is None else None
        if share is not None:
            time.sleep(0.3)
    with tally.clock(about), _console(url, var_dir) as second:
        kept = list((var_dir / "uploads").glob("*/*")) if (var_dir / "uploads").exists() else []
        if answer is not None:
            _need_bytes(tally, f"{about}: ", var_dir, answer["token"], body)
        elif share is not None and share < 1:
            tally.need(not kept, "mixed", f"{about}: kept {[path.name for path in kept]}")
        else:
            # All bytes were sent: it may have come to its end, and then it is whole.
            halves = [path for path in kept if path.name.endswith("part")]
            tally.need(not halves, "mixed", f"{about}: kept {[path.name for path in kept]}")
        line = second.begin(second.sign_in(), "month.csv")
        line.send(body)
        again = line.getresponse()
        tally.need(again.status == 201, "lost", f"{about}: sent again: {again.status}")
        _need_bytes(tally, f"{about}, again: ", var_dir, json.load(again)["token"], body)


def _need_bytes(tally: Tally, about: str, var_dir: Path, token: str, body: bytes) -> None:
    settings = Settings(_env_file=None, var_dir=var_dir)  # type: ignore[call-arg]
    upload: Upload | None = find_upload(settings, token, WHO)
    there = upload is not None and upload.path.read_bytes() == body
    tally.need(there, "lost", f"{about}{upload} is not what was sent")


@contextmanager
def _console(url: str, var_dir: Path) -> Iterator[Console]:
    """A console that is killed at the end, never asked to stop."""
    console = Console(url, var_dir)
    try:
        yield console
    finally:
        console.kill()
