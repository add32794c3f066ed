"""The portal asked over HTTP, as a browser without scripts would ask."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from api.conftest import served
from kazyna.services import cadastre
from kazyna.services.context import Installation
from kazyna.services.demo_steps import PASSWORD

SignIn = Callable[[str], httpx.Client]


@contextmanager
def sign_in_at(address: str, name: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60) as client:
        answer = client.post("/sign-in", data={"name": name, "password": PASSWORD})
        assert answer.is_redirect, answer.text
        yield client


@pytest.fixture(scope="session")
def address(shared_demo: Installation) -> Iterator[str]:
    """Serve the shared demonstration to tests that only read."""
    with served(shared_demo) as address:
        yield address


@pytest.fixture
def public(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture
def sign_in(address: str) -> Iterator[SignIn]:
    """Sign one of the demonstration's accounts in."""
    with ExitStack() as opened:
        yield lambda name: opened.enter_context(sign_in_at(address, name))


@pytest.fixture
def office(demo: Installation) -> Iterator[httpx.Client]:
    """Act as an officer on a demonstration of one's own."""
    with served(demo) as address, sign_in_at(address, "officer") as client:
        yield client


@pytest.fixture
def empty(installation: Installation) -> Iterator[httpx.Client]:
    """Visit a portal that has nothing to show yet."""
    with served(installation) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def property_id(shared_demo: Installation) -> str:
    """Return the number of a house in the demonstration."""
    """Find one whose value is the model's own, not set by hand."""
    ctx = shared_demo.context()
    for found in cadastre.search(ctx, "1", limit=9):
        valuation = cadastre.find_property(ctx, found.property_id).valuation
        if valuation is not None and valuation.override_reason is None:
            return found.property_id
    raise AssertionError("every value was set by hand")
