from collections.abc import Callable
from datetime import date
from decimal import Decimal, localcontext

import pytest

from kazyna.core.errors import InputError, PackError
from kazyna.core.text import Text
from kazyna.tax import Rounding, RuleSet, compute, divide, maximum, minimum, round_to, rule, when
from kazyna.tax.inputs import Value

Build = Callable[..., RuleSet]
ANY = Text("any", "любой", "ар кандай")
START = date(2020, 1, 1)

CENT = Rounding(Decimal("0.01"))


@rule(unit="USD", law="act art. 1", title=ANY)
def base(value: Decimal, relief: Decimal, home: bool) -> Decimal:
    return maximum(0, value - when(home, relief, 0))


@rule(unit="USD", law="act art. 2", title=ANY)
def tax(base: Decimal, rate: Decimal, rounding: Rounding) -> Decimal:
    return round_to(base * rate, rounding)


LAW = {
    "relief": Decimal(100_000),
    "rate": [(date(2020, 1, 1), Decimal("0.01")), (date(2022, 1, 1), Decimal("0.0125"))],
    "rounding": CENT,
}


def test_the_steps_come_in_order_and_the_charged_one_is_the_amount(build: Build) -> None:
    # 250,000.50 − 100,000 = 150,000.50; × 0.01 = 1,500.005
    done = compute(
        build(tax, base, parameters=LAW), {"value": Decimal("250000.50"), "home": True}, START
    )
    assert list(done.steps.items()) == [
        ("base", Decimal("150000.50")),
        ("tax", Decimal("1500.01")),
    ]
    assert done.amount == Decimal("1500.01")


@pytest.mark.parametrize(
    ("day", "amount"),
    [(date(2021, 12, 31), "1500.00"), (date(2022, 1, 1), "1875.00")],
)
def test_each_day_has_its_own_law(build: Build, day: date, amount: str) -> None:
    rules = build(tax, base, parameters=LAW)
    assert compute(rules, {"value": Decimal(150_000), "home": False}, day).amount == Decimal(amount)


def test_a_day_before_the_law_and_a_day_after_its_repeal_are_refused(build: Build) -> None:
    repealed = [(date(2020, 1, 1), Decimal("0.01")), (date(2024, 1, 1), None)]
    rules = build(tax, base, parameters={**LAW, "rate": repealed})
    case: dict[str, Value] = {"value": Decimal(1), "home": False}
    with pytest.raises(InputError, match=r"no value holds on 2019-12-31.*a day from 2020-01-01"):
        compute(rules, case, date(2019, 12, 31))
    with pytest.raises(InputError, match=r"stopped on 2024-01-01 \(act art. 9.*before 2024-01-01"):
        compute(rules, case, date(2024, 6, 1))


def test_every_wrong_input_is_named_at_once(build: Build) -> None:
    @rule(unit="USD", law="act art. 1", title=ANY)
    def tax(value: Decimal, area: Decimal, home: bool) -> Decimal:
        return when(home, value, area)

    with pytest.raises(InputError) as caught:
        compute(build(tax), {"value": Decimal("1.005"), "area": -1}, START)
    assert [(found.column, found.reason) for found in caught.value.findings] == [
        ("value", "1.005 has more than 2 decimal places"),
        ("area", "-1 is too small"),
        ("home", "the value is missing"),
    ]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (0.1, "0.1 is not an exact number"),
        (True, "True is of the wrong kind"),
        ("7", "'7' is not an exact number"),
        (Decimal("NaN"), "NaN is not finite"),
        (Decimal("Infinity"), "Infinity is not finite"),
        (Decimal("1e14"), "1E.14 is too large"),
    ],
)
def test_what_is_not_an_exact_number_within_the_limits_is_refused(
    build: Build, value: object, reason: str
) -> None:
    @rule(unit="USD", law="act art. 1", title=ANY)
    def tax(value: Decimal) -> Decimal:
        return value

    with pytest.raises(InputError, match=reason):
        compute(build(tax), {"value": value}, START)  # type: ignore[dict-item]


def test_a_quotient_that_nobody_rounds_is_an_error_not_a_lost_digit(build: Build) -> None:
    @rule(unit="USD", law="act art. 1", title=ANY)
    def tax(value: Decimal) -> Decimal:
        return value / 3

    rules = build(tax)
    assert compute(rules, {"value": Decimal(6)}, START).amount == 2
    with pytest.raises(PackError, match="column tax: the step cannot be computed exactly"):
        compute(rules, {"value": Decimal(1)}, START)


def test_the_callers_own_decimal_context_changes_nothing(build: Build) -> None:
    rules = build(tax, base, parameters=LAW)
    case: dict[str, Value] = {"value": Decimal("9876543210987.65"), "home": False}
    with localcontext() as context:
        context.prec = 5
        # 9,876,543,210,987.65 × 0.01 = 98,765,432,109.8765
        assert compute(rules, case, START).amount == Decimal("98765432109.88")


def test_a_negative_zero_is_shown_as_zero(build: Build) -> None:
    @rule(unit="USD", law="act art. 1", title=ANY)
    def tax(value: Decimal, rounding: Rounding) -> Decimal:
        return round_to(value, rounding)

    rules = build(tax, parameters={"rounding": Rounding(Decimal(1))})
    assert str(compute(rules, {"value": Decimal("-0.40")}, START).amount) == "0"


def test_the_words_of_a_rule_in_decimals() -> None:
    assert minimum(3, Decimal("2.5"), 7) == Decimal("2.5")
    assert maximum(3, Decimal("2.5")) == 3
    assert when(condition=False, yes=1, no=2) == 2
    assert divide(Decimal(2), 3, CENT) == Decimal("0.67")
    assert divide(Decimal(-1), 8, CENT) == Decimal("-0.13")
    with pytest.raises(ValueError, match="the divisor is 0"):
        divide(Decimal(1), 0, CENT)


@pytest.mark.parametrize("unit", ["0", "-0.01", "NaN"])
def test_a_unit_of_rounding_is_positive(unit: str) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        Rounding(Decimal(unit))
