"""Sales that the screening of a round doubted, and what valuers decide about single sales.

A decision changes no round that is made: it counts from the next draft on, and a draft that was
made before can then no longer be frozen.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kazyna.core.errors import Finding, InputError, NotFound
from kazyna.core.text import Text
from kazyna.services import rounds
from kazyna.services.context import Context, Role
from kazyna.store import screening
from kazyna.valuation.screening_reasons import KINDS, REASONS, Reason, Suspicion

READERS: tuple[Role, ...] = ("valuer", "auditor")
NOTE_MAX = 1_000


@dataclass(frozen=True)
class SaleDecision:
    """What a valuer decided about one sale."""

    property_id: str
    sold_on: date
    keep: bool | None
    """None leaves the sale to the screening again."""
    note: str
    decided_by: str
    decided_on: date


@dataclass(frozen=True)
class ScreenedSale:
    """One sale that was doubted."""

    property_id: str
    sold_on: date
    price: Decimal
    kept: bool
    """Whether this round's model was fitted to it."""
    reasons: tuple[str, ...]
    """Codes, the weightiest first; none where a valuer decided alone."""
    words: tuple[Text, ...]
    """The same with the numbers they rest on."""
    decision: SaleDecision | None
    """What counts as decided by now, and so for the next draft."""


@dataclass(frozen=True)
class ReasonCount:
    """Sales left out for one reason, their first."""

    reason: str
    meaning: Text
    sales: int


@dataclass(frozen=True)
class RoundScreening:
    """What the screening of a round doubted."""

    round_id: int
    valuation_date: date
    left_out: int
    kept: int
    """Doubted, but kept: one weak witness, or a valuer's decision."""
    counts: tuple[ReasonCount, ...]
    sales: tuple[ScreenedSale, ...]
    """First those left out, the dearest first."""


DECIDED = Text("left out by a valuer", "исключена оценщиком", "баалоочу алып салган")


def screening_of_round(ctx: Context, round_id: int) -> RoundScreening:
    """Return the sales that the screening of a round doubted, each with its reasons.

    Raises
    ------
    NotFound
        When there is no such round.
    """
    ctx.require(*READERS)
    with ctx.transaction() as tx:
        row = rounds.found(tx, round_id)
        sales = tuple(map(_screened, screening.screened_of_round(tx, round_id)))
    out = [sale for sale in sales if not sale.kept]
    first = [sale.reasons[0] if sale.reasons else "" for sale in out]
    counts = tuple(
        ReasonCount(code or "decision", _meanings().get(code, DECIDED), first.count(code))
        for code in sorted(set(first), key=lambda code: (-first.count(code), code))
    )
    return RoundScreening(
        round_id, row.valuation_date, len(out), len(sales) - len(out), counts, sales
    )


def decide_sale(
    ctx: Context, property_id: str, sold_on: date, *, keep: bool | None, note: str
) -> SaleDecision:
    """Decide about one sale whatever screening says; the same said again changes nothing.

    Parameters
    ----------
    keep
        Whether the next draft is fitted to the sale; None takes an earlier decision back.
    note
        Why; it is kept with the name and the day.

    Raises
    ------
    NotFound
        When no such sale is recorded.
    InputError
        When the reason is missing.
    """
    ctx.require("valuer")
    if not note.strip() or len(note) > NOTE_MAX:
        finding = Finding("decision", "no reason, or one that is too long",
                          f"the reason in up to {NOTE_MAX} characters", column="note")  # fmt: skip
        raise InputError(finding)
    with ctx.transaction() as tx:
        if not screening.sale_is_known(tx, property_id, sold_on):
            raise NotFound(f"No sale of {property_id!r} on {sold_on} is recorded.")
        before = screening.decision_of(tx, property_id, sold_on)
        if before is None or (before.keep, before.note) != (keep, note.strip()):
            screening.insert_decision(
                tx, property_id, sold_on, keep=keep, note=note.strip(), on=ctx.today
            )
        row = screening.decision_of(tx, property_id, sold_on)
    if row is None:
        raise NotFound("The decision was not recorded.")
    return SaleDecision(**vars(row))


def _meanings() -> dict[str, Text]:
    return {str(code): text for code, text in KINDS.items()}


def _screened(row: screening.ScreenedRow) -> ScreenedSale:
    decision = None
    if row.decided and row.note and row.decided_by and row.decided_on:
        decision = SaleDecision(
            row.property_id, row.sold_on, row.keep, row.note, row.decided_by, row.decided_on
        )
    suspicions = [
        Suspicion(0, code, 1.0, tuple((each["name"], float(each["number"])) for each in evidence))
        for code, evidence in ((_known(one["reason"]), one["evidence"]) for one in row.reasons)
    ]
    return ScreenedSale(
        row.property_id,
        row.sold_on,
        row.price,
        row.kept,
        tuple(each.reason for each in suspicions),
        tuple(Text(each.words("en"), each.words("ru"), each.words("ky")) for each in suspicions),
        decision,
    )


def _known(code: str) -> Reason:
    return REASONS[[str(reason) for reason in REASONS].index(code)]
