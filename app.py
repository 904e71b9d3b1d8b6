"""The console's launcher: `streamlit run app.py`, `python app.py` or `uvicorn app:app`."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import anyio.to_thread
import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from pages.frame import who  # noqa: E402
from pages.frame.errors import show_uncaught  # noqa: E402
from pages.frame.warm_up import warm_up  # noqa: E402
from pages.routes import (  # noqa: E402
    account,
    assets,
    audit_sheets,
    downloads,
    figure_sheets,
    issue_sheets,
    openid,
    sign_in,
    uploads,
)
from pages.routes.first_frame import FirstFrame  # noqa: E402
from pages.routes.gate import Gate  # noqa: E402
from pages.routes.security_headers import SecurityHeaders  # noqa: E402
from pages.routes.witness import Witness  # noqa: E402
from pipeline.access.acting import serve_people  # noqa: E402
from pipeline.access.origin import serve_from  # noqa: E402
from pipeline.migrate import prepare_database  # noqa: E402
from pipeline.settings import get_settings  # noqa: E402
from pipeline.uploads import clear_uploads  # noqa: E402

ROUTES = [
    Route("/sign-in", sign_in.show, methods=["GET"]),
    Route("/sign-in", sign_in.sign_in, methods=["POST"]),
    Route("/sign-in/openid", openid.begin, methods=["GET"]),
    Route("/sign-in/openid/back", openid.end, methods=["GET"]),
    Route("/sign-out", sign_in.sign_out, methods=["POST"]),
    Route("/sign-out", sign_in.ask_first, methods=["GET"]),
    Route("/account", account.show, methods=["GET"]),
    Route("/account/password", account.change_password, methods=["POST"]),
    Route("/account/end", account.end, methods=["POST"]),
    Route("/prefer", sign_in.prefer, methods=["GET"]),
    Route("/uploads", uploads.receive, methods=["POST"]),
    Route("/downloads/original", downloads.original, methods=["GET"]),
    Route("/downloads/refused", downloads.refused, methods=["GET"]),
    Route("/sheets/issues.{kind}", issue_sheets.issues, methods=["GET"]),
    Route("/sheets/audit.{kind}", audit_sheets.events, methods=["GET"]),
    Route("/exports/{name}", figure_sheets.send, methods=["GET"]),
    Route("/health.json", assets.health_facts, methods=["GET"]),
    Route("/healthz", assets.health, methods=["GET"]),
    Route("/home", assets.home, methods=["GET"]),
    assets.look,
]


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[None]:
    """Starts with a database that is ready, and without uploads that nobody took in.

    From here on nothing is read or written for nobody: who forgets to say who acts is refused.
    Pages are made ready beside it, so that the console answers as soon as it can.
    A server named by DATABASE_URL is changed by `python -m pipeline migrate` alone.
    """
    settings = get_settings()
    if not settings.database_url:
        await anyio.to_thread.run_sync(prepare_database, settings)
    clear_uploads(settings)
    serve_people(who.current)
    serve_from(who.origin)
    Thread(target=warm_up, name="warm-up", daemon=True).start()
    yield


app = st.App(
    ROOT / "pages" / "main.py",
    routes=ROUTES,
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(Witness),
        Middleware(Gate),
        Middleware(FirstFrame),
    ],
    lifespan=lifespan,
    on_script_error=show_uncaught,
)

if __name__ == "__main__":
    # `streamlit run` takes the port from this variable too; here its file of settings would win.
    port = os.environ.get("STREAMLIT_SERVER_PORT")
    app.run(config={"server.port": int(port)} if port else None)
