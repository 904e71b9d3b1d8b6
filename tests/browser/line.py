"""A client without a browser: plain sockets, byte by byte, for HTTP and for a page's WebSocket."""

from __future__ import annotations

import base64
import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlencode, urlsplit

from tests.people import NAME, PASSWORD


class Line:
    """One connection to the console, byte by byte."""

    def __init__(self, address: str) -> None:
        self.host = urlsplit(address).netloc
        name, _, port = self.host.partition(":")
        self.socket = socket.create_connection((name, int(port)), timeout=20)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> str:
        """Send one request and read its whole answer; `x_y` is the header x-y."""
        self.begin(method, path, len(body), **headers)
        self.socket.sendall(body)
        return self.rest()

    def begin(self, method: str, path: str, size: int | None, **headers: str) -> None:
        given = {"host": self.host, "connection": "close", **headers}
        if size is not None:
            given["content-length"] = str(size)
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in given.items()]
        head = "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""])
        self.socket.sendall(head.encode())

    def rest(self) -> str:
        text = b""
        while chunk := self.socket.recv(65536):
            text += chunk
        return text.decode("utf-8", "replace")

    def open_socket(self, **headers: str) -> str:
        """Ask for the page's WebSocket; the first line of the answer."""
        key = base64.b64encode(os.urandom(16)).decode()
        self.begin(
            "GET", "/_stcore/stream", None, **headers,
            connection="Upgrade", upgrade="websocket", sec_websocket_version="13",
            sec_websocket_key=key, sec_websocket_protocol="streamlit",
        )  # fmt: skip
        return self.socket.recv(65536).decode("latin-1").partition("\r\n")[0]

    def send_message(self, message: bytes) -> None:
        """One masked binary frame."""
        mask = os.urandom(4)
        short = len(message) < 126
        size = bytes([0x80 | len(message)]) if short else b"\xff" + len(message).to_bytes(8)
        long_mask = (mask * (len(message) // 4 + 1))[: len(message)]
        masked = (int.from_bytes(message) ^ int.from_bytes(long_mask)).to_bytes(len(message))
        self.socket.sendall(b"\x82" + size + mask + masked)

    def hear(self, until: bytes) -> bytes:
        """What the console sends, until these bytes are in it."""
        heard = b""
        while until not in heard:
            chunk = self.socket.recv(65536)
            assert chunk, f"closed before {until!r}"
            heard += chunk
        return heard


@contextmanager
def line_to(address: str) -> Iterator[Line]:
    line = Line(address)
    with closing(line.socket):
        yield line


def ask(address: str, method: str, path: str, body: bytes = b"", **headers: str) -> str:
    with line_to(address) as line:
        return line.ask(method, path, body, **headers)


def sign_in(address: str, password: str = PASSWORD, name: str = NAME, **headers: str) -> str:
    form = urlencode({"name": name, "password": password, "back": "/"}).encode()
    kind = {"origin": address, "content_type": "application/x-www-form-urlencoded"}
    return ask(address, "POST", "/sign-in", form, **{**kind, **headers})


def cookie_in(answer: str) -> str:
    line = next(line for line in answer.splitlines() if line.lower().startswith("set-cookie"))
    return line.partition(":")[2].partition(";")[0].strip()


def status(answer: str) -> int:
    return int(answer.split(" ", 2)[1])
