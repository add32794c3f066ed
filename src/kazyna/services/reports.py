"""Valuation reports of stored rounds, on paper and as a page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from time import perf_counter

import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import Finding, InputError, NotFound
from kazyna.core.text import Language
from kazyna.documents.article import Article, article_body, article_page, render_article
from kazyna.documents.valuation_report import ReportDocument, report_article
from kazyna.services import rounds
from kazyna.services.cadastre import READERS
from kazyna.services.context import Context
from kazyna.services.reason_words import label
from kazyna.store import cadastre, files, round_market
from kazyna.store import rounds as register
from kazyna.store.copy import lists_of
from kazyna.valuation import ColumnMap, IndexPoint
from kazyna.valuation.market_areas import AreaPlace, FoundAreas
from kazyna.valuation.report.valuation_report import (
    Provenance,
    ReportedModel,
    ReportedStratum,
    ReportOptions,
    ValuationReport,
    report_of,
)

COMPARABLES = (
    '[{"id": "VARCHAR", "date": "DATE", "price": "DECIMAL(18, 2)",'
    ' "adjusted_price": "DECIMAL(18, 2)", "distance_m": "DOUBLE", "similarity": "DOUBLE"}]'
)
REASONS = '[{"reason": "VARCHAR", "amount": "DECIMAL(18, 2)"}]'
STRATA_MAX, LABELS_MAX = 2, 100
"""Columns by which a report is broken down when none are named, and labels that such may have."""
FORMATS = (".pdf", ".html")
REMEMBERED = 16
"""Reports kept: each takes seconds to write, and hardly ever changes once it is published."""
SALES_OUT = re.compile(r"(\d+) sales left out: (.+)")
COLUMN_OUT = re.compile(r"column (.+?) left out: (.+)")
"""As drafts write them into the notes of a round."""


@dataclass(frozen=True)
class WrittenReport:
    """A report that was written to a file, and what it says in short."""

    file: str
    valuation_date: date
    properties: int
    total_value: Decimal
    median_ratio: float
    cod: float
    prd: float
    prb: float
    coverage_90: float
    out_of_range: tuple[str, ...]
    """Statistics of all sales that lie outside the standard's ranges."""
    inspect_first: int
    """Properties that the report asks a valuer to look at."""
    seconds: float


@dataclass(frozen=True)
class RoundReport:
    """The report of a stored round as a part of a page."""

    round_id: int
    valuation_date: date
    title: str
    subtitle: str
    body: str
    """HTML: contents and sections, with drawings as SVG."""


def strata_of(table: pa.Table, weighty: Sequence[str]) -> tuple[str, ...]:
    """Choose the weightiest categories: texts, truths and whole numbers with few labels."""
    found = []
    for name in weighty:
        if name not in table.column_names:
            continue
        kind = table[name].type
        category = (
            pa.types.is_string(kind)
            or pa.types.is_large_string(kind)
            or pa.types.is_integer(kind)
            or pa.types.is_dictionary(kind)
        )
        if category and 1 < pc.count_distinct(table[name]).as_py() <= LABELS_MAX:
            found.append(name)
    return tuple(found[:STRATA_MAX])


@dataclass(frozen=True)
class _Asked:
    """A report that is asked for, and all that it depends on."""

    ctx: Context = field(compare=False)
    published: rounds.PublishedRound = field(compare=False)
    language: Language
    database: str
    round_id: int
    status: str
    row: str
    """The row of the round; its hashes stand for the evidence and the values."""
    fingerprint: str
    """Of the values set by hand, and of the properties until the round is frozen."""


def round_report(ctx: Context, round_id: int) -> RoundReport:
    """Return the report of a round that the actor may see, in the caller's language."""
    report, article = _round_article(ctx, round_id, ctx.language)
    return RoundReport(
        round_id, report.model.as_of, article.title, article.subtitle, article_body(article)
    )


def round_report_pdf(ctx: Context, round_id: int, *, language: Language) -> bytes:
    """Print the report of a round that the actor may see."""
    return _printed(_asked(ctx, round_id, language))


def write_round_report(
    ctx: Context, round_id: int, out: Path, *, language: Language
) -> WrittenReport:
    """Write the report of a round to a file: .pdf to sign, .html to read."""
    require_format(out)
    start = perf_counter()
    report, article = _round_article(ctx, round_id, language)
    write_article(article, out)
    return written_report(report, out, start)


def _round_article(
    ctx: Context, round_id: int, language: Language
) -> tuple[ValuationReport, Article]:
    return _article_of(_asked(ctx, round_id, language))


def _asked(ctx: Context, round_id: int, language: Language) -> _Asked:
    """Take note of what a report depends on, if the actor may see the round."""
    ctx.require(*READERS)
    published = rounds.find_round(ctx, round_id)
    with ctx.transaction() as tx:
        row = rounds.found(tx, round_id)
        fingerprint = register.fingerprint(tx, round_id)
    return _Asked(
        ctx, published, language, ctx.database.url, round_id, published.status, repr(row),
        fingerprint,
    )  # fmt: skip


@lru_cache(maxsize=REMEMBERED)
def _article_of(asked: _Asked) -> tuple[ValuationReport, Article]:
    """Write a report; one that was written is remembered until something of it changes."""
    ctx, published = asked.ctx, asked.published
    report = _report_of_round(ctx, published)
    labels = {name: label(ctx, name) for name in (*ctx.pack.columns, "location", "time")}
    document = ReportDocument(
        asked.language,
        report,
        ctx.pack.title.in_(asked.language),
        ctx.pack.currency.code,
        labels,
        status=published.status,
        number=str(asked.round_id),
    )
    return report, report_article(document)


@lru_cache(maxsize=REMEMBERED)
def _printed(asked: _Asked) -> bytes:
    """Print a report; a printed one is remembered, too."""
    return render_article(_article_of(asked)[1])


def _report_of_round(ctx: Context, published: rounds.PublishedRound) -> ValuationReport:
    taxed = {column.name for tax in ctx.pack.taxes.values() for column in tax.inputs.columns}
    declared = {name: c.type for name, c in ctx.pack.columns.items() if name not in taxed}
    with ctx.transaction() as tx:
        row = rounds.found(tx, published.round_id)
        values = register.effective_values(tx, published.round_id)
        evidence = register.model_values(tx, published.round_id)
        study = register.study_table(tx, published.round_id)
        houses = cadastre.properties(tx, declared, round_id=published.round_id)
        by_parts = round_market.index_table(tx, published.round_id)
        places = round_market.places_of(tx, published.round_id)
    if study.num_rows == 0:
        raise NotFound(f"Round {published.round_id} was made without a ratio study.")
    compared = lists_of(lists_of(evidence, "comparables", COMPARABLES), "reasons", REASONS)
    values = values.select(["property_id", "value", "low", "high", "land"])
    for name in ("base", "reasons", "comparables", "confidence"):
        values = values.append_column(name, compared[name])
    if study["low"].null_count:
        study = study.drop_columns(["low", "high"])  # a round of before intervals were kept
    weighty = [each.name for each in published.importance]
    by = [name for name in (ctx.pack.neighbourhood,) if name is not None]
    by += [name for name in strata_of(houses, weighty) if name not in by]
    floor = ctx.pack.floor_area
    area = None if floor is None else (floor.column, float(floor.m2_per_unit))
    columns = ColumnMap("property_id", "price", "sold_on", "lon", "lat")

    def placed(table: pa.Table) -> pa.Table:
        named = table.rename_columns(
            ["id" if name == "property_id" else "date" if name == "sold_on" else name
             for name in table.column_names]
        )  # fmt: skip
        return joined(named, houses, columns=columns, names=[*by, *weighty], area=area)

    return report_of(
        replace(
            _model_of(published),
            curves=_curves(by_parts),
            areas=FoundAreas(
                published.areas, tuple(AreaPlace(p.lon, p.lat, p.area) for p in places)
            ),
        ),
        placed(values),
        placed(study),
        options=ReportOptions(
            tuple(by[:STRATA_MAX]),
            coverage_90=100 * published.study.coverage_90,
            provenance=_provenance(row),
        ),
    )


def _model_of(published: rounds.PublishedRound) -> ReportedModel:
    """Take the model's summary from the round, whose notes also say what was left out and why."""
    sales = [SALES_OUT.fullmatch(note) for note in published.notes]
    columns = [COLUMN_OUT.fullmatch(note) for note in published.notes]
    told = [
        note
        for note, of_sales, of_column in zip(published.notes, sales, columns, strict=True)
        if of_sales is None and of_column is None
    ]
    parts = published.strata
    return ReportedModel(
        as_of=published.valuation_date,
        sales_used=published.sales_used,
        sales_left_out=tuple((found[2], int(found[1])) for found in sales if found),
        columns_left_out=tuple((found[1], found[2]) for found in columns if found),
        weights=tuple(published.weights.items()),
        index=tuple(IndexPoint(p.day, p.level, p.low, p.high) for p in published.index),
        importance=tuple((each.name, each.share) for each in published.importance),
        notes=tuple(told),
        strata=tuple(
            ReportedStratum(s.name, s.sales, s.own, s.change, s.low, s.high) for s in parts.each
        )
        if parts
        else (),
        strata_by=parts.column if parts else None,
        land=published.land,
    )


def _curves(by_parts: pa.Table) -> tuple[tuple[str, tuple[IndexPoint, ...]], ...]:
    """Gather the index of each part of the market."""
    points: dict[str, list[IndexPoint]] = {}
    for p in by_parts.to_pylist():
        found = IndexPoint(p["day"], p["level"], p["low"], p["high"])
        points.setdefault(p["stratum"], []).append(found)
    return tuple((name, tuple(each)) for name, each in points.items())


def _provenance(row: register.RoundRow) -> Provenance:
    facts = [
        ("data sha256", row.data_hash),
        (f"pack {row.pack} sha256", row.pack_hash),
    ]
    if row.manifest_hash:
        facts.append(("manifest sha256", row.manifest_hash))
    return Provenance(row.code_version, row.seed, tuple(facts))


def joined(
    table: pa.Table,
    source: pa.Table,
    *,
    columns: ColumnMap,
    names: Sequence[str],
    area: tuple[str, float] | None,
) -> pa.Table:
    """Put places, areas and characteristics beside a table by its `id`."""
    known = source[columns.id].cast(pa.string())
    rows = pc.index_in(table["id"].cast(pa.string()), value_set=known.combine_chunks())
    found = source.take(rows)
    parts: dict[str, pa.ChunkedArray] = {}
    if columns.lon and columns.lat:
        parts |= {"lon": found[columns.lon], "lat": found[columns.lat]}
    if area is not None and area[0] in found.column_names:
        parts["area_m2"] = pc.multiply(pc.cast(found[area[0]], pa.float64()), area[1])
    parts |= {name: found[name] for name in names if name in found.column_names}
    for name, column in parts.items():
        if name not in table.column_names:
            table = table.append_column(name, column)
    return table


def require_format(out: Path) -> None:
    """Refuse a file that is neither .pdf nor .html."""
    if out.suffix.lower() not in FORMATS:
        reason = f"a report cannot be written as {out.suffix or 'a file without an ending'}"
        raise InputError(Finding(str(out), reason, " or ".join(FORMATS)))


def write_article(article: Article, out: Path) -> None:
    """Write an article as paper or as a page, by the file's ending."""
    if out.suffix.lower() == ".html":
        files.write_text(article_page(article), out)
    else:
        files.write_bytes(render_article(article), out)


def written_report(report: ValuationReport, out: Path, start: float) -> WrittenReport:
    """Say what a report that was written says; `start` is when it was begun."""
    study = report.study
    return WrittenReport(
        file=str(out),
        valuation_date=report.model.as_of,
        properties=report.totals.properties,
        total_value=report.totals.total_value,
        median_ratio=study.median_ratio.value,
        cod=study.cod.value,
        prd=study.prd.value,
        prb=study.prb.value,
        coverage_90=report.accuracy.coverage_90,
        out_of_range=tuple(v.statistic for v in study.verdicts if not v.met),
        inspect_first=len(report.weak.inspect),
        seconds=round(perf_counter() - start, 2),
    )
