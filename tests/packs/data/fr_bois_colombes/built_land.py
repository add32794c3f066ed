"""French tax on built land: half of the rental value, a line for each authority.

Lines are printed in whole euros, but the total is rounded from the exact ones: the printed lines
need not add up to it.
"""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, round_to, rule


@rule(unit="EUR", law="cgi art. 1388", title=Text("Base", "База", "База"))
def base(rental_value: Decimal) -> Decimal:
    """Take half of the rental value, to the half euro."""
    return rental_value * Decimal("0.5")


@rule(unit="EUR", law="cgi art. 1380", title=Text("Exact total", "Сумма", "Сумма"))
def exact_total(
    base: Decimal,
    commune_rate: Decimal,
    department_rate: Decimal,
    special_rate: Decimal,
    waste_rate: Decimal,
) -> Decimal:
    """Add up the lines before they are rounded."""
    return base * (commune_rate + department_rate + special_rate + waste_rate)


def line(base: Decimal, rate: Decimal, rounding: Rounding) -> Decimal:
    """Round one line as it is printed."""
    return round_to(base * rate, rounding)


@rule(unit="EUR", law="cgi art. 1380", title=Text("Commune", "Коммуна", "Коммуна"))
def commune(base: Decimal, commune_rate: Decimal, rounding: Rounding) -> Decimal:
    """Print the line of the commune."""
    return line(base, commune_rate, rounding)


@rule(unit="EUR", law="cgi art. 1380", title=Text("Department", "Департамент", "Департамент"))
def department(base: Decimal, department_rate: Decimal, rounding: Rounding) -> Decimal:
    """Print the line of the department."""
    return line(base, department_rate, rounding)


@rule(unit="EUR", law="cgi art. 1380", title=Text("Special", "Особый налог", "Өзгөчө салык"))
def special(base: Decimal, special_rate: Decimal, rounding: Rounding) -> Decimal:
    """Print the line of the special tax."""
    return line(base, special_rate, rounding)


@rule(unit="EUR", law="cgi art. 1520", title=Text("Waste", "Вывоз мусора", "Таштанды"))
def waste(base: Decimal, waste_rate: Decimal, rounding: Rounding) -> Decimal:
    """Print the line of refuse collection."""
    return line(base, waste_rate, rounding)


@rule(unit="EUR", law="cgi art. 1657", title=Text("To pay", "К уплате", "Төлөнүүгө"))
def to_pay(exact_total: Decimal, rounding: Rounding) -> Decimal:
    """Round the total to the euro, once."""
    return round_to(exact_total, rounding)
