"""Requests that nobody thought of: the interface against its own description."""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from api.conftest import served, signed_in
from kazyna.services.context import Installation

EXAMPLES = 12
quick = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def address_of_own(demo: Installation) -> Iterator[str]:
    with served(demo) as address:
        yield address


@pytest.fixture
def described(address_of_own: str) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_url(f"{address_of_own}/v1/openapi.json")


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@quick
def test_the_public_gets_what_is_described(case: schemathesis.Case) -> None:
    case.call_and_validate()


@pytest.fixture
def token(address_of_own: str) -> str:
    with signed_in(address_of_own, "officer") as officer:
        return officer.headers["Authorization"]


@schema.exclude(path="/v1/rounds").parametrize()
@quick
def test_an_officer_gets_what_is_described(case: schemathesis.Case, token: str) -> None:
    case.call_and_validate(headers={"Authorization": token})
