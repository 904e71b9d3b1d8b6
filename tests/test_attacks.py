"""Every attack that we know of has a test, and every mark names one that we know of."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.attacks import ATTACKS, marked

TESTS: dict[str, list[str]] = defaultdict(list)
for name, test in marked():
    TESTS[name].append(test)


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_has_a_test(attack: str) -> None:
    assert TESTS[attack], f"no test is marked attack({attack!r}), of which {ATTACKS[attack]}"


def test_no_mark_names_what_is_not_on_the_list() -> None:
    assert {name: tests for name, tests in TESTS.items() if name not in ATTACKS and tests} == {}
