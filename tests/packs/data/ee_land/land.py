"""The two parts in which Estonian land tax is paid."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, divide, maximum, minimum, rule


@rule(unit="EUR", law="act", title=Text("First part", "Первая часть", "Биринчи бөлүк"))
def first_part(tax: Decimal, at_once: Decimal, rounding: Rounding) -> Decimal:
    """At least half, and not less than so much, by 31 March."""
    return minimum(tax, maximum(at_once, divide(tax, 2, rounding)))


@rule(unit="EUR", law="act", title=Text("Second part", "Вторая часть", "Экинчи бөлүк"))
def second_part(tax: Decimal, first_part: Decimal) -> Decimal:
    """The rest, by 1 October."""
    return tax - first_part


@rule(unit="EUR", law="act", title=Text("To pay", "К уплате", "Төлөнүүгө"))
def to_pay(first_part: Decimal, second_part: Decimal) -> Decimal:
    """Both parts are the tax."""
    return first_part + second_part
