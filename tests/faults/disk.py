"""F8: the disk is full: data, WAL, temporary files of the server, scratch and inbox of the product.

Each is a small file system in memory, filled but for a little; it needs the right to mount.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.faults.files import month_file
from tests.faults.judge import (
    Picture,
    Tally,
    check_ledger,
    check_message,
    compare,
    picture,
    visible,
)
from tests.faults.killing import Deed, load_again
from tests.faults.place import Place, open_place, pg_ctl, wait_for_server
from tests.faults.verbs import tell

MIB = 1024**2
LINES = 20_000
# How much room is left, in KiB: from none at all to nearly enough.
ROOM = (0, 64, 512, 2048, 4096, 8192)
WHERE = ("data", "wal", "temp", "scratch")


def f8_disk_full(_: Place, rounds: int | None = None) -> Tally:
    tally = Tally("F8", "disk full: data, WAL, temporary files, scratch, inbox; then room")
    rooms = ROOM[:: max(1, len(ROOM) * len(WHERE) // rounds)] if rounds else ROOM
    with open_place() as place:
        path = month_file(place.folder, "month", lines=LINES)
        template = place.template("empty", lambda desk: None)
        words = ("load", path, "--period", "1403-05", "--publish")
        deed = Deed(place, template, words, load_again(place, path))
        shown = deed.undisturbed()[:2]
        for where in WHERE:
            with _small_disk(place, where) as disk:
                for room in rooms:
                    _fill_and_load(tally, deed, shown, disk, where, room)
        for room in (0, 1, 4):
            _fill_inbox(tally, place, template, path, room)
    return tally


def _fill_and_load(
    tally: Tally,
    deed: Deed,
    shown: tuple[dict[str, object], Picture],
    disk: Path,
    where: str,
    room: int,
) -> None:
    before, reference = shown
    about = f"{where} full but for {room} KiB"
    place = deed.place
    url = place.product_database(deed.template)
    ballast = _fill(disk, room)
    try:
        tally.tried += 1
        told = tell(url, *deed.words, TMPDIR=str(disk if where == "scratch" else place.folder))
        check_message(tally, about, told)
    finally:
        ballast.unlink()
    with tally.clock(about):
        # What is full may have ended the server; whoever needs it next begins it again.
        tell("", "status", VAR_DIR=str(place.folder), DATABASE_URL="")
        wait_for_server(place.server_url)
        desk = place.desk(url)
        now = visible(desk)
        after = {name: reference[name] for name in before}
        tally.need(now in (before, after), "mixed", f"{about}: half of it is visible")
        if told.code == 0:
            tally.need(now == after, "lost", f"{about}: said to be done, and it is not")
        deed.recover(url)
    compare(tally, about, picture(desk), reference)
    check_ledger(tally, about, url)


def _fill_inbox(tally: Tally, place: Place, template: str, path: Path, room: int) -> None:
    """A good and a bad file lie in an inbox whose disk is full; later there is room."""
    about = f"inbox full but for {room} KiB"
    inbox = place.folder / "inbox"
    with _mounted(inbox, 16 * MIB), place.database(template) as url:
        _put(inbox / "good.csv", path.read_bytes())
        _put(inbox / "bad.pdf", b"%PDF-1.7 nothing of use")
        ballast = _fill(inbox, room)
        ballast = ballast.rename(inbox / ".ballast")
        for _ in range(2):
            tally.tried += 1
            check_message(tally, about, tell(url, "worker", "--once"))
        ballast.unlink()
        with tally.clock(about):
            check_message(tally, about, tell(url, "worker", "--once"))
        loads = place.desk(url).value("select count(*) from raw.loads")
        tally.need(loads >= 1, "lost", f"{about}: the file is not taken in")
        tally.need(loads <= 1, "doubled", f"{about}: {loads} receipts of one file")
        there = {str(p.relative_to(inbox)): p.stat().st_size for p in inbox.rglob("*.*")}
        wanted = {"taken/good.csv", "refused/bad.pdf", "refused/bad.pdf.txt"}
        tally.need(set(there) == wanted and all(there.values()), "unclear", f"{about}: {there}")
        check_ledger(tally, about, url)


def _put(path: Path, data: bytes) -> None:
    """A file that nobody has touched for a while."""
    path.write_bytes(data)
    os.utime(path, (1, 1))


@contextmanager
def _mounted(folder: Path, size: int) -> Iterator[None]:
    """A small file system in memory in the place of a folder."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def _small_disk(place: Place, where: str) -> Iterator[Path]:
    """A file system of its own under one part of the server's data, or for scratch."""
    data = place.server_folder
    wal, temp = data / "pg_wal", data / "base" / "pgsql_tmp"
    target = {"data": data, "wal": wal, "temp": temp, "scratch": place.folder / "scratch"}[where]
    wait_for_server(place.server_url)
    if where == "temp":
        _set(place, "work_mem = '64kB'", "temp_buffers = '800kB'")
    pg_ctl(data, "-m", "fast", "-w", "stop")
    target.mkdir(exist_ok=True)
    used = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    kept = target.with_name(f"{target.name}.kept")
    target.rename(kept)
    target.mkdir()
    size = used + 400 * MIB if where in ("data", "wal") else 16 * MIB
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", target], check=True)
    owner = data.stat() if where != "data" else kept.stat()
    for folder in (target, kept):
        os.chown(folder, owner.st_uid, owner.st_gid)
        folder.chmod(0o700)
    try:
        _take_over(kept, target)
        _start(place)
        yield target
        wait_for_server(place.server_url)
        pg_ctl(data, "-m", "fast", "-w", "stop")
        _take_over(target, kept)
    finally:
        subprocess.run(["umount", "-l", target], check=True)
        target.rmdir()
        kept.rename(target)
    _start(place)


def _start(place: Place) -> None:
    tell("", "status", VAR_DIR=str(place.folder), DATABASE_URL="")
    wait_for_server(place.server_url)


def _take_over(source: Path, target: Path) -> None:
    """Put the content of one folder in place of another's, owners and rights too."""
    for entry in target.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    subprocess.run(["cp", "-a", f"{source}/.", f"{target}/"], check=True)


def _fill(disk: Path, room: int) -> Path:
    """A file that takes all but `room` KiB."""
    free = shutil.disk_usage(disk).free
    ballast = disk / "ballast"
    subprocess.run(["fallocate", "-l", str(max(4096, free - room * 1024)), ballast], check=True)
    return ballast


def _set(place: Place, *settings: str) -> None:
    with psycopg.connect(place.server_url, autocommit=True) as connection:
        for setting in settings:
            connection.execute(f"alter system set {setting}")  # type: ignore[arg-type]
        connection.execute("select pg_reload_conf()")
