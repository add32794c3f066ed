"""Who acts in a command: the system's account, or a local account that gives its password.

Who runs a command has the database itself. A second signature is another person's all the same:
another system account's, or that of a local account named with `--as`, whose password is asked.
"""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

import os
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kazyna.cli.arguments import secret
from kazyna.services.settings import Settings

if TYPE_CHECKING:
    from kazyna.services.context import Actor, Context, Installation

PASSWORD = "KAZYNA_PASSWORD"  # noqa: S105 (the name of the variable)

As = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="NAME",
        help=f"Local account to act as; its password is asked, or taken from {PASSWORD}.",
    ),
]


@contextmanager
def acting(
    role: Literal["officer", "valuer", "administrator"], name: str = ""
) -> Iterator["Context"]:
    """Open the installation as the system's account in a role, or as a local account."""
    from kazyna.services.context import Actor, open_installation

    with open_installation(Settings.read(os.environ)) as installation:
        own = Actor(f"cli:{getuser()}", role)
        yield installation.context(_signed_in(installation, name) if name else own)


def _signed_in(installation: "Installation", name: str) -> "Actor":
    """Check the password of a local account; no session is left open."""
    from kazyna.services import users

    ctx = installation.context()
    session = users.sign_in(ctx, name=name, password=secret(f"Password of {name}", PASSWORD))
    users.sign_out(ctx, session.token)
    return session.actor
