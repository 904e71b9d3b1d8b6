"""The read-only API's launcher: `uvicorn api:app` (or `make api`)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from endpoints import document, rows, state
from endpoints.gate import Gate
from endpoints.problems import Problem, handle
from endpoints.service import Service
from pipeline.db import close_readers
from pipeline.migrate import prepare_database
from pipeline.settings import Settings, get_settings


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Starts with a database that is ready.

    A server named by DATABASE_URL is changed by `python -m pipeline migrate` alone.
    """
    settings = app.state.service.settings
    if not settings.database_url:
        await anyio.to_thread.run_sync(prepare_database, settings)
    yield
    await anyio.to_thread.run_sync(close_readers)


def build(settings: Settings) -> FastAPI:
    """The API over one database; its only pages are those of its routes."""
    built = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    built.state.service = Service(settings)
    built.add_middleware(Gate)
    for error in (Problem, RequestValidationError, HTTPException):
        built.add_exception_handler(error, handle)
    for router in (state.router, rows.router, document.router):
        built.include_router(router)
    return built


app = build(get_settings())
