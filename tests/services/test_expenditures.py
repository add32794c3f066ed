"""What the law gives up, priced from rolls as they were issued."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from conftest import OFFICER
from kazyna.core.errors import Forbidden, NotFound
from kazyna.services import expenditures, reliefs
from kazyna.services.context import Context
from kazyna.services.reliefs import NewRelief
from kazyna.store.connection import Database
from services.kyrgyz_office import OWN, hold, homes, open_office, settle
from services.test_roll_lifecycle import TAX, YEAR, correct, issue

HERO = NewRelief(
    "H3", "relief_category", "hero_or_holder_of_high_order", date(2026, 1, 1), "certificate 5",
    taxpayer_id="T2",
)  # fmt: skip


@pytest.fixture(scope="module")
def officer(module_clone: Callable[[str], str], empty_template: str) -> Iterator[Context]:
    """Issue a roll of a shared flat of 120 m2, a free one of 64 and a hero's of 100."""
    with Database(module_clone(empty_template)) as database:
        ctx = open_office(database, "2026-07-20").context(OFFICER)
        settle(ctx, homes(area_m2=[120, 64, 100]))
        hold(ctx, ("H1", "T1", "0.5"), ("H1", "T3", "0.5"), ("H2", "T1", "1"), ("H3", "T2", "1"))
        reliefs.grant_relief(ctx, reliefs.claim_relief(ctx, HERO).claim_id, document="order 5")
        issue(ctx)
        yield ctx


def test_each_departure_is_priced_with_it_gone(officer: Context) -> None:
    found = expenditures.tax_expenditures(officer, year=YEAR)
    (roll,) = found.rolls
    # (120 - 80) x 75 = 3,000 in halves; 64 is free; half of (100 - 80) x 75 = 750
    assert (roll.tax, roll.bills, roll.billed, roll.unlike) == (TAX, 4, Decimal(3750), 0)
    costs = {each.name: (each.bills, each.forgone) for each in roll.departures}
    assert costs == {
        # 80 x 75 of H1, 64 x 75 of H2, half of 80 x 75 of H3, which stays a hero's
        "free_area": (4, Decimal(6000 + 4800 + 3000)),
        "owner_relief": (1, Decimal(750)),
        "council_relief": (0, Decimal(0)),
    }
    # all gone: (120 + 64 + 100) x 75 = 21,300 less 3,750: more than both alone, for they meet in H3
    assert roll.together == found.forgone == Decimal(21300 - 3750)
    free, relief, _council = roll.departures
    assert [(p.key, p.bills, p.forgone) for p in free.places] == [("bishkek", 4, free.forgone)]
    assert [(w.key, w.forgone) for w in free.words] == [("flat", free.forgone)]
    assert [(w.key, w.bills) for w in relief.words] == [("hero_or_holder_of_high_order", 1)]
    assert "379" in free.law


def test_a_corrected_bill_is_priced_as_it_stands(officer: Context) -> None:
    """The shared flat is found to be smaller; the law of the correction prices the new bill."""
    claim = reliefs.claim_relief(officer, replace(HERO, object_id="H1", taxpayer_id="T1"))
    reliefs.grant_relief(officer, claim.claim_id, document="order 6")
    assert correct(officer, "order 6").difference == -750
    (roll,) = expenditures.tax_expenditures(officer, year=YEAR).rolls
    assert (roll.billed, roll.unlike) == (Decimal(3000), 0)
    relief = roll.departures[1]
    assert (relief.bills, relief.forgone) == (2, Decimal(1500))
    # everything gone leaves what it left before: the ordinary tax is the same
    assert roll.billed + roll.together == Decimal(21300)


def test_it_is_asked_of_issued_rolls_by_staff(officer: Context) -> None:
    with pytest.raises(NotFound, match="No roll of 2031"):
        expenditures.tax_expenditures(officer, year=2031)
    with pytest.raises(Forbidden):
        expenditures.tax_expenditures(replace(officer, actor=OWN), year=YEAR)
