"""What is due on a Wisconsin tax bill: credits come off the general property tax alone."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, divide, maximum, rule


@rule(unit="USD", law="code Tax 20.08", title=Text("Due", "К уплате", "Төлөнүүгө"))
def due(
    taxes: Decimal, special: Decimal, lottery: Decimal, first_dollar: Decimal, school: Decimal
) -> Decimal:
    """Take the credits off the general property tax, and add what is not a tax on value."""
    return maximum(0, taxes - lottery - first_dollar - school) + special


@rule(unit="USD", law="code Tax 20.08", title=Text("A part", "Часть", "Бөлүк"))
def part(
    taxes: Decimal, school: Decimal, first_dollar: Decimal, parts: Decimal, rounding: Rounding
) -> Decimal:
    """The general tax in equal parts, before the lottery credit."""
    return divide(maximum(0, taxes - school - first_dollar), parts, rounding)


@rule(unit="USD", law="code Tax 20.08", title=Text("First part", "Первая часть", "Биринчи бөлүк"))
def first_part(part: Decimal, lottery: Decimal, special: Decimal) -> Decimal:
    """All that is no tax on value is due with the first; the lottery credit comes off it."""
    return maximum(0, part - lottery) + special


@rule(unit="USD", law="code Tax 20.08", title=Text("Second part", "Вторая часть", "Экинчи бөлүк"))
def second_part(part: Decimal, lottery: Decimal) -> Decimal:
    """What the first part has left of the credit comes off the second."""
    return part - maximum(0, lottery - part)
