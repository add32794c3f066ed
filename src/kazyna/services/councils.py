"""Decisions of local councils that rolls of the register rest on: recorded, listed, annulled."""

import csv
from dataclasses import dataclass

from kazyna.core.errors import Conflict, Finding, InputError, NotFound
from kazyna.packs.decidable import read_decidable
from kazyna.packs.decision_table import read_decisions
from kazyna.packs.decisions import Decision
from kazyna.services import laws
from kazyna.services.context import Context
from kazyna.store import council_decisions as register
from kazyna.store.council_decisions import DecisionRow, StandingRow

__all__ = [
    "AnnulledDecision",
    "DecisionRow",
    "RecordedDecisions",
    "annul_decision",
    "decisions",
    "record_decisions",
]


@dataclass(frozen=True)
class RecordedDecisions:
    """What a file of decisions added."""

    file: str
    recorded: int
    before: int
    """Decisions that were recorded before in the same words."""
    new_places: tuple[str, ...]
    """Councils that the law has not known before."""


@dataclass(frozen=True)
class AnnulledDecision:
    """A decision that does not count any more."""

    decision_no: int
    document: str


def decisions(ctx: Context) -> tuple[DecisionRow, ...]:
    """Return all decisions that are recorded, by place, parameter and day."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        return tuple(register.every(tx))


def record_decisions(ctx: Context, content: bytes, *, file: str) -> RecordedDecisions:
    """Record the decisions of a CSV file, all or none; the same again changes nothing.

    A decision without an end gives way to a later one for the same key from that one's first day.

    Raises
    ------
    InputError
        With every mistake by row and column, as `read_decisions` does, or where a row contradicts
        a decision that is recorded.
    """
    ctx.require("officer")
    rows = read_decisions(csv.DictReader(_text(content, file).splitlines()), ctx.pack, source=file)
    with ctx.transaction() as tx:
        register.lock(tx)
        pack = laws.decided_within(tx, ctx).pack
        there = register.standing(tx)
        said = {_words(each) for each in there}
        new = [(number, row) for number, row in enumerate(map(_row, rows), 1)
               if _words(row) not in said]  # fmt: skip
        findings = [
            Finding(file, f"it contradicts decision {other.decision_no} ({other.document})",
                    "one decision a day: annul the other first", row=number, column="from")
            for number, row in new
            for other in there
            if _contradict(row, other)
        ]  # fmt: skip
        if findings:
            raise InputError(findings)
        register.insert(tx, [row for _, row in new])
        laws.decided_within(tx, ctx)  # all of them together are read once before they stand
    places = {each.place for each in rows}
    allowed = set(pack.columns[read_decidable(pack).place].allowed or ())
    return RecordedDecisions(file, len(new), len(rows) - len(new), tuple(sorted(places - allowed)))


def annul_decision(ctx: Context, decision_no: int, *, document: str) -> AnnulledDecision:
    """Let a decision count no more, by the document that annulled it or shows the mistake.

    Rolls that are issued stay as they are until they are corrected.
    """
    ctx.require("officer")
    if not document.strip():
        raise Conflict("Name the document by which the decision is annulled.")
    with ctx.transaction() as tx:
        register.lock(tx)
        if decision_no not in {each.decision_no for each in register.every(tx)}:
            raise NotFound(f"No decision of a council has the number {decision_no}.")
        if not register.annul(tx, decision_no, document=document.strip()):
            raise Conflict(f"Decision {decision_no} is annulled already.")
    return AnnulledDecision(decision_no, document.strip())


def _text(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"it is not UTF-8: {error.reason}"
        raise InputError(Finding(file, reason, "CSV in UTF-8")) from error


def _row(decision: Decision) -> StandingRow:
    """Write a decision in the words of its table; it has no number yet."""
    keys = list(map(str, decision.keys))
    keys.remove(decision.place)
    return StandingRow(
        decision_no=0,
        place=decision.place,
        parameter=decision.parameter,
        keys=";".join(keys),
        since=decision.since,
        until=decision.until,
        value=decision.value,
        document=decision.document,
        source=decision.source or "",
    )


def _words(row: StandingRow) -> tuple[object, ...]:
    """Tell decisions that say the same by their words."""
    return (*_key(row), row.since, row.until, row.value, row.document)


def _key(row: StandingRow) -> tuple[str, str, str]:
    return row.place, row.parameter, row.keys


def _contradict(row: StandingRow, other: StandingRow) -> bool:
    """Tell whether two decisions are for one key and day, and neither gives way to the other."""
    if _key(row) != _key(other):
        return False
    first, second = sorted((row, other), key=lambda each: each.since)
    ended = first.until is not None and first.until < second.since
    return first.since == second.since or not (first.until is None or ended)
