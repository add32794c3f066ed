"""Sales that the screening of a round doubted, and what valuers decide about single sales.

A decision changes no round that is made: it counts from the next draft on, and a draft that was
made before can then no longer be frozen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kazyna.core.errors import Finding, InputError, NotFound
from kazyna.core.text import Text
from kazyna.services import rounds
from kazyna.services.context import Context, Role
from kazyna.store import screening
from kazyna.store.connection import Transaction
from kazyna.valuation.evidence.screening_reasons import KINDS, REASONS, Reason, Suspicion

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


@dataclass(frozen=True)
class ScreeningPage:
    """Some of the sales that the screening of a round doubted, and how many there are of each."""

    round_id: int
    valuation_date: date
    left_out: int
    kept: int
    counts: tuple[ReasonCount, ...]
    """Of those left out."""
    shown: str
    """Which are asked for: `left_out`, `kept`, or the code of a reason among those left out."""
    page: int
    pages: int
    sales: tuple[ScreenedSale, ...]


PAGE_SALES = 50
BY_VALUER = "decision"
"""Stands for the reason of the sales that only a valuer left out."""
DECIDED = Text("left out by a valuer", "исключена оценщиком", "баалоочу алып салган")


def screening_of_round(
    ctx: Context, round_id: int, *, limit: int | None = None, offset: int = 0
) -> RoundScreening:
    """Return the sales that the screening of a round doubted, each with its reasons.

    Parameters
    ----------
    limit, offset
        How many sales to return, all when not given, and how many to pass over. The counts are
        always of all.

    Raises
    ------
    NotFound
        When there is no such round.
    """
    ctx.require(*READERS)
    with ctx.transaction() as tx:
        row = rounds.found(tx, round_id)
        left_out, kept = _counted(tx, round_id)
        rows = screening.screened_of_round(tx, round_id, limit=limit, offset=offset)
    return RoundScreening(
        round_id, row.valuation_date, sum(left_out.values()), kept, _counts(left_out),
        tuple(map(_screened, rows)),
    )  # fmt: skip


def screening_page(
    ctx: Context, round_id: int, *, shown: str = "left_out", page: int = 1
) -> ScreeningPage:
    """Return a page of the sales that the screening of a round doubted, the dearest first.

    Parameters
    ----------
    shown
        `left_out`, `kept` (doubted, but kept), or the first reason of those left out.
    page
        Its number, from 1; one beyond the last is the last.

    Raises
    ------
    NotFound
        When there is no such round, or nothing was left out for such a reason.
    """
    ctx.require(*READERS)
    with ctx.transaction() as tx:
        row = rounds.found(tx, round_id)
        by_code, kept = _counted(tx, round_id)
        left_out = sum(by_code.values())
        wanted = {"left_out": left_out, "kept": kept} | by_code
        if shown not in wanted:
            raise NotFound(f"No sale of round {round_id} was left out for {shown!r}.")
        pages = max(-(-wanted[shown] // PAGE_SALES), 1)
        at = min(page, pages)
        reason = None if shown in ("left_out", "kept") else shown
        sales = screening.screened_page(
            tx, round_id, kept=shown == "kept", reason="" if reason == BY_VALUER else reason,
            after=(at - 1) * PAGE_SALES, limit=PAGE_SALES,
        )  # fmt: skip
    return ScreeningPage(
        round_id, row.valuation_date, left_out, kept, _counts(by_code), shown, at, pages,
        tuple(map(_screened, sales)),
    )  # fmt: skip


def _counted(tx: Transaction, round_id: int) -> tuple[dict[str, int], int]:
    """Count the sales left out by their first reason, and those doubted but kept."""
    counted = screening.counted_reasons(tx, round_id)
    left_out = {each.reason or BY_VALUER: each.sales for each in counted if not each.kept}
    return left_out, sum(each.sales for each in counted if each.kept)


def _counts(by_code: Mapping[str, int]) -> tuple[ReasonCount, ...]:
    """Order the reasons of the sales left out, the commonest first."""
    return tuple(
        ReasonCount(code, _meanings().get(code, DECIDED), by_code[code])
        for code in sorted(by_code, key=lambda code: (-by_code[code], code))
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
