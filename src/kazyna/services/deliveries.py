"""Proof of service: how and when a bill, notice, fine or decision reached its taxpayer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import pyarrow as pa

from kazyna.core.errors import Finding, InputError
from kazyna.core.schema import Column, Schema
from kazyna.core.table import check
from kazyna.services.context import Context
from kazyna.services.tables import naming
from kazyna.store import deliveries as register
from kazyna.store import files
from kazyna.store.connection import Transaction
from kazyna.store.deliveries import DeliveryRow, PaperRow

__all__ = [
    "DELIVERIES",
    "DeliveryRow",
    "Kind",
    "PaperRow",
    "RecordedDeliveries",
    "deliveries",
    "not_served",
    "opened",
    "record",
    "record_file",
    "record_one",
]

Kind = Literal["bill", "notice", "fine", "decision"]
"""`notice` is a reminder, notice or order of dunning; `decision` is that on an objection to a bill.
A bill goes by its reference, all others by their number."""

HOWS = ("post", "handed_over", "published", "returned")
"""How officers record that papers were served; `returned` is a letter that came back. What is read
in the portal records itself."""

DELIVERIES = Schema(
    "deliveries",
    (
        Column("kind", "text", "kind of paper", allowed=("bill", "notice", "fine", "decision")),
        Column("number", "text", "reference of the bill, or number of the paper"),
        Column("how", "text", "how it was served", allowed=HOWS),
        Column("served_on", "date", "day on which it was received, handed over or published"),
        Column("tracking", "text", "the post's number; needed for post", required=False),
        Column("evidence", "text", "where the proof is kept", required=False),
    ),
)
SHOWN = 500


@dataclass(frozen=True)
class RecordedDeliveries:
    """What was recorded; the same again changes nothing."""

    given: int
    recorded: int


def record(ctx: Context, given: pa.Table, *, source: str) -> RecordedDeliveries:
    """Record proofs of service, all or none; those that stand already are left out.

    Parameters
    ----------
    ctx
        An officer.
    given
        Columns as `DELIVERIES`.
    source
        Where the rows come from, for messages.

    Raises
    ------
    InputError
        With every mistake by row and column: a paper that does not exist, a day before it was
        issued or in the future, post without its number.
    """
    ctx.require("officer")
    checked = _filled(check(given, DELIVERIES, source=source))
    rows = checked.to_pylist()
    with ctx.transaction() as tx:
        papers = register.papers(tx, list(map(_key, rows)))
        findings = [
            finding
            for number, row in enumerate(rows, 1)
            for finding in _wrong(ctx, row, papers.get(_key(row)), source, number)
        ]
        if findings:
            raise InputError(findings)
        recorded = register.insert(tx, checked)
    return RecordedDeliveries(len(rows), recorded)


def record_one(
    ctx: Context,
    *,
    kind: str,
    number: str,
    how: str,
    served_on: date | str,
    tracking: str = "",
    evidence: str = "",
) -> RecordedDeliveries:
    """Record how and when one paper was served, as `record` does."""
    row = {"kind": kind, "number": number, "how": how, "served_on": served_on,
           "tracking": tracking, "evidence": evidence}  # fmt: skip
    return record(ctx, pa.Table.from_pylist([row]), source="delivery")


def record_file(ctx: Context, content: bytes, *, file: str) -> RecordedDeliveries:
    """Record the proofs of service of a CSV file, as `record` does."""
    ctx.require("officer")
    with naming(file, {}):
        table = files.read_content(content, ".csv")
    return record(ctx, table, source=file)


def opened(ctx: Context, kind: Kind, number: str) -> None:
    """Record that a taxpayer opens a paper of its own in the portal, the first time it does."""
    if ctx.actor.role != "taxpayer":
        return
    with ctx.transaction() as tx:
        register.read(tx, kind=kind, number=number)


def deliveries(
    ctx: Context,
    *,
    kind: Kind | None = None,
    number: str | None = None,
    taxpayer_id: str | None = None,
) -> tuple[DeliveryRow, ...]:
    """Return proofs that the actor may see, the latest first."""
    ctx.require("officer", "auditor", "taxpayer")
    with ctx.transaction() as tx:
        return tuple(
            register.deliveries(tx, kind=kind, number=number, taxpayer_id=taxpayer_id, limit=SHOWN)
        )


def not_served(ctx: Context, *, kind: Kind) -> tuple[PaperRow, ...]:
    """Return papers that nothing proves to have reached anybody, the oldest first."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        return tuple(register.not_served(tx, kind=kind, limit=SHOWN))


def counts_from(
    tx: Transaction, ctx: Context, *, kind: Kind, number: str, issued_on: date
) -> date | None:
    """Return the day from which the days to object to a paper count.

    Returns
    -------
    date or None
        The day of issue, or where the pack says so, of service; while it is not proved, so many
        days after the issue as the law presumes, and where it presumes nothing, None: the days
        have not begun.
    """
    law = ctx.pack.service
    if law is None:
        return issued_on
    served = register.served_on(tx, kind=kind, number=number)
    if served is not None or law.presumed_after_days is None:
        return served
    return issued_on + timedelta(days=law.presumed_after_days)


def _filled(checked: pa.Table) -> pa.Table:
    """Give the rows their numbers, and what is not said as nothing."""
    n = checked.num_rows
    columns = {"row": pa.array(range(1, n + 1), pa.int64())}
    for name in register.GIVEN.names[1:]:
        given = checked[name] if name in checked.column_names else pa.chunked_array([[""] * n])
        columns[name] = given if name == "served_on" else pa.compute.fill_null(given, "")
    return pa.table(columns).cast(register.GIVEN)


def _key(row: dict[str, Any]) -> tuple[str, str]:
    return row["kind"], row["number"]


def _wrong(
    ctx: Context, row: dict[str, Any], paper: PaperRow | None, source: str, number: int
) -> Sequence[Finding]:
    found = []
    day = row["served_on"]
    if paper is None:
        reason = f"there is no {row['kind']} {row['number']!r}"
        found.append(Finding(source, reason, "one that is issued", row=number, column="number"))
    elif isinstance(day, date) and not paper.issued_on <= day <= ctx.today:
        expected = f"a day from {paper.issued_on} to {ctx.today}"
        found.append(Finding(source, f"the day is {day}", expected, row=number, column="served_on"))
    if row["how"] in {"post", "returned"} and not str(row["tracking"]).strip():
        reason, expected = "the post's number is missing", "its tracking number"
        found.append(Finding(source, reason, expected, row=number, column="tracking"))
    return found
