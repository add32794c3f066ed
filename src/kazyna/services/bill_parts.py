"""The parts of bills: how those of a roll are divided, and what of each reaches the accounts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import TypeAdapter

from kazyna.accounts import (
    Part,
    PartsRule,
    divide,
    divide_again,
    divide_all,
    divided_over_time,
    parts_by_day,
    receivable,
)
from kazyna.core.money import Currency, from_minor, to_minor
from kazyna.store import parts as register
from kazyna.store.connection import Transaction
from kazyna.store.rolls import BillRow

_RULE = TypeAdapter(PartsRule)

Matrix = NDArray[np.int64]
"""Minor units: a row for each day of the rule, a column for each bill."""


@dataclass(frozen=True)
class BillPart:
    """One part of a bill, with its day."""

    due_on: date
    amount: Decimal


def written(rule: PartsRule | None) -> str | None:
    """Write how the bills of a roll are divided, as it is kept with the roll."""
    return None if rule is None else _RULE.dump_json(rule).decode()


def rule_of(kept: Mapping[str, Any] | None) -> PartsRule | None:
    """Read how the bills of a roll are divided."""
    return None if kept is None else _RULE.validate_python(dict(kept))


def divided(amount: int, rule: PartsRule | None, currency: Currency) -> tuple[BillPart, ...]:
    """Divide a bill that is not issued, in minor units; no part where it would be due at once."""
    parts = divide(amount, rule) if rule is not None else ()
    return _in_money(parts, currency) if len(parts) > 1 else ()


def parts_of_bills(
    tx: Transaction, rows: Sequence[BillRow], currency: Currency
) -> dict[tuple[int, int], tuple[BillPart, ...]]:
    """Return the parts of bills as they stand, by roll and number, of those that are divided."""
    by_roll: dict[int, list[BillRow]] = defaultdict(list)
    for row in rows:
        if row.parts is not None and row.amount > 0:
            by_roll[row.roll_id].append(row)
    found = {}
    for roll_id, own in by_roll.items():
        rule = rule_of(own[0].parts)
        if rule is None:
            continue
        numbers = [row.bill_no for row in own]
        amounts = np.array([to_minor(row.amount, currency) for row in own], np.int64)
        standing = _standing(tx, roll_id, numbers, amounts, rule, currency=currency)
        for number, column in zip(numbers, standing.T.tolist(), strict=True):
            found[roll_id, number] = _in_money(parts_by_day(column, rule), currency)
    return found


def as_issued(bills: pa.Table, rule: PartsRule, *, late_on: date | None) -> Matrix:
    """Divide new bills; those that a correction adds go to the parts that are not due yet.

    Parameters
    ----------
    bills
        With a column `amount_minor`.
    rule
        How they are divided.
    late_on
        The day of the correction; None where the roll is issued.
    """
    amounts = _minor(bills["amount_minor"])
    if late_on is None or late_on <= rule.days[0]:
        return divide_all(amounts, rule)
    return _columns([divide_again((), amount, late_on, rule) for amount in amounts.tolist()], rule)


def as_standing(
    tx: Transaction, roll_id: int, bills: pa.Table, rule: PartsRule, currency: Currency
) -> Matrix:
    """Return the parts of bills as they stand: columns `bill_no`, and `standing` in minor units."""
    numbers, amounts = bills["bill_no"].to_pylist(), _minor(bills["standing"])
    return _standing(tx, roll_id, numbers, amounts, rule, currency=currency)


def _standing(
    tx: Transaction,
    roll_id: int,
    numbers: Sequence[int],
    amounts: NDArray[np.int64],
    rule: PartsRule,
    *,
    currency: Currency,
) -> Matrix:
    """Divide the bills of a roll as they stand: only those that were corrected one by one."""
    found = divide_all(amounts, rule)
    changed = register.changed_bills(tx, [(roll_id, number) for number in numbers])
    for place, number in enumerate(numbers):
        if (in_turn := changed.get((roll_id, number))) is not None:
            minor = [(each.since, to_minor(each.amount, currency)) for each in in_turn]
            found[:, place] = _columns([divided_over_time(minor, rule)], rule)[:, 0]
    return found


def corrected(before: Matrix, amounts: Matrix, on: date, rule: PartsRule) -> Matrix:
    """Return what a correction of a day moves of each part; the amounts are what bills ask now."""
    if on <= rule.days[0]:
        return divide_all(amounts, rule) - before
    after = [
        divide_again(parts_by_day(column, rule), amount, on, rule)
        for column, amount in zip(before.T.tolist(), amounts.tolist(), strict=True)
    ]
    return _columns(after, rule) - before


def by_parts(assessed: pa.Table, moved: Matrix, rule: PartsRule) -> pa.Table:
    """Write amounts of bills as amounts of their parts, each under its own key and due day."""
    found = []
    for day, amounts in zip(rule.days, moved, strict=True):
        n = assessed.num_rows
        keys = pc.binary_join_element_wise(assessed["key"], day.isoformat(), ":")
        part = assessed.set_column(assessed.column_names.index("key"), "key", keys)
        for name, column in (
            ("amount_minor", pa.array(amounts, pa.int64())),
            ("due_on", pa.array([day] * n, pa.date32())),
        ):
            part = part.set_column(part.column_names.index(name), name, column)
        found.append(part.filter(pa.array(amounts != 0)))
    return pa.concat_tables(found)


def lift_what_is_lowered(tx: Transaction, assessed: pa.Table, *, tax: str, rule: PartsRule) -> None:
    """Take parts that fell due back to their days, where a correction is about to lower them."""
    if rule.missed != "whole":
        return
    less = assessed.filter(pc.less(assessed["amount_minor"], 0))
    accounts = {
        (row["taxpayer_id"], row["period"], row["place"]): row["key"] for row in less.to_pylist()
    }
    for (taxpayer_id, period, place), key in accounts.items():
        register.lift_fallen(
            tx,
            key=f"interest:lifted:{key}",
            account=receivable(tax, taxpayer_id),
            period=period,
            place=place,
        )


def _in_money(parts: Sequence[Part], currency: Currency) -> tuple[BillPart, ...]:
    return tuple(BillPart(part.due_on, from_minor(part.amount, currency)) for part in parts)


def _minor(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.array(column.to_numpy(), np.int64)


def _columns(parts: Sequence[Sequence[Part]], rule: PartsRule) -> Matrix:
    place = {day: row for row, day in enumerate(rule.days)}
    found = np.zeros((len(rule.days), len(parts)), np.int64)
    for column, of_bill in enumerate(parts):
        for part in of_bill:
            found[place[part.due_on], column] = part.amount
    return found
