"""Excise on goods by quantity, among them the goods that are marked."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, Table, round_to, rule


@rule(
    unit="KGS",
    law="cabinet minimum prices",
    title=Text("Least retail value", "Минимальная розничная стоимость", "Эң аз чекене нарк"),
)
def least_retail_value(
    excise_quantity: Decimal,
    excise_goods: str,
    packs_in_unit: Table,
    minimum_retail_price: Table,
) -> Decimal:
    """Value the goods at the least price at which a shop may sell them; 0 where none is set."""
    packs = excise_quantity * packs_in_unit.at(excise_goods)
    return packs * minimum_retail_price.at(excise_goods)


@rule(
    unit="KGS",
    law="tax-code art. 336",
    title=Text("Excise", "Акциз", "Акциз"),
)
def excise_due(
    excise_quantity: Decimal, excise_goods: str, excise_rate: Table, rounding: Rounding
) -> Decimal:
    """Charge the rate of the goods for each unit."""
    return round_to(excise_quantity * excise_rate.at(excise_goods), rounding)
