"""Checks of codes: by anyone, by a till before a sale, and the sale itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from weakref import WeakKeyDictionary

from kazyna.core.errors import Finding, InputError, NotFound
from kazyna.core.text import Text
from kazyna.marking.verification import (
    SELL,
    Answer,
    Reason,
    Seller,
    Standing,
    judge,
    judge_receipt,
)
from kazyna.services.code_standing import CodeState, code_law, look_up
from kazyna.services.context import Context
from kazyna.services.marking_documents import Document, SubmittedDocument, lines_of, submit
from kazyna.services.rate_limit import Limiter
from kazyna.services.scan_log import Scan, device_of_address, scan_log
from kazyna.store import participants
from kazyna.store.connection import Database

PUBLIC_CODES_MAX, CODES_MAX = 20, 10_000
RECEIPT_CODES_MAX = 1_000
SOLD = frozenset({"sold", "sold_just_now"})
_limiters: WeakKeyDictionary[Database, Limiter] = WeakKeyDictionary()


@dataclass(frozen=True)
class CheckedCode:
    """What anyone may know of a code."""

    code: str
    finding: str
    """genuine, attention (something is the matter), false, or unknown."""
    reason: Reason
    text: Text
    """The reason in words."""
    allowed: bool
    """Whether the goods may be on sale."""
    status: Text | None
    gtin: str | None
    product: str | None
    goods: str | None
    lot: str | None
    produced_on: date | None
    expires_on: date | None
    first_sold_on: date | None
    """Of when the goods were first sold; where and by whom is nobody's business."""
    country: str | None
    scanner_faults: tuple[str, ...]
    """What the scanner did to the code."""
    repaired: str | None
    """The code that must have been meant."""


@dataclass(frozen=True)
class Place:
    """Where a scan was made, as far as the caller says it."""

    device: str | None = None
    facility: str | None = None
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class CheckedReceipt:
    """What a till is told of a receipt."""

    allowed: bool
    """Whether all may be sold."""
    answers: tuple[CheckedCode, ...]


@dataclass(frozen=True)
class Sale:
    """A receipt that is sold."""

    receipt: str
    """The number of the receipt: it is sold once, however often it is sent."""
    codes: tuple[str, ...]
    sold_at: datetime
    """By the clock of the till, with its zone."""
    prices: tuple[int | None, ...] | None = None
    """What was paid for each, in minor units."""
    place: Place = Place()


@dataclass(frozen=True)
class SoldReceipt:
    """A receipt that was sold, or why it was not: then nothing of it is."""

    sold: bool
    answers: tuple[CheckedCode, ...]
    document: SubmittedDocument | None


def admit(ctx: Context, address: str, codes: int) -> str | None:
    """Let the public ask, but not without end; return what stands for its address in the log.

    Raises
    ------
    TooMany
        When an address asks too often.
    """
    if ctx.actor.role != "public":
        return None
    device = device_of_address(address, ctx.today.isoformat())
    if ctx.public_checks:
        limiter = _limiters.setdefault(ctx.database, Limiter())
        limiter.take(device, codes, a_minute=ctx.public_checks)
    return device


def check_codes(
    ctx: Context, texts: Sequence[str], *, address: str = "", place: Place | None = None
) -> tuple[CheckedCode, ...]:
    """Tell what codes are: genuine or forged, of which product, sold or not.

    Parameters
    ----------
    ctx
        Who asks. The public is answered as everyone else, but not without end.
    texts
        Codes in any form.
    address
        From where the public asks; nothing of it is kept.
    place
        Where the scan was made.

    Raises
    ------
    TooMany
        When an address asks too often.
    InputError
        When there are too many codes in one question.
    """
    _count(texts, PUBLIC_CODES_MAX if ctx.actor.role == "public" else CODES_MAX)
    device = admit(ctx, address, len(texts)) or (place.device if place else None)
    return check_admitted(ctx, texts, [device] * len(texts), place)


def check_admitted(
    ctx: Context,
    texts: Sequence[str],
    devices: Sequence[str | None],
    place: Place | None = None,
) -> tuple[CheckedCode, ...]:
    """Answer several callers at once, each of whom was admitted; a device for each code."""
    lifecycle, _ = code_law(ctx)
    states = look_up(ctx, texts)
    answers = [judge(standing_of(state), lifecycle, ctx.today) for state in states]
    purpose = "inspector" if ctx.actor.role in ("officer", "auditor") else "public"
    record_scans(ctx, states, answers, purpose, place, devices=devices)
    return tuple(map(checked_code, states, answers))


def check_receipt(ctx: Context, texts: Sequence[str], place: Place | None = None) -> CheckedReceipt:
    """Tell a till which codes of a receipt it may sell, with a reason for each it may not."""
    ctx.require("participant")
    _count(texts, RECEIPT_CODES_MAX)
    states, answers = judge_for_sale(ctx, texts, ctx.now())
    devices = [place.device if place else None] * len(states)
    record_scans(ctx, states, answers, "till", place, devices=devices)
    return CheckedReceipt(
        all(answer.allowed for answer in answers), tuple(map(checked_code, states, answers))
    )


def sell_receipt(ctx: Context, sale: Sale) -> SoldReceipt:
    """Sell the goods of a receipt, all or none; each unit is sold for the first time once.

    A receipt that was sold is answered as the first time. Whoever is first of two tills that sell
    the same goods at the same moment has sold them; the other is told so.
    """
    ctx.require("participant")
    _count(sale.codes, RECEIPT_CODES_MAX)
    states, answers = judge_for_sale(ctx, sale.codes, sale.sold_at)
    done = None
    # What is sold already may have been sold by this very receipt: its document knows.
    if all(answer.allowed or answer.reason in SOLD for answer in answers):
        try:
            done = submit(ctx, _document(sale))
        except InputError:
            states, answers = judge_for_sale(ctx, sale.codes, sale.sold_at)
            if all(answer.allowed for answer in answers):
                raise
    devices = [sale.place.device] * len(states)
    record_scans(ctx, states, answers, "till", sale.place, devices=devices)
    return SoldReceipt(done is not None, tuple(map(checked_code, states, answers)), done)


def _document(sale: Sale) -> Document:
    device = {"device": sale.place.device} if sale.place.device else {}
    return Document(
        kind=SELL,
        document_id=sale.receipt,
        happened_at=sale.sold_at,
        lines=lines_of(list(sale.codes), price=list(sale.prices) if sale.prices else None),
        facility=sale.place.facility,
        attributes=device,
    )


def judge_for_sale(
    ctx: Context, texts: Sequence[str], at: datetime
) -> tuple[tuple[CodeState, ...], list[Answer]]:
    """Look codes up and judge whether the participant who acts may sell them at a moment."""
    lifecycle, _ = code_law(ctx)
    states = look_up(ctx, texts)
    named = [(state.name or state.text, standing_of(state)) for state in states]
    return states, judge_receipt(named, lifecycle, at, seller_of(ctx))


def seller_of(ctx: Context) -> Seller:
    """Return the participant who acts, as a seller."""
    number = ctx.actor.participant_no
    with ctx.transaction() as tx:
        row = participants.participant_by_number(tx, number or 0, on=ctx.today)
    if row is None or row.ended:
        raise NotFound(f"The participant you act for is not registered on {ctx.today}.")
    return Seller(row.participant_id, tuple(row.kinds))


def standing_of(state: CodeState) -> Standing:
    """Return what a judgement looks at."""
    return Standing(
        verdict=state.verdict,
        known=state.known,
        status=state.status,
        hold=state.hold,
        goods=state.goods,
        expires_on=state.expires_on,
        holder=state.holder,
        first_sold_at=state.first_sold_at,
        first_seller=state.first_seller,
    )


def checked_code(state: CodeState, answer: Answer) -> CheckedCode:
    """Return what anyone may know of a code."""
    return CheckedCode(
        code=state.text,
        finding=answer.finding,
        reason=answer.reason,
        text=answer.text,
        allowed=answer.allowed,
        status=answer.status,
        gtin=state.gtin,
        product=state.product,
        goods=state.goods or None,
        lot=state.lot,
        produced_on=state.produced_on,
        expires_on=state.expires_on,
        first_sold_on=state.first_sold_at.date() if state.first_sold_at else None,
        country=state.country,
        scanner_faults=state.scanner_faults,
        repaired=state.repaired,
    )


def record_scans(
    ctx: Context,
    states: Sequence[CodeState],
    answers: Sequence[Answer],
    purpose: str,
    place: Place | None,
    *,
    devices: Sequence[str | None],
) -> None:
    """Take scans into the log, which is written later."""
    facility = place.facility if place else None
    number = None
    if facility is not None:
        with ctx.transaction() as tx:
            row = participants.find_facility(tx, facility, on=ctx.today)
        if row is None or row.participant_no != ctx.actor.participant_no:
            raise NotFound(f"You have no facility {facility!r} on {ctx.today}.")
        number = row.facility_no
    scan_log(ctx.database).add(
        [
            Scan(
                purpose=purpose,
                verdict=state.verdict,
                reason=answer.reason,
                text=state.text,
                gtin=state.gtin,
                batch=state.batch,
                index=state.index,
                device=device,
                participant_no=ctx.actor.participant_no,
                facility_no=number,
                lon=place.lon if place else None,
                lat=place.lat if place else None,
            )
            for state, answer, device in zip(states, answers, devices, strict=True)
        ]
    )


def _count(texts: Sequence[str], at_most: int) -> None:
    if not 1 <= len(texts) <= at_most:
        expected = f"1 to {at_most:,} codes"
        raise InputError(Finding("codes", f"{len(texts)} codes in one question", expected))
