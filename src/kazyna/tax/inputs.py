"""The columns that rules take in, declared tightly enough to prove that no step overflows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from kazyna.core.errors import Finding, InputError
from kazyna.core.schema import Column
from kazyna.core.text import Text
from kazyna.tax.expression import scale_of

Value = Decimal | int | bool | str
"""What one case gives for one column."""

Checked = Decimal | bool | str
"""The same, checked; whole numbers have become decimals."""

DECIMALS_MAX = 6
"""The scale in which tables carry decimals (`kazyna.core.schema.ARROW_TYPES`)."""


@dataclass(frozen=True, kw_only=True)
class InputColumn(Column):
    """A column with its name for people and its number of decimal places."""

    label: Text
    decimals: int = 0
    """Digits after the point; a finer value is refused, never rounded."""

    @property
    def limits(self) -> tuple[Decimal, Decimal] | None:
        """The smallest and the largest number accepted, where both are declared."""
        if self.type not in {"integer", "decimal"}:
            return None
        if not isinstance(self.minimum, int | Decimal) or not isinstance(
            self.maximum, int | Decimal
        ):
            return None
        return Decimal(self.minimum), Decimal(self.maximum)


class Check(NamedTuple):
    """What one column accepts, ready to be asked thousands of times a second."""

    name: str
    words: frozenset[object] | None
    """Of a text, or the two truths."""
    low: Decimal
    high: Decimal
    exponent: int
    """Of the last place that is accepted."""


def check_of(column: InputColumn) -> Check:
    """Prepare the check of one column."""
    if column.limits is None:
        words = column.allowed if column.type == "text" else (True, False)
        return Check(column.name, frozenset(words or ()), Decimal(0), Decimal(0), 0)
    return Check(column.name, None, *column.limits, -column.decimals)


def accepted(checks: tuple[Check, ...], values: Mapping[str, Value]) -> dict[str, Checked] | None:
    """Return the inputs of one case, numbers as decimals; None where `check_case` must look."""
    found: dict[str, Checked] = {}
    for name, words, low, high, exponent in checks:
        value = values.get(name)
        kind = value.__class__
        if words is not None:
            if value not in words or (kind is not str and kind is not bool):
                return None
        else:
            if kind is int:
                value = Decimal(value)  # type: ignore[arg-type]
            elif kind is not Decimal:
                return None
            if not (value.is_finite() and low <= value <= high):  # type: ignore[union-attr,operator]
                return None
            last = value.as_tuple().exponent  # type: ignore[union-attr]
            if last < exponent:  # type: ignore[operator]
                return None
        found[name] = value  # type: ignore[assignment]
    return found


def check_case(
    columns: Iterable[InputColumn], values: Mapping[str, Value], *, source: str
) -> dict[str, Checked]:
    """Check the inputs of one case; numbers come back as decimals.

    Raises
    ------
    InputError
        With a finding for every column whose value is missing or not accepted.
    """
    checked: dict[str, Checked] = {}
    findings: list[Finding] = []
    for column in columns:
        value = values.get(column.name)
        reasons = list(_faults(value, column))
        findings += [Finding(source, why, column.expected, column=column.name) for why in reasons]
        if value is not None and not reasons:
            checked[column.name] = value if isinstance(value, bool | str) else Decimal(value)
    if findings:
        raise InputError(findings)
    return checked


def _faults(value: object, column: InputColumn) -> Iterator[str]:
    if value is None:
        yield "the value is missing"
    elif isinstance(value, bool) or column.type == "boolean":
        if not isinstance(value, bool) or column.type != "boolean":
            yield f"{value!r} is of the wrong kind"
    elif column.type == "text":
        if not isinstance(value, str):
            yield f"{value!r} is of the wrong kind"
        elif value not in (column.allowed or ()):
            yield f"{value!r} is not known"
    elif not isinstance(value, int | Decimal):
        yield f"{value!r} is not an exact number"
    elif not Decimal(value).is_finite():
        yield f"{value} is not finite"
    else:
        yield from _number_faults(Decimal(value), column)


def _number_faults(value: Decimal, column: InputColumn) -> Iterator[str]:
    low, high = column.limits or (value, value)
    if value < low:
        yield f"{value} is too small"
    if value > high:
        yield f"{value} is too large"
    if scale_of(value) > column.decimals:
        yield f"{value} has more than {column.decimals} decimal places"
