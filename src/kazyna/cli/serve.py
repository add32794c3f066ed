"""`kazyna serve`: the portal and the HTTP interface on one address."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

import os
import socket
from contextlib import ExitStack, suppress
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
        runner.run(every())
    output.say("Stopped.")
