"""The columns that rules take in, declared tightly enough to prove that no step overflows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import ceil, floor
from typing import cast

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


Acceptance = Callable[[Mapping[str, Value]], dict[str, Checked] | None]
"""From the values of a case to its inputs, numbers as decimals; None where `check_case` must look.
"""


def acceptance(columns: Iterable[InputColumn]) -> Acceptance:
    """Write one function that checks every column of a case in a straight line.

        def accepted(__values):
            try:
                council = __0[__values['council']]
                area_m2 = __values['area_m2']
                if area_m2.__class__ is __int:
                    if not 0 <= area_m2 <= 10000000: return None
                    area_m2 = __Decimal(area_m2)
                elif (area_m2.__class__ is not __Decimal or not __low1 <= area_m2 <= __high1
                        or area_m2 % __place1): return None
            except __unknown: return None
            return {'council': council, 'area_m2': area_m2}

    It only accepts; what is wrong with a value is said by `check_case`. No column has a name with
    two underscores.
    """
    known: dict[str, object] = {
        "__int": int,
        "__bool": bool,
        "__Decimal": Decimal,
        # A missing column or an unknown word; what has no hash, or no order; what is no number.
        "__unknown": (KeyError, TypeError, InvalidOperation),
    }
    lines = ["def accepted(__values):", " try:", "  pass"]
    names = []
    for number, column in enumerate(columns):
        names.append(column.name)
        lines += [f"  {line}" for line in _lines_of(column, number, known)]
    lines.append(" except __unknown: return None")
    lines.append(f" return {{{', '.join(f'{name!r}: {name}' for name in names)}}}")
    exec(compile("\n".join(lines), "acceptance", "exec"), known)  # noqa: S102 (names of our columns)
    return cast(Acceptance, known["accepted"])


def _lines_of(column: InputColumn, number: int, known: dict[str, object]) -> Iterator[str]:
    """Write the check of one column; what it compares with goes to the names that are known."""
    name = column.name
    if column.type == "text":
        known[f"__{number}"] = {word: word for word in column.allowed or ()}
        yield f"{name} = __{number}[__values[{name!r}]]"
        return
    yield f"{name} = __values[{name!r}]"
    if column.limits is None:
        yield f"if {name}.__class__ is not __bool: return None"
        return
    low, high = column.limits
    known |= {f"__low{number}": low, f"__high{number}": high}
    known[f"__place{number}"] = Decimal(1).scaleb(-column.decimals)
    yield f"if {name}.__class__ is __int:"
    yield f" if not {ceil(low)} <= {name} <= {floor(high)}: return None"
    yield f" {name} = __Decimal({name})"
    yield (
        f"elif ({name}.__class__ is not __Decimal or not __low{number} <= {name} <= __high{number}"
        f" or {name} % __place{number}): return None"
    )


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
