"""Column arithmetic for SQL that proves its own width.

An expression carries the least and the greatest value it can take and its number of decimal
places. From these follow the digits that each step needs, so that intermediates are cast wide
enough and narrow ones stay narrow, and what could need more than 38 digits is refused before
anything runs.

The widths follow DuckDB's rules for DECIMAL, the narrowest of the dialects: the product of two
decimals of at most 18 digits is itself held in 18 digits, so one factor is widened where the
bounds do not prove that the product fits. PostgreSQL's numeric is wide anyway.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import product
from typing import Literal, NoReturn

from sqlglot import exp

from kazyna.core.money import EXACT, RoundingMode, round_to

DIGITS_MAX = 38
"""The widest decimal of DuckDB, Spark and Arrow."""
DIGITS_NARROW = 18
"""Decimals up to this width are 64-bit integers inside DuckDB, several times faster than 128."""

Comparison = Literal["<", "<=", ">", ">=", "==", "!="]

_COMPARISONS: dict[Comparison, type[exp.Binary]] = {
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
    "==": exp.EQ,
    "!=": exp.NEQ,
}


@dataclass(frozen=True, eq=False)
class Condition:
    """A truth value of a column query; join two by `&` or `|`."""

    sql: exp.Expr

    def __and__(self, other: "Condition") -> "Condition":
        return Condition(exp.and_(self.sql, other.sql))

    def __or__(self, other: "Condition") -> "Condition":
        return Condition(exp.or_(self.sql, other.sql))

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "a condition on a column is not known while the query is built: write "
            "when(condition, a, b) instead of `if`, and `&` or `|` instead of `and` or `or`"
        )


@dataclass(frozen=True, eq=False)
class TextColumn:
    """A text of a column query, one of a closed list; it can be compared and looked up."""

    sql: exp.Expr
    allowed: tuple[str, ...]

    def __eq__(self, other: object) -> Condition:  # type: ignore[override]
        return Condition(exp.EQ(this=self.sql.copy(), expression=self._word(other)))

    def __ne__(self, other: object) -> Condition:  # type: ignore[override]
        return Condition(exp.NEQ(this=self.sql.copy(), expression=self._word(other)))

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> NoReturn:
        raise TypeError("a column has no truth value while the query is built: compare it")

    def _word(self, other: object) -> exp.Expr:
        if other not in self.allowed:
            known = ", ".join(self.allowed)
            raise TypeError(f"{other!r} is none of the column's words: {known}")
        return exp.Literal.string(str(other))


@dataclass(frozen=True, eq=False)
class Expression:
    """A number of a column query, with what is proved about it."""

    sql: exp.Expr
    low: Decimal
    high: Decimal
    scale: int
    """Digits after the point."""
    width: int
    """Digits of the SQL type that the expression has as it stands."""

    @property
    def constant(self) -> bool:
        """Whether the value is known while the query is built."""
        return self.low == self.high

    @property
    def digits(self) -> int:
        """Digits that every value within the bounds fits."""
        return digits(self.low, self.high, scale=self.scale)

    def __add__(self, other: "Operand") -> "Expression":
        return add(self, as_expression(other))

    def __radd__(self, other: "Operand") -> "Expression":
        return add(as_expression(other), self)

    def __sub__(self, other: "Operand") -> "Expression":
        return subtract(self, as_expression(other))

    def __rsub__(self, other: "Operand") -> "Expression":
        return subtract(as_expression(other), self)

    def __mul__(self, other: "Operand") -> "Expression":
        return multiply(self, as_expression(other))

    def __rmul__(self, other: "Operand") -> "Expression":
        return multiply(as_expression(other), self)

    def __neg__(self) -> "Expression":
        return subtract(literal(Decimal(0)), self)

    def __truediv__(self, other: "Operand") -> NoReturn:
        raise TypeError(
            "a plain division may be inexact: write divide(a, b, rounding), which says how the "
            "quotient is rounded"
        )

    __rtruediv__ = __truediv__

    def __lt__(self, other: "Operand") -> Condition:
        return compare("<", self, as_expression(other))

    def __le__(self, other: "Operand") -> Condition:
        return compare("<=", self, as_expression(other))

    def __gt__(self, other: "Operand") -> Condition:
        return compare(">", self, as_expression(other))

    def __ge__(self, other: "Operand") -> Condition:
        return compare(">=", self, as_expression(other))

    def __eq__(self, other: object) -> Condition:  # type: ignore[override]
        return compare("==", self, as_expression(other))

    def __ne__(self, other: object) -> Condition:  # type: ignore[override]
        return compare("!=", self, as_expression(other))

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> NoReturn:
        raise TypeError("a column has no truth value while the query is built: compare it")


Operand = Expression | Decimal | int


def as_expression(value: object) -> Expression:
    """Take an expression as it is and an exact number as a literal; refuse anything else."""
    if isinstance(value, Expression):
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError(f"{value!r} is not an exact number: write Decimal('…') or a whole number")
    return literal(Decimal(value))


def scale_of(value: Decimal) -> int:
    """Return the digits after the point that a number needs."""
    if not value.is_finite():
        raise ValueError(f"{value} is not a finite number")
    exponent = value.normalize(EXACT).as_tuple().exponent
    return max(0, -int(exponent))


def digits(*values: Decimal, scale: int) -> int:
    """Return the digits in which each value can be written with `scale` decimal places.

    Raises
    ------
    ValueError
        If one needs more than 38.
    """
    largest = max(value.copy_abs() for value in values)
    needed = max(1, max(0, largest.adjusted() + 1) + scale)
    if needed > DIGITS_MAX:
        raise ValueError(
            f"a value up to {largest:.3E} with {scale} decimal places needs {needed} digits, more "
            f"than {DIGITS_MAX}: declare a smaller maximum for the input or round earlier"
        )
    return needed


def literal(value: Decimal) -> Expression:
    """Write a number into the query."""
    scale = scale_of(value)
    width = digits(value, scale=scale)
    number = exp.Literal.number(f"{value.copy_abs():.{scale}f}")
    signed = exp.Neg(this=number) if value < 0 else number
    return Expression(_cast(signed, width, scale), value, value, scale, width)


def column(name: str, *, low: Decimal, high: Decimal, scale: int) -> Expression:
    """Read a column whose values are known to lie within the bounds."""
    return Expression(
        exp.column(name, quoted=True), low, high, scale, digits(low, high, scale=scale)
    )


def fitted(value: Expression) -> exp.Expr:
    """Return the SQL of an expression, cast to the narrowest type that holds it."""
    return _cast(value.sql, value.digits, value.scale)


def add(left: Expression, right: Expression) -> Expression:
    """Add, wide enough for the sum."""
    return _sum(exp.Add, left, right, (left.low, left.high), (right.low, right.high))


def subtract(left: Expression, right: Expression) -> Expression:
    """Subtract, wide enough for the difference."""
    negated = (right.high.copy_negate(), right.low.copy_negate())
    return _sum(exp.Sub, left, right, (left.low, left.high), negated)


def _sum(
    operation: type[exp.Binary],
    left: Expression,
    right: Expression,
    first: tuple[Decimal, Decimal],
    second: tuple[Decimal, Decimal],
) -> Expression:
    low, high = EXACT.add(first[0], second[0]), EXACT.add(first[1], second[1])
    if left.constant and right.constant:
        return literal(low)
    scale = max(left.scale, right.scale)
    width = digits(low, high, *first, *second, scale=scale)
    left, right = _as(left, width, scale), _as(right, width, scale)
    sql = operation(this=left.sql, expression=right.sql)
    # DuckDB's own type of the sum; a product relies on it to be exact, not merely wide enough.
    width = min(max(left.width, right.width) + 1, DIGITS_MAX)
    return Expression(exp.paren(sql), low, high, scale, width)


def multiply(left: Expression, right: Expression) -> Expression:
    """Multiply; one factor is widened where DuckDB would cap a product that may not fit."""
    corners = [
        EXACT.multiply(*pair) for pair in product((left.low, left.high), (right.low, right.high))
    ]
    low, high = min(corners), max(corners)
    if left.constant and right.constant:
        return literal(low)
    scale = left.scale + right.scale
    needed = digits(low, high, scale=scale)
    width, first = left.width + right.width, left.sql
    if max(left.width, right.width) <= DIGITS_NARROW < width:
        if needed > DIGITS_NARROW:
            first = _cast(left.sql, DIGITS_NARROW + 1, left.scale)
            width = DIGITS_NARROW + 1 + right.width
        else:
            width = DIGITS_NARROW
    sql = exp.Mul(this=first, expression=right.sql)
    return Expression(exp.paren(sql), low, high, scale, min(width, DIGITS_MAX))


def compare(operator: Comparison, left: Expression, right: Expression) -> Condition:
    """Compare two numbers in a common type."""
    (first, second), _ = _aligned([left, right])
    return Condition(exp.paren(_COMPARISONS[operator](this=first, expression=second)))


def choose(condition: Condition, yes: Expression, no: Expression) -> Expression:
    """Take `yes` where the condition holds, else `no`."""
    (first, second), aligned = _aligned([yes, no])
    sql = exp.case().when(condition.sql, first).else_(second)
    return Expression(sql, aligned.low, aligned.high, aligned.scale, aligned.width)


def extreme(name: Literal["LEAST", "GREATEST"], values: Sequence[Expression]) -> Expression:
    """Take the smallest or the largest of several numbers."""
    operands, aligned = _aligned(values)
    pick = min if name == "LEAST" else max
    low, high = pick(value.low for value in values), pick(value.high for value in values)
    # An anonymous call: sqlglot would wrap its own node in tests for NULL, which no input has.
    sql = exp.Anonymous(this=name, expressions=operands)
    return Expression(sql, low, high, aligned.scale, aligned.width)


def rounded(value: Expression, unit: Decimal, mode: RoundingMode) -> Expression:
    """Round to a whole multiple of `unit`.

    Cents and the like, half away from zero, are SQL's own ROUND. Everything else is built from
    the exact remainder, so no division is needed: x − x mod u, and one unit more or less where
    the mode says so.
    """
    if unit <= 0:
        raise ValueError(f"a unit of rounding must be positive, not {unit}")
    low, high = round_to(value.low, unit, mode), round_to(value.high, unit, mode)
    if value.constant:
        return literal(low)
    places = scale_of(unit)
    if unit == Decimal(1).scaleb(-places):
        if value.scale <= places:
            return value
        if mode == "half_up":
            # Dropping a decimal place leaves room for the carry, so the width suffices.
            sql: exp.Expr = exp.Round(this=value.sql, decimals=exp.Literal.number(places))
            return Expression(sql, low, high, places, value.width)
    scale = max(value.scale, places)
    twice = EXACT.multiply(unit, Decimal(2))
    width = digits(value.low, value.high, low, high, twice, scale=scale)
    step = literal(unit)
    number, by = _as(value, width, scale).sql, _as(step, width, scale).sql
    remainder = exp.paren(exp.Mod(this=number, expression=by))
    whole = exp.paren(exp.Sub(this=number, expression=remainder))
    is_odd = exp.NEQ(
        this=exp.Mod(this=whole, expression=number_as(twice, width, scale)), expression=_ZERO
    )
    steps = [number_as(n, width, scale) for n in (unit, unit.copy_negate(), Decimal(0))]
    change = _carry(remainder, by, is_odd, mode, steps)
    total = exp.Add(this=whole, expression=change)
    width = digits(low, high, scale=places)
    return Expression(_cast(exp.paren(total), width, places), low, high, places, width)


def quotient(left: Expression, right: Expression, unit: Decimal, mode: RoundingMode) -> Expression:
    """Divide by a positive number and round to a whole multiple of `unit`, exactly.

    Counted in units: n = trunc(a ÷ (b·u)) in whole numbers, then one more or less by the
    remainder, as in `rounded`.
    """
    if right.low <= 0:
        raise ValueError(f"the divisor may be {right.low}: only a positive one is divided by")
    by = multiply(right, literal(unit))
    scale = max(left.scale, by.scale)
    ends = [
        round_to(EXACT.divide(end, divisor), unit, mode)
        for end, divisor in product((left.low, left.high), (right.low, right.high))
    ]
    low, high = min(ends), max(ends)
    if left.constant and by.constant:
        return literal(low)
    count = [EXACT.divide(end, unit) for end in (low, high)]
    if max(end.copy_abs() for end in count) >= Decimal(10**DIGITS_NARROW):
        raise ValueError(f"a quotient may count more than 10^{DIGITS_NARROW} units of {unit}")
    if mode in {"half_up", "down"}:
        units = _counted(left, by, mode=mode, low=count[0], high=count[1])
        answer = multiply(units, literal(unit))
        return Expression(answer.sql, low, high, answer.scale, answer.width)
    width = digits(left.low, left.high, EXACT.multiply(by.high, Decimal(2)), scale=scale)
    number, divisor = _as(left, width, scale).sql, _as(by, width, scale).sql
    remainder = exp.paren(exp.Mod(this=number, expression=divisor))
    whole = exp.IntDiv(
        this=_whole(exp.paren(exp.Sub(this=number.copy(), expression=remainder)), width, scale),
        expression=_whole(divisor.copy(), width, scale),
    )
    counted = _cast(whole, DIGITS_NARROW, 0)
    is_odd = exp.NEQ(this=exp.Mod(this=counted, expression=exp.Literal.number(2)), expression=_ZERO)
    steps = [number_as(Decimal(n), 1, 0) for n in (1, -1, 0)]
    change = _carry(remainder, divisor, is_odd, mode, steps)
    total = exp.paren(exp.Add(this=counted, expression=change))
    units = Expression(total, count[0], count[1], 0, DIGITS_NARROW + 1)
    answer = multiply(units, literal(unit))
    return Expression(answer.sql, low, high, answer.scale, answer.width)


_ZERO = exp.Literal.number(0)


def _counted(
    left: Expression, by: Expression, *, mode: RoundingMode, low: Decimal, high: Decimal
) -> Expression:
    """Count whole units of a quotient: trunc(a/b), or trunc((2a + b)/2b), by its absolute value.

    Both are divided as whole numbers, for 64 bits where they fit: of the larger number the digits
    below the last of the divisor go first, for ⌊x ÷ n⌋ = ⌊⌊x⌋ ÷ n⌋ where n is whole.
    """
    size = left if left.low >= 0 else _absolute(left)
    number, divisor = size, by
    if mode == "half_up":
        number, divisor = add(add(size, size), by), add(by, by)
    number, divisor = _shifted(number, divisor.scale), _shifted(divisor, divisor.scale)
    fits = max(number.digits, divisor.digits) <= DIGITS_NARROW
    kind = exp.DataType.Type.BIGINT if fits else exp.DataType.Type.INT128
    whole = exp.IntDiv(this=exp.cast(number.sql, kind), expression=exp.cast(divisor.sql, kind))
    counted: exp.Expr = _cast(whole, DIGITS_NARROW, 0)
    if left.low < 0:
        below = exp.LT(this=left.sql.copy(), expression=_ZERO.copy())
        counted = exp.case().when(below, exp.Neg(this=counted.copy())).else_(counted)
    return Expression(exp.paren(counted), low, high, 0, DIGITS_NARROW)


def _absolute(value: Expression) -> Expression:
    high = max(value.low.copy_abs(), value.high.copy_abs())
    return Expression(exp.Abs(this=value.sql.copy()), Decimal(0), high, value.scale, value.width)


def _shifted(value: Expression, places: int) -> Expression:
    """Shift the point of a number that is not negative, and leave off what is behind it."""
    moved = multiply(value, literal(Decimal(10**places)))
    if value.scale == 0:
        return moved
    low, high = (round_to(end, Decimal(1), "down") for end in (moved.low, moved.high))
    return Expression(exp.Floor(this=moved.sql), low, high, 0, moved.width)


def _carry(
    remainder: exp.Expr,
    unit: exp.Expr,
    is_odd: exp.Expr,
    mode: RoundingMode,
    steps: list[exp.Expr],
) -> exp.Expr:
    """Return one step up, one down or none, by the remainder that truncation left."""
    up, down, none = steps
    if mode == "down":
        return none
    twice = exp.paren(exp.Add(this=remainder, expression=remainder.copy()))
    opposite = exp.paren(exp.Neg(this=unit.copy()))
    if mode == "up":
        above: exp.Expr = exp.GT(this=remainder, expression=_ZERO)
        below: exp.Expr = exp.LT(this=remainder, expression=_ZERO)
    elif mode == "half_up":
        above = exp.GTE(this=twice, expression=unit)
        below = exp.LTE(this=twice, expression=opposite)
    else:
        tie_up = exp.and_(exp.EQ(this=twice, expression=unit), is_odd)
        tie_down = exp.and_(exp.EQ(this=twice, expression=opposite), is_odd)
        above = exp.or_(exp.GT(this=twice, expression=unit), tie_up)
        below = exp.or_(exp.LT(this=twice, expression=opposite), tie_down)
    return exp.case().when(above, up).when(below, down).else_(none)


def _aligned(values: Sequence[Expression]) -> tuple[list[exp.Expr], Expression]:
    """Bring numbers to one type; the second result carries the joint bounds and the type."""
    low, high = min(value.low for value in values), max(value.high for value in values)
    scale = max(value.scale for value in values)
    width = digits(low, high, scale=scale)
    operands: list[exp.Expr] = [_cast(value.sql, width, scale) for value in values]
    return operands, Expression(operands[0], low, high, scale, width)


def _as(value: Expression, width: int, scale: int) -> Expression:
    """Return a number in a type of that scale and at most that width."""
    if value.scale == scale and value.width <= width:
        return value
    return Expression(_cast(value.sql, width, scale), value.low, value.high, scale, width)


def number_as(value: Decimal, width: int, scale: int) -> exp.Expr:
    """Write a number in a type that is given."""
    return _cast(literal(value).sql.this, width, scale)


def _whole(number: exp.Expr, width: int, scale: int) -> exp.Expr:
    """Scale a decimal up to a whole 128-bit integer."""
    digits(Decimal(10 ** (width - scale) - 1), scale=scale * 2)
    shifted = exp.Mul(
        this=_cast(number, DIGITS_MAX, scale), expression=literal(Decimal(10**scale)).sql
    )
    return exp.cast(exp.paren(shifted), exp.DataType.Type.INT128)


def _cast(sql: exp.Expr, width: int, scale: int) -> exp.Cast:
    # Built by hand: `exp.cast` leaves an expression alone that is a DECIMAL of any width already.
    return exp.Cast(this=sql, to=decimal_type(width, scale).copy())


@cache
def decimal_type(width: int, scale: int) -> exp.DataType:
    """Return the SQL type of so many digits; copy it before it is put into a query."""
    return exp.DataType.build(f"DECIMAL({width}, {scale})")
