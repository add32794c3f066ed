"""Studies of files: backtest, value. No database is needed."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from kazyna.cli import output
from kazyna.cli.arguments import TABLE_HELP, Seed, TableFile, day
from kazyna.cli.progress import ProgressBars

Price = Annotated[str, typer.Option(help="Column with the price of a sale.", show_default=False)]
SoldOn = Annotated[
    str, typer.Option("--date", help="Column with the day of a sale.", show_default=False)
]
Id = Annotated[
    str, typer.Option("--id", help="Column with the property's number.", show_default=False)
]
Lon = Annotated[str | None, typer.Option(help="Column with the longitude, WGS 84.")]
Lat = Annotated[str | None, typer.Option(help="Column with the latitude, WGS 84.")]
HoldoutText = Annotated[
    str, typer.Option(help="Sales to set aside: time:0.2, random:0.2 or cv:5.", metavar="KIND:SIZE")
]


def backtest(
    table: TableFile,
    *,
    price: Price,
    sold_on: SoldOn,
    property_id: Id,
    lon: Lon = None,
    lat: Lat = None,
    holdout: HoldoutText = "time:0.2",
    seed: Seed = 0,
    as_json: output.Json = False,
) -> None:
    """Fit the market model to some sales and test it on the others.

    Every column that is not named is taken as a characteristic. The table of results gives the
    level (median ratio), the uniformity (COD, PRD, PRB by the IAAO's definitions), the errors and
    the share of prices inside their 90 % interval.

    Example:
    ```sh
    kazyna backtest sales.csv --price price --date sold_on --id parcel --lon lon --lat lat
    ```
    """
    from kazyna.services import studies

    with ProgressBars() as progress:
        report = studies.backtest(
            table,
            columns=studies.ColumnMap(id=property_id, price=price, date=sold_on, lon=lon, lat=lat),
            holdout=holdout,
            seed=seed,
            progress=progress,
        )
    output.show(report, as_json=as_json)


def value(
    *,
    sales: Annotated[Path, typer.Option(help=f"Sales: {TABLE_HELP}", show_default=False)],
    properties: Annotated[
        Path, typer.Option(help=f"What is to be valued: {TABLE_HELP}", show_default=False)
    ],
    as_of: Annotated[
        date, typer.Option(parser=day, metavar="DATE", help="Valuation date.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option(help="Folder for the values and the study.", show_default=False)
    ],
    price: Annotated[str, typer.Option(help="Column of the sales with the price.")] = "price",
    sold_on: Annotated[
        str, typer.Option("--date", help="Column of the sales with the day.")
    ] = "date",
    property_id: Annotated[
        str, typer.Option("--id", help="Column of both with the property's number.")
    ] = "id",
    lon: Lon = None,
    lat: Lat = None,
    seed: Seed = 0,
    as_json: output.Json = False,
) -> None:
    r"""Value the properties of a table as of a day, from a table of sales.

    Writes values.parquet and values.csv: a value, its 90 % interval, the reasons in money and
    comparable sales for every property.

    Example:
    ```sh
    kazyna value --sales sales.csv --properties cadastre.parquet --as-of 2015-05-31 \
      --out values --lon lon --lat lat
    ```
    """
    from kazyna.services import studies

    with ProgressBars() as progress:
        valued = studies.value_files(
            sales,
            properties,
            columns=studies.ColumnMap(id=property_id, price=price, date=sold_on, lon=lon, lat=lat),
            as_of=as_of,
            out=out,
            seed=seed,
            progress=progress,
        )
    output.show(valued, as_json=as_json)
