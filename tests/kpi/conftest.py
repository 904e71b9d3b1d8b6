"""One filled database for all tests that only read figures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.db import Connection, close_readers, reading
from pipeline.settings import Settings
from tests.conftest import new_database
from tests.karamad import Desk
from tests.kpi.shop import FACTS, Row, fill


@pytest.fixture(scope="module")
def shop(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk whose database holds the months of `tests.kpi.shop`."""
    settings = Settings(_env_file=None, database_url="", language="fa")  # type: ignore[call-arg]
    folder: Path = tmp_path_factory.mktemp("shop")
    with new_database(server_url) as url:
        desk = Desk(url, settings, folder)
        fill(desk)
        yield desk
        close_readers()


@pytest.fixture(scope="module")
def facts(shop: Desk) -> list[Row]:
    """Every published fact with the attributes of its day, found one by one."""
    return shop.rows(FACTS)


@pytest.fixture
def reader(shop: Desk) -> Iterator[Connection]:
    """A connection as pages have it."""
    with reading(shop.url) as connection:
        yield connection
