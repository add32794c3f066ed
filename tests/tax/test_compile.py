from collections.abc import Callable
from datetime import date
from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest
import sqlglot

from kazyna.core.errors import PackError
from kazyna.core.text import Text
from kazyna.tax import (
    Rounding,
    RuleSet,
    compile_query,
    compute,
    divide,
    maximum,
    round_to,
    rule,
    when,
)
from kazyna.tax.compile import Dialect

Build = Callable[..., RuleSet]
ANY = Text("any", "любой", "ар кандай")
START = date(2020, 1, 1)

CENT = Rounding(Decimal("0.01"))


@rule(unit="USD", law="act art. 1", title=ANY)
def share(value: Decimal, rounding: Rounding) -> Decimal:
    return divide(value, 3, rounding)


@rule(unit="USD", law="act art. 2", title=ANY)
def tax(share: Decimal, value: Decimal, home: bool, even: Rounding) -> Decimal:
    return when(
        home & (value > 1000), round_to(maximum(0, share - 50) * Decimal("0.0123"), even), 0
    )


LAW = {"rounding": CENT, "even": Rounding(Decimal("0.05"), "half_even")}


def test_every_step_is_a_column_and_the_amount_comes_last(build: Build) -> None:
    query = compile_query(build(share, tax, parameters=LAW), START, table="inputs", id_column="id")
    inputs = pa.table({"id": [7], "value": [Decimal("30300.00")], "home": [True]})
    with duckdb.connect() as connection:
        connection.register("inputs", inputs)
        row = connection.sql(query).to_arrow_table().to_pylist()
    # 30,300 ÷ 3 = 10,100; − 50 = 10,050; × 0.0123 = 123.615; to 0.05: 123.60
    assert row == [
        {
            "id": 7,
            "value": Decimal("30300.00"),
            "home": True,
            "share": Decimal("10100.00"),
            "tax": Decimal("123.60"),
            "amount": Decimal("123.60"),
        }
    ]


def _rate_last(value: Decimal, rate: Decimal) -> Decimal:
    return value * rate


def _rate_first(value: Decimal, rate: Decimal) -> Decimal:
    return rate * value


@pytest.mark.parametrize("formula", [_rate_last, _rate_first])
def test_a_product_beyond_eighteen_digits_does_not_depend_on_the_data(
    build: Build, formula: Callable[..., Decimal]
) -> None:
    """DuckDB caps the product of two narrow decimals at 18 digits and fails on a big one."""
    tax = rule(unit="USD", law="act art. 1", title=ANY)(formula)
    rules = build(tax, amount=tax.name, parameters={"rate": Decimal("0.123456789")})
    query = compile_query(rules, START, table="inputs", id_column="id")
    biggest = Decimal("9999999999999.99")
    with duckdb.connect() as connection:
        connection.register("inputs", pa.table({"id": [1], "value": [biggest]}))
        [(_, _, _, amount)] = connection.sql(query).fetchall()
    assert amount == compute(rules, {"value": biggest}, START).amount


def test_narrow_steps_stay_narrow(build: Build) -> None:
    @rule(unit="USD", law="act art. 1", title=ANY)
    def tax(value: Decimal, rate: Decimal, rounding: Rounding) -> Decimal:
        return round_to(value * rate, rounding)

    rules = build(tax, parameters={"rate": Decimal("0.01"), "rounding": CENT})
    query = compile_query(rules, START, table="inputs", id_column="id")
    assert "DECIMAL(14, 2)" in query
    assert "DECIMAL(19" not in query


def _branch(value: Decimal) -> Decimal:
    return value if value > 0 else Decimal(0)


def _chain(value: Decimal) -> Decimal:
    return when(0 < value < 5, 1, 0)


def _truth(value: Decimal) -> Decimal:
    return value or Decimal(1)


def _plain_division(value: Decimal) -> Decimal:
    return value / 12


def _float(value: Decimal) -> Decimal:
    return value * 0.01  # type: ignore[operator, no-any-return]


def _builtin(value: Decimal) -> Decimal:
    return abs(value)


def _too_wide(value: Decimal) -> Decimal:
    return value * value * value


def _divisor_unknown(value: Decimal) -> Decimal:
    return divide(Decimal(1), value, CENT)


def _inexact_constant(value: Decimal) -> Decimal:
    return value * (Decimal(1) / Decimal(3))


def _quotient_too_big(value: Decimal) -> Decimal:
    return divide(value * value, Decimal("0.01"), CENT)


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        (_branch, "write when.condition, a, b. instead of `if`"),
        (_chain, "write when.condition, a, b. instead of `if`"),
        (_truth, "a column has no truth value"),
        (_plain_division, "write divide.a, b, rounding."),
        (_float, "0.01 is not an exact number: write Decimal"),
        (_builtin, "abs"),
        (_too_wide, "needs 46 digits, more than 38: declare a smaller maximum"),
        (_divisor_unknown, "the divisor may be -1000"),
        (_inexact_constant, "a constant in the formula is not exact"),
        (_quotient_too_big, "may count more than 10.18 units of 0.01"),
    ],
)
def test_what_cannot_be_proved_is_refused_before_anything_runs(
    build: Build, formula: Callable[..., Decimal], reason: str
) -> None:
    tax = rule(unit="USD", law="act art. 1", title=ANY)(formula)
    rules = build(tax, amount=formula.__name__)
    with pytest.raises(PackError, match=reason) as caught:
        compile_query(rules, START, table="inputs", id_column="id")
    assert [found.column for found in caught.value.findings] == [formula.__name__]


def test_all_rules_that_do_not_compile_are_named(build: Build) -> None:
    @rule(unit="USD", law="act art. 1", title=ANY)
    def first(value: Decimal) -> Decimal:
        return value / 3

    @rule(unit="USD", law="act art. 1", title=ANY)
    def second(area: Decimal) -> Decimal:
        return area / 3

    @rule(unit="USD", law="act art. 1", title=ANY)
    def tax(first: Decimal, second: Decimal) -> Decimal:
        return first + second

    with pytest.raises(PackError) as caught:
        compile_query(build(first, second, tax), START, table="inputs", id_column="id")
    assert sorted(str(found.column) for found in caught.value.findings) == ["first", "second"]


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "spark"])
def test_each_dialect_reads_its_own_query(build: Build, dialect: Dialect) -> None:
    rules = build(share, tax, parameters=LAW)
    query = compile_query(rules, START, table="inputs", id_column="id", dialect=dialect)
    read = sqlglot.parse_one(query, dialect=dialect)
    assert read.named_selects == ["id", "value", "home", "share", "tax", "amount"]  # type: ignore[attr-defined]
    assert "INT128" not in query


@rule(unit="USD", law="act art. 1", title=ANY, name="tax")
def even_share(value: Decimal, even: Rounding) -> Decimal:
    return divide(value, 3, even)


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "spark"])
def test_only_duckdb_counts_in_wide_whole_numbers(build: Build, dialect: Dialect) -> None:
    rules = build(even_share, parameters={"even": LAW["even"]})
    query = compile_query(rules, START, table="inputs", id_column="id", dialect=dialect)
    assert ("INT128" in query) == (dialect == "duckdb")
