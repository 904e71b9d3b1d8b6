"""The months in which everything moves, as the tests of figures have them."""

from tests.kpi.conftest import facts, shop

__all__ = ["facts", "shop"]
