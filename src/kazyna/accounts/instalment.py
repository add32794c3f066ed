"""Payment by instalments: whether it is granted without an officer, the schedule, and default."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Literal

from kazyna.core.money import allocate

WeekendRule = Literal["before", "after", "as_is"]
"""When an instalment is due that falls on a week-end: the working day before, after, or then."""

SATURDAY, MONTHS = 5, 12
EXACT = Context(prec=60)


@dataclass(frozen=True)
class InstalmentRule:
    """What the law says of payment by instalments; amounts in minor units."""

    months_min: int
    months_max: int
    minimum: int
    """Smaller debts are not paid by instalments."""
    automatic_up_to: int
    """Larger debts are decided by an officer; 0 where all are."""
    automatic_months: int
    """Longer plans are decided by an officer."""
    weekend: WeekendRule
    grace_days: int
    """Days after an instalment is due before the plan is broken."""
    monthly_rate: Decimal = Decimal(0)
    """Interest of the plan itself, as a share a month; equal instalments hold it."""


@dataclass(frozen=True)
class Instalment:
    """One part of a plan, in minor units."""

    number: int
    due_on: date
    amount: int
    """Of the debt and of the plan's own interest."""
    interest: int = 0
    """How much of it is the plan's own interest."""


@dataclass(frozen=True)
class PlanFacts:
    """What is known of who applies for a plan."""

    debt: int
    months: int
    running_plans: int
    broken_plans: int
    unpaid_fines: int
    """Fines that are open, in minor units."""
    missing_returns: int = 0


@dataclass(frozen=True)
class PlanDecision:
    """Whether a plan is granted, refused, or for an officer to decide, and why."""

    outcome: Literal["granted", "refused", "officer"]
    reasons: tuple[str, ...]
    """Names of what stands in the way; empty where it is granted."""


def decide_plan(facts: PlanFacts, rule: InstalmentRule) -> PlanDecision:
    """Decide an application as the law does.

    Parameters
    ----------
    facts
        What is known of the applicant and what is asked for.
    rule
        What the law says.

    Returns
    -------
    PlanDecision
        `refused` where the law allows no such plan; `officer` where only a person may grant it.
    """
    never = {
        "months_too_few": facts.months < rule.months_min,
        "months_too_many": facts.months > rule.months_max,
        "debt_too_small": facts.debt < rule.minimum or facts.debt <= 0,
    }
    by_officer = {
        "debt_too_large": facts.debt > rule.automatic_up_to,
        "months_for_officer": facts.months > rule.automatic_months,
        "running_plan": facts.running_plans > 0,
        "broken_plan": facts.broken_plans > 0,
        "unpaid_fines": facts.unpaid_fines > 0,
        "missing_returns": facts.missing_returns > 0,
    }
    refused = tuple(name for name, stands in never.items() if stands)
    if refused:
        return PlanDecision("refused", refused)
    reasons = tuple(name for name, stands in by_officer.items() if stands)
    return PlanDecision("officer" if reasons else "granted", reasons)


def schedule(debt: int, months: int, first_due: date, rule: InstalmentRule) -> list[Instalment]:
    """Lay out a plan of monthly instalments that together are the debt, to the last unit.

    Parameters
    ----------
    debt
        Minor units.
    months
        How many instalments.
    first_due
        The day of the first; the others fall on the same day of the months after it.
    rule
        What the law says of week-ends and of interest.

    Returns
    -------
    list of Instalment
        Without interest the parts differ by one unit at most, the larger first. With interest they
        are equal but for the last, which takes what rounding left.

    Examples
    --------
    >>> plain = InstalmentRule(2, 24, 0, 0, 0, "as_is", 0)
    >>> [part.amount for part in schedule(100, 3, date(2025, 1, 31), plain)]
    [34, 33, 33]
    """
    days = [_working(_month_after(first_due, n), rule.weekend) for n in range(months)]
    if not rule.monthly_rate:
        parts = allocate(debt, [Decimal(1)] * months)
        return [
            Instalment(number, day, part)
            for number, (day, part) in enumerate(zip(days, parts, strict=True), 1)
        ]
    equal, left, plan = _annuity(debt, months, rule.monthly_rate), debt, []
    for number, day in enumerate(days, 1):
        interest = _whole(EXACT.multiply(Decimal(left), rule.monthly_rate))
        amount = equal if number < months else left + interest
        plan.append(Instalment(number, day, amount, interest))
        left -= amount - interest
    return plan


def is_broken(plan: Sequence[Instalment], paid: int, on: date, rule: InstalmentRule) -> bool:
    """Tell whether a plan is broken: an instalment is unpaid after its days of grace.

    Parameters
    ----------
    plan
        The instalments.
    paid
        What was paid under the plan in all, in minor units.
    on
        The day of the question.
    rule
        What the law says.
    """
    return paid < owed_by(plan, on - timedelta(days=rule.grace_days + 1))


def owed_by(plan: Sequence[Instalment], day: date) -> int:
    """Return what must be paid of a plan up to a day, in minor units.

    Examples
    --------
    >>> owed_by([Instalment(1, date(2025, 1, 31), 34)], date(2025, 1, 30))
    0
    """
    return sum(part.amount for part in plan if part.due_on <= day)


def _annuity(debt: int, months: int, rate: Decimal) -> int:
    """Return the equal instalment: debt x rate / (1 - (1 + rate)^-months)."""
    growth = EXACT.power(1 + rate, months)
    return _whole(EXACT.divide(debt * rate * growth, growth - 1))


def _whole(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP, EXACT))


def _month_after(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of a month that is shorter."""
    year, month = divmod(day.year * MONTHS + day.month - 1 + months, MONTHS)
    next_first = date(year + (month + 1) // MONTHS, (month + 1) % MONTHS + 1, 1)
    last = (next_first - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def _working(day: date, rule: WeekendRule) -> date:
    beyond = day.weekday() - SATURDAY
    if beyond < 0 or rule == "as_is":
        return day
    return (
        day - timedelta(days=beyond + 1) if rule == "before" else day + timedelta(days=2 - beyond)
    )
