"""Requests that nobody thought of: the interface against its own description."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok

from api.conftest import served, signed_in
from kazyna.services.context import Installation

OFFICER_REQUESTS, PUBLIC_REQUESTS = 3, 1
"""For each operation: enough to meet every kind of mistake; the public is mostly turned away."""

load_all_checks()
BY_THE_SERVICE: list[Any] = CHECKS.get_by_names(["positive_data_acceptance"])
"""Not asked for: a service may refuse what the description allows, such as an amount of zero."""

SIGN_OUT = "/v1/sessions/current"
"""Not asked by the officer, whose session would end before the other questions."""


@pytest.fixture
def address_of_own(demo: Installation) -> Iterator[str]:
    with served(demo) as address:
        yield address


def ask_everything(
    address: str, headers: dict[str, str], *, but: str = "", path: str = "/v1/openapi.json"
) -> int:
    """Send made-up requests to every operation; return how many operations were asked."""
    quick = settings(
        max_examples=OFFICER_REQUESTS if headers else PUBLIC_REQUESTS,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    described = schemathesis.openapi.from_url(address + path)
    asked = 0
    for found in described.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        if operation.path == but:
            continue

        @quick
        @given(case=operation.as_strategy())
        def one(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(headers=headers, excluded_checks=BY_THE_SERVICE)

        one()
        asked += 1
    return asked


def test_the_public_gets_what_is_described(address_of_own: str) -> None:
    assert ask_everything(address_of_own, {}) > 20


def test_an_officer_gets_what_is_described(address_of_own: str) -> None:
    with signed_in(address_of_own, "officer") as officer:
        token = officer.headers["Authorization"]
    asked = ask_everything(address_of_own, {"Authorization": token}, but=SIGN_OUT)
    assert asked > 20
