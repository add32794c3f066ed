"""Decisions of local councils under the rolls of the register."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from conftest import OFFICER, issue_roll
from kazyna.core.errors import Conflict, Forbidden, InputError, NotFound
from kazyna.services import (
    confirmations,
    councils,
    objects,
    recomputation,
    roll_lifecycle,
    rolls,
)
from kazyna.services.context import Context
from kazyna.store.connection import Database
from services.kyrgyz_office import OWN, hold, homes, open_office, settle

TAX, YEAR = "residential_property", 2026
HEAD = "place,parameter,keys,from,to,value,document,source\n"
BISHKEK = "bishkek,residential_rate,,2026-01-01,,{},No. 7 of 2025-12-01,\n"
TOKMOK = "tokmok_city,residential_rate,,2026-01-01,,60,No. 12 of 2025-12-20,gazette\n"


def record(ctx: Context, *rows: str) -> councils.RecordedDecisions:
    return councils.record_decisions(ctx, (HEAD + "".join(rows)).encode(), file="councils.csv")


@pytest.fixture
def officer(database: Database) -> Context:
    """Open an office with two flats of 120 square metres in Bishkek."""
    ctx = open_office(database, "2026-07-20").context(OFFICER)
    settle(ctx, homes(area_m2=[120, 120]))
    hold(ctx, ("H1", "T1", "1"), ("H2", "T2", "1"))
    return ctx


def test_rolls_rest_on_the_decisions_that_are_recorded(officer: Context) -> None:
    done = record(officer, BISHKEK.format(80), TOKMOK)
    assert (done.recorded, done.before, done.new_places) == (2, 0, ("tokmok_city",))
    assert (record(officer, BISHKEK.format(80)).recorded, len(councils.decisions(officer))) == (
        0,
        2,
    )
    # a council that the law has not known can be named since
    objects.change_object(
        officer, "H2", {"council": "tokmok_city"}, valid_from=date(2025, 1, 1), document="survey"
    )
    doubts = [doubt.id for doubt in confirmations.doubts(officer, tax=TAX, year=YEAR)]
    confirmations.confirm(officer, doubts, tax=TAX, year=YEAR, document="Tax Code")
    # (120 - 80) x 80 and (120 - 80) x 60
    assert issue_roll(officer, tax=TAX, year=YEAR).total == 3200 + 2400
    (bill,) = rolls.bills_of_taxpayer(officer, "T2")
    rate = next(p for step in bill.steps for p in step.parameters if p.name == "residential_rate")
    assert (str(rate.value), rate.keys) == ("60", ("tokmok_city",))
    assert "No. 12 of 2025-12-20" in rate.law
    again = recomputation.recompute_bill(officer, reference=bill.reference)
    assert again.same

    # A later decision ends the earlier; one that was annulled counts no more.
    record(officer, "tokmok_city,residential_rate,,2027-01-01,,70,No. 1 of 2026-12-01,\n")
    assert roll_lifecycle.draft_roll(officer, tax=TAX, year=2027).total == 3200 + 2800
    (first,) = (d for d in councils.decisions(officer) if d.place == "bishkek")
    councils.annul_decision(officer, first.decision_no, document="court, 2026-07-01")
    corrected = roll_lifecycle.correct_roll(officer, tax=TAX, year=YEAR, reason="annulled")
    assert corrected.difference == Decimal(-200)  # 75 by the law's own table
    assert rolls.find_bill(officer, reference=bill.reference) == bill  # of another council
    assert recomputation.recompute_bill(officer, reference=bill.reference).same
    with pytest.raises(Conflict, match="annulled already"):
        councils.annul_decision(officer, first.decision_no, document="again")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (BISHKEK.format(800), "row 1, column value: 800 is outside the law's limits"),
        (BISHKEK.format(81), "row 1, column from: it contradicts decision 1 (No. 7 of 2025-12-01)"),
        (BISHKEK.format(80).replace("residential_rate", "rate"), "row 1, column parameter"),
        (BISHKEK.format(80).replace("No. 7 of 2025-12-01", ""), "row 1, column document"),
    ],
)
def test_a_wrong_decision_is_refused_by_row_and_column(
    officer: Context, row: str, said: str
) -> None:
    record(officer, BISHKEK.format(80))
    with pytest.raises(InputError) as refused:
        record(officer, row, TOKMOK)
    assert f"councils.csv, {said}" in str(refused.value)
    assert len(councils.decisions(officer)) == 1


def test_officers_alone_record_decisions(officer: Context) -> None:
    with pytest.raises(Forbidden):
        record(replace(officer, actor=OWN), TOKMOK)
    with pytest.raises(InputError, match="not UTF-8"):
        councils.record_decisions(officer, b"\xff", file="councils.csv")
    with pytest.raises(NotFound):
        councils.annul_decision(officer, 77, document="x")
    with pytest.raises(Conflict, match="Name the document"):
        councils.annul_decision(officer, 77, document=" ")
