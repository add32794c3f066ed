"""Assessed value of a home of class 1 in New York City: growth is capped, new building is not."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, minimum, round_to, rule


@rule(unit="USD", law="act", title=Text("Most by growth", "Предел роста", "Өсүүнүн чеги"))
def most_by_growth(
    before: Decimal, five_years_before: Decimal, a_year: Decimal, in_five_years: Decimal
) -> Decimal:
    """Not more than so much in a year, nor in five."""
    return minimum(before * (1 + a_year), five_years_before * (1 + in_five_years))


@rule(unit="USD", law="act", title=Text("Assessed value", "Оценка", "Баа"))
def assessed_value(
    market_value: Decimal, built: Decimal, most_by_growth: Decimal, share: Decimal,
    dollar: Rounding,
) -> Decimal:  # fmt: skip
    """A share of the market value; what was built since stands outside of the caps."""
    return round_to(minimum(market_value * share, most_by_growth + built * share), dollar)


@rule(unit="USD", law="act", title=Text("Tax", "Налог", "Салык"))
def tax(assessed_value: Decimal, rate: Decimal, rounding: Rounding) -> Decimal:
    """The rate of the class."""
    return round_to(assessed_value * rate, rounding)
