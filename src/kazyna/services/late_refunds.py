"""When a refund is due, and the interest that the office owes when it is paid later."""

from datetime import date, timedelta

from kazyna.accounts import Move, interest, weights
from kazyna.services.context import Context


def pay_by(ctx: Context, claimed_on: date) -> date | None:
    """Return the last day on which a refund is paid in time; None where the law names none."""
    law = ctx.pack.accounts.refunds
    if law is None or claimed_on < law.interest.rates.days[0]:
        return None
    return claimed_on + timedelta(days=law.days_to_pay)


def interest_on(
    ctx: Context, amount: int, *, claimed_on: date, due_on: date | None, paid_on: date
) -> int:
    """Return the interest on a refund in minor units: nothing when it is paid by its day.

    Parameters
    ----------
    ctx
        The pack gives rates and the count of days.
    amount
        The refund in minor units.
    claimed_on, due_on
        When it was asked for, and by when it was to be paid; without a day no interest runs.
    paid_on
        When it is paid.
    """
    law = ctx.pack.accounts.refunds
    if law is None or due_on is None or paid_on <= due_on:
        return 0
    rule = law.interest.rule(ctx.pack.currency)
    owed = [Move(claimed_on, amount)]
    return interest(owed, due_on, paid_on, rule, weights(rule, paid_on))
