"""Valuation rounds: drafted from the market, frozen, published, objected to, approved, in force.

Who does what: a valuer makes a draft and moves it on; the approval is of a second valuer, who has
neither frozen nor published the round. Every step is recorded for good with its day and its actor.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal, get_args

from pydantic import TypeAdapter

from kazyna.core.errors import Conflict, Finding, Forbidden, InputError, NotFound
from kazyna.core.text import Text
from kazyna.documents.engine_words import note_in_words
from kazyna.services.cadastre import READERS
from kazyna.services.context import Context
from kazyna.store import objections, overrides, rounds
from kazyna.store.connection import Transaction
from kazyna.valuation.features import LEAKAGE
from kazyna.valuation.land_and_cost.land_report import LandBasis
from kazyna.valuation.market_areas import MarketArea

Status = Literal[
    "draft", "frozen", "published", "objections", "approved", "in_force", "superseded", "withdrawn"
]
Step = Literal["freeze", "publish", "open_objections", "approve", "enforce", "withdraw"]


@dataclass(frozen=True)
class Transition:
    """A step that a person takes with a round: from which states, and to which."""

    step: Step
    sources: tuple[Status, ...]
    target: Status


TRANSITIONS = (
    Transition("freeze", ("draft",), "frozen"),
    Transition("publish", ("frozen",), "published"),
    Transition("open_objections", ("published",), "objections"),
    Transition("approve", ("objections",), "approved"),
    Transition("enforce", ("approved",), "in_force"),
    Transition("withdraw", ("draft", "frozen", "published", "objections"), "withdrawn"),
)
"""The database knows the same, and one more: a round in force is superseded by the next."""
PUBLIC: tuple[Status, ...] = ("published", "objections", "approved", "in_force", "superseded")
"""States in which anyone may read a round."""


@dataclass(frozen=True)
class Interval:
    """A statistic with its 95 % confidence interval."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class StudyPoint:
    """One sale of the hold-out: what it fetched and what the model would have said."""

    property_id: str
    sold_on: date
    price: Decimal
    value: Decimal
    ratio: float


@dataclass(frozen=True)
class Study:
    """The ratio study on sales that the model had not seen (IAAO Standard on Ratio Studies)."""

    sales: int
    first_sale: date
    last_sale: date
    median_ratio: Interval
    cod: Interval
    prd: Interval
    prb: Interval
    coverage_90: float
    """Share of hold-out prices inside their 90 % interval."""
    mdape: float
    r2: float


@dataclass(frozen=True)
class IndexPoint:
    """The level of the market on a day; 1 on the valuation date."""

    day: date
    level: float
    low: float
    high: float


@dataclass(frozen=True)
class StratumPrices:
    """How prices moved in one part of the market, from the first day to the valuation date."""

    name: str
    sales: int
    own: float
    """How much of it its own sales tell, from 0 (the whole market's movement) to 1."""
    change: float
    low: float
    high: float
    """The change as a share, and its 90 % interval."""


@dataclass(frozen=True)
class StrataPrices:
    """The parts of the market, each with its movement of prices."""

    column: str | None
    label: Text | None
    """What parts the market; None where market areas were found, numbered from the dearest on."""
    since: date
    each: tuple[StratumPrices, ...]


@dataclass(frozen=True)
class Importance:
    """One characteristic's share of all that moves values away from the typical property."""

    name: str
    label: Text
    share: float


@dataclass(frozen=True)
class PublishedRound:
    """One round with its evidence; the CLI prints it, the API returns it, the page shows it."""

    round_id: int
    valuation_date: date
    status: Status
    properties: int
    total_value: Decimal
    """With the values that were set by hand."""
    set_by_hand: int
    opens_on: date | None
    closes_on: date | None
    """First and last day on which values can be objected to, once they are set."""
    sales_used: int
    study: Study
    index: tuple[IndexPoint, ...]
    weights: dict[str, float]
    """Share of each model in the value, by out-of-fold evidence."""
    importance: tuple[Importance, ...]
    """What moves values most, the largest first."""
    notes: tuple[str, ...]
    """What the model had to do without, and what it did instead."""
    strata: StrataPrices | None = None
    """The movement of prices by parts of the market; None in early rounds and in thin markets."""
    areas: tuple[MarketArea, ...] = ()
    """Market areas that were found, the dearest first; none without places or in thin markets."""
    land: LandBasis | None = None
    """What the split into land and buildings rests on; None in early rounds and without it."""


@dataclass(frozen=True)
class RoundLine:
    """One round in the list of all."""

    round_id: int
    valuation_date: date
    status: Status
    properties: int
    total_value: Decimal
    set_by_hand: int
    opens_on: date | None
    closes_on: date | None


@dataclass(frozen=True)
class RoundEvent:
    """One step in the life of a round; the actor's name is for the office."""

    status: Status
    on: date
    actor: str | None
    note: str


@dataclass(frozen=True)
class Waiting:
    """What stands between a round and its approval."""

    what: Literal["window", "objections", "signatures"]
    count: int
    """Of objections that are not decided, or of values that wait for a second signature."""
    until: date | None = None
    """Last day of the window."""

    def __str__(self) -> str:
        return {
            "window": f"the window for objections is open until {self.until}",
            "objections": f"objections that are not decided: {self.count}",
            "signatures": f"values set by hand that wait for a second signature: {self.count}",
        }[self.what]


@dataclass(frozen=True)
class RoundState:
    """Where a round stands: what happened to it, and what can be done next and by whom."""

    round_id: int
    status: Status
    manifest_hash: str | None
    """Of the frozen folder, from which anyone gets the same values."""
    events: tuple[RoundEvent, ...]
    next_steps: tuple[Step, ...]
    """What the actor may do now."""
    waiting_for: tuple[Waiting, ...]
    """What must happen before the round can be approved."""


_PUBLISHED = TypeAdapter(PublishedRound)


def publish_round(ctx: Context, round_id: int, *, note: str = "") -> RoundState:
    """Show the values of a frozen round to everyone.

    Raises
    ------
    Conflict
        When the round is not frozen, or another of its date is published.
    """
    ctx.require("valuer")
    with ctx.transaction() as tx:
        row = _locked(tx, round_id, "publish")
        require_unpublished(tx, row.valuation_date)
        _move(tx, ctx, row, "published", note=note)
    return state(ctx, round_id)


def open_objections(
    ctx: Context,
    round_id: int,
    *,
    opens_on: date | None = None,
    closes_on: date | None = None,
    note: str = "",
) -> RoundState:
    """Open the window in which owners object to values of a published round.

    Parameters
    ----------
    ctx
        The actor must be a valuer.
    round_id
        The published round.
    opens_on
        First day; today where it is left out.
    closes_on
        Last day; where it is left out, as many days later as the pack's law gives.
    note
        For the record.

    Raises
    ------
    InputError
        When the window ends before it begins, or the pack does not say how long it is.
    """
    ctx.require("valuer")
    first = opens_on or ctx.today
    last = closes_on or first + timedelta(days=_objection_days(ctx, first))
    if last < max(first, ctx.today):
        reason = f"the window would end on {last}"
        expected = f"a day from {max(first, ctx.today)}"
        raise InputError(Finding("objections", reason, expected, column="closes_on"))
    with ctx.transaction() as tx:
        row = _locked(tx, round_id, "open_objections")
        _move(tx, ctx, row, "objections", note=note, opens_on=first, closes_on=last)
    return state(ctx, round_id)


def approve_round(ctx: Context, round_id: int, *, note: str = "") -> RoundState:
    """Approve a round as a second person, when its window has ended and nothing in it is open.

    Raises
    ------
    Forbidden
        When the actor has frozen or published the round.
    Conflict
        When the window is open, or an objection or a second signature is outstanding.
    """
    ctx.require("valuer")
    with ctx.transaction() as tx:
        row = _locked(tx, round_id, "approve")
        if ctx.actor.name in _first_hands(rounds.events_of(tx, round_id)):
            raise Forbidden(
                f"{ctx.actor.name} has frozen or published this round: another valuer approves it."
            )
        waiting = _waiting_for(tx, ctx, row)
        if waiting:
            raise Conflict(f"The round cannot be approved yet: {'; '.join(map(str, waiting))}.")
        _move(tx, ctx, row, "approved", note=note)
    return state(ctx, round_id)


def enforce_round(ctx: Context, round_id: int, *, note: str = "") -> RoundState:
    """Put an approved round in force; the one that was in force is superseded."""
    ctx.require("valuer")
    with ctx.transaction() as tx:
        row = _locked(tx, round_id, "enforce")
        for earlier in rounds.in_force(tx):
            before = rounds.lock_round(tx, earlier)
            if before is not None and before.status == "in_force":
                words = f"superseded by round {round_id}"
                _move(tx, ctx, before, "superseded", note=words)
        _move(tx, ctx, row, "in_force", note=note)
    return state(ctx, round_id)


def withdraw_round(ctx: Context, round_id: int, *, note: str) -> RoundState:
    """Give up a round that is not approved yet, with the reason; its values are shown no more."""
    ctx.require("valuer")
    if not note.strip():
        raise InputError(Finding("round", "no reason is given", "a reason", column="note"))
    with ctx.transaction() as tx:
        row = _locked(tx, round_id, "withdraw")
        _move(tx, ctx, row, "withdrawn", note=note)
    return state(ctx, round_id)


def freeze(ctx: Context, round_id: int, manifest_hash: str, *, stood: str, note: str) -> None:
    """Record that a draft is frozen; `round_files.freeze_round` writes its folder first.

    Raises
    ------
    Conflict
        When properties no longer stand as they `stood` before they were read for the folder.
    """
    with ctx.transaction() as tx:
        row = _locked(tx, round_id, "freeze")
        if rounds.hold_properties(tx) != stood:
            raise Conflict(
                f"The register was changed while draft {round_id} was frozen: try again."
            )
        _move(tx, ctx, row, "frozen", note=note, manifest_hash=manifest_hash)


def all_rounds(ctx: Context) -> tuple[RoundLine, ...]:
    """Return the rounds that the actor may see, the latest valuation date first."""
    ctx.require(*READERS)
    with ctx.transaction() as tx:
        rows = rounds.all_rounds(tx)
    return tuple(map(line_of, rows))


def find_round(ctx: Context, round_id: int) -> PublishedRound:
    """Return one round that the actor may see, with its ratio study.

    Raises
    ------
    NotFound
        When there is no such round for the actor: a draft is for valuers and auditors only.
    """
    ctx.require(*READERS)
    with ctx.transaction() as tx:
        return _published(found(tx, round_id))


def state(ctx: Context, round_id: int) -> RoundState:
    """Return where a round stands: its events, and what the actor may do next."""
    ctx.require(*READERS)
    with ctx.transaction() as tx:
        row = found(tx, round_id)
        events = rounds.events_of(tx, round_id)
        inside = ctx.actor.role in {"valuer", "auditor"}
        waiting = _waiting_for(tx, ctx, row) if inside and row.status == "objections" else ()
    return RoundState(
        round_id=round_id,
        status=_status(row.status),
        manifest_hash=row.manifest_hash,
        events=tuple(
            RoundEvent(
                _status(event.to_status),
                event.happened_on,
                event.actor if inside else None,
                event.note,
            )
            for event in events
        ),
        next_steps=_next_steps(ctx, row, events, waiting),
        waiting_for=waiting,
    )


def latest(ctx: Context) -> PublishedRound | None:
    """Return the round of the latest valuation date whose values people see."""
    ctx.require(*READERS)
    with ctx.transaction() as tx:
        row = rounds.latest_published(tx)
    return _published(row) if row else None


def notes_in_words(ctx: Context, round_: PublishedRound) -> tuple[str, ...]:
    """Return what the model of a round says of its evidence, in the caller's language."""
    return tuple(note_in_words(note, ctx.language) for note in round_.notes)


def leaks_in_words(ctx: Context, round_: PublishedRound) -> tuple[str, ...]:
    """Return the columns of a round's evidence that gave the price away, in the caller's words."""
    leaks = (note for note in round_.notes if LEAKAGE in note)
    return tuple(note_in_words(note, ctx.language) for note in leaks)


def found(tx: Transaction, round_id: int) -> rounds.RoundRow:
    """Return one round that the role may see."""
    row = rounds.find_round(tx, round_id)
    if row is None:
        raise NotFound(f"No round has the number {round_id}.")
    return row


def study_points(ctx: Context, round_id: int) -> tuple[StudyPoint, ...]:
    """Return the sales that a round's ratio study was made on."""
    ctx.require(*READERS)
    with ctx.transaction() as tx:
        rows = rounds.study_sales(tx, round_id)
    return tuple(
        StudyPoint(
            property_id=row.property_id,
            sold_on=row.sold_on,
            price=row.price,
            value=row.value,
            ratio=float(row.value / row.price),
        )
        for row in rows
    )


def _locked(tx: Transaction, round_id: int, step: Step) -> rounds.RoundRow:
    """Return a round that the step can be taken with; nobody else moves it meanwhile."""
    row = rounds.lock_round(tx, round_id)
    if row is None:
        raise NotFound(f"No round has the number {round_id}.")
    sources = next(each.sources for each in TRANSITIONS if each.step == step)
    if row.status not in sources:
        words = step.replace("_", " ")
        raise Conflict(
            f"Round {round_id} is {row.status}: {words} is for a round that is "
            f"{' or '.join(sources)}."
        )
    return row


def _move(
    tx: Transaction,
    ctx: Context,
    row: rounds.RoundRow,
    target: Status,
    *,
    note: str,
    **facts: Any,
) -> None:
    rounds.insert_event(
        tx,
        row.round_id,
        from_status=row.status,
        to_status=target,
        on=ctx.today,
        note=note.strip(),
        facts=facts,
    )


def require_unpublished(tx: Transaction, valuation_date: date) -> None:
    """Refuse a second round of one date before the first is withdrawn."""
    if rounds.published_for(tx, valuation_date) is not None:
        raise Conflict(
            f"The round of {valuation_date} is published already; withdraw it before another is."
        )


def _objection_days(ctx: Context, day: date) -> int:
    if ctx.pack.objection_days is None:
        reason = f"the pack {ctx.pack.name} does not say how long values can be objected to"
        raise InputError(Finding("objections", reason, "the last day", column="closes_on"))
    return int(ctx.pack.objection_days.on(day).value)  # type: ignore[arg-type]  # days are a number


def _first_hands(events: list[rounds.EventRow]) -> set[str]:
    return {event.actor for event in events if event.to_status in {"frozen", "published"}}


def _waiting_for(tx: Transaction, ctx: Context, row: rounds.RoundRow) -> tuple[Waiting, ...]:
    """Say what stands between a round and its approval."""
    waiting: list[Waiting] = []
    if row.closes_on is not None and ctx.today <= row.closes_on:
        waiting.append(Waiting("window", 0, row.closes_on))
    if undecided := objections.count_open(tx, row.round_id):
        waiting.append(Waiting("objections", undecided))
    if unsigned := overrides.count_pending(tx, row.round_id):
        waiting.append(Waiting("signatures", unsigned))
    return tuple(waiting)


def _next_steps(
    ctx: Context, row: rounds.RoundRow, events: list[rounds.EventRow], waiting: tuple[Waiting, ...]
) -> tuple[Step, ...]:
    if ctx.actor.role != "valuer":
        return ()
    steps = [each.step for each in TRANSITIONS if row.status in each.sources]
    if waiting or ctx.actor.name in _first_hands(events):
        steps = [step for step in steps if step != "approve"]
    return tuple(steps)


def _status(text: str) -> Status:
    return next(status for status in get_args(Status) if status == text)


def line_of(row: rounds.RoundRow) -> RoundLine:
    """Return a round as it stands in the list of all."""
    return RoundLine(
        row.round_id,
        row.valuation_date,
        _status(row.status),
        row.properties,
        row.total_value,
        row.set_by_hand,
        row.opens_on,
        row.closes_on,
    )


def _published(row: rounds.RoundRow) -> PublishedRound:
    return _PUBLISHED.validate_python(
        {
            **row.report,
            "round_id": row.round_id,
            "valuation_date": row.valuation_date,
            "status": row.status,
            "properties": row.properties,
            "total_value": row.total_value,
            "set_by_hand": row.set_by_hand,
            "opens_on": row.opens_on,
            "closes_on": row.closes_on,
        }
    )
