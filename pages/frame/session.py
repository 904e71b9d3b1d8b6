"""The session cookie of the local sign-in: who and until when, signed with a secret under var/."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
import time
from functools import lru_cache
from pathlib import Path

from pipeline.access.people import ROLES, Person, Role
from pipeline.settings import Settings

COOKIE = "sales_session"
LASTS_SECONDS = 12 * 3600
LONGEST_NAME = 60


def sign(settings: Settings, who: Person, now: float | None = None) -> str:
    """The cookie's value for `who`; it is good for twelve hours."""
    until = int((time.time() if now is None else now) + LASTS_SECONDS)
    facts = json.dumps([who.name, who.role, until, secrets.token_hex(8)]).encode()
    payload = base64.urlsafe_b64encode(facts).decode().rstrip("=")
    return f"{payload}.{_seal(settings, payload)}"


def read(settings: Settings, cookie: str | None, now: float | None = None) -> Person | None:
    """Who the cookie stands for; None when it is missing, not ours, or over."""
    payload, dot, seal = (cookie or "").partition(".")
    if not dot or not seal.isascii() or not hmac.compare_digest(_seal(settings, payload), seal):
        return None
    try:
        name, role, until, _ = json.loads(
            base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        )
    except (binascii.Error, ValueError):
        return None
    alive = until > (time.time() if now is None else now)
    return Person(0, name, Role(role)) if alive and role in ROLES else None


def _seal(settings: Settings, payload: str) -> str:
    key = _secret(settings.var_dir / "secret")
    return hmac.new(key, payload.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()


@lru_cache(maxsize=8)
def _secret(path: Path) -> bytes:
    """The secret in `path`, made on first use; two servers that start at once agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()
