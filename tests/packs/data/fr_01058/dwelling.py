"""French dwelling tax of 2017: bases of commune and group, each with its own reliefs."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, maximum, round_to, rule


def relief(general: Decimal, per_child: Decimal, special: Decimal, children: Decimal) -> Decimal:
    """Add the reliefs of one authority up."""
    return general + per_child * children + special


@rule(unit="EUR", law="cgi art. 1411", title=Text("Base", "База", "База"))
def commune_base(
    rental_value: Decimal,
    children: Decimal,
    commune_general: Decimal,
    commune_child: Decimal,
    commune_special: Decimal,
) -> Decimal:
    """Take the reliefs of the commune off."""
    return maximum(
        0, rental_value - relief(commune_general, commune_child, commune_special, children)
    )


@rule(unit="EUR", law="cgi art. 1411", title=Text("Base of the group", "База", "База"))
def group_base(
    rental_value: Decimal,
    children: Decimal,
    group_general: Decimal,
    group_child: Decimal,
    group_special: Decimal,
) -> Decimal:
    """Take the reliefs of the group of communes off."""
    return maximum(0, rental_value - relief(group_general, group_child, group_special, children))


@rule(unit="EUR", law="cgi art. 1641", title=Text("Dwelling tax", "Налог", "Салык"))
def dwelling_tax(
    commune_base: Decimal,
    group_base: Decimal,
    commune_rate: Decimal,
    group_rate: Decimal,
    costs: Decimal,
) -> Decimal:
    """Add the levies up and the costs of management on top."""
    return (commune_base * commune_rate + group_base * group_rate) * costs


@rule(unit="EUR", law="cgi art. 1641", title=Text("To pay", "К уплате", "Төлөнүүгө"))
def to_pay(dwelling_tax: Decimal, rounding: Rounding) -> Decimal:
    """Round to the cent."""
    return round_to(dwelling_tax, rounding)
