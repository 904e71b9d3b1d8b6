"""Files on their way in: bytes from a browser wait in `var/uploads/` until a load takes them."""

from __future__ import annotations

import fcntl
import json
import re
import secrets
import shutil
import time
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import RefusedFile
from pipeline.settings import Settings

# Left on the disk beside an upload, so that the database can go on writing.
SPARE_BYTES = 256 * 1024**2
KEPT_SECONDS = 24 * 3600
# Files of one person that arrive or wait to be run: more than anybody drops in one go.
MOST_OF_ONE = 60
LONGEST_NAME_BYTES = 180
_TOKEN = re.compile(r"[0-9a-f]{32}")
_FACTS, _UNFINISHED_FACTS = "upload.json", "upload.json.part"
_PART = "part"
# A file of this name could be taken for our own note beside it.
_OTHER_NAME = "file"


@dataclass(frozen=True)
class Upload:
    """A file that came in whole: who sent it, under which name, how many bytes, and when."""

    token: str
    path: Path
    name: str
    size: int
    user: str
    at: datetime


@dataclass
class Arrival:
    """An upload while its bytes arrive; nothing of it is left unless it is finished."""

    token: str
    folder: Path
    name: str
    user: str
    limit: int
    file: BinaryIO
    size: int = 0

    def write(self, data: bytes) -> None:
        """Keep the next bytes; RefusedFile when they are more than was announced."""
        self.size += len(data)
        if self.size > self.limit:
            raise _too_large(self.limit)
        self.file.write(data)

    def finish(self, expected: int) -> Upload:
        """The whole file under its name; RefusedFile when fewer than `expected` bytes came."""
        if self.size != expected:
            raise RefusedFile(
                "UPLOAD_CUT",
                fa="فایل کامل نرسید ({size} از {expected} بایت). چیزی نگه داشته نشد؛ "
                "دوباره بفرستید.",
                en="The file did not arrive whole ({size} of {expected} bytes). Nothing was kept; "
                "send it again.",
                size=self.size,
                expected=expected,
            )
        self.file.flush()
        path = self.folder / self.name
        (self.folder / _PART).rename(path)
        at = datetime.now(UTC)
        facts = {"name": self.name, "size": self.size, "user": self.user, "at": at.isoformat()}
        (self.folder / _UNFINISHED_FACTS).write_text(json.dumps(facts), encoding="utf-8")
        # From here on it is an upload: a process that dies before leaves nothing of one.
        (self.folder / _UNFINISHED_FACTS).rename(self.folder / _FACTS)
        self.file.close()
        return Upload(self.token, path, self.name, self.size, self.user, at)

    def discard(self) -> None:
        """Remove what has arrived."""
        self.file.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def begin_upload(settings: Settings, name: str, user: str, size: int) -> Arrival:
    """Make room for a file of `size` bytes.

    RefusedFile when it is empty, too large, one too many of this person, or there is no room.
    """
    if size == 0:
        raise RefusedFile(
            "EMPTY_FILE", fa="این فایل خالی است (۰ بایت).", en="This file is empty (0 bytes)."
        )
    if size > settings.max_file_bytes:
        raise _too_large(settings.max_file_bytes)
    root = _root(settings)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    clear_uploads(settings)
    if _count_of(root, user) >= MOST_OF_ONE:
        raise _too_many()
    if shutil.disk_usage(root).free < size + SPARE_BYTES:
        raise RefusedFile(
            "DISK_FULL",
            fa="روی دیسک سرور جا برای این فایل نیست. چیزی نگه داشته نشد؛ به مدیر سامانه بگویید.",
            en="The server's disk has no room for this file. Nothing was kept; "
            "tell the administrator.",
        )
    token = secrets.token_hex(16)
    return Arrival(token, root / token, safe_name(name), user, size, _open_part(root, token, user))


def find_upload(settings: Settings, token: str, user: str) -> Upload | None:
    """The upload of this user under `token`; None when there is none, or it is another's."""
    found = _read(_root(settings) / token) if _TOKEN.fullmatch(token) else None
    return found if found is not None and found.user == user else None


def list_uploads(settings: Settings, user: str) -> list[Upload]:
    """The uploads of this user that no load took yet, the newest first."""
    root = _root(settings)
    folders = list(root.iterdir()) if root.is_dir() else []
    waiting = [_read(folder) for folder in folders if _TOKEN.fullmatch(folder.name)]
    mine = [upload for upload in waiting if upload is not None and upload.user == user]
    return sorted(mine, key=lambda upload: upload.at, reverse=True)


def forget_upload(settings: Settings, token: str) -> None:
    """Remove an upload that was taken in or is not wanted."""
    if _TOKEN.fullmatch(token):
        shutil.rmtree(_root(settings) / token, ignore_errors=True)


def clear_uploads(settings: Settings, now: float | None = None) -> int:
    """Remove uploads that nobody took in for a day, and what a process that died had received.

    Returns how many.
    """
    before = (time.time() if now is None else now) - KEPT_SECONDS
    root = _root(settings)
    folders = list(root.iterdir()) if root.is_dir() else []
    old = [folder for folder in folders if _is_older(folder, before) or _is_abandoned(folder)]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)


def _read(folder: Path) -> Upload | None:
    """The upload in a folder; None while it arrives, and when it is gone."""
    try:
        facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    name, size, user = facts["name"], facts["size"], facts["user"]
    at = datetime.fromisoformat(facts["at"])
    return Upload(folder.name, folder / name, name, size, user, at)


def _count_of(root: Path, user: str) -> int:
    """How many files of this person are there, whole or on their way."""
    return sum(_user_of(folder) == user for folder in root.iterdir())


def _user_of(folder: Path) -> str | None:
    for name in (_FACTS, _UNFINISHED_FACTS):
        try:
            user: str = json.loads((folder / name).read_text(encoding="utf-8"))["user"]
        except (FileNotFoundError, NotADirectoryError, ValueError):
            continue
        return user
    return None  # it is just coming about, or going


def _open_part(root: Path, token: str, user: str) -> BinaryIO:
    """The file that bytes go to, locked as long as its process lives, then its folder's name."""
    unnamed = root / f"{token}.new"
    unnamed.mkdir(mode=0o700)
    (unnamed / _UNFINISHED_FACTS).write_text(json.dumps({"user": user}), encoding="utf-8")
    file = (unnamed / _PART).open("wb")
    fcntl.flock(file, fcntl.LOCK_EX)
    unnamed.rename(root / token)
    return file


def _is_older(folder: Path, before: float) -> bool:
    try:
        return folder.stat().st_mtime < before
    except FileNotFoundError:
        return False


def _is_abandoned(folder: Path) -> bool:
    """Whether an upload did not come to its end, and no process is at it any more."""
    if not _TOKEN.fullmatch(folder.name) or (folder / _FACTS).exists():
        return False
    try:
        for path in folder.iterdir():
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # a process holds it, or has just ended it
        return False
    return not (folder / _FACTS).exists()


def safe_name(name: str) -> str:
    """The last part of a file's name, without what could harm a disk, a log or a screen."""
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(c for c in last if c == "\u200c" or unicodedata.category(c)[0] != "C").strip()
    plain = plain.lstrip(".")
    stem, dot, ending = plain.rpartition(".")
    if not dot:
        stem, ending = plain, ""
    ending = dot + ending[:16]
    room = LONGEST_NAME_BYTES - len(ending.encode())
    short = stem.encode()[:room].decode(errors="ignore") + ending
    return _OTHER_NAME if short in ("", _PART, _FACTS, _UNFINISHED_FACTS) else short


def _root(settings: Settings) -> Path:
    return settings.var_dir / "uploads"


def _too_many() -> RefusedFile:
    return RefusedFile(
        "TOO_MANY_UPLOADS",
        fa="{most} فایل شما در راه یا در انتظار اجراست و بیش از این نمی‌شود. چیزی نگه داشته نشد؛ "
        "نخست آن‌ها را اجرا کنید. فایلی که اجرا نشود پس از یک روز برداشته می‌شود.",
        en="{most} of your files are on their way or wait to be run, and that is the most. Nothing "
        "was kept; run those first. A file that nobody runs is removed after a day.",
        most=MOST_OF_ONE,
    )


def _too_large(limit: int) -> RefusedFile:
    return RefusedFile(
        "FILE_TOO_LARGE",
        fa="این فایل بزرگ‌تر از اندازهٔ مجاز ({limit} بایت) است. چیزی نگه داشته نشد؛ "
        "آن را به بازه‌های کوتاه‌تر بشکنید.",
        en="This file is larger than allowed ({limit} bytes). Nothing was kept; "
        "split it into shorter periods.",
        limit=limit,
    )
