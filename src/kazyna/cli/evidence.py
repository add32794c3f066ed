"""Market evidence: columns and their profile. No database is needed."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from kazyna.cli import output
from kazyna.cli.arguments import TableFile

if TYPE_CHECKING:
    from kazyna.services.evidence import GuessedMap


def columns(
    table: TableFile,
    *,
    out: Annotated[
        Path | None, typer.Option(help="New file for the map; it is then printed nowhere else.")
    ] = None,
    as_json: output.Json = False,
) -> None:
    r"""Guess which column of a table plays which part, as a table map in TOML.

    The map says which column is the number, the price, the day and the place, how texts such as
    `$ 48 500`, `150 м2` or `4 сотки` are read, and what is left out and why. Read it, correct it,
    and give it to the other commands with --map.

    Example:
    ```sh
    kazyna columns houses.csv --out houses.toml
    kazyna profile houses.csv --map houses.toml
    ```
    """
    from kazyna.services import evidence

    guessed = evidence.guess_columns(table, out=out)
    for part in guessed.missing:
        output.say(f"No column was recognised as the {part}; complete the map before you use it.")
    if as_json or out is not None:
        output.show(guessed, as_json=as_json, table=_place)
    else:
        typer.echo(guessed.toml, nl=False)  # as it is: a terminal's width must not break lines


def _place(guessed: "GuessedMap") -> RenderableType:
    return f"The map of {guessed.table} is in {guessed.file}."
