"""What a tax paid late costs beside it: penalty interest by the day, and a fine."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, Table, minimum, round_to, rule, when


@rule(
    unit="KGS",
    law="tax-code (article not identified)",
    title=Text("Penalty interest", "Пеня", "Пеня (туум)"),
)
def penalty_interest(
    debt: Decimal,
    days: Decimal,
    penalty_rate: Decimal,
    penalty_cap: Decimal,
    rounding: Rounding,
) -> Decimal:
    """Charge the rate for each calendar day, at most the cap's share of the debt."""
    return round_to(minimum(debt * penalty_rate * days, debt * penalty_cap), rounding)


@rule(
    unit="KGS",
    law="tax-code (article not identified)",
    title=Text("Fine", "Штраф", "Айып пул"),
)
def fine(debt: Decimal, days: Decimal, payer_kind: str, late_fine: Table) -> Decimal:
    """Fine whoever owes on the day after the due day."""
    return when((days > 0) & (debt > 0), late_fine.at(payer_kind), 0)


@rule(
    unit="KGS",
    law="tax-code (article not identified)",
    title=Text("Cost of the delay", "Сумма за просрочку", "Кечиктирүүнүн суммасы"),
)
def late_payment_due(penalty_interest: Decimal, fine: Decimal) -> Decimal:
    """Add up penalty interest and fine."""
    return penalty_interest + fine
