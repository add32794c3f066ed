"""`kazyna db`: start, stop and look at the database, and bring it up to date."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

import os

import typer

from kazyna.cli import output
from kazyna.services.settings import Settings

app = typer.Typer(help="Start, stop and look at the database.", no_args_is_help=True)


@app.command()
def start(as_json: output.Json = False) -> None:
    """Start the bundled PostgreSQL server and leave it running.

    Not needed for daily work: every command starts it by itself, and the last one stops it. With
    KAZYNA_DATABASE_URL set there is nothing to start.

    Example:
    ```sh
    KAZYNA_DATA=/srv/kazyna kazyna db start
    ```
    """
    from kazyna.services import databases

    output.show(databases.start(Settings.read(os.environ)), as_json=as_json)


@app.command()
def stop(as_json: output.Json = False) -> None:
    """Stop the bundled PostgreSQL server, whoever uses it.

    Example:
    ```sh
    kazyna db stop
    ```
    """
    from kazyna.services import databases

    output.show(databases.stop(Settings.read(os.environ)), as_json=as_json)


@app.command()
def status(as_json: output.Json = False) -> None:
    """Say where the database is, whether it runs, and which migrations it has.

    Example:
    ```sh
    kazyna db status --json
    ```
    """
    from kazyna.services import databases

    output.show(databases.status(Settings.read(os.environ)), as_json=as_json)


@app.command()
def migrate(as_json: output.Json = False) -> None:
    """Bring the tables of the database up to date; run again, it changes nothing.

    Example:
    ```sh
    KAZYNA_DATABASE_URL=postgresql://kazyna@db/kazyna kazyna db migrate
    ```
    """
    from kazyna.services import databases

    output.show(databases.migrate(Settings.read(os.environ)), as_json=as_json)
