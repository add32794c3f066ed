"""`kazyna round market`: market areas, and prices over time in the parts of the market."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType

from kazyna.cli import output
from kazyna.cli.acting import acting

if TYPE_CHECKING:
    from kazyna.services.round_market import RoundMarket


def market(
    round_id: Annotated[int, typer.Argument(help="Number of the round.", show_default=False)],
    part: Annotated[
        str | None,
        typer.Option(
            help="Part of the market whose index is shown; that with the most sales if none is.",
            show_default=False,
        ),
    ] = None,
    as_json: output.Json = False,
) -> None:
    """Show the market areas that a round found, and the price index of a part of the market.

    Example:
    ```sh
    kazyna round market 1 --part 98103
    ```
    """
    from kazyna.services import round_market

    with acting("valuer") as ctx:
        found = round_market.market_of_round(ctx, round_id, part=part)
    output.show(found, as_json=as_json, table=_tables)


def _tables(found: "RoundMarket") -> RenderableType:
    areas = output.listing(
        (
            {
                "area": area.number,
                "mostly": ", ".join(area.mostly),
                "sales": area.sales,
                "beside the average place": f"{area.level:+.1%}",
                "median price": f"{area.price:,.0f}",
            }
            for area in found.areas
        ),
        title="market areas, the dearest first",
    )
    if found.part is None:
        return areas
    prices = found.part.prices
    index = output.listing(
        (
            {"day": p.day, "level": f"{p.level:.1%}", "90 %": f"{p.low:.1%} to {p.high:.1%}"}
            for p in found.part.points
        ),
        title=f"price index: {found.column or 'area'} {prices.name}, {prices.sales:,} sales,"
        f" {prices.change:+.1%}",
    )
    return Group(areas, index)
