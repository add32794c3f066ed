"""Screening of a file of sales: which are market evidence, and why the others are not."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import Finding, InputError
from kazyna.core.progress import Progress, silent
from kazyna.core.schema import Column, Schema
from kazyna.core.table import check
from kazyna.core.text import Language, Text
from kazyna.services.known_sales import KnownSales, read_decisions, read_flags, unseen_flags
from kazyna.services.sales_files import Columns, read_sales_file
from kazyna.store import files
from kazyna.store.copy import json_text
from kazyna.valuation.columns import ColumnMap, Floats, Sales, read_sales
from kazyna.valuation.evidence.screening import Clues, Screening, declared_sales, screen
from kazyna.valuation.evidence.screening_reasons import KINDS
from kazyna.valuation.evidence.stray_places import with_places_of_one_market
from kazyna.valuation.quick_hedonic import SALES_MIN, quick_hedonic

__all__ = ["Columns", "Evidence", "PriceDistribution", "ScreenedTable", "screen_file"]

DECISION_WORDS = Text(
    en="left out by an analyst", ru="исключена аналитиком", ky="талдоочу алып салган"
)


@dataclass(frozen=True)
class Evidence:
    """Columns of a table that tell more about its sales than their prices."""

    flags: tuple[str, ...] = ()
    """`COLUMN=REASON:VALUE[,VALUE…]`: what a column declares by these values."""
    stratum: str | None = None
    """Column of the groups within which prices are compared."""
    deal: str | None = None
    """Column of the deed or the buyer."""
    area: str | None = None
    """Column of the area, for prices per unit of it."""
    today: date | None = None
    """Sales dated after this day are mistakes, and left out."""


@dataclass(frozen=True)
class ReasonCount:
    """Sales left out for one reason, their first."""

    reason: str
    meaning: str
    sales: int


@dataclass(frozen=True)
class PriceDistribution:
    """What prices are like."""

    sales: int
    p05: Decimal
    median: Decimal
    mean: Decimal
    p95: Decimal
    log_deviation: float
    """Standard deviation of the logarithm of price."""


@dataclass(frozen=True)
class ScreenedTable:
    """What a screening of a file found and wrote."""

    sales: int
    kept: int
    left_out: int
    reasons: tuple[ReasonCount, ...]
    before: PriceDistribution
    after: PriceDistribution | None
    """None where no sale is kept."""
    decisions_applied: int
    decisions_unused: int
    """Decisions about sales that are not in the table."""
    notes: tuple[str, ...]
    files: tuple[str, ...]
    guessed_map: str = ""
    """TOML of the table map, where it was guessed; else empty."""


def screen_file(
    source: Path | str,
    *,
    columns: Columns,
    out: Path,
    evidence: Evidence | None = None,
    decisions: Path | None = None,
    language: Language = "en",
    progress: Progress = silent,
) -> ScreenedTable:
    """Screen the sales of a file and write each with its verdict and reasons.

    The columns stay; `screening_kept`, `screening_reason`, `screening_explanation`,
    `screening_evidence` and `screening_note` are added.

    Parameters
    ----------
    source
        The sales: a file, or the address of a table in PostgreSQL.
    columns
        The names of the columns, or a table map by which the table is made clean first.
    out
        Where the sales are written, as Parquet or CSV.
    evidence
        Columns that tell more about the sales.
    decisions
        A file of an analyst's decisions, with the columns of `DECISIONS`.
    language
        The language of the reasons.

    Raises
    ------
    InputError
        When the file, a flag or a decision cannot be read, or two decisions disagree.
    """
    evidence = evidence or Evidence()
    name = files.name_of(source)
    given = read_sales_file(source, columns, known=KnownSales(today=evidence.today))
    table, flags = given.table, read_flags(evidence.flags)
    declared = declared_sales(table, flags, source=name)
    _there(table, evidence, name)
    aside = (*(flag.column for flag in flags), *filter(None, (evidence.deal,)))
    sales = read_sales(table, _ignoring(given.columns, aside), source=name)
    sales = with_places_of_one_market(sales)
    clues, missing = _clues(sales, table, evidence, progress)
    progress("judge the sales")
    clues = Clues(declared, clues.residual, clues.spread, clues.level, clues.stratum, clues.deal,
                  clues.size)  # fmt: skip
    found = screen(sales, clues=clues, decisions=read_decisions(decisions))
    files.write_table(_told(table, found, language, as_text=out.suffix != ".parquet"), out)
    after = sales.price[found.kept]
    return ScreenedTable(
        sales=len(sales),
        kept=int(found.kept.sum()),
        left_out=int((~found.kept).sum()),
        reasons=_counts(found, language),
        before=_distribution(sales.price),
        after=_distribution(after) if len(after) else None,
        decisions_applied=len(found.decisions),
        decisions_unused=len(found.unused),
        notes=(*given.notes, *unseen_flags(table, flags), *sales.remarks, *missing),
        files=(str(out),),
        guessed_map=given.guessed_map,
    )


def _there(table: pa.Table, evidence: Evidence, source: str) -> None:
    has = "one of " + ", ".join(table.column_names)
    findings = [
        Finding(source, "there is no such column", has, column=name)
        for name in (evidence.stratum, evidence.deal, evidence.area)
        if name is not None and name not in table.column_names
    ]
    if findings:
        raise InputError(findings)


def _ignoring(columns: ColumnMap, aside: tuple[str, ...]) -> ColumnMap:
    ignore = tuple(dict.fromkeys((*columns.ignore, *aside)))
    return ColumnMap(columns.id, columns.price, columns.date, columns.lon, columns.lat, ignore)


def _clues(
    sales: Sales, table: pa.Table, evidence: Evidence, progress: Progress
) -> tuple[Clues, tuple[str, ...]]:
    stratum, deal = (
        np.array(pc.fill_null(table[name].cast(pa.string()), "").to_pylist(), dtype=str)
        if name is not None else None
        for name in (evidence.stratum, evidence.deal)
    )  # fmt: skip
    size = _numbers(table, evidence.area) if evidence.area is not None else None
    if len(sales) < SALES_MIN or np.ptp(sales.price) == 0:
        note = f"too few different sales to expect prices: {len(sales)}; no residuals were judged"
        return Clues(stratum=stratum, deal=deal, size=size), (note,)
    progress("expect each price from the others")
    quick = quick_hedonic(sales)
    clues = Clues((), quick.residual, quick.spread, quick.level, stratum, deal, size)
    return clues, ()


def _numbers(table: pa.Table, name: str) -> Floats:
    schema = Schema("areas", (Column(name, "number", "the area", required=False),))
    numbers = check(table, schema, source="sales")[name].to_numpy()
    return np.nan_to_num(np.asarray(numbers, dtype=np.float64))


def _told(table: pa.Table, found: Screening, language: Language, *, as_text: bool) -> pa.Table:
    verdicts = found.table(language).select(["kept", "reason", "explanation", "evidence", "note"])
    if as_text:
        verdicts = json_text(verdicts)
    for name in verdicts.column_names:
        column = f"screening_{name}"
        if column in table.column_names:
            table = table.drop_columns([column])
        table = table.append_column(column, verdicts[name])
    return table


def _counts(found: Screening, language: Language) -> tuple[ReasonCount, ...]:
    return tuple(
        ReasonCount(name, KINDS.get(name, DECISION_WORDS).in_(language), count)
        for name, count in found.counts().items()
    )


def _distribution(price: Floats) -> PriceDistribution:
    low, median, high = np.quantile(price, [0.05, 0.5, 0.95]).tolist()

    def shown(number: float) -> Decimal:
        return Decimal(f"{number:.2f}")

    return PriceDistribution(
        sales=len(price),
        p05=shown(low),
        median=shown(median),
        mean=shown(float(price.mean())),
        p95=shown(high),
        log_deviation=float(np.log(price).std()),
    )
