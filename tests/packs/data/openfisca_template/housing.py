"""Housing tax of OpenFisca's template country: by area, with a least amount."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import maximum, rule, when


@rule(unit="EUR", law="act", title=Text("Housing tax", "Налог", "Салык"))
def housing_tax(
    area_m2: Decimal, free_lodger: bool, rate: Decimal, minimum_amount: Decimal
) -> Decimal:
    """Tax the area, at least the least amount; who lodges for free owes nothing."""
    return when(free_lodger, 0, maximum(rate * area_m2, minimum_amount))
