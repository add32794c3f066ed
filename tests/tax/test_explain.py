from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from kazyna.core.dated import Dated
from kazyna.core.text import Text
from kazyna.tax import (
    InputColumn,
    Parameter,
    ParameterValue,
    Rounding,
    RuleSet,
    Source,
    explain,
    maximum,
    round_to,
    rule,
    rule_set,
    when,
)
from kazyna.tax.law import cite

Build = Callable[..., RuleSet]
ANY = Text("any", "любой", "ар кандай")
START = date(2020, 1, 1)

TITLE = Text("Tax", "Налог", "Салык")


@rule(unit="USD", law="act art. 1 par. 2", title=TITLE)
def taxable(value: Decimal, home: bool) -> Decimal:
    return maximum(0, value - when(home, 1000, 0))


@rule(unit="USD", law="act", title=TITLE)
def tax(taxable: Decimal, rate: Decimal, rounding: Rounding) -> Decimal:
    return round_to(taxable * rate, rounding)


def test_a_step_says_what_it_took_from_where_and_by_which_article(build: Build) -> None:
    rates = [(START, Decimal("0.01")), (date(2022, 7, 1), Decimal("0.02"))]
    rules = build(tax, taxable, parameters={"rate": rates, "rounding": Rounding(Decimal("0.01"))})
    bill = explain(rules, {"value": Decimal(3000), "home": True}, date(2023, 1, 1), "ru")
    first, second = bill.steps
    assert (first.rule, first.title, first.unit) == ("taxable", TITLE, "USD")
    assert first.inputs == (("value", Decimal(3000)), ("home", Decimal(1)))
    assert first.law == "Закон о налоге, ст. 1 par. 2"
    assert first.law_url == "https://act"
    assert second.law == "Закон о налоге"
    assert second.inputs == (("taxable", Decimal(2000)),)
    assert [(used.name, used.value, used.since, used.law) for used in second.parameters] == [
        ("rate", Decimal("0.02"), date(2022, 7, 1), "Закон о налоге, ст. 9"),
        ("rounding", Decimal("0.01"), START, "Закон о налоге, ст. 9"),
    ]
    assert (bill.amount, bill.unit) == (Decimal("40.00"), "USD")


def test_a_doubt_about_a_parameter_is_shown_with_the_step_that_used_it(act: Source) -> None:
    @rule(unit="USD", law="act", title=TITLE)
    def tax(area: Decimal, rate: Decimal, fee: Decimal) -> Decimal:
        return area * rate + fee

    def parameter(name: str, doubt: str | None) -> Parameter:
        held = ParameterValue(Decimal(2), "act", doubt=doubt)
        return Parameter(name, ANY, "unit", Dated.of([(START, held)]))

    rules = rule_set(
        "law",
        [tax],
        inputs=[InputColumn("area", "integer", "area", minimum=0, maximum=9, label=ANY)],
        parameters=[parameter("rate", "Read in the press only."), parameter("fee", None)],
        sources={"act": act},
        amount="tax",
    )
    assert explain(rules, {"area": 3}, START, "en").steps[0].doubt == "Read in the press only."


@pytest.mark.parametrize(
    ("place", "russian", "kyrgyz"),
    [
        ("art. 406(3)", "ст. 406(3)", "406(3)-берене"),
        ("art. 69 and 70", "ст. 69 и 70", "69, 70-берене"),
        ("No. 1 of 04.10.2019", "№ 1 от 04.10.2019", "04.10.2019, № 1"),
        ("554 of 17.10.2019", "554 от 17.10.2019", "17.10.2019, № 554"),
        ("(article not identified)", "(статья не установлена)", "(беренеси такталган эмес)"),
        ("§ 19-1301", "§ 19-1301", "§ 19-1301"),
    ],
)
def test_a_place_in_an_act_is_said_in_each_language(place: str, russian: str, kyrgyz: str) -> None:
    title = Text("Act", "Акт", "Акт")
    sources = {"act": Source("act", title, None, None, None)}
    assert cite(f"act {place}", sources, "ru").text == f"Акт, {russian}"
    assert cite(f"act {place}", sources, "ky").text == f"Акт, {kyrgyz}"
    assert cite(f"act {place}", sources, "en").text == f"Act, {place}"
