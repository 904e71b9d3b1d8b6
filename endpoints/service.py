"""What every endpoint works with: settings, the way to the database, and the allowances."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic

from starlette.requests import HTTPConnection

from pipeline.access.rates import Allowance
from pipeline.db import database_url, running_database_url
from pipeline.settings import Settings

# An address may be a whole office behind one door.
TOKENS_OF_AN_ORIGIN = 2
STATEMENT_SECONDS = 30.0


@dataclass
class Service:
    """One running API: how often tokens and addresses may ask, and how often the chain is told."""

    settings: Settings
    tokens: Allowance = field(init=False)
    origins: Allowance = field(init=False)
    refusals: Allowance = field(init=False)
    readings: Allowance = field(init=False)

    def __post_init__(self) -> None:
        per_minute = self.settings.api_requests_per_minute
        self.tokens = Allowance(per_minute)
        self.origins = Allowance(per_minute * TOKENS_OF_AN_ORIGIN)
        self.refusals = Allowance(1)
        self.readings = Allowance(1, clock=lambda: monotonic() / 60)  # one an hour

    @property
    def url(self) -> str:
        """Address of the database; DatabaseAway when there is no way to it."""
        return running_database_url(self.settings) or database_url(self.settings)

    @property
    def wrong_token_cost(self) -> float:
        """What a wrong token takes from its address: thirty of them, and the minute is over."""
        return self.origins.per_minute / 30


def service_of(connection: HTTPConnection) -> Service:
    """The service that a request came to."""
    found: Service = connection.app.state.service
    return found


def origin_of(connection: HTTPConnection) -> str:
    """The address that a request came from."""
    return connection.client.host if connection.client else "-"
