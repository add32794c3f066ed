"""The points of a day that is past, held against what came in afterwards."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from kazyna.accounts import ranking
from kazyna.core.errors import Finding, InputError, NotFound
from kazyna.core.money import from_minor
from kazyna.services.collection import points_of
from kazyna.services.context import Context
from kazyna.store import risk_outcomes as register

YEAR_DAYS = 365


@dataclass(frozen=True)
class RiskGroup:
    """Debtors of one kind, and what they then paid of what was overdue."""

    high: bool
    debtors: int
    unpaid: int
    """Who paid less than half of it."""
    overdue: Decimal
    paid: Decimal


@dataclass(frozen=True)
class RiskTest:
    """How well the points of a day told who would not pay."""

    on: date
    until: date
    currency: str
    debtors: int
    unpaid: int
    auc: float | None
    """Of all pairs of a debtor who did not pay and one who did, the share in which the first had
    more points; 0.5 is chance, None where one kind is absent."""
    standard_error: float | None
    lift: float | None
    """The share of those at high risk who did not pay, by the share of all who did not."""
    groups: tuple[RiskGroup, ...]


def risk_test(ctx: Context, *, on: date | None = None, days: int = YEAR_DAYS) -> RiskTest:
    """Count the points of a day by what was known then, and see who then did not pay.

    Parameters
    ----------
    ctx
        An officer or an auditor.
    on
        The day; where it is not said, so many days ago as are looked at.
    days
        How many days a debtor had to pay. Who paid less than half of what was overdue did not pay.

    Raises
    ------
    InputError
        When the days are not over.
    NotFound
        When the pack names no reasons.
    """
    ctx.require("officer", "auditor")
    law = ctx.pack.accounts.collection
    if not law.risk:
        raise NotFound(f"The pack {ctx.pack.name} names no reasons for risk.")
    day = on or ctx.today - timedelta(days=days)
    until = day + timedelta(days=days)
    if days < 1 or until > ctx.today:
        reason, expected = f"{days} days from {day} end on {until}", f"a day up to {ctx.today}"
        raise InputError(Finding("risk test", reason, expected, column="on"))
    with ctx.transaction() as tx:
        known = register.outcomes(tx, on=day, until=until)
    score = points_of(ctx, known)[1]["score"].to_numpy()
    overdue, paid = (known[name].to_numpy() for name in ("overdue", "paid_after"))
    unpaid = 2 * paid < overdue
    high = score >= law.risk_high
    found = ranking(score, unpaid)
    at_risk = unpaid[high].mean() if high.any() else None
    lift = float(at_risk / unpaid.mean()) if at_risk is not None and unpaid.any() else None
    return RiskTest(
        on=day,
        until=until,
        currency=ctx.pack.currency.code,
        debtors=known.num_rows,
        unpaid=int(unpaid.sum()),
        auc=found.auc,
        standard_error=found.standard_error,
        lift=lift,
        groups=tuple(
            RiskGroup(
                high=is_high,
                debtors=int(own.sum()),
                unpaid=int((unpaid & own).sum()),
                overdue=from_minor(int(overdue[own].sum()), ctx.pack.currency),
                paid=from_minor(int(np.minimum(paid, overdue)[own].sum()), ctx.pack.currency),
            )
            for is_high, own in ((True, high), (False, ~high))
        ),
    )
