"""`kazyna serve`: the portal and the HTTP interface on one address."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

import gc
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from errno import EACCES, EADDRINUSE
from typing import TYPE_CHECKING, Annotated

import typer

from kazyna.cli import output
from kazyna.core.errors import Unavailable
from kazyna.services.settings import Settings

if TYPE_CHECKING:
    from kazyna.services.context import Installation

PORT = 8000
PORTS_TRIED_MAX = 50
"""Ports above the wanted one that a demonstration tries before it gives up."""
NEW_OBJECTS_MAX = 20_000
"""Python's 700 are fewer than the requests under way hold: a search would find little else."""

Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 is every network.")]
Port = Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")]


@dataclass(frozen=True)
class Listening:
    """Where the portal answers."""

    address: str
    api: str


def serve(host: Host = "127.0.0.1", port: Port = PORT, as_json: output.Json = False) -> None:
    """Serve the portal and the HTTP interface until Ctrl-C.

    Example:
    ```sh
    kazyna serve --host 0.0.0.0 --port 8080
    ```
    """
    from kazyna.services.context import open_installation

    with listen(host, port) as door, open_installation(Settings.read(os.environ)) as installation:
        address = address_of(door, host)
        output.show(Listening(address, f"{address}v1/openapi.json"), as_json=as_json)
        answer((installation, door))


def listen(host: str, port: int, *, ports_tried_max: int = 1) -> socket.socket:
    """Take a port, or the next one that is free.

    Raises
    ------
    Unavailable
        When none of the ports that may be tried can be taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, min(port + ports_tried_max, 65_536)):
        door = socket.socket(family, socket.SOCK_STREAM)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, candidate))
            door.listen()
        except OSError as error:
            door.close()
            if error.errno not in {EADDRINUSE, EACCES}:
                raise Unavailable(f"Cannot listen on {host}: {error}") from error
        else:
            return door
    raise Unavailable(f"Port {port} of {host} is taken; choose another with --port.")


def address_of(door: socket.socket, host: str) -> str:
    """Return the address to open in a browser."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{door.getsockname()[1]}/"


def answer(*places: tuple["Installation", socket.socket]) -> None:
    """Answer requests at every place until Ctrl-C; requests under way are finished first."""
    import asyncio

    import uvicorn

    from kazyna.asgi import create_app
    from kazyna.services.epcis_subscriptions import sending

    configs = [
        uvicorn.Config(create_app(installation), log_level="warning", access_log=False)
        for installation, _ in places
    ]
    servers = list(map(uvicorn.Server, configs))

    async def every() -> None:
        await asyncio.gather(
            *(
                server.serve(sockets=[door])
                for server, (_, door) in zip(servers, places, strict=True)
            )
        )

    output.say("Serving; stop with Ctrl-C.")
    # uvicorn's choice of a loop: libuv's on Linux, which takes less of the processor a request.
    with (
        suppress(KeyboardInterrupt),
        ExitStack() as background,
        asyncio.Runner(loop_factory=configs[0].get_loop_factory()) as runner,
    ):
        for installation, _ in places:
            background.enter_context(sending(installation))
        background.enter_context(quick_garbage_collection())
        runner.run(every())
    output.say("Stopped.")


@contextmanager
def quick_garbage_collection() -> Iterator[None]:
    """Look for garbage among new objects only, not among what the program has loaded.

    A look through all of that takes a third of a second, in which nobody is answered.
    """
    usual = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS_MAX, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
