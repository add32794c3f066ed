"""What a command line says of a table's columns: names, a table map, or nothing at all."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kazyna.cli import output
from kazyna.services.settings import Settings

if TYPE_CHECKING:
    from kazyna.services.sales_files import Columns

ROLES = ("price", "date", "id")


def columns_of(
    table_map: Path | None,
    named: Mapping[str, str | None],
    *,
    segment: str | None = None,
    stratum: str | None = None,
    areas: int | None = None,
    rising: list[str] | None = None,
    land_area: str | None = None,
    floor_area: str | None = None,
    standard: bool = False,
    guess: bool = True,
) -> "Columns":
    """Take the file of a table map, the names of the columns, or neither: the map is guessed.

    With `standard`, where some are named the others are called price, date and id.
    """
    from kazyna.services.valuations import ColumnMap, MapFile

    given = {name: column for name, column in named.items() if column is not None}
    if table_map is not None and given:
        options = ", ".join(f"--{name}" for name in given)
        raise typer.BadParameter(f"the table map names the columns; leave out {options}")
    if standard and table_map is None and (given or not guess):
        given = {role: role for role in ROLES} | given
    if not given:
        return MapFile(
            table_map, segment, stratum, areas, land_area, floor_area, tuple(rising or ())
        )
    if not set(ROLES) <= given.keys():
        raise typer.BadParameter(
            "give --price, --date and --id, or --map, or none of them: the columns are then guessed"
        )
    columns = ColumnMap(
        given["id"], given["price"], given["date"], given.get("lon"), given.get("lat"),
        rising=tuple(rising or ()), segment=segment, stratum=stratum,
        land_area=land_area, floor_area=floor_area,
    )  # fmt: skip
    return columns if areas is None else replace(columns, areas=areas)


def today() -> date:
    """Return the day after which no sale can be dated."""
    from kazyna.services.context import business_date

    return business_date(Settings.read(os.environ))


def tell_guess(guessed_map: str) -> None:
    """Show the map that was guessed, for a person to judge."""
    if guessed_map:
        output.say("The columns were guessed; correct this map and give it with --map:")
        output.say(guessed_map)
