"""How the office performs in a year: TADAT's nine areas, in figures from the live data."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

import pyarrow.compute as pc

from kazyna.core.money import from_minor, round_to
from kazyna.core.text import Text
from kazyna.services import collection, declarations, objects
from kazyna.services.context import Context
from kazyna.services.declaration_desk import MONTHS_BACK
from kazyna.services.performance_words import AREAS, WORDS
from kazyna.store import performance as register
from kazyna.store.connection import Transaction

Unit = Literal["share", "money", "count", "days"]
MONTHS = 12


@dataclass(frozen=True)
class Indicator:
    """One figure, with what it means and who asks for it."""

    key: str
    reference: str
    """TADAT's number as tadat.org has it, and the heading of ISORA that asks for the same."""
    name: Text
    definition: Text
    unit: Unit
    value: Decimal | None
    """None where there is nothing to divide by, or the pack does not say."""
    part: Decimal | None = None
    """Of a share: what is divided."""
    whole: Decimal | None = None
    """Of a share: by what."""


@dataclass(frozen=True)
class Area:
    """One performance outcome area."""

    number: int
    title: Text
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True)
class Performance:
    """The office's performance in a year, to its end or to the business day."""

    year: int
    through: date
    currency: str
    areas: tuple[Area, ...]


def performance(ctx: Context, *, year: int) -> Performance:
    """Return the figures that the live data gives for TADAT's nine areas.

    They are what an assessor asks for first; the scores are the assessor's.
    """
    ctx.require("officer", "auditor")
    first, last = date(year, 1, 1), min(date(year, 12, 31), ctx.today)
    figures = collection.figures(ctx, year=year)
    covered = objects.coverage(ctx)
    with ctx.transaction() as tx:
        base = register.base(tx, year=year)
        channels = register.channels(tx, first=first, last=last)
        filing = register.filing(tx, _due(ctx, first, last), months_back=MONTHS_BACK)
        refunds = register.refunds(tx, first=first, last=last)
        found = (
            tuple(_base(base, covered)),
            tuple(_risk(ctx, tx, register.cases(tx, first=first, last=last))),
            (_share("payers_online", base.payers_online, base.payers),),
            (
                _share("filed_in_time", filing.in_time, filing.expected),
                _share("filed_online", filing.by_taxpayer, filing.filed),
            ),
            tuple(_payment(ctx, channels, figures)),
            tuple(_reporting(register.assessed(tx, first=first, last=last), filing)),
            tuple(_disputes(register.disputes(tx, first=first, last=last))),
            tuple(_revenue(ctx, channels, refunds)),
            tuple(_accountability(refunds, last)),
        )
    areas = zip(AREAS, found, strict=True)
    return Performance(
        year=year,
        through=last,
        currency=ctx.pack.currency.code,
        areas=tuple(Area(number, *each) for number, each in enumerate(areas, 1)),
    )


def _due(ctx: Context, first: date, last: date) -> list[tuple[str, date]]:
    """List the declared taxes and months whose day of filing fell in the year and has passed."""
    months = [
        date(first.year - (month == 0), month or MONTHS, 1) for month in range(MONTHS)
    ]  # of December before, due in January, to November
    return [
        (law.name, month)
        for law in declarations.taxes(ctx)
        for month in months
        if month >= law.due.days[0] and first <= law.due_after(month) <= last
    ]


def _base(row: register.BaseRow, covered: tuple[objects.Coverage, ...]) -> Iterator[Indicator]:
    known = sum(each.objects for each in covered)
    unheld = sum(each.without_holder for each in covered)
    yield _figure("taxpayers", "count", Decimal(row.taxpayers))
    yield _share("objects_held", known - unheld, known)
    yield _share("bills_corrected", row.bills_corrected, row.bills)
    yield _share("properties_registered", row.properties_registered, row.properties)


def _risk(ctx: Context, tx: Transaction, row: register.CaseRow) -> Iterator[Indicator]:
    policy = ctx.pack.accounts.collection
    if policy.risk:
        _known, points = collection.scored(ctx, tx, on=ctx.today)
        high = pc.sum(pc.greater_equal(points["score"], policy.risk_high)).as_py() or 0
        yield _share("high_risk", high, points.num_rows)
    yield _share("cases_closed", row.closed, row.opened)
    yield _share("cases_proved", row.proved, row.closed)


def _payment(
    ctx: Context, row: register.ChannelRow, figures: collection.CollectionFigures
) -> Iterator[Indicator]:
    yield _share("bank_by_number", row.through_bank, row.payments)
    yield _share("bank_by_value", *_in_money(ctx, row.paid_through_bank, row.paid))
    yield _figure("in_time_by_number", "share", figures.in_time_by_number)
    yield _figure("in_time_by_value", "share", figures.in_time_by_value)
    yield _figure("arrears", "money", figures.arrears)
    yield _share("arrears_to_collected", figures.arrears, figures.collected)
    yield _figure("recoverable_to_collected", "share", figures.recoverable_to_collected)
    yield _figure("over_a_year", "share", figures.over_a_year_share)


def _reporting(row: register.AssessedRow, filing: register.FilingRow) -> Iterator[Indicator]:
    yield _figure("assessed_beyond", "money", row.confirmed)
    yield _share("assessed_to_declared", row.confirmed, filing.declared)
    yield _share("declarations_corrected", filing.corrected, filing.filed)


def _disputes(row: register.DisputeRow) -> Iterator[Indicator]:
    yield _figure("disputes_decided", "count", Decimal(row.decided))
    yield _share("disputes_in_time", row.in_time, row.decided)
    yield _share("disputes_in_30", row.in_30_days, row.decided)
    yield _share("disputes_in_60", row.in_60_days, row.decided)
    yield _share("disputes_in_90", row.in_90_days, row.decided)
    yield _figure("dispute_days", "days", row.median_days)
    yield _share("disputes_upheld", row.upheld, row.decided)
    yield _figure("disputes_open_late", "count", Decimal(row.open_late))


def _revenue(
    ctx: Context, row: register.ChannelRow, refunds: register.RefundRow
) -> Iterator[Indicator]:
    waiting, old = _in_money(ctx, row.suspense, row.suspense_old)
    yield _share("matched", row.matched, row.through_bank)
    yield _figure("suspense", "money", waiting)
    yield _share("suspense_old", old, waiting)
    yield _share("refunds_in_time", refunds.refunds_in_time, refunds.refunds)
    yield _figure("refund_days", "days", refunds.median_days)


def _accountability(row: register.RefundRow, last: date) -> Iterator[Indicator]:
    closed = row.closed_through
    yield _share("sealed", row.entries_sealed, row.entries)
    yield _figure("days_since_close", "days", Decimal((last - closed).days) if closed else None)
    yield _figure("signed_by_two", "count", Decimal(row.signed))


def _figure(key: str, unit: Unit, value: Decimal | None) -> Indicator:
    words = WORDS[key]
    return Indicator(key, words.reference, words.name, words.definition, unit, value)


def _share(key: str, part: Decimal | int, whole: Decimal | int) -> Indicator:
    words = WORDS[key]
    value = round_to(Decimal(part) / whole, Decimal("0.0001")) if whole > 0 else None
    return Indicator(
        key, words.reference, words.name, words.definition, "share", value, Decimal(part),
        Decimal(whole),
    )  # fmt: skip


def _in_money(ctx: Context, part: int, whole: int) -> tuple[Decimal, Decimal]:
    return from_minor(part, ctx.pack.currency), from_minor(whole, ctx.pack.currency)
