"""The two paths of a rule never differ: exact decimals, and one SQL query."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kazyna.core.dated import Dated
from kazyna.core.errors import PackError
from kazyna.core.money import ROUNDING, RoundingMode
from kazyna.core.text import Text
from kazyna.tax import (
    InputColumn,
    Parameter,
    ParameterValue,
    Rounding,
    RuleSet,
    Source,
    compile_query,
    compute,
    divide,
    maximum,
    minimum,
    round_to,
    rule,
    rule_set,
    run_roll,
    when,
)

ANY = Text("any", "любой", "ар кандай")
DAY = date(2020, 1, 1)
LIMIT = Decimal("9999999999999.9999")

amounts = st.decimals(min_value=-LIMIT, max_value=LIMIT, places=4)
modes = st.sampled_from(sorted(ROUNDING))
units = st.sampled_from(["0.0001", "0.01", "0.05", "0.25", "1", "3", "5", "100", "1000"]).map(
    Decimal
)
roundings = st.builds(Rounding, units, modes)
constants = st.decimals(min_value=-9999, max_value=9999, places=3)
divisors = st.decimals(min_value=Decimal("0.001"), max_value=9999, places=3)


def _law(formula: Callable[..., Decimal], **parameters: Decimal | Rounding) -> RuleSet:
    """Wire one formula over `a` and `b`, decimals of four places within the limit."""
    formula.__name__ = "result"
    return rule_set(
        "law",
        [rule(unit="USD", law="act", title=ANY)(formula)],
        inputs=[
            InputColumn(name, "decimal", name, minimum=-LIMIT, maximum=LIMIT, decimals=4, label=ANY)
            for name in ("a", "b")
        ],
        parameters=[
            Parameter(name, ANY, "unit", Dated.of([(DAY, ParameterValue(value, "act"))]))
            for name, value in parameters.items()
        ],
        sources={"act": Source("act", ANY, None, None, None)},
        amount="result",
    )


@dataclass(frozen=True)
class Formula:
    """A formula over `a` and `b` that can be read when it fails."""

    text: str
    result: Callable[[Any, Any], Any]

    def __repr__(self) -> str:
        return self.text


def _constant(value: Decimal) -> Formula:
    return Formula(str(value), lambda *_: value)


def _binary(sign: str, left: Formula, right: Formula) -> Formula:
    operation = OPERATIONS[sign]
    return Formula(
        f"({left} {sign} {right})", lambda a, b: operation(left.result(a, b), right.result(a, b))
    )


def _rounded(to: Rounding, inner: Formula) -> Formula:
    text = f"round_to({inner}, {to.unit} {to.mode})"
    return Formula(text, lambda a, b: round_to(inner.result(a, b), to))


def _divided(by: Decimal, to: Rounding, inner: Formula) -> Formula:
    text = f"divide({inner}, {by}, {to.unit} {to.mode})"
    return Formula(text, lambda a, b: divide(inner.result(a, b), by, to))


def _when(less: Formula, more: Formula, yes: Formula, no: Formula) -> Formula:
    return Formula(
        f"when({less} < {more}, {yes}, {no})",
        lambda a, b: when(less.result(a, b) < more.result(a, b), yes.result(a, b), no.result(a, b)),
    )


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "min": minimum,
    "max": maximum,
}
LEAVES = [Formula("a", lambda a, _: a), Formula("b", lambda _, b: b)]


def _grown(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    return st.one_of(
        st.builds(_binary, st.sampled_from(sorted(OPERATIONS)), inner, inner),
        st.builds(_rounded, roundings, inner),
        st.builds(_divided, divisors, roundings, inner),
        st.builds(_when, inner, inner, inner, inner),
    )


formulas = st.recursive(
    st.one_of(st.sampled_from(LEAVES), st.builds(_constant, constants)), _grown, max_leaves=5
)


def _table(pairs: Sequence[tuple[Decimal, Decimal]]) -> pa.Table:
    """Return the pairs as a table, and the corners of what is allowed with them."""
    corners = [(-LIMIT, LIMIT), (LIMIT, LIMIT), (-LIMIT, -LIMIT), (Decimal(0), Decimal(0))]
    first, second = zip(*[*pairs, *corners], strict=True)
    exact = pa.decimal128(17, 4)
    ids = pa.array(range(len(first)))
    return pa.table({"id": ids, "a": pa.array(first, exact), "b": pa.array(second, exact)})


def _expected(rules: RuleSet, table: pa.Table) -> list[Decimal]:
    return [compute(rules, row, DAY).amount for row in table.to_pylist()]


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.filter_too_much])
@given(formulas, st.lists(st.tuples(amounts, amounts), max_size=12))
def test_any_formula_that_compiles_gives_the_same_in_both(
    formula: Formula, pairs: list[tuple[Decimal, Decimal]]
) -> None:
    rules = _law(lambda a, b: formula.result(a, b) + a - a + b - b)
    table = _table(pairs)
    try:
        roll = run_roll(rules, table, on=DAY, id_column="id")
    except PackError as refused:
        assume("digits" not in str(refused) and "10^18" not in str(refused))
        raise
    assert roll["amount"].to_pylist() == _expected(rules, table)


def _near_ties(unit: Decimal, count: int) -> list[Decimal]:
    """Return multiples of half a unit and their closest neighbours, of both signs."""
    tick = Decimal("0.0001")
    around = [count * unit + offset for offset in (Decimal(0), unit / 2)]
    near = [value + shift for value in around for shift in (-tick, Decimal(0), tick)]
    fitting = [value for value in near if value == round(value, 4) and abs(value) <= LIMIT]
    return [*fitting, *(-value for value in fitting)]


@settings(deadline=None, max_examples=50)
@given(units, modes, st.integers(0, 10**10))
def test_ties_and_their_neighbours_round_alike(
    unit: Decimal, mode: RoundingMode, count: int
) -> None:
    rules = _law(lambda a, b, to: round_to(a + b, to), to=Rounding(unit, mode))
    table = _table([(value, Decimal(0)) for value in _near_ties(unit, count)])
    roll = run_roll(rules, table, on=DAY, id_column="id")
    assert roll["amount"].to_pylist() == _expected(rules, table)


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(formula=formulas, pairs=st.lists(st.tuples(amounts, amounts), max_size=6))
def test_postgresql_gives_the_same_as_exact_decimals(
    database_url: str, formula: Formula, pairs: list[tuple[Decimal, Decimal]]
) -> None:
    rules = _law(lambda a, b: formula.result(a, b) + a - a + b - b)
    table = _table(pairs)
    try:
        query = compile_query(rules, DAY, table="inputs", id_column="id", dialect="postgres")
    except PackError:
        assume(condition=False)
    values = ", ".join("({id}, {a}, {b})".format(**row) for row in table.to_pylist())
    with psycopg.connect(database_url) as connection:
        rows = f'WITH "inputs"("id", "a", "b") AS (VALUES {values}) {query}'
        computed = [row[-1] for row in sorted(connection.execute(rows).fetchall())]
    assert computed == _expected(rules, table)


def test_duckdb_alone_would_fail_where_the_compiler_widens() -> None:
    """The trap that the widths are for: a product of narrow decimals is capped at 18 digits."""
    with pytest.raises(duckdb.Error, match=r"(?i)overflow|range"), duckdb.connect() as connection:
        connection.sql(
            "SELECT a * b FROM (SELECT 99999999999.9999::DECIMAL(15, 4) AS a, 9999.9999 ::"
            "DECIMAL(8, 4) AS b)"
        ).fetchall()
