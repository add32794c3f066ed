"""Values by cost: `cost`. No database is needed."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from kazyna.cli import output
from kazyna.cli.arguments import SOURCE_HELP, Source, day
from kazyna.core.text import Language

Tables = Annotated[
    Path, typer.Option(help="The country's costs, lives and conditions: TOML.", show_default=False)
]
AsOf = Annotated[
    date, typer.Option(parser=day, metavar="DATE", help="Valuation date.", show_default=False)
]
Out = Annotated[Path, typer.Option(help="Folder for the values.", show_default=False)]
Id = Annotated[str, typer.Option("--id", help="Column with the building's number.")]
SalesFile = Annotated[
    str | None, typer.Option(help=f"Sales of like buildings, to calibrate by: {SOURCE_HELP}")
]
Price = Annotated[str, typer.Option(help="Column of the sales with the price.")]
SoldOn = Annotated[str, typer.Option("--date", help="Column of the sales with the day.")]
WordsIn = Annotated[Language, typer.Option(help="Language of the steps.")]


def cost(
    table: Source,
    *,
    tables: Tables,
    as_of: AsOf,
    out: Out,
    property_id: Id = "id",
    sales: SalesFile = None,
    price: Price = "price",
    sold_on: SoldOn = "date",
    language: WordsIn = "en",
    as_json: output.Json = False,
) -> None:
    r"""Value buildings by their cost: for what the market does not tell of.

    Cost new by class and size, brought to the day by the index of building costs, times the factor
    of the place, less wear by age and condition and what is out of date, plus the land. Every
    number comes from one TOML file, each with its source; every value is written with its steps.
    Sales of like buildings, where there are at least ten, tell how the market sees that cost.

    Example:
    ```sh
    kazyna cost barns.csv --tables costs.toml --as-of 2026-01-01 --out values --id cadastral_number
    ```
    """
    from kazyna.services import costs

    given = costs.CostSales(sales, price, sold_on) if sales is not None else None
    report = costs.cost_files(
        table, tables, as_of=as_of, out=out, id_column=property_id, sales=given, language=language
    )
    output.show(report, as_json=as_json)
