"""A way to PostgreSQL that can do harm: kill whoever speaks, or cut the line, at a chosen word.

It stands between the product and the server on a Unix socket, understands just enough of the wire
protocol to count what clients ask (simple queries, executes, ends of COPY, over all connections in
the order of arrival), and knows by the kernel which process asked.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

PORT = 5432
# Query, Execute, CopyDone: each makes the server do something; Parse carries the text of Execute.
COUNTED = {b"Q": "query", b"E": "execute", b"c": "copy done"}
_SPECIAL_REQUESTS = {80877102, 80877103, 80877104}  # cancel, SSL, GSS: no type byte, no session


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a client asked of the server: its number, its text, who asked."""

    number: int
    what: str
    text: str
    pid: int

    @property
    def is_commit(self) -> bool:
        return self.text.strip().lower() == "commit"


@dataclass(slots=True)
class Harm:
    """What to do, and when: `when` is asked of each thing in turn, the first yes is it, once.

    `kill` ends the asking process before the server hears of it; `cut` lets the server do it and
    closes the line before the answer; `act` is called with what was asked, and the line goes on.
    """

    when: Callable[[Asked], bool]
    kind: str = "kill"
    act: Callable[[Asked], object] | None = None
    done: Asked | None = None
    happened: threading.Event = field(default_factory=threading.Event)


class Proxy:
    """Listens in a folder of its own; `url` is given to the product in place of the server's."""

    def __init__(self, url: str, folder: Path) -> None:
        known = conninfo_to_dict(url)
        self._target = f"{known['host']}/.s.PGSQL.{known.get('port') or PORT}"
        folder.mkdir(parents=True, exist_ok=True)
        self.url = make_conninfo(url, host=str(folder), port=PORT)
        self.asked: list[Asked] = []
        self._harm: Harm | None = None
        self._is_away = False
        self._lock = threading.Lock()
        self._ends: set[socket.socket] = set()
        self._listener = socket.socket(socket.AF_UNIX)
        self._path = folder / f".s.PGSQL.{PORT}"
        self._path.unlink(missing_ok=True)
        self._listener.bind(str(self._path))
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def url_of(self, database_url: str) -> str:
        """The way through this proxy to another database of the same server."""
        return make_conninfo(self.url, dbname=conninfo_to_dict(database_url)["dbname"])

    def expect(self, harm: Harm | None) -> Harm | None:
        """Count from the beginning and wait for the moment to do harm."""
        with self._lock:
            self.asked = []
            self._harm = harm
        return harm

    def cut_all(self) -> None:
        """Close every line, as a network does that goes down for a moment."""
        with self._lock:
            ends = list(self._ends)
        for end in ends:
            _close(end)

    def be_away(self, away: bool) -> None:
        """Refuse new lines and close all, or be back."""
        self._is_away = away
        if away:
            self.cut_all()

    def close(self) -> None:
        _close(self._listener)
        self.cut_all()
        self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._is_away:
                _close(client)
                continue
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        with self._lock:
            self._ends |= {client, server}
        line = _Line(self, client, server)
        try:
            server.connect(self._target)
            threading.Thread(target=line.answer, daemon=True).start()
            line.listen()
        except OSError:
            pass
        finally:
            _close(client)
            _close(server)
            with self._lock:
                self._ends -= {client, server}

    def note(self, what: str, text: str, pid: int) -> str | None:
        """Count one thing asked; the kind of harm whose moment this is, if any."""
        with self._lock:
            asked = Asked(len(self.asked) + 1, what, text, pid)
            self.asked.append(asked)
            harm = self._harm
            if harm is None or harm.done is not None or not harm.when(asked):
                return None
            harm.done = asked
            self._harm = None
        if harm.kind == "kill":
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        elif harm.act is not None:
            harm.act(asked)
        harm.happened.set()
        return harm.kind


class _Line:
    """One client's connection, followed message by message."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._pid = _peer(client)
        self._texts: dict[bytes, str] = {}
        self._last_text = ""
        self._is_cut = False

    def listen(self) -> None:
        """Pass on what the client says until either side is gone."""
        self._pass_start()
        while True:
            kind = _exactly(self._client, 1)
            length = _exactly(self._client, 4)
            body = _exactly(self._client, struct.unpack("!I", length)[0] - 4)
            harm = self._look(kind, body)
            if harm == "kill":
                return
            if harm == "cut":
                self._is_cut = True
            self._server.sendall(kind + length + body)

    def answer(self) -> None:
        """Pass on what the server says; a line that is cut takes its answer with it."""
        try:
            while data := self._server.recv(65536):
                if self._is_cut:
                    break
                self._client.sendall(data)
        except OSError:
            pass
        _close(self._client)
        _close(self._server)

    def _pass_start(self) -> None:
        while True:
            length = _exactly(self._client, 4)
            body = _exactly(self._client, struct.unpack("!I", length)[0] - 4)
            self._server.sendall(length + body)
            if struct.unpack("!I", body[:4])[0] not in _SPECIAL_REQUESTS:
                return

    def _look(self, kind: bytes, body: bytes) -> str | None:
        if kind == b"P":
            name, _, rest = body.partition(b"\0")
            self._texts[name] = self._last_text = _text(rest.partition(b"\0")[0])
        elif kind == b"B":
            self._last_text = self._texts.get(body.split(b"\0", 2)[1], self._last_text)
        elif kind == b"Q":
            self._last_text = _text(body.rstrip(b"\0"))
        if kind not in COUNTED:
            return None
        return self._proxy.note(COUNTED[kind], self._last_text, self._pid)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _peer(client: socket.socket) -> int:
    """The process at the other end, as the kernel knows it."""
    size = struct.calcsize("3i")
    pid, _, _ = struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return int(pid)


def _exactly(end: socket.socket, count: int) -> bytes:
    parts = []
    while count:
        if not (part := end.recv(min(count, 1 << 16))):
            raise ConnectionError("the other side went away")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
