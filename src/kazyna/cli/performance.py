"""`kazyna account`: what a year tells about the office, and what the next will bring in."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType

from kazyna.cli import output
from kazyna.cli.acting import As, acting

if TYPE_CHECKING:
    from kazyna.services.performance import Indicator, Performance
    from kazyna.services.revenue_forecast import RevenueForecast
    from kazyna.services.revenue_gap import RevenueGap

app = typer.Typer()

Year = Annotated[int, typer.Argument(min=1900, max=2200, help="Which year.", show_default=False)]


@app.command()
def performance(year: Year, as_: As = "", as_json: output.Json = False) -> None:
    """Show the office's performance: TADAT's nine areas, each figure with its number and meaning.

    Example:
    ```sh
    kazyna account performance 2016 --json
    ```
    """
    from kazyna.services import performance as service

    with acting("officer", as_) as ctx:
        found = service.performance(ctx, year=year)
    output.show(found, as_json=as_json, table=_areas)


@app.command()
def gap(year: Year, as_: As = "", as_json: output.Json = False) -> None:
    """Split what the rolls of a year have not brought by its causes.

    Not registered, nobody known to hold, below the market, relieved, given up, unpaid.

    Example:
    ```sh
    kazyna account gap 2016 --json
    ```
    """
    from kazyna.services import revenue_gap

    with acting("officer", as_) as ctx:
        found = revenue_gap.revenue_gap(ctx, year=year)
    output.show(found, as_json=as_json, table=_gap_table)


@app.command()
def forecast(
    months: Annotated[int, typer.Option(min=1, max=12, help="How many months.")] = 12,
    *,
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Forecast the receipts of the coming months, and test the method on the past.

    Open debts are paid as such debts were paid before; last year's charges are charged again.

    Example:
    ```sh
    kazyna account forecast --months 6 --json
    ```
    """
    from kazyna.services import revenue_forecast

    with acting("officer", as_) as ctx:
        found = revenue_forecast.revenue_forecast(ctx, months=months)
    output.show(found, as_json=as_json, table=_forecast_tables)


def _forecast_tables(found: "RevenueForecast") -> RenderableType:
    facts: dict[str, object] = {
        "expected": f"{found.expected:,} {found.currency}",
        "missed a month ahead": found.error,
        "bias": found.bias,
    }
    months = output.listing(
        {"month": f"{each.month:%Y-%m}", "expected": each.expected, "low": each.low,
         "high": each.high, "tests": each.tests}
        for each in found.months
    )  # fmt: skip
    return Group(output.facts(facts), months)


def _gap_table(found: "RevenueGap") -> RenderableType:
    return output.listing(_gap_rows(found))


def _gap_rows(found: "RevenueGap") -> Iterator[dict[str, object]]:
    for roll in found.rolls:
        yield {"tax": roll.tax, "what": "potential", "cases": "", "amount": roll.potential}
        for part in roll.parts:
            told = part.cause.replace("_", " ") + (" (estimated)" if part.estimated else "")
            cases = "" if part.cases is None else str(part.cases)
            yield {"tax": roll.tax, "what": told, "cases": cases, "amount": -part.amount}
        yield {"tax": roll.tax, "what": "settled", "cases": "", "amount": roll.settled}


def _areas(found: "Performance") -> RenderableType:
    return output.listing(
        {
            "area": f"{area.number} {area.title.en}",
            "indicator": each.name.en,
            "figure": _figure(each, found.currency),
            "asked by": each.reference,
        }
        for area in found.areas
        for each in area.indicators
    )


def _figure(each: "Indicator", currency: str) -> str:
    if each.value is None:
        return "–"
    if each.unit == "share":
        return f"{each.value:.1%}"
    return f"{each.value:,} {currency}" if each.unit == "money" else f"{each.value:,}"
