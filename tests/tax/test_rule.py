from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from kazyna.core.errors import PackError
from kazyna.core.text import Text
from kazyna.tax import InputColumn, RuleSet, Source, rule, rule_set

Build = Callable[..., RuleSet]
ANY = Text("any", "любой", "ар кандай")
START = date(2020, 1, 1)


@rule(unit="USD", law="act art. 1", title=ANY)
def base(value: Decimal, area: Decimal) -> Decimal:
    return value + area


@rule(unit="USD", law="act art. 2", title=ANY)
def tax(base: Decimal, rate: Decimal) -> Decimal:
    return base * rate


@rule(unit="USD", law="act art. 3", title=ANY)
def chicken(egg: Decimal) -> Decimal:
    return egg


@rule(unit="USD", law="act art. 3", title=ANY)
def egg(chicken: Decimal) -> Decimal:
    return chicken


@rule(unit="USD", law="decree 7", title=ANY)
def levy(valeu: Decimal) -> Decimal:
    return valeu


def test_rules_are_ordered_so_that_each_finds_its_arguments(build: Build) -> None:
    rules = build(tax, base, parameters={"rate": Decimal("0.5")})
    assert [item.name for item in rules.rules] == ["base", "tax"]
    assert [column.name for column in rules.inputs] == ["value", "area"]


def test_a_circle_is_drawn(build: Build) -> None:
    with pytest.raises(PackError, match=r"circle: (egg → chicken → egg|chicken → egg → chicken)"):
        build(chicken, egg, amount="egg")


def test_every_mistake_of_a_law_is_named_at_once(build: Build) -> None:
    with pytest.raises(PackError) as caught:
        build(levy, amount="tax", parameters={"rate": Decimal(1), "area": Decimal(2)})
    text = str(caught.value)
    assert "column levy: 'valeu' is neither an input nor a parameter nor a rule" in text
    assert "column levy: 'decree 7' cites an unknown source; expected a reference that" in text
    assert "'area' is named more than once" in text
    assert "no rule uses the parameter rate" in text
    assert "'tax', to be charged, is no rule; expected one of levy" in text
    assert len(caught.value.findings) == 6


def test_no_rule_may_take_the_name_of_the_amount_column(build: Build) -> None:
    @rule(unit="USD", law="act art. 1", title=ANY)
    def amount(value: Decimal) -> Decimal:
        return value

    with pytest.raises(PackError, match="'amount' is named more than once"):
        build(amount, amount="amount")


@pytest.mark.parametrize("name", ["tax of 2026", "class", "a__tax"])
def test_a_rule_has_a_name_that_others_can_ask_for(build: Build, name: str) -> None:
    @rule(unit="USD", law="act art. 1", title=ANY, name=name)
    def tax(value: Decimal) -> Decimal:
        return value

    with pytest.raises(PackError, match=f"{name!r} is no name; expected letters and digits"):
        build(tax, amount=name)


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        (InputColumn("value", "decimal", "v", label=ANY), "no numeric limits"),
        (InputColumn("value", "text", "v", label=ANY), "any text is accepted"),
        (
            InputColumn("value", "integer", "v", minimum=0, maximum=9, decimals=1, label=ANY),
            "decimals are 1",
        ),
        (InputColumn("value", "boolean", "v", required=False, label=ANY), "optional"),
    ],
)
def test_an_input_must_be_declared_tightly_enough_to_be_proved(
    column: InputColumn, reason: str, act: Source
) -> None:
    @rule(unit="USD", law="act art. 1", title=ANY)
    def tax(value: Decimal) -> Decimal:
        return value

    with pytest.raises(PackError, match=reason):
        rule_set("law", [tax], inputs=[column], parameters=[], sources={"act": act}, amount="tax")


def test_the_values_of_all_parameters_on_a_day(build: Build) -> None:
    rules = build(tax, base, parameters={"rate": Decimal("0.5")})
    assert rules.held_on(START) == {"rate": Decimal("0.5")}
