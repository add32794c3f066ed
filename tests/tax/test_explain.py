from collections.abc import Callable
from datetime import date
from decimal import Decimal

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
    assert first.law == "Закон о налоге, art. 1 par. 2"
    assert first.law_url == "https://act"
    assert second.law == "Закон о налоге"
    assert second.inputs == (("taxable", Decimal(2000)),)
    assert [(used.name, used.value, used.since, used.law) for used in second.parameters] == [
        ("rate", Decimal("0.02"), date(2022, 7, 1), "Закон о налоге, art. 9"),
        ("rounding", Decimal("0.01"), START, "Закон о налоге, art. 9"),
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
