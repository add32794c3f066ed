"""`kazyna cadastre`: the properties to value and the sales to value them by, in the database."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from typing import TYPE_CHECKING, Annotated

import typer

from kazyna.cli import output
from kazyna.cli.acting import As, acting
from kazyna.cli.arguments import SOURCE_HELP

if TYPE_CHECKING:
    from kazyna.services.cadastre import Overview

app = typer.Typer(
    help="The properties that rounds value, and the sales they are valued by.",
    no_args_is_help=True,
)


@app.command("load")
def load(
    properties: Annotated[
        str,
        typer.Argument(
            metavar="PROPERTIES",
            help=f"{SOURCE_HELP} Columns property_id, lon, lat and characteristics of the pack.",
            show_default=False,
        ),
    ],
    *,
    sales: Annotated[
        str,
        typer.Option(
            help=f"{SOURCE_HELP} Columns property_id, sold_on and price.", show_default=False
        ),
    ],
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Record properties and their sales, all or nothing; the same again changes nothing.

    Example:
    ```sh
    kazyna cadastre load houses.parquet --sales sales.csv
    ```
    """
    from kazyna.services import cadastre

    with acting("valuer", name) as ctx:
        loaded = cadastre.load_cadastre_files(ctx, properties=properties, sales=sales)
    output.show(loaded, as_json=as_json)


@app.command("show")
def show(as_json: output.Json = False) -> None:
    """Show how many properties and sales are recorded, and the latest published values.

    Example:
    ```sh
    kazyna cadastre show --json
    ```
    """
    from kazyna.services import cadastre

    with acting("valuer") as ctx:
        found = cadastre.overview(ctx)
    output.show(found, as_json=as_json, table=lambda _: output.facts(_facts(found)))


def _facts(found: "Overview") -> dict[str, object]:
    return {
        "properties": found.properties,
        "sales": found.sales,
        "valued as of": found.valuation_date or "–",
        "total value": "–" if found.total_value is None else f"{found.total_value:,}",
        "median per m²": found.median_per_m2 or "–",
    }
