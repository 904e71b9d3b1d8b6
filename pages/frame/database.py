"""The database as pages see it: one address, asked for in one place; tests replace it."""

from __future__ import annotations

from pipeline.db import database_url, running_database_url
from pipeline.settings import get_settings


def url() -> str:
    """Address of the product's database; starts the embedded server when it is not running.

    Raises DatabaseAway when there is no way to it.
    """
    settings = get_settings()
    return running_database_url(settings) or database_url(settings)
