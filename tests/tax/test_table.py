"""Tables of the law: by key, by bracket, as scales, and what they do not know."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import psycopg
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazyna.core.dated import Dated
from kazyna.core.errors import InputError, PackError
from kazyna.core.text import Text
from kazyna.tax import (
    InputColumn,
    KeyColumn,
    Parameter,
    ParameterValue,
    Rule,
    RuleSet,
    Source,
    Table,
    TableRow,
    applied_rows,
    compile_query,
    compute,
    doubtful,
    doubtful_in_case,
    explain,
    grid,
    look_ups,
    rule,
    rule_set,
    run_roll,
)
from kazyna.tax.explain import rows_of_case

T = Text("t", "t", "t")
D = Decimal
Case = dict[str, D | int | str]
START, REFORM, ON = date(2022, 1, 1), date(2025, 1, 1), date(2024, 6, 1)
WALLS = ("brick", "wood", "adobe", "straw")


def row(*keys: str | int, value: str | None, doubt: str | None = None) -> TableRow:
    read = tuple(key if isinstance(key, str) else D(key) for key in keys)
    return TableRow(read, None if value is None else D(value), "act art. 5", START, doubt=doubt)


BASE = Table(
    "base",
    (KeyColumn("wall"), KeyColumn("age", bracket=True)),
    (
        row("brick", 0, value="15000"), row("brick", 5, value="14000.5"),
        row("wood", 0, value="13000"), row("wood", 30, value=None, doubt="not found in the act"),
        row("*", 0, value="4000", doubt="two sources differ"),
    ),
)  # fmt: skip
SCALE = Table(
    "scale", (KeyColumn("value", bracket=True),),
    (row(0, value="0"), row(125000, value="0.02"), row(250000, value="0.05"),
     row(925000, value="0.10"), row(1500000, value="0.12")),
)  # fmt: skip


@rule(unit="KGS", law="act art. 5", title=T)
def base_value(base: Table, wall: str, age: D) -> D:
    """Look the base up."""
    return base.at(wall, age)


@rule(unit="KGS", law="act art. 6", title=T)
def tax(base_value: D, area: D, wall: str) -> D:
    """Half of it for adobe."""
    from kazyna.tax import when  # noqa: PLC0415

    return base_value * area * when(wall == "adobe", D("0.5"), 1)


@rule(unit="KGS", law="act art. 6", title=T, name="tax", begins=REFORM)
def tax_since_2025(base_value: D, area: D, local_rate: D) -> D:
    """A council's rate since the reform."""
    return base_value * 0 + area * local_rate


def inputs() -> list[InputColumn]:
    return [
        InputColumn("wall", "text", "wall", allowed=WALLS, label=T),
        InputColumn("age", "integer", "age", minimum=0, maximum=300, label=T),
        InputColumn("area", "decimal", "area", minimum=D(0), maximum=D(10**6), decimals=1, label=T),
        InputColumn("local_rate", "decimal", "rate", minimum=0, maximum=100, decimals=2, label=T),
        InputColumn("value", "decimal", "v", minimum=0, maximum=10**9, decimals=2, label=T),
    ]


def parameter(name: str, table: Table) -> Parameter:
    return Parameter(name, T, "KGS/m2", Dated.of([(START, ParameterValue(table, "act art. 5"))]))


def law(*rules: Rule, table: Table = BASE, name: str = "base") -> RuleSet:
    sources = {"act": Source("act", T, None, None, None)}
    return rule_set("law", rules or (base_value, tax, tax_since_2025), inputs=inputs(),
                    parameters=[parameter(name, table)], sources=sources,
                    amount="tax")  # fmt: skip


def roll_of(rules: RuleSet, cases: Sequence[Case], on: date = ON) -> list[D]:
    table = pa.Table.from_pylist([{"id": str(n), **case} for n, case in enumerate(cases)])
    amounts: list[D] = run_roll(rules, table, on=on, id_column="id")["amount"].to_pylist()
    return amounts


@pytest.mark.parametrize(
    ("wall", "age", "expected"),
    [("brick", 0, "15000"), ("brick", 4, "15000"), ("brick", 5, "14000.5"),
     ("brick", 300, "14000.5"), ("wood", 29, "13000"), ("adobe", 7, "4000"),
     ("straw", 0, "4000")],
)  # fmt: skip
def test_the_row_that_names_the_keys_answers(wall: str, age: int, expected: str) -> None:
    assert BASE.at(wall, age) == D(expected)


def test_what_a_table_does_not_know_is_refused_by_both_paths_by_name() -> None:
    case: Case = {"wall": "wood", "age": 31, "area": D(10), "local_rate": D(1)}
    said = "base has no known value for wall 'wood', age 31"
    with pytest.raises(InputError, match=said):
        compute(law(), case, ON)
    fine: Case = {**case, "age": 1}
    with pytest.raises(InputError, match=f"row 2, column base_value: {said}"):
        roll_of(law(), [fine, case])
    no_rest = Table("base", BASE.keys, BASE.rows[:-1])
    with pytest.raises(InputError, match="base has no row for wall 'straw', age 1"):
        roll_of(law(table=no_rest), [{**fine, "wall": "straw"}])


EVERY: list[Case] = [
    {"wall": wall, "age": age, "area": D(10), "local_rate": D(1)}
    for wall in WALLS
    for age in (0, 4, 5, 29, 30, 300)
    if (wall, age) not in {("wood", 30), ("wood", 300)}
]


@pytest.mark.parametrize("cells_max", [1, 5, 10_000])
def test_a_list_of_any_length_answers_alike(
    cells_max: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid, "CELLS_MAX", cells_max)
    expected = [compute(law(), case, ON).amount for case in EVERY]
    assert roll_of(law(), EVERY) == expected
    with pytest.raises(InputError, match="row 2, column base_value: base has no known value"):
        roll_of(law(), [EVERY[0], {**EVERY[0], "wall": "wood", "age": 31}])


def test_postgresql_looks_up_alike(database_url: str) -> None:
    query = compile_query(law(), ON, table="inputs", id_column="id", dialect="postgres")
    rows = ", ".join(f"({n}, '{case['wall']}', {case['age']}, {case['area']})"
                     for n, case in enumerate(EVERY))  # fmt: skip
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            f'WITH "inputs"("id", "wall", "age", "area") AS (VALUES {rows}) '
            f'SELECT "amount" FROM ({query}) AS roll ORDER BY "id"'
        ).fetchall()
    assert [amount for (amount,) in found] == [compute(law(), case, ON).amount for case in EVERY]


def test_a_table_that_cannot_fail_is_not_asked_whether_it_did() -> None:
    whole = Table("base", BASE.keys, (row("brick", 0, value="1"), row("*", 0, value="2")))
    query = compile_query(law(table=whole), ON, table="inputs", id_column="id")
    assert "unanswered" not in query
    assert "unanswered" in compile_query(law(), ON, table="inputs", id_column="id")


def test_an_unknown_word_is_refused_before_the_table_is_asked() -> None:
    case: Case = {"wall": "gold", "age": 1, "area": D(10), "local_rate": D(1)}
    with pytest.raises(InputError, match="'gold' is not known; expected one of brick"):
        compute(law(), case, ON)
    with pytest.raises(InputError, match="row 1, column wall: 'gold' is not known"):
        roll_of(law(), [case])


CASES = st.fixed_dictionaries(
    {
        "wall": st.sampled_from(("brick", "adobe", "straw")),
        "age": st.integers(0, 300),
        "area": st.integers(0, 10**7).map(lambda n: D(n) / 10),
        "local_rate": st.integers(0, 10**4).map(lambda n: D(n) / 100),
    }
)


@settings(deadline=None)
@given(cases=st.lists(CASES, min_size=1, max_size=8), on=st.sampled_from((ON, REFORM)))
def test_the_roll_the_single_bill_and_plain_integers_agree(cases: list[Case], on: date) -> None:
    rules = law()
    amounts = roll_of(rules, cases, on)
    for case, amount in zip(cases, amounts, strict=True):
        assert compute(rules, case, on).amount == amount
        tenths = int(D(str(case["area"])) * 10)
        if on < REFORM:
            half = {"brick": 30000 if int(str(case["age"])) < 5 else 28001}.get(
                str(case["wall"]), 8000
            )
            share = 1 if case["wall"] == "adobe" else 2
            assert amount * 40 == tenths * half * share
        else:
            assert amount * 1000 == tenths * int(D(str(case["local_rate"])) * 100)


def test_a_formula_holds_from_its_day_and_asks_for_its_own_inputs() -> None:
    before, after = law().on(ON), law().on(REFORM)
    assert "local_rate" not in {item.name for item in before.inputs}
    assert "local_rate" in {item.name for item in after.inputs}
    case: Case = {"wall": "brick", "age": 1, "area": D(10)}
    assert compute(law(), case, ON).amount == 150000
    assert compute(law(), {**case, "local_rate": D(75)}, REFORM).amount == 750


def test_one_formula_begins_on_a_day() -> None:
    with pytest.raises(PackError, match="one formula from each day"):
        law(base_value, tax, tax)


@rule(unit="GBP", law="act art. 7", title=T, name="tax")
def duty(value: D, scale: Table) -> D:
    """Stamp duty land tax."""
    return scale.marginal(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    # UK stamp duty land tax, bands of 2022: alphagov's published figures, kept as tests in
    # PolicyEngine/policyengine-uk.
    [(125000, 0), (500000, 15000), (2300000, 189750)],
)
def test_a_marginal_scale_taxes_each_bracket_by_its_own_rate(value: int, expected: int) -> None:
    rules = law(duty, table=SCALE, name="scale")
    assert compute(rules, {"value": value}, ON).amount == expected
    assert roll_of(rules, [{"value": D(value)}]) == [D(expected)]


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**11), min_size=1, max_size=8))
def test_a_scale_is_the_same_for_a_bill_and_a_roll(cents: list[int]) -> None:
    rules = law(duty, table=SCALE, name="scale")
    amounts = roll_of(rules, [{"value": D(n) / 100} for n in cents])
    for value, amount in zip(cents, amounts, strict=True):
        ends = ((12500000, 2), (25000000, 3), (92500000, 5), (150000000, 2))
        assert amount * 10**4 == sum(max(value - end, 0) * more for end, more in ends)


def test_a_scale_tells_the_brackets_that_an_amount_reaches() -> None:
    rules = law(duty, table=SCALE, name="scale")
    values = [D(0), D(125000), D(125001), D(925001)]
    cases = pa.table({"id": range(4), "value": pa.array(values, pa.decimal128(12, 2))})
    assert look_ups(rules, ON) == {"tax": ("scale",) * len(SCALE.rows)}
    roll = run_roll(rules, cases, on=ON, id_column="id")
    reached = applied_rows(rules, roll, on=ON, id_column="id")["tax"].to_pylist()
    answers = [[("scale", n) for n in row if n is not None] for row in reached]
    for value, answered in zip(values, answers, strict=True):
        assert rows_of_case(rules, {"value": value}, on=ON).get("tax", []) == answered
    assert [len(each) for each in answers] == [0, 1, 2, 4]


def test_only_doubts_that_a_bill_rests_on_are_named() -> None:
    rules = law()
    case: Case = {"wall": "brick", "age": 1, "area": D(10), "local_rate": D(1)}
    assert doubtful_in_case(rules, case, ON) == ()
    straw: Case = {**case, "wall": "straw"}
    (found,) = doubtful_in_case(rules, straw, ON)
    assert (found.id, found.value) == ("law/base@2022-01-01[*,0]", "4000")
    table = pa.Table.from_pylist([{"id": "1", **case}, {"id": "2", **straw}])
    assert doubtful(rules, table, ON, id_column="id") == (found,)
    assert doubtful(rules, table.slice(0, 1), ON, id_column="id") == ()
    other = Table("base", BASE.keys, (*BASE.rows[:-1], row("*", 0, value="4001", doubt="x")))
    (changed,) = doubtful_in_case(law(table=other), straw, ON)
    assert changed.id == found.id
    assert changed.content_hash != found.content_hash


def test_an_explanation_shows_the_row_with_its_article_and_doubt() -> None:
    case: Case = {"wall": "straw", "age": 1, "area": D(10), "local_rate": D(1)}
    step = explain(law(), case, ON, "en").steps[0]
    (applied,) = step.parameters
    assert (applied.value, applied.keys, applied.law) == (D(4000), ("*", "0"), "t, art. 5")
    assert step.doubt == "two sources differ"
    assert step.inputs == (("wall", "straw"), ("age", D(1)))
