"""Screening of sales: `screen`. No database is needed."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType

from kazyna.cli import output
from kazyna.cli.arguments import Decisions, Flags, Id, Lat, Lon, Price, SoldOn, Source, TableMap
from kazyna.cli.columns import columns_of, tell_guess, today
from kazyna.cli.progress import ProgressBars
from kazyna.core.text import Language

if TYPE_CHECKING:
    from kazyna.services.screening import ScreenedTable


Out = Annotated[
    Path, typer.Option(help="File for the sales with their verdicts.", show_default=False)
]
By = Annotated[str | None, typer.Option(help="Column of groups within which prices are compared.")]
Deal = Annotated[str | None, typer.Option(help="Column with the deed or the buyer.")]
Area = Annotated[
    str | None, typer.Option(help="Column with the area, to compare prices per unit of it.")
]
LanguageOf = Annotated[Language, typer.Option(help="Language of the reasons.")]


def screen(
    table: Source,
    *,
    out: Out,
    price: Price = None,
    sold_on: SoldOn = None,
    property_id: Id = None,
    table_map: TableMap = None,
    lon: Lon = None,
    lat: Lat = None,
    flag: Flags = None,
    decisions: Decisions = None,
    by: By = None,
    deal: Deal = None,
    area: Area = None,
    language: LanguageOf = "en",
    as_json: output.Json = False,
) -> None:
    r"""Tell which sales are market evidence, and why the others are not.

    A sale is left out when a column declares it (a flag), or when statistics speak clearly:
    several properties at one price by one deed, a re-sale within a year far from the market, a
    token price, a price that repeats improbably often, a price far from what like properties
    fetched. Every sale is written with its verdict, its reason and the numbers behind it;
    nothing is deleted. Judge what was found, write your decisions into a file and run again.

    Screen the sales that a model will learn from; sales held out for a test stay as they are.

    Example:
    ```sh
    kazyna screen sales.csv --price price --date sold_on --id parcel --lon lon --lat lat \
      --flag deed_type=forced:foreclosure,auction --decisions decided.csv --out screened.csv
    ```
    """
    from kazyna.services import screening

    columns = columns_of(
        table_map, {"price": price, "date": sold_on, "id": property_id, "lon": lon, "lat": lat}
    )
    with ProgressBars() as progress:
        screened = screening.screen_file(
            table,
            columns=columns,
            out=out,
            evidence=screening.Evidence(tuple(flag or ()), by, deal, area, today()),
            decisions=decisions,
            language=language,
            progress=progress,
        )
    tell_guess(screened.guessed_map)
    output.show(screened, as_json=as_json, table=_tables)


def _tables(screened: "ScreenedTable") -> RenderableType:
    """Lay out the counts, the reasons, and the prices before and after."""
    share = screened.left_out / screened.sales
    counts = output.facts(
        {
            "sales": screened.sales,
            "kept": screened.kept,
            "left out": f"{screened.left_out:,} ({share:.1%})",
            "decisions applied": screened.decisions_applied,
            "decisions about other sales": screened.decisions_unused,
            "notes": "; ".join(screened.notes) or None,
            "written": screened.files,
        }
    )
    parts: list[RenderableType] = [counts]
    if screened.reasons:
        rows = ({"reason": r.reason, "meaning": r.meaning, "sales": r.sales}
                for r in screened.reasons)  # fmt: skip
        parts.append(output.listing(rows, title="Left out, by first reason"))
    prices = (
        {
            "prices": name,
            "5 %": d.p05,
            "median": d.median,
            "mean": d.mean,
            "95 %": d.p95,
            "log deviation": d.log_deviation,
        }
        for name, d in (("before", screened.before), ("after", screened.after))
        if d is not None
    )
    parts.append(output.listing(prices, title="Prices"))
    return Group(*parts)
