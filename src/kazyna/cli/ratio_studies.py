"""`kazyna ratio-study`: how level and how fair values are against prices. No database is needed."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Group, RenderableType

from kazyna.cli import output
from kazyna.cli.arguments import SOURCE_HELP, Seed, Source, day
from kazyna.core.text import Language

if TYPE_CHECKING:
    from kazyna.services.ratio_studies import RatioStudy, Verdict

STATISTICS = (
    "median_ratio", "mean_ratio", "weighted_mean_ratio", "cod", "cov", "prd", "prb", "mki", "ki"
)  # fmt: skip

Appraised = Annotated[
    str,
    # The second name is how the command was first announced; others call it by that.
    typer.Option(
        "--appraised", "--estimate", help="Column with the appraised value.", show_default=False
    ),
]
Price = Annotated[
    str, typer.Option(help="Column with the (time-adjusted) price.", show_default=False)
]
By = Annotated[
    list[str] | None, typer.Option(help="Column to repeat the study by; several may be given.")
]
Kinds = Annotated[
    list[str] | None,
    typer.Option(
        "--type",
        metavar="[GROUP=]KIND",
        help="Kind of property, of all or of one group of --by, which decides the accepted COD:"
        " residential (where nothing is told), residential-newer, residential-other, income-large,"
        " income, income-rural, vacant-land-large, vacant-land or vacant-land-rural. May be"
        " repeated.",
    ),
]
Trim = Annotated[
    Literal["none", "iqr1.5", "iqr3"],
    typer.Option(help="Also study the sales without ratios so far beyond the quartiles."),
]
SoldOn = Annotated[
    str | None, typer.Option("--date", help="Column with the day of sale: ratios over time.")
]
AsOf = Annotated[
    date | None,
    typer.Option(
        parser=day,
        metavar="DATE",
        help="Day the values were set; later sales, which could not be chased, are compared.",
    ),
]
Lon = Annotated[
    str | None, typer.Option(help="Column with the longitude, WGS 84: errors in space.")
]
Lat = Annotated[str | None, typer.Option(help="Column with the latitude, WGS 84.")]
Area = Annotated[
    str | None, typer.Option(help="Column with the area: values per unit among like properties.")
]
Like = Annotated[
    list[str] | None,
    typer.Option(help="Column that makes properties alike, such as kind or year built."),
]
Unsold = Annotated[
    str | None,
    typer.Option(
        help=f"Table of unsold properties, same columns: their values are compared. {SOURCE_HELP}"
    ),
]
Before = Annotated[
    str | None, typer.Option(help="Column with the value at the last valuation, of both tables.")
]
Independent = Annotated[
    str | None,
    typer.Option(help="Column with the estimate of an independent model, of both tables."),
]
Plots = Annotated[Path | None, typer.Option(help="Also write a page with tables and plots, .html.")]
PageLanguage = Annotated[Language, typer.Option(help="Language of that page.")]


def ratio_study(
    table: Source,
    *,
    appraised: Appraised,
    price: Price,
    by: By = None,
    kind: Kinds = None,
    trim: Trim = "none",
    sold_on: SoldOn = None,
    as_of: AsOf = None,
    lon: Lon = None,
    lat: Lat = None,
    area: Area = None,
    like: Like = None,
    unsold: Unsold = None,
    before: Before = None,
    independent: Independent = None,
    plots: Plots = None,
    language: PageLanguage = "en",
    seed: Seed = 0,
    as_json: output.Json = False,
) -> None:
    r"""Study the ratios of values to prices by the IAAO's standards.

    Level (median, mean, weighted mean ratio), uniformity (COD, COV) and vertical equity (PRD, PRB,
    MKI, KI, VEI), each with a 95 % interval and held against the range that the standard accepts
    for the kind of property: met by the value itself, and confirmed, refuted or left open by the
    interval. Ratios that heap at 1 raise the suspicion that values were set from the prices. Days,
    places and areas add what can be learnt from them. The intervals are resampled; those by formula
    stand beside them with --json and --plots.

    Examples
    --------
    ```sh
    kazyna ratio-study valued-sales.csv --appraised value --price price --by district
    kazyna ratio-study valued-sales.csv --appraised value --price price --by use \
      --type plot=vacant-land
    kazyna ratio-study valued-sales.csv --appraised value --price price --trim iqr3 \
      --date sold_on --lon lon --lat lat --area area_m2 --like rooms --plots study.html
    ```
    """
    from kazyna.services import ratio_studies

    study = ratio_studies.study_file(
        table,
        columns=ratio_studies.StudyColumns(
            estimate=appraised,
            price=price,
            by=tuple(by or ()),
            sold_on=sold_on,
            lon=lon,
            lat=lat,
            area=area,
            like=tuple(like or ()),
            before=before,
            independent=independent,
        ),
        options=ratio_studies.StudyOptions(
            kinds=tuple(kind or ()), trim=trim, as_of=as_of, unsold=unsold, seed=seed
        ),
        plots=plots,
        language=language,
    )
    if plots is not None:
        output.say(f"The page is written to {plots}.")
    output.show(study, as_json=as_json, table=_tables)


def _tables(study: "RatioStudy") -> RenderableType:
    title = f"Ratio study, sales: {study.n:,} ({study.kind.meaning.en})"
    parts = [output.listing(_statistics(study), title=title)]
    if study.too_few:
        parts.append(output.listing([{"too few": "fewer than five sales say nothing"}]))
    if study.vertical_equity:
        groups = (
            {
                "group": number,
                "sales": group.sales,
                "value from": group.value_from,
                "to": group.value_to,
                "median ratio": group.median_ratio,
                "90 % from": group.low,
                "to ": group.high,
            }
            for number, group in enumerate(study.vertical_equity.groups, 1)
        )
        parts.append(output.listing(groups, title="By value, the cheapest first"))
    parts.append(output.facts(dict(_more(study))))
    if study.strata:
        rows = (_stratum(label, part) for label, part in study.strata)
        parts.append(output.listing(rows, title="By group"))
    return Group(*parts)


def _statistics(study: "RatioStudy") -> Iterator[dict[str, object]]:
    held = {verdict.statistic: verdict for verdict in study.verdicts}
    for name in STATISTICS:
        found, verdict = getattr(study, name), held.get(name)
        row: dict[str, object] = {
            "statistic": name.replace("_", " ") if "_" in name else name.upper(),
            "value": found.value,
            "95 % from": found.low,
            "to": found.high,
        }
        if study.trimmed:
            row["trimmed"] = getattr(study.trimmed.study, name).value
        row["accepted"] = f"{verdict.low:g} to {verdict.high:g}" if verdict else ""
        row["met"] = _met(verdict) if verdict else ""
        yield row


def _met(verdict: "Verdict") -> str:
    return f"{output.words(verdict.met)}, {verdict.by_interval}"


def _more(study: "RatioStudy") -> Iterator[tuple[str, object]]:
    vertical, chasing = study.vertical_equity, study.sales_chasing
    if vertical:
        verdict = next(v for v in study.verdicts if v.statistic == "vei")
        yield "VEI, %", f"{vertical.vei:.2f} (accepted -10 to 10: {_met(verdict)})"
    yield "median error, %", study.mdape
    yield "ratios within 10, 15, 20 % of the median, %", (study.coc_10, study.coc_15, study.coc_20)
    if study.trimmed:
        out = study.trimmed.removed
        limits = f"{out.low_limit:.3f} to {out.high_limit:.3f}"
        yield "outliers removed", f"{out.count:,} of {out.outside:,} outside {limits}"
    if chasing:
        seen = ", ".join(test.technique for test in chasing.tests if test.suspected)
        yield "sales chasing", f"suspected ({seen})" if chasing.suspected else "not suspected"
    if study.trend:
        yield "trend of the ratio, % a month", study.trend.percent_a_month
    if study.horizontal_equity:
        among = f"{study.horizontal_equity.clusters:,} clusters of like properties"
        yield "horizontal dispersion (CHD), %", f"{study.horizontal_equity.chd:.2f} in {among}"
    if study.spatial_autocorrelation:
        found = study.spatial_autocorrelation
        yield "Moran's I of the ratios", f"{found.morans_i:.3f} (z {found.z:.1f})"


def _stratum(label: str, part: "RatioStudy") -> dict[str, object]:
    names = {"median ratio": "median_ratio", "COD": "cod", "PRD": "prd", "PRB": "prb"}
    row: dict[str, object] = {"group": label, "sales": part.n}
    for title, name in names.items():
        row[title] = None if part.too_few else getattr(part, name).value
    met = {verdict.statistic: verdict for verdict in part.verdicts}
    row["COD accepted"] = f"{met['cod'].low:g} to {met['cod'].high:g}"
    failed = [title for title, name in names.items() if not met[name].met]
    row["not met"] = "too few" if part.too_few else ", ".join(failed)
    return row
