"""Arguments that several commands take."""

import os
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

TABLE_HELP = "CSV, Parquet, GeoPackage or GeoJSON."
SOURCE_HELP = f"{TABLE_HELP} Or postgresql://user@host/database?table=name."


def day(text: str) -> date:
    """Read a day such as 2015-05-31."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date such as 2015-05-31") from None


def month(text: str) -> date:
    """Read a month such as 2026-03, as its first day."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a month such as 2026-03") from None


def named(given: list[str], option: str) -> dict[str, str]:
    """Read NAME=VALUE as often as it is given."""
    pairs = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise typer.BadParameter(f"{option}: {text!r} is not NAME=VALUE")
        pairs[name] = value
    return pairs


def secret(what: str, variable: str, *, confirm: bool = False) -> str:
    """Take a secret from the environment, or ask for it; a program that cannot be asked is told."""
    given = os.environ.get(variable)
    if given:
        return given
    try:
        answer: str = typer.prompt(what, hide_input=True, err=True, confirmation_prompt=confirm)
    except typer.Abort:
        raise typer.BadParameter(
            f"{what}: nothing was given; where nobody can be asked, set {variable}"
        ) from None
    return answer


Source = Annotated[
    str,
    typer.Argument(metavar="TABLE", help=SOURCE_HELP, show_default=False),
]
SourceOption = Annotated[str, typer.Option(help=SOURCE_HELP, show_default=False)]
Lon = Annotated[str | None, typer.Option(help="Column with the longitude, WGS 84.")]
Lat = Annotated[str | None, typer.Option(help="Column with the latitude, WGS 84.")]
TableMap = Annotated[
    Path | None,
    typer.Option(
        "--map", help="Table map in TOML instead of names of columns: see `kazyna columns`."
    ),
]
TableFile = Annotated[Path, typer.Argument(metavar="TABLE", help=TABLE_HELP, show_default=False)]
Price = Annotated[str | None, typer.Option(help="Column with the price of a sale.")]
SoldOn = Annotated[str | None, typer.Option("--date", help="Column with the day of a sale.")]
Id = Annotated[str | None, typer.Option("--id", help="Column with the property's number.")]
Flags = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COLUMN=REASON:VALUE[,VALUE]",
        help="Values of a column that declare a sale to be no market evidence. Reasons: "
        "family, forced, part_interest, multi_parcel, not_arms_length. May be repeated.",
    ),
]
Decisions = Annotated[
    Path | None,
    typer.Option(
        help="Decisions that override the screening, with columns id, date, decision "
        f"(keep or leave_out) and note: {TABLE_HELP}"
    ),
]
Seed = Annotated[int, typer.Option(help="Decides all that is drawn at random.")]
Pack = Annotated[str, typer.Option(help="Jurisdiction pack: the law as data.", show_default=False)]
Tax = Annotated[
    str | None, typer.Option(help="Tax of the pack; may be left out where the pack has one.")
]
On = Annotated[
    date,
    typer.Option(
        "--on", parser=day, metavar="DATE", help="Day whose law applies.", show_default=False
    ),
]
IdColumn = Annotated[str, typer.Option("--id", help="Column that names the row.")]
CodeValues = Annotated[
    list[str] | None,
    typer.Option(
        "--value",
        metavar="NAME=VALUE",
        help="What stands in all these codes, by its identifier: 8005 (price), 17 (expiry), "
        "10 (lot). May be repeated.",
    ),
]
