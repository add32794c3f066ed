"""Penalty interest on many debts at once, from the same weights as on one."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kazyna.accounts.interest import InterestRule, Weights, limited

Numbers = NDArray[np.int64]

SAFE = 2**62
"""Sums below this fit 64 bits; beyond it whole numbers of any size are taken, never floats."""

DEBT_MOVES = pa.schema(
    [
        ("debt_no", pa.int64()),
        ("due_on", pa.date32()),
        ("day", pa.date32()),
        ("amount", pa.int64()),
    ]
)
"""The movements of many debts: as `Move`, with the debt's number and due day, in any order."""


@dataclass(frozen=True)
class Standings:
    """Where the interest on many debts stands at the end of a day: all that the next day needs."""

    through: date
    debt: Numbers
    """The debts' numbers, rising."""
    first: Numbers
    """The first day on which each debt is late, in days since 1970."""
    principal: Numbers
    exact: NDArray[np.object_] | Numbers
    """Interest before rounding and limits, times the denominator of the weights."""
    largest: Numbers
    """The largest sum that was late on any day."""
    steady: NDArray[np.bool_]
    """Whether every movement counts already; others are to be asked for by their moves again."""


def interest_of_debts(
    moves: pa.Table, through: date, rule: InterestRule, table: Weights
) -> pa.Table:
    """Return the interest on each debt from its due day through a day.

    Parameters
    ----------
    moves
        Columns as `DEBT_MOVES`.
    through
        The day up to which interest is asked for; it counts itself.
    rule, table
        What the law says, and its weights at least through that day.

    Returns
    -------
    pyarrow.Table
        Columns `debt_no` and `interest` (minor units), one row a debt in the order of its number;
        the same amounts as `interest` gives one by one, to the last unit.
    """
    found = standings_of(moves, through, rule, table)
    return pa.table({"debt_no": found.debt, "interest": interest_of(found, rule, table)})


def standings_of(moves: pa.Table, through: date, rule: InterestRule, table: Weights) -> Standings:
    """Return where the interest on each debt stands at the end of a day, from its movements.

    Parameters
    ----------
    moves
        Columns as `DEBT_MOVES`.
    through
        The day; it counts itself.
    rule, table
        What the law says, and its weights at least through that day.
    """
    _known(through, table)
    given = [_numbers(moves[name]) for name in ("debt_no", "due_on", "day", "amount")]
    if not len(given[0]):
        none = np.zeros(0, np.int64)
        return Standings(through, none, none, none, none, none, none.astype(bool))
    first = given[1] + rule.first_day
    paid = (given[3] < 0) & rule.last_day_counts
    start = np.maximum(given[2] + paid, first)
    end = _day(through) + 1
    order = np.lexsort((start, given[0]))
    debt, first, start, amount = (x[order] for x in (given[0], first, start, given[3]))
    counted = np.where(start < end, amount, 0)
    weight = _weights_of(np.minimum(start, end), end, first, rule, table)
    groups = np.flatnonzero(np.concatenate([[True], debt[1:] != debt[:-1]]))
    return Standings(
        through=through,
        debt=debt[groups],
        first=first[groups],
        principal=np.add.reduceat(amount, groups),
        exact=_exact_sums(counted, weight, groups),
        largest=_largest(debt, np.minimum(start, end), counted, groups),
        steady=np.maximum.reduceat(np.where(start > first, start, 0), groups) <= end,
    )


def advanced(standings: Standings, through: date, rule: InterestRule, table: Weights) -> Standings:
    """Return where the interest stands on a later day, of debts that nothing has moved since.

    Parameters
    ----------
    standings
        Steady ones.
    through
        The later day; it counts itself.
    rule, table
        The law by which the standings came about, and its weights at least through that day.
    """
    _known(through, table)
    end = _day(through) + 1
    start = np.clip(_day(standings.through) + 1, standings.first, None)
    weight = _weights_of(np.minimum(start, end), end, standings.first, rule, table)
    every = np.arange(len(start))
    more = _exact_sums(standings.principal, weight, every) if len(start) else weight
    exact = standings.exact + more
    if exact.dtype != object and int(exact.max(initial=0)) >= SAFE:
        exact = standings.exact.astype(object) + more.astype(object)
    late = np.where(standings.first < end, standings.principal, 0)
    largest = np.maximum(standings.largest, late)
    return replace(standings, through=through, exact=exact, largest=largest)


def interest_of(standings: Standings, rule: InterestRule, table: Weights) -> Numbers:
    """Return the interest on each debt, rounded and within the limits of the law, in minor units.

    Parameters
    ----------
    standings
        Where it stands.
    rule, table
        What the law says, and its weights.
    """
    return _limited(standings.exact, standings.largest, rule, table.denominator)


def _known(through: date, table: Weights) -> None:
    if through > table.last:
        raise ValueError(f"the weights end on {table.last}, before {through}")


def _weights_of(
    start: Numbers, end: int, first: Numbers, rule: InterestRule, table: Weights
) -> Numbers:
    """Return the weight of the days from each start to the end."""
    zero, size = _day(table.first), len(table.ordinary) - 1

    def at(sums: Numbers, day: Numbers) -> Numbers:
        return sums[np.clip(day - zero, 0, size)]

    last = np.full_like(start, end)
    if rule.later is None:
        weight = at(table.ordinary, last) - at(table.ordinary, start)
    else:
        turn = np.clip(first + rule.later_after, start, last)
        weight = at(table.ordinary, turn) - at(table.ordinary, start)
        weight += at(table.late, last) - at(table.late, turn)
    if table.month.any():
        days = first.astype("datetime64[D]")
        mid_month = days != days.astype("datetime64[M]").astype("datetime64[D]")
        place = first - zero
        known = (start == first) & mid_month & (place >= 0) & (place < size) & (first < end)
        weight += np.where(known, table.month[np.clip(place, 0, size - 1)], 0)
    return weight


def _exact_sums(amount: Numbers, weight: Numbers, groups: Numbers) -> NDArray[np.object_] | Numbers:
    """Sum amount times weight by debt; in whole numbers of any size where 64 bits might not do."""
    sizes = np.diff(np.append(groups, len(amount)))
    most = int(np.abs(amount).max()) * int(np.abs(weight).max(initial=0)) * int(sizes.max())
    if most < SAFE:
        fits: Numbers = np.add.reduceat(amount * weight, groups)
        return fits
    big = amount.astype(object) * weight.astype(object)
    summed: NDArray[np.object_] = np.add.reduceat(big, groups)
    return summed


def _largest(debt: Numbers, start: Numbers, amount: Numbers, groups: Numbers) -> Numbers:
    """Return the largest standing of each debt at the end of any of its days."""
    running = np.cumsum(amount)
    before = np.repeat(running[groups] - amount[groups], np.diff(np.append(groups, len(debt))))
    standing = running - before
    same_day = np.append((debt[1:] == debt[:-1]) & (start[1:] == start[:-1]), [False])
    ended: Numbers = np.where(same_day, 0, standing)
    highest: Numbers = np.maximum.reduceat(ended, groups)
    return highest


def _limited(
    exact: NDArray[np.object_] | Numbers, largest: Numbers, rule: InterestRule, denominator: int
) -> Numbers:
    """Round and limit as `limited` does; the plain case without a detour through Python."""
    plain = rule.mode in {"half_up", "down"} and exact.dtype != object
    fits = plain and int(exact.max(initial=0)) < SAFE and denominator * rule.unit < SAFE // 2
    if not fits or rule.at_least or rule.at_most is not None or rule.claim_from:
        every = zip(exact.tolist(), largest.tolist(), strict=True)
        return np.array([limited(e, denominator, most, rule) for e, most in every], np.int64)
    whole, rest = np.divmod(np.maximum(exact, 0).astype(np.int64), denominator * rule.unit)
    if rule.mode == "half_up":
        whole += 2 * rest >= denominator * rule.unit
    amount: Numbers = whole * rule.unit
    if rule.cap == 1:
        amount = np.minimum(amount, largest // rule.unit * rule.unit)
    elif rule.cap is not None:
        caps = [limited(SAFE, 1, most, rule) for most in largest.tolist()]
        amount = np.minimum(amount, np.array(caps, np.int64))
    return amount


def _numbers(column: pa.ChunkedArray) -> Numbers:
    if pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    numbers: Numbers = column.to_numpy().astype(np.int64)
    return numbers


def _day(day: date) -> int:
    return (day - date(1970, 1, 1)).days
