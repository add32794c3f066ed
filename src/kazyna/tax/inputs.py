"""The columns that rules take in, declared tightly enough to prove that no step overflows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

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

VALUES_KEPT = 10_000
ONE = Decimal(1)


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
    kind: type
    """Of the values that are looked up; a number may also be a decimal."""
    known: Mapping[Any, Checked]
    """What the rules take for a value: of a text itself, of a whole number a decimal."""
    low: Decimal
    high: Decimal
    last_place: Decimal
    """What every accepted decimal is a multiple of."""


class _WholeNumbers(dict[int, Decimal]):
    """Whole numbers within limits as decimals: most bills give those that others gave."""

    def __init__(self, low: Decimal, high: Decimal) -> None:
        super().__init__()
        self.low, self.high = low, high

    def __missing__(self, value: int) -> Decimal:
        found = Decimal(value)  # two decimals are compared faster than one and a whole number
        if not self.low <= found <= self.high:
            raise KeyError(value)
        if len(self) < VALUES_KEPT:
            self[value] = found
        return found


def check_of(column: InputColumn) -> Check:
    """Prepare the check of one column."""
    if column.limits is not None:
        last_place = Decimal(1).scaleb(-column.decimals)
        return Check(column.name, int, _WholeNumbers(*column.limits), *column.limits, last_place)
    kind, words = (str, column.allowed or ()) if column.type == "text" else (bool, (True, False))
    return Check(column.name, kind, {word: word for word in words}, ONE, ONE, ONE)


def accepted(checks: Iterable[Check], values: Mapping[str, Value]) -> dict[str, Checked] | None:
    """Return the inputs of one case, numbers as decimals; None where `check_case` must look."""
    found: dict[str, Checked] = {}
    try:
        for name, kind, known, low, high, last_place in checks:
            value: Any = values[name]
            if value.__class__ is kind:
                found[name] = known[value]
            elif (
                kind is int
                and value.__class__ is Decimal
                and low <= value <= high
                and not value % last_place
            ):
                found[name] = value
            else:
                return None
    except (KeyError, InvalidOperation):  # an unknown word; no number, which cannot be compared
        return None
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
