"""Market evidence: columns and their profile. No database is needed."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer
from rich.console import Group, RenderableType

from kazyna.cli import output
from kazyna.cli.arguments import Id, Lat, Lon, Price, SoldOn, Source
from kazyna.cli.columns import today
from kazyna.cli.progress import ProgressBars
from kazyna.core.text import Language

if TYPE_CHECKING:
    from kazyna.services.evidence import (
        ColumnProfile,
        GuessedMap,
        MappingReport,
        Profile,
        ProfiledTable,
    )

MARKED_MIN = 10_000
"""Whole numbers below this stand without marks of thousands: most of them are years."""


def columns(
    table: Source,
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


def profile(
    table: Source,
    *,
    price: Price = None,
    sold_on: SoldOn = None,
    property_id: Id = None,
    lon: Lon = None,
    lat: Lat = None,
    table_map: Annotated[
        Path | None, typer.Option("--map", help="Table map in TOML: see `kazyna columns`.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Also write a page for people here.")] = None,
    language: Annotated[str, typer.Option(help="Language of the page: en, ru or ky.")] = "en",
    as_json: output.Json = False,
) -> None:
    """Describe every column of a table before anything is modelled on it.

    Tells what is missing, impossible, rare, constant, far from all others or written twice, and
    which columns give the price away. What plays which part is recognised by name where it is not
    said. With a map the clean table is described, and how far each
    text was understood.

    Example:
    ```sh
    kazyna profile sales.csv --price paid --date sold_on
    kazyna profile houses.csv --map houses.toml --html profile.html
    ```
    """
    from kazyna.services import evidence

    if language not in get_args(Language):
        raise typer.BadParameter(f"{language!r} is not one of en, ru, ky")
    parts = {"price": price, "date": sold_on, "id": property_id, "lon": lon, "lat": lat}
    named = {part: column for part, column in parts.items() if column is not None}
    if table_map is not None and named:
        options = ", ".join(f"--{name}" for name in named)
        raise typer.BadParameter(f"the table map names the columns; leave out {options}")
    with ProgressBars() as progress:
        found = evidence.profile_table(
            table,
            table_map or named,
            today=today(),
            html=html,
            language=cast("Language", language),
            progress=progress,
        )
    output.show(found, as_json=as_json, table=_profile_tables)


def _profile_tables(found: "ProfiledTable") -> RenderableType:
    parts: list[RenderableType] = []
    if found.reading is not None:
        reading = found.reading
        parts.append(f"{reading.rows_kept:,} of {reading.rows:,} rows are kept.")
        parts += [f"Left out: {out.reason.en}: {out.rows:,} rows." for out in reading.left_out]
        parts += [note.en for note in reading.notes]
        parts.append(_readings(reading))
    parts += [_columns(found.profile), _issues(found.profile)]
    if found.file is not None:
        parts.append(f"The page is in {found.file}.")
    return Group(*parts)


def _readings(reading: "MappingReport") -> RenderableType:
    rows = (
        {
            "column": column.name,
            "not understood": column.unread,
            "beyond limits": column.impossible,
            "such as": "; ".join(example.text for example in column.examples[:2]),
        }
        for column in reading.columns
        if column.unread or column.impossible
    )
    return output.listing(rows, title="What could not be read")


def _columns(profile: "Profile") -> RenderableType:
    rows = (
        {
            "column": column.name,
            "kind": column.kind,
            "missing": column.missing,
            "distinct": column.distinct,
            "values": _values(column),
        }
        for column in profile.columns
    )
    return output.listing(rows, title=f"{profile.rows:,} rows")


def _values(column: "ColumnProfile") -> str:
    if column.quantiles:
        ends = (column.minimum, dict(column.quantiles)[0.5], column.maximum)
        return " … ".join(_plain(end) if isinstance(end, float) else str(end) for end in ends)
    return "; ".join(f"{item.value} ({item.rows:,})" for item in column.frequent[:3])


def _plain(number: float) -> str:
    """Write a number; whole ones below ten thousand, mostly years, without a mark of thousands."""
    if number.is_integer():
        return f"{number:,.0f}" if abs(number) >= MARKED_MIN else f"{number:.0f}"
    return f"{number:,.2f}"


def _issues(profile: "Profile") -> RenderableType:
    rows = (
        {
            "level": issue.level,
            "column": issue.column or "",
            "what": issue.kind,
            "rows": issue.rows,
            "detail": issue.detail,
            "first rows": issue.first_rows,
        }
        for issue in profile.issues
    )
    return output.listing(rows, title="What to look at")
