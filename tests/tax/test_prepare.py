"""The straight line of a day's rules: the same steps, digit by digit, as the rules one by one."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal, getcontext, localcontext

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kazyna.core.errors import InputError, PackError
from kazyna.core.text import Text
from kazyna.tax import (
    KeyColumn,
    PreparedRules,
    Rounding,
    RuleSet,
    Table,
    TableRow,
    compute,
    divide,
    maximum,
    minimum,
    round_to,
    rule,
    when,
)
from kazyna.tax.exact import NOTHING_LOST
from kazyna.tax.inputs import Value

Build = Callable[..., RuleSet]
D = Decimal
T = Text("t", "t", "t")
START = date(2020, 1, 1)


def row(*keys: str | int, value: str | None) -> TableRow:
    read = tuple(key if isinstance(key, str) else D(key) for key in keys)
    return TableRow(read, None if value is None else D(value), "act art. 5", START)


RATES = Table(
    "rates",
    (KeyColumn("place"), KeyColumn("area", bracket=True)),
    (row("town", 0, value="0.10"), row("town", 50, value="0.20"),
     row("*", 10, value="0.05"), row("*", 90, value=None)),
)  # fmt: skip
LEAST = D("0.15")
BY_AREA = Table("by_area", (KeyColumn("area"),), (row(1, value="7"), row("*", value="9")))


def fixed_rate(place: str) -> Callable[[D, Table, D], D]:
    def rate(area: D, rates: Table, least: D) -> D:
        return maximum(least, rates.at(place, area))

    return rate


@rule(unit="USD", law="act art. 1", title=T)
def base(value: D, area: D, home: bool, by_area: Table) -> D:
    return minimum(value, 10**9, value * 2) - when(home, area, by_area.at(area))


@rule(unit="USD", law="act art. 2", title=T)
def tax(base: D, rate: D, thirds: Rounding, tens: Rounding) -> D:
    return divide(base, 3, thirds) + round_to(base * rate, tens)


rate = rule(unit="share", law="act art. 2", title=T, name="rate")(fixed_rate("town"))
LAW = {
    "by_area": BY_AREA,
    "rates": RATES,
    "least": LEAST,
    "thirds": Rounding(D("0.001"), "half_even"),
    "tens": Rounding(D("2.5"), "up"),
}
VALUES = st.decimals(-(10**6), 10**6, places=2)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=VALUES, area=st.integers(0, 200), home=st.booleans())
def test_each_step_is_to_the_digit_what_its_rule_gives(
    build: Build, value: D, area: int, home: bool
) -> None:
    rules = build(base, rate, tax, parameters=LAW)
    steps = compute(rules, {"value": value, "area": area, "home": home}, START).steps
    with localcontext(NOTHING_LOST):
        expected = {"base": base.formula(value, D(area), home, BY_AREA) + 0}
        expected["rate"] = fixed_rate("town")(D(area), RATES, LEAST) + 0
        expected["tax"] = tax.formula(*expected.values(), LAW["thirds"], LAW["tens"]) + 0
    assert {name: str(found) for name, found in steps.items()} == {
        name: str(found) for name, found in expected.items()
    }


@pytest.mark.parametrize(
    ("place", "area", "said"),
    [
        ("village", 9, "rates has no row for place 'village', area 9"),
        ("village", 90, "rates has no known value for place 'village', area 90"),
    ],
)
def test_what_no_bracket_answers_is_named_each_time_with_its_rule(
    build: Build, place: str, area: int, said: str
) -> None:
    of_place = rule(unit="share", law="act art. 2", title=T, name="rate")(fixed_rate(place))
    prepared = PreparedRules.of(build(base, of_place, tax, parameters=LAW), START)
    case: dict[str, Value] = {"value": D(100), "home": True}
    assert prepared.compute({**case, "area": 10}).steps["rate"] == D("0.15")
    for _ in range(2):
        with pytest.raises(InputError, match=f"law, column rate: {said}"):
            prepared.compute({**case, "area": area})


def test_a_step_that_loses_a_digit_is_named_and_the_callers_context_comes_back(
    build: Build,
) -> None:
    @rule(unit="USD", law="act art. 1", title=T)
    def part(base: D) -> D:
        return base / 7

    @rule(unit="USD", law="act art. 1", title=T)
    def whole(part: D) -> D:
        return part * 7

    @rule(unit="USD", law="act art. 1", title=T)
    def base(value: D) -> D:
        return value

    rules = build(base, part, whole, amount="whole")
    callers_own = getcontext()
    with pytest.raises(PackError, match="column part: the step cannot be computed exactly"):
        compute(rules, {"value": D(1)}, START)
    assert getcontext() is callers_own
    assert compute(rules, {"value": D(14)}, START).amount == 14


def test_what_was_accepted_before_does_not_let_its_like_in(build: Build) -> None:
    @rule(unit="USD", law="act art. 1", title=T)
    def tax(area: D, home: bool) -> D:
        return when(home, area, 0)

    prepared = PreparedRules.of(build(tax), START)
    assert str(prepared.compute({"area": 1, "home": True}).amount) == "1"
    assert str(prepared.compute({"area": D("1.0"), "home": True}).amount) == "1.0"
    with pytest.raises(InputError, match="column area: True is of the wrong kind"):
        prepared.compute({"area": True, "home": True})
    with pytest.raises(InputError, match="column home: 1 is of the wrong kind"):
        prepared.compute({"area": 1, "home": 1})


def test_a_formula_may_be_anything_that_is_called(build: Build) -> None:
    class Doubled:
        def __call__(self, value: D) -> D:
            return value * 2

    doubled = rule(unit="USD", law="act art. 1", title=T, name="tax")(Doubled())
    assert compute(build(doubled), {"value": D("1.50")}, START).amount == 3
