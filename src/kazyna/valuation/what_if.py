"""What would change a value: the same property with one characteristic recorded otherwise.

Two ways to the same answer: a property valued again by the model (`revalued`), and, where only
published values are at hand, the contributions of that characteristic among other properties
(`from_contributions`), which leave out what it does together with others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from kazyna.valuation.columns import Floats
from kazyna.valuation.explanation import log_contributions

Recorded = bool | int | float | str
ALIKE = 25
"""Properties with nearly the recorded value that is supposed, whose contributions are taken."""


@dataclass(frozen=True)
class Change:
    """One characteristic, as recorded and as it might be."""

    name: str
    before: Recorded
    after: Recorded


@dataclass(frozen=True)
class Sensitivity:
    """What one change would do to a value."""

    change: Change
    difference: Decimal
    """Positive where the value would rise."""


def suggested_changes(
    recorded: Mapping[str, Any], others: pa.Table, names: Sequence[str]
) -> tuple[Change, ...]:
    """Suppose each characteristic otherwise, as it is usual among other properties.

    A truth is turned. A number becomes the median of the others, or where it is the median, their
    upper quartile; whole numbers stay whole. Texts and what hardly differs are passed over.

    Parameters
    ----------
    recorded
        The characteristics of the property.
    others
        Characteristics of properties around it, under the same names.
    names
        Which to look at, in this order.

    Examples
    --------
    >>> others = pa.table({"rooms": [2, 3, 3, 4, 5]})
    >>> suggested_changes({"rooms": 3}, others, ["rooms"])
    (Change(name='rooms', before=3, after=4),)
    """
    changes = []
    for name in names:
        before = recorded.get(name)
        if before is None or isinstance(before, str) or name not in others.column_names:
            continue
        after = _otherwise(before, others[name])
        if after is not None and after != before:
            changes.append(Change(name, before, after))
    return tuple(changes)


def revalued(
    row: pa.Table,
    changes: Sequence[Change],
    *,
    value_of: Callable[[pa.Table], pa.Table],
    id_column: str,
) -> tuple[Sensitivity, ...]:
    """Value a property again with each change alone.

    Parameters
    ----------
    row
        The property, one row, as it is given to the model.
    changes
        What is supposed.
    value_of
        `MarketModel.value`, or whatever values a table of properties in its order.
    id_column
        Holds the identifier, which must differ from row to row.

    Returns
    -------
    tuple of Sensitivity
        In the order of the changes.
    """
    tables = [row]
    for change in changes:
        at = row.column_names.index(change.name)
        altered = pa.array([change.after]).cast(row[change.name].type)
        tables.append(row.set_column(at, change.name, altered))
    number = row.column_names.index(id_column)
    together = pa.concat_tables(tables)
    names = pa.array([f"{at}" for at in range(len(tables))])
    values = value_of(together.set_column(number, id_column, names))["value"].to_pylist()
    found = [Decimal(str(value)) for value in values]
    return tuple(
        Sensitivity(change, value - found[0])
        for change, value in zip(changes, found[1:], strict=True)
    )


def from_contributions(
    subject: Mapping[str, Any], values: pa.Table, changes: Sequence[Change]
) -> tuple[Sensitivity, ...]:
    """Estimate each change from what the characteristic adds to the values of other properties.

    A contribution in money is the log contribution times the logarithmic mean of value and base
    (`explanation.in_money`); divided by that mean, it is the log contribution again. The subject's
    is replaced by the median of the properties recorded most nearly as the change supposes.

    Parameters
    ----------
    subject
        `value`, `base` and `reasons` (list of records with `reason` and `amount`).
    values
        The same of other properties, with their characteristics under the names of the changes.
    changes
        What is supposed.

    Returns
    -------
    tuple of Sensitivity
        The largest first; changes that the others say nothing of are left out.

    References
    ----------
    Ang (2004), Energy Policy 32, 1131-1139 (the logarithmic mean); Friedman (2001), Annals of
    Statistics 29, 1189-1232, section 8.2 (dependence on one variable, the others averaged out).
    """
    value, base = float(subject["value"]), float(subject["base"])
    own = log_contributions([subject["reasons"]], np.array([value]), np.array([base]))
    others = log_contributions(
        values["reasons"].to_pylist(), _floats(values["value"]), _floats(values["base"])
    )
    found = []
    for change in changes:
        part = others.get(change.name, np.zeros(values.num_rows))
        level = _floats(values[change.name])
        known = np.flatnonzero(np.isfinite(level))
        if not len(known):
            continue
        apart = np.abs(level[known] - float(change.after))
        alike = known[np.argsort(apart, kind="stable")[:ALIKE]]
        mine = float(own.get(change.name, np.zeros(1))[0])
        moved = value * float(np.expm1(np.median(part[alike]) - mine))
        found.append(Sensitivity(change, Decimal(str(round(moved, 2)))))
    return tuple(sorted(found, key=lambda each: -abs(each.difference)))


def _otherwise(before: bool | float, others: pa.ChunkedArray) -> Recorded | None:
    if isinstance(before, bool):
        return not before
    if pa.types.is_boolean(others.type) or pa.types.is_string(others.type):
        return None
    numbers = _floats(others)
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers):
        return None
    median, upper = np.quantile(numbers, [0.5, 0.75]).tolist()
    whole = bool(np.all(numbers == np.rint(numbers)))
    median, upper = (round(each) if whole else float(f"{each:.4g}") for each in (median, upper))
    return upper if before == median else median


def _floats(column: pa.ChunkedArray) -> Floats:
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)
