"""Bills that governments published, under laws that Kazyna has no pack for.

If one of them needed a change of the engine, the engine would be wrong.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from kazyna.core.text import Text
from kazyna.tax import Rounding, Rule, RuleSet, compute, divide, round_to, rule, run_roll

Build = Callable[..., RuleSet]
ANY = Text("any", "любой", "ар кандай")
START = date(2020, 1, 1)

CENT = Rounding(Decimal("0.01"))

# Cook County, Illinois, tax year 2020, PIN 17-34-102-051-1001: equalised value 37,288, rates and
# lines of the bill (repository ccao-data/ptaxsim, README). Each line is rounded by itself.
COOK_LINES = {
    "county": ("0.00453", "168.91"),
    "forest": ("0.00058", "21.63"),
    "city": ("0.01580", "589.15"),
    "library": ("0.00140", "52.20"),
    "school_building": ("0.00166", "61.90"),
    "college": ("0.00151", "56.30"),
    "education": ("0.03656", "1363.25"),
    "park": ("0.00329", "122.68"),
    "aquarium": ("0", "0.00"),
    "water": ("0.00378", "140.95"),
}


def _line(name: str, rate: str) -> Rule:
    def formula(value: Decimal) -> Decimal:
        return round_to(value * Decimal(rate), CENT)

    formula.__name__ = name
    return rule(unit="USD", law="act", title=ANY)(formula)


def _bill(*lines: Decimal) -> Decimal:
    return sum(lines[1:], lines[0])


def test_cook_county_bill_of_2020_line_by_line(build: Build) -> None:
    lines = [_line(name, rate) for name, (rate, _) in COOK_LINES.items()]
    bill = Rule("bill", _bill, tuple(COOK_LINES), "USD", "act", ANY)
    rules = build(*lines, bill, amount="bill")
    done = compute(rules, {"value": 37_288}, START)
    assert {name: str(done.steps[name]) for name in COOK_LINES} == {
        name: amount for name, (_, amount) in COOK_LINES.items()
    }
    assert done.amount == Decimal("2576.97")
    roll = run_roll(rules, pa.table({"pin": [17], "value": [37_288]}), on=START, id_column="pin")
    assert roll.to_pylist()[0] == {"pin": 17, "value": 37_288, **done.steps, "amount": done.amount}


# Lisle Township, Illinois (il-ccao.org): assessed at a third of 240,000, rate 0.07211.
@pytest.mark.parametrize(("exemption", "amount"), [("0", "5768.80"), ("6000", "5336.14")])
def test_a_third_is_a_third(build: Build, exemption: str, amount: str) -> None:
    @rule(unit="USD", law="act", title=ANY)
    def assessed(value: Decimal, thirds: Decimal, rounding: Rounding) -> Decimal:
        return divide(value, thirds, rounding)

    @rule(unit="USD", law="act", title=ANY)
    def tax(assessed: Decimal, exemption: Decimal, rate: Decimal, rounding: Rounding) -> Decimal:
        return round_to((assessed - exemption) * rate, rounding)

    law = {
        "thirds": Decimal(3),
        "exemption": Decimal(exemption),
        "rate": Decimal("0.07211"),
        "rounding": CENT,
    }
    rules = build(assessed, tax, parameters=law)
    roll = run_roll(rules, pa.table({"pin": [1], "value": [240_000]}), on=START, id_column="pin")
    assert compute(rules, {"value": 240_000}, START).amount == Decimal(amount)
    assert roll["amount"].to_pylist() == [Decimal(amount)]
