"""Valuations of files: backtest, value. No database is needed."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from kazyna.cli import output
from kazyna.cli.arguments import (
    Decisions,
    Flags,
    Id,
    Lat,
    Lon,
    Price,
    Seed,
    SoldOn,
    Source,
    SourceOption,
    TableMap,
    day,
)
from kazyna.cli.columns import ROLES, columns_of, tell_guess, today
from kazyna.cli.progress import ProgressBars
from kazyna.core.text import Language

HoldoutText = Annotated[
    str, typer.Option(help="Sales to set aside: time:0.2, random:0.2 or cv:5.", metavar="KIND:SIZE")
]
Segment = Annotated[
    str | None,
    typer.Option(help="Column that parts the market, such as the kind of property."),
]
Stratum = Annotated[
    str | None,
    typer.Option(
        help="Column for each of whose values prices are followed over time, such as the district;"
        " market areas are found where none is named."
    ),
]
MarketAreas = Annotated[
    int | None,
    typer.Option(
        "--areas", min=2, max=50, help="How many market areas to find where --stratum names none."
    ),
]
Rising = Annotated[
    list[str] | None,
    typer.Option(help="Column of which more is never worth less. May be repeated."),
]
Screen = Annotated[
    bool,
    typer.Option(
        "--screen/--no-screen",
        help="Leave out sales that are no market evidence by what they show.",
    ),
]


AsOf = Annotated[
    date, typer.Option(parser=day, metavar="DATE", help="Valuation date.", show_default=False)
]
Out = Annotated[Path, typer.Option(help="Folder for the values.", show_default=False)]
LandArea = Annotated[
    str | None,
    typer.Option(help="Column with the plot's area: values are split into land and building."),
]
FloorArea = Annotated[
    str | None, typer.Option(help="Column with the building's area; nought is a vacant plot.")
]
ReportFile = Annotated[
    Path | None, typer.Option(help="Where to write the report that is signed: .pdf or .html.")
]
ReportLanguage = Annotated[Language, typer.Option(help="Language of the report.")]
Currency = Annotated[str, typer.Option(help="Currency of the prices, for the report.")]
Profile = Annotated[
    Literal["ru237"] | None,
    typer.Option(
        help="National procedure whose tables and report sections are added: ru237, the Russian "
        "methodical instructions of 2021."
    ),
]
Costs = Annotated[
    Path | None,
    typer.Option(
        help="Costs of buildings, TOML (see `kazyna cost`): by them buildings of segments with "
        "fewer than ten sales are valued."
    ),
]
UseCode = Annotated[
    str | None, typer.Option(help="Column with the code of use, for the procedure's groups.")
]
District = Annotated[
    str | None, typer.Option(help="Column with the district, for the procedure's tables.")
]
Earlier = Annotated[
    str | None,
    typer.Option(help="Column with the earlier value, for the procedure's method of indexation."),
]
Engine = Annotated[
    Literal["local", "spark"],
    typer.Option(help="Where properties are valued: here, or on Apache Spark."),
]


def backtest(
    table: Source,
    *,
    price: Price = None,
    sold_on: SoldOn = None,
    property_id: Id = None,
    lon: Lon = None,
    lat: Lat = None,
    table_map: TableMap = None,
    segment: Segment = None,
    rising: Rising = None,
    screen: Screen = False,
    flag: Flags = None,
    decisions: Decisions = None,
    holdout: HoldoutText = "time:0.2",
    seed: Seed = 0,
    as_json: output.Json = False,
) -> None:
    r"""Fit the market model to some sales and test it on the others.

    Every column that is not named is taken as a characteristic. The table of results gives the
    level (median ratio), the uniformity (COD, PRD, PRB by the IAAO's definitions), the errors and
    the share of prices inside their 90 % interval.

    Examples
    --------
    ```sh
    kazyna backtest sales.csv --price price --date sold_on --id parcel --lon lon --lat lat
    kazyna backtest offers.csv --map offers.toml --holdout cv:5 --screen
    ```
    """
    from kazyna.services import valuations

    columns = columns_of(
        table_map,
        {"price": price, "date": sold_on, "id": property_id, "lon": lon, "lat": lat},
        segment=segment,
        rising=tuple(rising or ()),
    )
    known = valuations.KnownSales(tuple(flag or ()), decisions, today())
    _require_screening(decisions, screen=screen)
    with ProgressBars() as progress:
        report = valuations.backtest(
            table, columns=columns, holdout=holdout, known=known, screened=screen, seed=seed,
            progress=progress,
        )  # fmt: skip
    tell_guess(report.guessed_map)
    output.show(report if as_json else replace(report, guessed_map=""), as_json=as_json)


def value(
    *,
    sales: SourceOption,
    properties: SourceOption,
    as_of: AsOf,
    out: Out,
    price: Price = None,
    sold_on: SoldOn = None,
    property_id: Id = None,
    lon: Lon = None,
    lat: Lat = None,
    table_map: TableMap = None,
    segment: Segment = None,
    stratum: Stratum = None,
    areas: MarketAreas = None,
    rising: Rising = None,
    land_area: LandArea = None,
    floor_area: FloorArea = None,
    costs: Costs = None,
    screen: Screen = True,
    flag: Flags = None,
    decisions: Decisions = None,
    report: ReportFile = None,
    language: ReportLanguage = "en",
    currency: Currency = "",
    profile: Profile = None,
    use_code: UseCode = None,
    district: District = None,
    earlier: Earlier = None,
    engine: Engine = "local",
    seed: Seed = 0,
    as_json: output.Json = False,
) -> None:
    r"""Value the properties of a table as of a day, from a table of sales.

    Writes values.parquet (a value, its 90 % interval, the reasons in money, comparable sales and
    how far it may be leant on, for every property), values.csv (the figures alone) and index.csv
    (the level of prices over time with its interval, in the whole market and in each part of it). A
    Parquet file of properties may be larger than the memory.

    Example:
    ```sh
    kazyna value --sales sales.csv --properties cadastre.parquet --as-of 2015-05-31 \
      --out values --lon lon --lat lat --report report.pdf
    ```
    """
    from kazyna.services import valuations

    named = {"price": price, "date": sold_on, "id": property_id, "lon": lon, "lat": lat}
    if any(named.values()) or (engine == "spark" and table_map is None):
        named = {part: column or part for part, column in named.items() if column or part in ROLES}
    columns = columns_of(
        table_map, named, segment=segment, stratum=stratum, areas=areas,
        rising=tuple(rising or ()), land_area=land_area, floor_area=floor_area,
    )  # fmt: skip
    _require_screening(decisions, screen=screen)
    told = valuations.FileReport(
        language=language, currency=currency, seed=seed, profile=profile,
        procedure=valuations.Ru237Columns(use_code=use_code, district=district, earlier=earlier),
    )  # fmt: skip
    wanted = valuations.Report(report, told) if report or profile else None
    known = valuations.KnownSales(tuple(flag or ()), decisions, today())
    options = valuations.Options(
        screen, known, wanted, costs, on_spark=engine == "spark", seed=seed
    )
    with ProgressBars() as progress:
        valued = valuations.value_files(
            sales, properties, columns=columns, as_of=as_of, out=out, options=options,
            progress=progress,
        )  # fmt: skip
    tell_guess(valued.guessed_map)
    output.show(valued if as_json else replace(valued, guessed_map="", strata=()), as_json=as_json)


def _require_screening(decisions: Path | None, *, screen: bool) -> None:
    if decisions is not None and not screen:
        raise typer.BadParameter("--decisions override the screening: give --screen too")
