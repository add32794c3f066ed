from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from debtors import HEAD, charge, office_of, pay
from kazyna.core.errors import Conflict, Forbidden, InputError, NotFound
from kazyna.services import collection, interest, ledger, plans, suspensions
from kazyna.services.context import Actor, Context, Installation

TAX = "property_tax"
DUE = date(2016, 4, 30)
OWED = {"T1": "5000.00", "T2": "1234.56", "T3": "0.33", "T4": "6000.00"}


@pytest.fixture
def officer(installation: Installation) -> Context:
    return office_of(installation, OWED)


def at(ctx: Context, day: date) -> Context:
    return replace(ctx, today=day)


def taxpayer(ctx: Context, number: str) -> Context:
    return replace(ctx, actor=Actor(f"user of {number}", "taxpayer", number))


def test_the_ladder_of_the_pack_is_climbed_once_a_step(officer: Context) -> None:
    early = at(officer, DUE + timedelta(days=4))
    assert collection.dun(early).notices == 0
    run = collection.dun(officer)
    # T3 owes too little for a letter.
    assert [(step.step, step.notices) for step in run.steps] == [("reminder", 3)]
    assert collection.dun(officer).notices == 0
    later = at(officer, officer.today + timedelta(days=20))
    assert [step.step for step in collection.dun(later).steps] == ["notice"]
    told = collection.notices(officer, taxpayer_id="T1")
    assert [(x.step, x.title, x.overdue) for x in told] == [
        ("notice", "Notice of arrears", Decimal(5000)),
        ("reminder", "Reminder", Decimal(5000)),
    ]
    assert collection.notices(taxpayer(officer, "T1")) == told
    with pytest.raises(Forbidden):
        collection.notices(taxpayer(officer, "T1"), taxpayer_id="T2")


def test_who_has_paid_or_disputes_or_pays_by_plan_is_left_alone(officer: Context) -> None:
    pay(officer, "T1", "5000.00", officer.today, "k")
    suspended = suspensions.suspend(officer, taxpayer_id="T2", tax=TAX, period=2016, reason="claim")
    plans.apply(officer, taxpayer_id="T4", tax=TAX, months=6, first_due=date(2016, 7, 1))
    assert collection.dun(officer).notices == 0
    with pytest.raises(Conflict, match="is suspended already"):
        suspensions.suspend(officer, taxpayer_id="T2", tax=TAX, period=2016, reason="again")
    ended = suspensions.resume(officer, suspended.suspension_id)
    assert ended.last_day == officer.today
    tomorrow = at(officer, officer.today + timedelta(days=1))
    assert collection.dun(tomorrow).notices == 1
    assert [notice.taxpayer_id for notice in collection.notices(tomorrow)] == ["T2"]
    assert suspensions.suspensions_of(officer, "T2") == (ended,)
    with pytest.raises(Conflict, match="has ended already"):
        suspensions.resume(officer, suspended.suspension_id)


def test_a_dispute_pauses_interest_where_the_law_says_so(officer: Context) -> None:
    before = officer.pack.accounts.collection
    law = replace(before.dispute, pauses_interest=True)
    policy = replace(before, disputes={TAX: law})
    accounts = replace(officer.pack.accounts, collection=policy)
    pausing = replace(officer, pack=replace(officer.pack, accounts=accounts))
    suspensions.suspend(
        pausing, taxpayer_id="T1", tax=TAX, period=2016, reason="claim", since=date(2016, 5, 15)
    )
    suspensions.suspend(
        officer, taxpayer_id="T2", tax=TAX, period=2016, reason="claim", since=date(2016, 5, 15)
    )
    interest.accrue(pausing)
    charged = {
        who: [x.charged for x in interest.interest_to(officer, taxpayer_id=who).debts]
        for who in ("T1", "T2")
    }
    # One month had begun before the dispute; of T2 the law lets the second run as well.
    assert charged == {"T1": [Decimal("50.00")], "T2": [Decimal("24.69")]}


def test_a_notice_is_printed_for_the_office_and_its_taxpayer(officer: Context) -> None:
    collection.dun(officer)
    (notice, *_) = collection.notices(officer, taxpayer_id="T1")
    assert collection.notice_pdf(officer, notice.notice_id, language="ky").startswith(b"%PDF")
    assert collection.notice_pdf(taxpayer(officer, "T1"), notice.notice_id).startswith(b"%PDF")
    with pytest.raises(NotFound):
        collection.notice_pdf(taxpayer(officer, "T2"), notice.notice_id)


def test_the_worklist_begins_where_most_is_likely_to_come_in(officer: Context) -> None:
    charge(officer, {"T5": "7000.00"}, tax=TAX, year=2013, due_on=date(2013, 4, 30))
    work = collection.worklist(officer)
    # 90 % of what is six weeks late, 5 % of what is more than three years late.
    assert [(x.taxpayer_id, x.recoverable) for x in work.items][:4] == [
        ("T4", Decimal("5400.00")), ("T1", Decimal("4500.00")), ("T2", Decimal("1111.10")),
        ("T5", Decimal("350.00")),
    ]  # fmt: skip
    assert len(collection.worklist(officer, limit=2).items) == 2


def test_risk_is_points_with_reasons_that_add_up(officer: Context) -> None:
    charge(officer, {"T1": "100.00"}, tax=TAX, year=2015, due_on=date(2015, 4, 30))
    pay(officer, "T2", "1.00", officer.today, "late")
    scores = {score.taxpayer_id: score for score in collection.risks(officer)}
    for score in scores.values():
        assert sum(reason.points for reason in score.reasons) == score.score
    worst = scores["T1"]
    assert {x.measure: (int(x.value), x.points) for x in worst.reasons} == {
        "days_late": (412, 25), "years_late": (2, 15), "never_paid": (1, 20), "overdue": (5100, 10),
    }  # fmt: skip
    assert worst.high
    assert worst.reasons[0].label == "Days since the oldest debt was due"
    assert "debts_paid_late" in {reason.measure for reason in scores["T2"].reasons}


def test_a_payment_that_was_undone_is_none(officer: Context) -> None:
    pay(officer, "T3", "10.00", officer.today, "before")
    before = {score.taxpayer_id: score for score in collection.risks(officer)}
    for who in ("T1", "T3"):
        undone = pay(officer, who, "5.00", officer.today, f"not of {who}")
        ledger.reverse(officer, undone.entry_id, reason="of another", key=f"undo {who}")
    after = {score.taxpayer_id: score for score in collection.risks(officer)}
    assert after == before
    assert "never_paid" in {reason.measure for reason in after["T1"].reasons}


def test_figures_of_a_year(officer: Context) -> None:
    pay(officer, "T1", "5000.00", DUE, "in time")
    pay(officer, "T2", "1234.56", DUE + timedelta(days=1), "late")
    found = collection.figures(officer, year=2016)
    assert found.in_time_by_number == Decimal("0.25")
    assert found.in_time_by_value == Decimal("0.4087")
    assert found.collected == Decimal("6234.56")
    assert found.arrears == Decimal("6000.33")
    assert found.over_a_year_share == 0
    empty = collection.figures(officer, year=2014)
    assert (empty.in_time_by_number, empty.arrears_to_collected) == (None, None)


def test_debts_beyond_limitation_are_listed(officer: Context) -> None:
    policy = replace(officer.pack.accounts.collection, limitation_years=3)
    accounts = replace(officer.pack.accounts, collection=policy)
    three = replace(officer, pack=replace(officer.pack, accounts=accounts))
    charge(officer, {"T5": "7.00"}, tax=TAX, year=2013, due_on=date(2013, 4, 30))
    (debt,) = collection.lapsed(three)
    assert (debt.taxpayer_id, debt.period, debt.amount) == ("T5", 2013, Decimal("7.00"))
    assert collection.lapsed(officer) == ()


def test_the_law_grants_a_plan_and_leaves_another_to_an_officer(officer: Context) -> None:
    own = taxpayer(officer, "T1")
    first_due = date(2016, 7, 1)
    plan = plans.apply(own, taxpayer_id="T1", tax=TAX, months=3, first_due=first_due)
    assert (plan.status, plan.automatic, plan.reasons) == ("running", True, ())
    assert [part.amount for part in plan.parts] == [
        Decimal("1666.67"), Decimal("1666.67"), Decimal("1666.66"),
    ]  # fmt: skip
    with pytest.raises(Conflict, match="runs or waits already"):
        plans.apply(own, taxpayer_id="T1", tax=TAX, months=3, first_due=first_due)
    large = plans.apply(officer, taxpayer_id="T4", tax=TAX, months=3, first_due=first_due)
    assert (large.status, large.reasons) == ("applied", ("debt_too_large",))
    with pytest.raises(Conflict, match="a second person must"):
        plans.decide(officer, large.plan_id, granted=True, note="seen")
    head = replace(officer, actor=HEAD)
    granted = plans.decide(head, large.plan_id, granted=True, note="income proved")
    assert (granted.status, granted.decided_by) == ("running", "head")
    with pytest.raises(Conflict, match="decided already"):
        plans.decide(head, large.plan_id, granted=False, note="no")
    small = plans.apply(officer, taxpayer_id="T3", tax=TAX, months=3, first_due=first_due)
    assert (small.status, small.reasons) == ("refused", ("debt_too_small",))
    assert [x.plan_id for x in plans.plans_of(own)] == [plan.plan_id]
    with pytest.raises(Forbidden):
        plans.apply(own, taxpayer_id="T2", tax=TAX, months=3, first_due=first_due)
    with pytest.raises(InputError, match="the first day is 2016-06-15"):
        plans.apply(officer, taxpayer_id="T2", tax=TAX, months=3, first_due=officer.today)
    with pytest.raises(InputError, match="13 months"):
        plans.apply(officer, taxpayer_id="T2", tax=TAX, months=13, first_due=first_due)
    with pytest.raises(NotFound, match="Nothing is owed"):
        plans.apply(officer, taxpayer_id="T9", tax=TAX, months=3, first_due=first_due)


def test_a_plan_is_kept_or_broken(officer: Context) -> None:
    first_due = date(2016, 7, 1)
    for who in ("T1", "T2"):
        plans.apply(officer, taxpayer_id=who, tax=TAX, months=2, first_due=first_due)
    pay(at(officer, first_due), "T1", "2500.00", first_due, "a")
    in_grace = plans.review(at(officer, first_due + timedelta(days=10)))
    assert (in_grace.running, in_grace.broken) == (2, ())
    reviewed = plans.review(at(officer, first_due + timedelta(days=11)))
    broken = plans.plans_of(officer, taxpayer_id="T2")[0]
    assert (reviewed.broken, broken.status) == ((broken.plan_id,), "broken")
    kept = plans.plans_of(officer, taxpayer_id="T1")[0]
    assert [part.open for part in kept.parts] == [0, Decimal(2500)]
    pay(at(officer, date(2016, 8, 1)), "T1", "2500.00", date(2016, 8, 1), "b")
    assert plans.review(at(officer, date(2016, 8, 2))).kept == (kept.plan_id,)
    again = plans.apply(officer, taxpayer_id="T2", tax=TAX, months=2, first_due=first_due)
    assert again.reasons == ("broken_plan",)
    head = replace(officer, actor=HEAD)
    plans.decide(head, again.plan_id, granted=True, note="last chance")
    assert plans.withdraw(officer, again.plan_id, note="paid at once").status == "withdrawn"
    with pytest.raises(Conflict, match="does not run"):
        plans.withdraw(officer, again.plan_id, note="twice")
