"""`kazyna round worklist`: which properties of a round a valuer should look at first."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType

from kazyna.cli import output
from kazyna.cli.acting import acting

if TYPE_CHECKING:
    from kazyna.services.worklists import Worklist


def worklist(
    round_id: Annotated[int, typer.Argument(help="Number of the round.", show_default=False)],
    *,
    limit: Annotated[int, typer.Option(min=1, help="Properties to list.")] = 100,
    out: Annotated[
        Path | None, typer.Option(help="File for the list as well: .csv or .parquet.")
    ] = None,
    as_json: output.Json = False,
) -> None:
    """List the properties of a round that a valuer should inspect first, and why.

    The most doubts first, and among equals the least confidence: an interval among the widest, no
    sale near, comparables that disagree with the value, a value beyond all prices.

    Example:
    ```sh
    kazyna round worklist 2 --limit 200 --out inspect.csv
    ```
    """
    from kazyna.services import worklists

    with acting("valuer") as ctx:
        found = worklists.worklist_of_round(ctx, round_id, limit=limit, out=out)
    output.show(found, as_json=as_json, table=_tables)


def _tables(found: "Worklist") -> RenderableType:
    """Lay out the counts of the doubts and the list."""
    counts = (
        {"doubt": each.name.en, "properties": each.properties, "meaning": each.meaning.en}
        for each in found.doubts
    )
    items = (
        {
            "property": item.property_id,
            "value": item.value,
            "from": item.low,
            "to": item.high,
            "confidence": item.confidence,
            "why": ", ".join(item.doubts),
        }
        for item in found.items
    )
    listed = output.listing(items, title=f"Inspect these first: {len(found.items)}")
    return Group(output.listing(counts), listed)
