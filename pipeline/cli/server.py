"""The verbs of the server itself: stopping the embedded one, and psql."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import NoReturn

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pipeline.server import binary, embedded_folder, running_url, stop_embedded
from pipeline.settings import Settings


def stop_server(settings: Settings) -> bool:
    """Stop the embedded server; False when none was running, whatever notes a crash left."""
    folder = embedded_folder(settings)
    try:
        return stop_embedded(folder)
    except subprocess.CalledProcessError:
        if running_url(folder) is not None:
            raise
        return False


def open_psql(url: str, args: Sequence[str]) -> NoReturn:
    """Become the bundled psql on `url`; the password travels beside the command line, not in it."""
    parts = conninfo_to_dict(url)
    environment = {"PGCLIENTENCODING": "UTF8", **os.environ}
    if password := parts.pop("password", None):
        environment["PGPASSWORD"] = str(password)
    program = str(binary("psql"))
    target = f"--dbname={make_conninfo('', **parts)}"
    sys.stdout.flush()
    os.execve(program, [program, target, *args], environment)  # noqa: S606  our own program
