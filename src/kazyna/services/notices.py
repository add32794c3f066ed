"""Notices of value: what an owner is told of one property, in figures and as paper."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from kazyna.core.errors import Finding, InputError, NotFound
from kazyna.core.text import Language, Text, translated
from kazyna.documents import notice as paper
from kazyna.documents.writing import Pen
from kazyna.services import cadastre, rounds
from kazyna.services.cadastre import READERS, PropertyCard, Reason
from kazyna.services.comparables import Comparable
from kazyna.services.context import Context
from kazyna.services.reason_words import label
from kazyna.store import files, notices
from kazyna.store import rounds as register
from kazyna.tax.law import cite
from kazyna.valuation.what_if import Sensitivity, from_contributions, suggested_changes
from kazyna.valuation.wording import (
    ToldReason,
    Usual,
    base_sentence,
    change_sentence,
    reason_sentence,
    usual_of,
)

NEIGHBOURS = 300
"""Properties around among which the usual is found: enough for quartiles, few enough to be near."""
REASONS_SHOWN, CHANGES_SHOWN, FACTS_SHOWN, COMPARABLES_SHOWN = 8, 3, 6, 5
"""What one page holds."""
REST = Text("All else together", "Всё остальное вместе", "Калгандарынын баары чогуу")


@dataclass(frozen=True)
class NoticeReason:
    """One reason of the value, beside what is usual around."""

    name: str
    label: Text
    recorded: str | None
    unit: str | None
    usual: Usual | None
    amount: Decimal


@dataclass(frozen=True)
class NoticeChange:
    """What the value would be about, were one characteristic recorded otherwise."""

    name: str
    label: Text
    unit: str | None
    before: str
    after: str
    difference: Decimal


@dataclass(frozen=True)
class Notice:
    """The notice of one property's published value."""

    property_id: str
    round_id: int
    issued_on: date
    valuation_date: date
    value: Decimal
    model_value: Decimal
    """What the model says; the value itself, unless a valuer has set it."""
    low: Decimal
    high: Decimal
    """The model's 90 % interval."""
    override_reason: str | None
    base: Decimal
    """base + the amounts of all reasons = value, exactly."""
    reasons: tuple[NoticeReason, ...]
    comparables: tuple[Comparable, ...]
    changes: tuple[NoticeChange, ...]
    """Estimated from what the same characteristic adds to the values of properties around; none
    where a valuer has set the value, which does not follow from characteristics."""
    opens_on: date | None
    closes_on: date | None
    """First and last day on which the value can be objected to, once they are set."""


@dataclass(frozen=True)
class NoticeWords:
    """A notice in sentences, for a page."""

    base: str
    """What the reasons are added to."""
    reasons: tuple[str, ...]
    """The weightiest first, as on paper."""
    changes: tuple[str, ...]
    """What the value would be about, were a fact otherwise."""


@dataclass(frozen=True)
class NoticePaper:
    """A notice that was written to a file."""

    property_id: str
    value: Decimal
    valuation_date: date
    language: Language
    file: str


def notice_of(ctx: Context, property_id: str) -> Notice:
    """Return what the owner of a property is told of its published value.

    Raises
    ------
    NotFound
        When there is no such property, or it has no published value.
    """
    ctx.require(*READERS)
    card = cadastre.find_property(ctx, property_id)
    valuation = card.valuation
    if valuation is None:
        raise NotFound(f"The property {property_id!r} has no published value.")
    round_ = rounds.find_round(ctx, valuation.round_id)
    with ctx.transaction() as tx:
        around = notices.neighbours(
            tx, round_id=valuation.round_id, lon=card.lon, lat=card.lat, limit=NEIGHBOURS
        )
        stored = register.value_of(tx, round_id=valuation.round_id, property_id=property_id)
    others = _table(around)
    recorded = {each.name: _plain(each.value) for each in valuation.characteristics}
    subject = {
        "value": valuation.model_value,
        "base": valuation.base,
        "reasons": stored.reasons if stored else [],
    }
    named = [reason.name for reason in valuation.reasons if reason.recorded is not None]
    named = [name for name in named if name != ctx.pack.neighbourhood]
    changes = suggested_changes(recorded, others, named[: 2 * REASONS_SHOWN])
    if valuation.override_reason is not None:
        changes = ()
    return Notice(
        property_id=property_id,
        round_id=valuation.round_id,
        issued_on=ctx.today,
        valuation_date=valuation.valuation_date,
        value=valuation.value,
        model_value=valuation.model_value,
        low=valuation.low,
        high=valuation.high,
        override_reason=valuation.override_reason,
        base=valuation.base,
        reasons=tuple(_reason(ctx, reason, others) for reason in valuation.reasons),
        comparables=valuation.comparables,
        changes=tuple(_change(ctx, each) for each in from_contributions(subject, others, changes))[
            :CHANGES_SHOWN
        ],
        opens_on=round_.opens_on,
        closes_on=round_.closes_on,
    )


def notice_words(ctx: Context, property_id: str, *, money: Callable[[Decimal], str]) -> NoticeWords:
    """Tell the reasons of a property's published value in sentences of the caller's language.

    `money` writes an amount as the page does that the sentences stand on.
    """
    notice, pen = notice_of(ctx, property_id), Pen(ctx.language)
    return NoticeWords(
        base_sentence(ctx.language),
        tuple(_worded(reason, pen, money).sentence for reason in _shortened(notice.reasons)),
        tuple(_supposed(change, pen, money) for change in notice.changes),
    )


def notice_pdf(ctx: Context, property_id: str, *, language: Language) -> bytes:
    """Print the notice of one property on one page."""
    notice = notice_of(ctx, property_id)
    card = cadastre.find_property(ctx, property_id)
    return paper.render_notice(_document(ctx, notice, card, language))


def write_notice(ctx: Context, property_id: str, out: Path, *, language: Language) -> NoticePaper:
    """Write the notice of one property to a PDF file.

    Raises
    ------
    InputError
        When the file's ending is not .pdf.
    """
    if out.suffix.lower() != ".pdf":
        reason = f"a notice cannot be written as {out.suffix or 'a file without an ending'}"
        raise InputError(Finding(str(out), reason, ".pdf"))
    notice = notice_of(ctx, property_id)
    files.write_bytes(notice_pdf(ctx, property_id, language=language), out)
    return NoticePaper(property_id, notice.value, notice.valuation_date, language, str(out))


def _document(
    ctx: Context, notice: Notice, card: PropertyCard, language: Language
) -> paper.NoticeDocument:
    pen = Pen(language, ctx.pack.currency.code)
    window = None
    if notice.opens_on and notice.closes_on:
        window = (notice.opens_on, notice.closes_on)
    law, notes = _law(ctx, notice, language)
    return paper.NoticeDocument(
        language=language,
        currency=ctx.pack.currency.code,
        issuer=ctx.pack.title.in_(language),
        number=f"{notice.round_id}-{notice.property_id}",
        issued_on=notice.issued_on,
        property_id=notice.property_id,
        facts=_facts(card, notice, pen),
        valuation_date=notice.valuation_date,
        value=notice.value,
        model_value=notice.model_value,
        low=notice.low,
        high=notice.high,
        override_reason=notice.override_reason,
        base=paper.NoticeReason(base_sentence(language), notice.base),
        reasons=tuple(_worded(reason, pen, pen.money) for reason in _shortened(notice.reasons)),
        comparables=tuple(_printed(sale) for sale in notice.comparables[:COMPARABLES_SHOWN]),
        changes=tuple(_supposed(change, pen, pen.money) for change in notice.changes),
        window=window,
        law=law,
        notes=notes,
    )


def _shortened(reasons: Sequence[NoticeReason]) -> list[NoticeReason]:
    """Keep the largest reasons and what a valuer decided; sum up the others, so all adds up."""
    kept = {each.name for each in reasons[:REASONS_SHOWN]} | {"override"}
    shown = [reason for reason in reasons if reason.name in kept]
    rest = [reason for reason in reasons if reason.name not in kept]
    left = sum((reason.amount for reason in rest), Decimal(0))
    return [*shown, NoticeReason("rest", REST, None, None, None, left)] if left else shown


def _worded(reason: NoticeReason, pen: Pen, money: Callable[[Decimal], str]) -> paper.NoticeReason:
    recorded = None if reason.recorded is None else pen.recorded(reason.recorded, reason.unit)
    told = ToldReason(
        reason.name,
        reason.label,
        recorded,
        reason.unit is not None,
        reason.usual,
        reason.amount,
        money(abs(reason.amount)),
    )
    return paper.NoticeReason(reason_sentence(told, pen.language), reason.amount)


def _printed(sale: Comparable) -> paper.NoticeSale:
    location = sum((a.amount for a in sale.adjustments if a.name == "location"), Decimal(0))
    return paper.NoticeSale(
        sale.property_id,
        sale.sold_on,
        sale.distance_m,
        sale.price,
        time=sale.time,
        location=location,
        others=sale.adjusted_price - sale.price - sale.time - location,
        adjusted_price=sale.adjusted_price,
        weight=sale.weight,
    )


def _supposed(change: NoticeChange, pen: Pen, money: Callable[[Decimal], str]) -> str:
    about = pen.about(change.difference)
    return change_sentence(
        change.label.in_(pen.language),
        pen.recorded(change.before, change.unit),
        pen.recorded(change.after, change.unit),
        difference=about,
        money=money(abs(about)),
        language=pen.language,
    )


def _facts(card: PropertyCard, notice: Notice, pen: Pen) -> tuple[tuple[str, str], ...]:
    """Write out the recorded facts that matter most for the value, in the register's order."""
    weighty = [reason.name for reason in notice.reasons if reason.recorded is not None]
    kept = set(weighty[:FACTS_SHOWN])
    return tuple(
        (fact.label.in_(pen.language), pen.recorded(fact.value, fact.unit))
        for fact in (card.valuation.characteristics if card.valuation else ())
        if fact.name in kept
    )


def _law(
    ctx: Context, notice: Notice, language: Language
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Cite what gives the right to object, with what is not certain of it."""
    if ctx.pack.objection_days is None:
        return (), ()
    held = ctx.pack.objection_days.on(notice.opens_on or notice.valuation_date)
    cited = cite(held.law, ctx.pack.sources, language).text
    doubt = translated(held.doubt, ctx.pack.doubts, language) if held.doubt else None
    return (cited,), (doubt,) if doubt else ()


def _reason(ctx: Context, reason: Reason, others: pa.Table) -> NoticeReason:
    column = ctx.pack.columns.get(reason.name)
    usual = None
    value = None if reason.recorded is None else _plain(reason.recorded)
    comparable = reason.name != ctx.pack.neighbourhood
    if column is not None and isinstance(value, float) and comparable:
        levels = others[reason.name] if reason.name in others.column_names else None
        if levels is not None and column.type in {"integer", "decimal", "number"}:
            numbers = np.asarray(levels.cast(pa.float64()).to_numpy(), dtype=np.float64)
            usual = usual_of(float(value), numbers)
    unit = column.unit if column else None
    return NoticeReason(reason.name, reason.label, reason.recorded, unit, usual, reason.amount)


def _change(ctx: Context, found: Sensitivity) -> NoticeChange:
    change = found.change
    column = ctx.pack.columns.get(change.name)
    return NoticeChange(
        change.name,
        label(ctx, change.name),
        column.unit if column else None,
        _written(change.before),
        _written(change.after),
        found.difference,
    )


def _table(around: Sequence[notices.NeighbourRow]) -> pa.Table:
    """Lay the properties around out as columns; a characteristic that one lacks is missing."""
    names = sorted({name for row in around for name in row.characteristics})
    columns: dict[str, Any] = {
        "value": pa.array([float(row.value) for row in around], pa.float64()),
        "base": pa.array([float(row.base) for row in around], pa.float64()),
        "reasons": [row.reasons for row in around],
    }
    for name in names:
        values = [_comparable_value(row.characteristics.get(name)) for row in around]
        columns[name] = pa.array(values)
    return pa.table(columns)


def _comparable_value(value: Any) -> Any:
    return (
        float(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else value
    )


def _plain(written: str) -> bool | float | str:
    """Read a recorded value again: a truth, a number or a text."""
    if written in {"yes", "no"}:
        return written == "yes"
    try:
        return float(written)
    except ValueError:
        return written


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.10g}" if isinstance(value, float) else str(value)
