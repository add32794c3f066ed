"""What a valuer knows of sales besides their prices: declared flags, and decisions one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from kazyna.core.errors import Finding, InputError
from kazyna.core.schema import Column, Schema
from kazyna.core.table import check
from kazyna.store import files
from kazyna.valuation.evidence.screening import Decision, Flag, declared_sales
from kazyna.valuation.evidence.screening_reasons import DECLARED, KINDS

FIRST_DAY = date(1900, 1, 1)
KEEP, LEAVE_OUT = "keep", "leave_out"
DECISIONS = Schema(
    "decisions",
    (
        Column("id", "text", "the property sold"),
        Column("date", "date", "the day of the sale", minimum=FIRST_DAY),
        Column("decision", "text", "what is to be done", allowed=(KEEP, LEAVE_OUT)),
        Column("note", "text", "why, and who says so"),
    ),
)
"""An analyst's decisions; one row is one sale."""
FLAG_EXAMPLE = "COLUMN=REASON:VALUE[,VALUE…] with a reason of " + ", ".join(DECLARED)


@dataclass(frozen=True)
class KnownSales:
    """What is declared and decided about the sales of a table."""

    flags: tuple[str, ...] = ()
    """`COLUMN=REASON:VALUE[,VALUE…]`: what a column declares by these values."""
    decisions: Path | None = None
    """A file with the columns of `DECISIONS`."""
    today: date | None = None
    """Sales dated after this day are mistakes, and left out."""


def read_flags(texts: Sequence[str]) -> tuple[Flag, ...]:
    """Read flags as they are given on a command line; all mistakes are told at once."""
    flags, findings = [], []
    for text in texts:
        column, _, meaning = text.partition("=")
        reason, _, values = meaning.partition(":")
        if column and values and reason in DECLARED:
            flags.append(Flag(column, reason, tuple(values.split(","))))
        else:
            findings.append(Finding("flag", f"{text!r} cannot be read", FLAG_EXAMPLE))
    if findings:
        raise InputError(findings)
    return tuple(flags)


def read_decisions(path: Path | None) -> list[Decision]:
    """Read an analyst's decisions; none where there is no file."""
    if path is None:
        return []
    rows = check(files.read_table(path), DECISIONS, source=str(path)).to_pylist()
    return [Decision(row["id"], row["date"], row["decision"] == KEEP, row["note"]) for row in rows]


def without_declared(
    table: pa.Table, flags: Sequence[Flag], *, source: str
) -> tuple[pa.Table, tuple[str, ...]]:
    """Leave out the sales that a column declares to be no market evidence, each kind counted.

    What is declared is a fact of the deed and no matter of prices, so such sales are left out
    before any are held out: they would test nothing.
    """
    notes = []
    out = np.zeros(table.num_rows, dtype=np.bool_)
    for reason, mask in declared_sales(table, flags, source=source):
        if count := int((mask & ~out).sum()):
            notes.append(f"{count} sales left out: {KINDS[reason].en}")
        out |= mask
    notes += unseen_flags(table, flags)
    return (table.filter(~out) if out.any() else table), tuple(notes)


def unseen_flags(table: pa.Table, flags: Sequence[Flag]) -> list[str]:
    """Tell of values that were to declare something and stand in no row: a typing error, mostly."""
    single = [replace(flag, values=(value,)) for flag in flags for value in flag.values]
    found = declared_sales(table, single)
    return [
        f"no sale has {flag.values[0]!r} in {flag.column}, which was to declare {flag.reason}"
        for flag, (_, mask) in zip(single, found, strict=True)
        if not mask.any()
    ]
