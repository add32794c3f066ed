"""What a command line says of a table's columns: names, a table map, or nothing at all."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from kazyna.cli import output
from kazyna.services.settings import Settings

if TYPE_CHECKING:
    from kazyna.services.sales_files import Columns

ROLES = ("price", "date", "id")


def columns_of(table_map: Path | None, named: Mapping[str, str | None], **beside: Any) -> "Columns":
    """Take the file of a table map, the names of the columns, or neither: the map is guessed."""
    from kazyna.services.sales_files import Columns

    given = {part: column for part, column in named.items() if column is not None}
    if table_map is not None and given:
        options = ", ".join(f"--{part}" for part in given)
        raise typer.BadParameter(f"the table map names the columns; leave out {options}")
    return Columns(table_map, given, **beside)


def today() -> date:
    """Return the day after which no sale can be dated."""
    from kazyna.services.context import business_date

    return business_date(Settings.read(os.environ))


def tell_guess(guessed_map: str) -> None:
    """Show the map that was guessed, for a person to judge."""
    if guessed_map:
        output.say("The columns were guessed; correct this map and give it with --map:")
        output.say(guessed_map)
