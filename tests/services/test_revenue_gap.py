"""The revenue gap of a year by cause, on a small Kyrgyz office and on a valued town."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from conftest import OFFICER
from kazyna.core.errors import Forbidden, NotFound
from kazyna.services import ledger, reliefs, revenue_gap, rolls
from kazyna.services.context import Context, Installation
from kazyna.store.connection import Database
from services.kyrgyz_office import OWN, hold, homes, open_office, settle
from services.test_expenditures import HERO
from services.test_roll_lifecycle import YEAR, issue

DUE_PASSED = date(2027, 3, 1)


@pytest.fixture(scope="module")
def officer(module_clone: Callable[[str], str], empty_template: str) -> Iterator[Context]:
    """Issue a roll of a flat that is half unknown, a paid one, a hero's and two of nobody."""
    with Database(module_clone(empty_template)) as database:
        ctx = open_office(database, "2026-07-20").context(OFFICER)
        settle(ctx, homes(area_m2=[120, 100, 100, 90, 90]))
        hold(ctx, ("H1", "T1", "0.5"), ("H2", "T1", "1"), ("H3", "T2", "1"))
        hold(ctx, ("H4", None, "1"), estate_of="T3")
        reliefs.grant_relief(ctx, reliefs.claim_relief(ctx, HERO).claim_id, document="order 5")
        issue(ctx)
        (paid,) = (b for b in rolls.bills_of_taxpayer(ctx, "T1") if b.property_id == "H2")
        ledger.record_payment(
            ctx, reference=paid.reference, amount=Decimal(1000), received_on=ctx.today, key="p1"
        )
        yield ctx


def parts(ctx: Context) -> dict[str, tuple[int | None, Decimal]]:
    (roll,) = revenue_gap.revenue_gap(ctx, year=YEAR).rolls
    return {part.cause: (part.cases, part.amount) for part in roll.parts}


def test_every_cause_takes_its_part(officer: Context) -> None:
    found = revenue_gap.revenue_gap(replace(officer, today=DUE_PASSED), year=YEAR)
    (roll,) = found.rolls
    # half of (120 - 80) x 75 = 1,500; 20 x 75 = 1,500; half of that for the hero
    assert (roll.billed, roll.settled) == (Decimal(3750), Decimal(1000))
    told = parts(replace(officer, today=DUE_PASSED))
    assert told["unknown_shares"] == (1, Decimal(1500))
    # H4 and H5 at the mean of whole objects: (3,000 + 1,500 + 750) / 3 = 1,750
    assert told["no_holder"] == (2, Decimal(3500))
    assert told["not_in_register"] == (0, Decimal(0))
    assert told["unpaid"] == (2, Decimal(2750))
    assert told["not_due"][1] == told["given_up"][1] == 0
    # (60 x 75 + 100 x 75 + 100 x 75) less what is billed: half a flat is freed half of its area
    assert told["relief"][1] == Decimal(4500 + 7500 + 7500 - 3750)
    assert found.potential == 1000 + sum(amount for _cases, amount in told.values())
    assert [part.cause for part in roll.parts if part.estimated] == [
        "not_in_register", "no_holder", "unknown_shares",
    ]  # fmt: skip
    assert roll.level is None  # the tax is on no market value


def test_what_is_not_due_yet_is_no_debt(officer: Context) -> None:
    told = parts(officer)
    assert told["unpaid"] == (0, Decimal(0))
    assert told["not_due"][1] == Decimal(2750)


def test_it_is_asked_of_issued_rolls_by_staff(officer: Context) -> None:
    with pytest.raises(NotFound):
        revenue_gap.revenue_gap(officer, year=2031)
    with pytest.raises(Forbidden):
        revenue_gap.revenue_gap(replace(officer, actor=OWN), year=YEAR)


def test_values_below_the_market_are_reckoned_by_the_ratio_study(
    shared_demo: Installation,
) -> None:
    ctx = shared_demo.context(OFFICER)
    issued = next(roll for roll in rolls.issued(ctx) if roll.status == "issued")
    (roll,) = revenue_gap.revenue_gap(ctx, year=issued.year).rolls
    assert roll.level is not None
    part = next(each for each in roll.parts if each.cause == "below_market")
    assert part.estimated
    assert part.low is not None
    assert part.high is not None
    assert part.low <= part.amount <= part.high
    assert (part.amount > 0) == (roll.level < 1)
    assert part.amount == (roll.billed / roll.level - roll.billed).quantize(Decimal("0.01"))
