"""The real application behind a real uvicorn, asked over a real socket."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread
from time import sleep

import httpx
import pytest
import uvicorn

from kazyna.asgi import create_app
from kazyna.services.context import Installation
from kazyna.services.demo_steps import PASSWORD

Client = httpx.Client
SignIn = Callable[[str], Client]


@contextmanager
def served(installation: Installation) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        config = uvicorn.Config(create_app(installation), log_level="critical", access_log=False)
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        try:
            while not server.started and thread.is_alive():
                sleep(0.01)
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def signed_in(address: str, name: str) -> Iterator[Client]:
    with httpx.Client(base_url=address, timeout=60) as client:
        session = client.post("/v1/sessions", json={"name": name, "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {session.json()['token']}"
        yield client


@pytest.fixture(scope="session")
def address(shared_demo: Installation) -> Iterator[str]:
    """Serve the shared demonstration to tests that only read."""
    with served(shared_demo) as address:
        yield address


@pytest.fixture(scope="session")
def public(address: str) -> Iterator[Client]:
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def sign_in(address: str) -> Iterator[SignIn]:
    """Give a client for each of the demonstration's accounts."""
    clients: dict[str, Client] = {}
    with ExitStack() as opened:

        def client_of(name: str) -> Client:
            if name not in clients:
                clients[name] = opened.enter_context(signed_in(address, name))
            return clients[name]

        yield client_of


@pytest.fixture
def office(demo: Installation) -> Iterator[Client]:
    """Act as an officer over HTTP on a demonstration of one's own."""
    with served(demo) as address, signed_in(address, "officer") as client:
        yield client
