"""Penalties of self assessment: steps by the days that a return or a payment is late."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, Table, maximum, minimum, round_to, rule


@rule(unit="GBP", law="act", title=Text("Late payment", "Просрочка уплаты", "Кеч төлөө"))
def late_payment(
    tax: Decimal, days_late_to_pay: Decimal, payment_share: Table, rounding: Rounding
) -> Decimal:
    """Another share of the tax at each step."""
    return round_to(tax * payment_share.at(days_late_to_pay), rounding)


@rule(unit="GBP", law="act", title=Text("By the day", "По дням", "Күн боюнча"))
def daily_penalty(
    days_late_to_file: Decimal, daily: Decimal, daily_from: Decimal, daily_most: Decimal
) -> Decimal:
    """So much a day, for a time."""
    return minimum(daily_most, maximum(0, days_late_to_file - daily_from)) * daily


@rule(unit="GBP", law="act", title=Text("A step", "Ступень", "Баскыч"))
def step(tax: Decimal, step_least: Decimal, step_share: Decimal) -> Decimal:
    """A share of the tax, and no less than so much."""
    return maximum(step_least, tax * step_share)


@rule(unit="GBP", law="act", title=Text("Late filing", "Просрочка декларации", "Кеч тапшыруу"))
def late_filing(
    days_late_to_file: Decimal, filing: Table, daily_penalty: Decimal, steps: Table, step: Decimal
) -> Decimal:
    """A fixed sum, the days, and a step after six months."""
    return filing.at(days_late_to_file) + daily_penalty + steps.at(days_late_to_file) * step


@rule(unit="GBP", law="act", title=Text("Penalties", "Штрафы", "Айыптар"))
def penalties(late_payment: Decimal, late_filing: Decimal) -> Decimal:
    """Both."""
    return late_payment + late_filing
