"""Valuation reports of files, with the tables of a national procedure. No database."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import Literal

import pyarrow as pa
import shapely

from kazyna.core.errors import Finding, InputError
from kazyna.core.text import Language
from kazyna.documents.article import Section
from kazyna.documents.ru237 import ru237_sections
from kazyna.documents.valuation_report import ReportDocument, report_article
from kazyna.documents.writing import Pen
from kazyna.services.code_version import code_version
from kazyna.services.reports import (
    WrittenReport,
    joined,
    require_format,
    strata_of,
    write_article,
    written_report,
)
from kazyna.store import files
from kazyna.valuation import ColumnMap, ModelSummary
from kazyna.valuation.evidence.table_map import TableMap
from kazyna.valuation.report.valuation_report import (
    Provenance,
    ReportOptions,
    ValuationReport,
    report_of,
)
from kazyna.valuation.ru237.factors import FACTOR_SOURCES, factor_sources
from kazyna.valuation.ru237.profile import Ru237Columns, Ru237Profile, ru237_profile

__all__ = [
    "FileReport",
    "FileValuation",
    "Procedure",
    "Ru237Columns",
    "WrittenProfile",
    "WrittenReport",
    "file_report",
    "procedure_of",
    "write_file_report",
    "write_profile",
]

SQUARE_FOOT_M2 = 0.09290304

Procedure = Literal["ru237"]
"""National procedures: the Russian methodical instructions of 2021."""


@dataclass(frozen=True)
class FileValuation:
    """A valuation of files: what went in and what came out."""

    summary: ModelSummary
    columns: ColumnMap
    sales: pa.Table
    properties: pa.Table
    values: pa.Table
    predictions: pa.Table
    table_map: TableMap | None = None
    """By which the tables were made clean; None where they were taken as they stand."""


@dataclass(frozen=True)
class FileReport:
    """How the report of a valuation of files is made."""

    language: Language = "en"
    issuer: str = "Kazyna"
    """Who values."""
    currency: str = ""
    by: tuple[str, ...] = ()
    """Columns to break quality down by; the weightiest categories where none are named."""
    area: tuple[str, float] | None = None
    """The column of floor or plot areas and the square metres in one unit of it."""
    holdout: str = "time:0.2"
    kind: str = "residential"
    seed: int = 0
    facts: tuple[tuple[str, str], ...] = ()
    """(name, value): hashes of the files."""
    profile: Procedure | None = None
    """National procedure whose sections are added."""
    procedure: Ru237Columns = field(default_factory=Ru237Columns)
    """Columns that the national procedure asks for."""


@dataclass(frozen=True)
class WrittenProfile:
    """The tables of a national procedure that were written."""

    profile: Procedure
    files: tuple[str, ...]
    groups: int
    unknown_codes: int
    """Objects whose use code no rule knows."""
    formula: str | None
    loss: float | None
    """MAPE of the formula less that of the market model on the control sample, in points."""


def write_file_report(
    valuation: FileValuation, out: Path, *, options: FileReport | None = None
) -> WrittenReport:
    """Write the report of a valuation of files: .pdf to sign, .html to read.

    Raises
    ------
    InputError
        When the file's ending is not known, or a column that is named is not in the table.
    """
    options = options or FileReport()
    require_format(out)
    start = perf_counter()
    report = file_report(valuation, options)
    further: tuple[Section, ...] = ()
    if options.profile is not None:
        pen = Pen("ru", options.currency)
        further = ru237_sections(procedure_of(valuation, options), pen)
    document = ReportDocument(
        options.language, report, options.issuer, options.currency, further=further
    )
    write_article(report_article(document), out)
    return written_report(report, out, start)


def file_report(valuation: FileValuation, options: FileReport) -> ValuationReport:
    """Gather the report of a valuation of files."""
    weighty = [name for name, _ in valuation.summary.importance]
    by = options.by or strata_of(valuation.properties, weighty)
    missing = [name for name in by if name not in valuation.properties.column_names]
    if missing:
        there = ", ".join(valuation.properties.column_names)
        raise InputError(
            [Finding("properties", "there is no such column", f"one of {there}", column=name)
             for name in missing]
        )  # fmt: skip
    names = [*by, *(name for name in weighty if name not in by)]
    provenance = Provenance(code_version(), options.seed, options.facts)
    return report_of(
        valuation.summary,
        _placed(valuation, options, valuation.values, names=names),
        _placed(valuation, options, valuation.predictions, names=names),
        options=ReportOptions(tuple(by), options.holdout, kind=options.kind, provenance=provenance),
    )


def procedure_of(valuation: FileValuation, options: FileReport) -> Ru237Profile:
    """Gather what the Russian instructions ask for.

    Raises
    ------
    InputError
        When no column of areas is known: without one there is no specific value.
    """
    columns, procedure = valuation.columns, options.procedure
    named = (procedure.use_code, procedure.district, procedure.quarter, procedure.earlier)
    factors = [name for name, _ in valuation.summary.importance]
    wanted = dict.fromkeys([*(name for name in named if name is not None), *factors])
    there = [name for name in wanted if name in valuation.properties.column_names]
    values = _placed(valuation, options, valuation.values, names=there)
    if "area_m2" not in values.column_names:
        has = ", ".join(valuation.properties.column_names)
        raise InputError(Finding("properties", "no column of areas is known", f"one of {has}"))
    parts = {"id": columns.id, "date": columns.date, "price": columns.price}
    characteristics = [name for name in valuation.sales.column_names if name not in parts.values()]
    sales = pa.table(
        {name: valuation.sales[column] for name, column in parts.items()}
        | {name: valuation.sales[name] for name in characteristics if name not in parts}
    )
    found = ru237_profile(
        values,
        sales,
        valuation.predictions,
        index=valuation.summary.index,
        factors=factors,
        columns=procedure,
        areas=valuation.summary.areas,
    )
    sources = factor_sources(valuation.table_map, [name for name in factors if name != "location"])
    return replace(found, sources=sources)


def write_profile(valuation: FileValuation, folder: Path, *, options: FileReport) -> WrittenProfile:
    """Write the tables that a national procedure asks for, each as Parquet and as CSV.

    `upks` has the specific values by group and territory, `groups` the group of each object,
    `quality` the statistics of acceptance by sample, `formula` the coefficients, `factors` the
    factors in the sales and in all objects, `factor_sources` how each was measured,
    `typical_objects` and `corrections` what the method of the typical object rests on, `methods`
    what each simple method says of every object, and `methods_quality` how far it strays from the
    market model. `zones` has the price zones with their outlines, as GeoJSON, where market areas
    were found.
    """
    found = procedure_of(valuation, options)
    grouping, formula = found.grouping, found.formula
    tables = {
        "upks": found.specific,
        "groups": pa.table(
            {
                "id": valuation.values["id"],
                "group": grouping.group,
                "title": grouping.title,
                "subgroup": grouping.subgroup,
            }
        ),
        "quality": pa.Table.from_pylist(
            [
                {"model": model, **asdict(each)}
                for model, each in (
                    ("formula", formula.train if formula else None),
                    ("formula", formula.control if formula else None),
                    ("market model", found.market),
                )
                if each is not None
            ]
        ),
    }
    tables |= {
        "factors": found.factors,
        "factor_sources": pa.Table.from_pylist(
            [asdict(each) for each in found.sources], schema=FACTOR_SOURCES
        ),
        "typical_objects": found.simple.typical,
        "corrections": found.simple.corrections,
        "methods": found.simple.values,
        "methods_quality": found.simple.quality,
    }
    if formula is not None:
        tables["formula"] = pa.Table.from_pylist([asdict(term) for term in formula.terms])
    written = []
    for name, table in tables.items():
        for ending in (".parquet", ".csv"):
            path = folder / f"ru237_{name}{ending}"
            files.write_table(table, path)
            written.append(str(path))
    if found.zones:
        outlines = folder / "ru237_zones.geojson"
        files.write_text(_outlines(found), outlines)
        written.append(str(outlines))
    return WrittenProfile(
        profile="ru237",
        files=tuple(written),
        groups=len(set(grouping.group)),
        unknown_codes=grouping.unknown,
        formula=formula.text() if formula else None,
        loss=found.loss,
    )


def _outlines(found: Ru237Profile) -> str:
    """Write the price zones as GeoJSON, each with what is known of its prices."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "zone": zone.area.number,
                "objects": zone.objects,
                "sales": zone.area.sales,
                "beside_the_average_place": zone.area.level,
                "median_price": zone.area.price,
            },
            "geometry": json.loads(shapely.to_geojson(zone.outline)),
        }
        for zone in found.zones
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}) + "\n"


def _placed(
    valuation: FileValuation, options: FileReport, table: pa.Table, *, names: Sequence[str]
) -> pa.Table:
    """Put places, areas and characteristics beside values or predictions."""
    weighty = [name for name, _ in valuation.summary.importance]
    return joined(
        table,
        valuation.sales if table is valuation.predictions else valuation.properties,
        columns=valuation.columns,
        names=names,
        area=options.area or _area_of(valuation.properties, weighty),
    )


def _area_of(table: pa.Table, weighty: Sequence[str]) -> tuple[str, float] | None:
    """Take the weightiest column that says by its name that it is an area."""
    for name in weighty:
        low = name.lower()
        number = name in table.column_names and not pa.types.is_string(table[name].type)
        if number and low.endswith(("_m2", "_sqm")):
            return name, 1.0
        if number and ("sqft" in low or "sq_ft" in low):
            return name, SQUARE_FOOT_M2
    return None
