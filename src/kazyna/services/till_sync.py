"""What tills sold without a network: taken up later, in the order of the till's own counter.

A till counts its receipts, and the count cannot go back: it puts sales in order where the clock is
wrong, and shows receipts that were never reported. A sale that cannot be taken up, because the
goods were sold elsewhere or must not be sold, has happened all the same: an alert says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Literal

from pydantic import TypeAdapter

from kazyna.core.errors import Conflict, Finding, InputError
from kazyna.core.text import Text
from kazyna.marking.verification import Answer
from kazyna.services.alerts import Evidence, NewAlert, Severity, raise_alerts
from kazyna.services.code_standing import CodeState
from kazyna.services.context import Context
from kazyna.services.verification import (
    SOLD,
    CheckedCode,
    Place,
    Sale,
    judge_for_sale,
    sell_receipt,
    seller_of,
)
from kazyna.store import scans
from kazyna.store.scans import TillSaleRow

SALES_MAX = 500
CLOCK_SLACK = timedelta(minutes=10)
ANSWERS = TypeAdapter(tuple[CheckedCode, ...])

SyncOutcome = Literal["sold", "conflict", "refused"]
OUTCOMES: dict[str, SyncOutcome] = {"sold": "sold", "conflict": "conflict", "refused": "refused"}

TITLES: dict[str, Text] = {
    "offline_conflict": Text(
        "Sold without a network, and sold elsewhere",
        "Продано без сети и продано в другом месте",
        "Тармаксыз сатылган жана башка жерде сатылган",
    ),
    "offline_refused": Text(
        "Sold without a network, and must not be sold",
        "Продано без сети, хотя продавать было нельзя",
        "Тармаксыз сатылган, бирок сатууга болбойт эле",
    ),
    "till_counter_gap": Text(
        "Receipts of a till are missing",
        "Не хватает чеков кассы",
        "Кассанын чектери жетишпейт",
    ),
    "till_clock": Text(
        "The clock of a till went back",
        "Часы кассы переведены назад",
        "Кассанын сааты артка жылдырылган",
    ),
}


@dataclass(frozen=True)
class OfflineSale:
    """One receipt that a till has sold without a network."""

    counter: int
    """Counts the receipts of the till, from 1 and never back."""
    sold_at: datetime
    """By the clock of the till."""
    codes: tuple[str, ...]
    prices: tuple[int | None, ...] | None = None


@dataclass(frozen=True)
class SyncedSale:
    """What became of one receipt."""

    counter: int
    outcome: SyncOutcome
    reason: str
    created: bool
    """False when it had been reported before."""
    answers: tuple[CheckedCode, ...] = ()


@dataclass(frozen=True)
class Synced:
    """What became of a report."""

    device: str
    sales: tuple[SyncedSale, ...]
    alerts: tuple[int, ...]
    next_counter: int


@dataclass(frozen=True)
class _Till:
    """Whose till reports."""

    seller: str
    device: str

    def document_id(self, sale: OfflineSale) -> str:
        """Return the id under which a receipt is taken up."""
        return f"offline:{self.device}:{sale.counter}"


def sync_sales(ctx: Context, sales: Sequence[OfflineSale], place: Place) -> Synced:
    """Take up what a till has sold without a network.

    Sent again, a receipt is answered as the first time. Each receipt is a transaction of its own:
    one that cannot be taken up does not hold up the others.

    Raises
    ------
    InputError
        When the device is not named, or a number stands twice.
    Conflict
        When a number was reported with other goods.
    """
    ctx.require("participant")
    device = _checked(sales, place)
    ordered = sorted(sales, key=lambda sale: sale.counter)
    number = ctx.actor.participant_no or 0
    counters = [sale.counter for sale in ordered]
    with ctx.transaction() as tx:
        known = scans.find_till_sales(tx, number, device, counters)
        last = scans.last_counter(tx, number, device)
    for sale in ordered:
        row = known.get(sale.counter)
        if row is not None and row.content_hash not in _contents(sale):
            raise Conflict(f"Receipt {sale.counter} of {device} was reported with other goods.")
    till = _Till(seller_of(ctx).participant, device)
    alerts = _of_the_till([sale for sale in ordered if sale.counter > last], till, last)
    done = []
    for sale in ordered:
        before = known.get(sale.counter)
        if before is not None:
            done.append(_again(before))
            continue
        synced, raised = _take_up(ctx, sale, till, place)
        alerts += raised
        done.append(synced)
        with ctx.transaction() as tx:
            row = TillSaleRow(
                sale.counter, sale.sold_at, _contents(sale)[0], synced.outcome, synced.reason,
                ANSWERS.dump_python(synced.answers, mode="json"),
            )  # fmt: skip
            scans.insert_till_sale(tx, number, device, row)
    created = raise_alerts(ctx, alerts).created if alerts else ()
    return Synced(device, tuple(done), created, max(last, *counters) + 1)


def _take_up(
    ctx: Context, sale: OfflineSale, till: _Till, place: Place
) -> tuple[SyncedSale, list[NewAlert]]:
    """Sell one receipt, or say why it cannot have been sold."""
    receipt = Sale(till.document_id(sale), sale.codes, sale.sold_at, sale.prices, place)
    sold = sell_receipt(ctx, receipt)
    if sold.sold:
        return SyncedSale(sale.counter, "sold", "genuine", created=True, answers=sold.answers), []
    states, answers = judge_for_sale(ctx, sale.codes, sale.sold_at)
    refused = [
        (state, answer) for state, answer in zip(states, answers, strict=True) if not answer.allowed
    ]
    conflict = all(answer.reason in SOLD for _, answer in refused)
    reason = refused[0][1].reason if refused else "not_for_sale"
    outcome: SyncOutcome = "conflict" if conflict else "refused"
    alerts = [_alert(state, answer, sale, till) for state, answer in refused]
    return SyncedSale(sale.counter, outcome, reason, created=True, answers=sold.answers), alerts


def _alert(state: CodeState, answer: Answer, sale: OfflineSale, till: _Till) -> NewAlert:
    name, document_id = state.name or state.text[:100], till.document_id(sale)
    conflict = answer.reason in SOLD
    evidence = [_evidence(sale, till)]
    reason = answer.text
    if conflict and state.first_sold_at is not None:
        first = Evidence(
            "document", f"first sale of {name}", "sell", state.first_sold_at, state.first_seller
        )
        evidence.append(first)
        reason = _who_was_first(state.first_sold_at, sale.sold_at)
    rule = "offline_conflict" if conflict else "offline_refused"
    severity: Severity = "high" if conflict or answer.finding == "false" else "medium"
    return NewAlert(
        rule=rule,
        severity=severity,
        title=TITLES[rule],
        reason=reason,
        subject_kind="code",
        subject=name,
        happened_at=sale.sold_at,
        evidence=tuple(evidence),
        gtin=state.gtin,
        lot=state.lot,
        participant=till.seller,
        device=till.device,
        key=f"{document_id}:{name}",
    )


def _evidence(sale: OfflineSale, till: _Till) -> Evidence:
    document_id = till.document_id(sale)
    return Evidence(
        "document",
        document_id,
        "sell",
        sale.sold_at,
        till.seller,
        device=till.device,
        document=document_id,
    )


def _who_was_first(recorded: datetime, offline: datetime) -> Text:
    """Say which of two sales was the first by the clocks of the tills."""
    times = f"{recorded:%Y-%m-%d %H:%M} UTC / {offline:%Y-%m-%d %H:%M} UTC"
    if offline < recorded:
        return Text(
            f"By its clock the till without a network was first: {times}.",
            f"По часам первой была касса без сети: {times}.",
            f"Саат боюнча биринчи тармаксыз касса болгон: {times}.",
        )
    return Text(
        f"The goods were sold before: {times}.",
        f"Товар был продан раньше: {times}.",
        f"Товар мурда сатылган: {times}.",
    )


def _of_the_till(fresh: Sequence[OfflineSale], till: _Till, last: int) -> list[NewAlert]:
    """Find receipts that are missing, and a clock that went back."""
    alerts = []
    for before, sale in zip([last, *(each.counter for each in fresh)], fresh, strict=False):
        if sale.counter > before + 1:
            reason = Text(
                f"Receipts {before + 1} to {sale.counter - 1} were never reported.",
                f"Чеки с {before + 1} по {sale.counter - 1} не переданы.",
                f"{before + 1}–{sale.counter - 1} чектер берилген эмес.",
            )
            alerts.append(_till_alert("till_counter_gap", "low", reason, sale, till))
    for earlier, sale in pairwise(fresh):
        if sale.sold_at < earlier.sold_at - CLOCK_SLACK:
            reason = Text(
                f"Receipt {sale.counter} is dated before receipt {earlier.counter}.",
                f"Чек {sale.counter} датирован раньше чека {earlier.counter}.",
                f"{sale.counter}-чек {earlier.counter}-чектен мурда белгиленген.",
            )
            alerts.append(_till_alert("till_clock", "medium", reason, sale, till))
    return alerts


def _till_alert(
    rule: str, severity: Severity, reason: Text, sale: OfflineSale, till: _Till
) -> NewAlert:
    return NewAlert(
        rule=rule,
        severity=severity,
        title=TITLES[rule],
        reason=reason,
        subject_kind="device",
        subject=till.device,
        happened_at=sale.sold_at,
        evidence=(_evidence(sale, till),),
        participant=till.seller,
        device=till.device,
        key=f"{till.seller}:{till.document_id(sale)}",
    )


def _checked(sales: Sequence[OfflineSale], place: Place) -> str:
    if not place.device:
        raise InputError(Finding("device", "the till is not named", "its serial number"))
    if not 1 <= len(sales) <= SALES_MAX:
        expected = f"1 to {SALES_MAX} receipts"
        raise InputError(Finding("sales", f"{len(sales)} receipts in one report", expected))
    counters = [sale.counter for sale in sales]
    twice = sorted({counter for counter in counters if counters.count(counter) > 1})
    if twice:
        reason = f"the numbers {', '.join(map(str, twice))} stand twice"
        raise InputError(Finding("sales", reason, "each number once", column="counter"))
    return place.device


def _again(before: TillSaleRow) -> SyncedSale:
    """Answer a receipt that was reported before as the first time."""
    answers = ANSWERS.validate_python(before.answers)
    return SyncedSale(
        before.counter, OUTCOMES[before.outcome], before.reason, created=False, answers=answers
    )


def _contents(sale: OfflineSale) -> tuple[bytes, ...]:
    """Hash what a receipt says: a moment is the same in any zone, though it once was not."""
    moments = (sale.sold_at.astimezone(UTC), sale.sold_at)
    return tuple(
        sha256("\n".join([at.isoformat(), *sale.codes, repr(sale.prices)]).encode()).digest()
        for at in moments
    )
