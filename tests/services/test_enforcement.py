"""Enforcement on a small Kyrgyz office: what is due when, whose signature counts, when it ends."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from debtors import HEAD, charge, office_of, pay
from kazyna.core.errors import Conflict, Forbidden, InputError, NotFound
from kazyna.services import collection, enforcement, suspensions
from kazyna.services.context import Actor, Context, Installation

ACCOUNT = "receivable:land:T1"
OWN = Actor("own", "taxpayer", "T1")


@pytest.fixture
def office(installation: Installation) -> Context:
    """Act in an office with three debts since 30 April 2016; T3 owes too little for a measure."""
    return office_of(
        installation, {"T1": "5000.00", "T2": "50000.00", "T3": "999.99"}, pack="kg", tax="land"
    )


def on(ctx: Context, day: date) -> Context:
    return replace(ctx, today=day)


@pytest.fixture
def ordered(office: Context) -> Context:
    """Take every step of dunning: the order is of 29 July and to be paid by 8 August."""
    for day in (date(2016, 5, 5), date(2016, 6, 1), date(2016, 7, 29)):
        collection.dun(on(office, day))
    return on(office, date(2016, 8, 9))


def due(ctx: Context) -> list[tuple[str, str]]:
    return [(each.account, each.name) for each in enforcement.due(ctx)]


def freeze(ctx: Context) -> int:
    number = enforcement.propose(ctx, ACCOUNT, grounds="no answer to the order").measure_id
    enforcement.impose(replace(ctx, actor=HEAD), number)
    return number


def test_the_first_measure_follows_the_last_day_of_the_order(
    office: Context, ordered: Context
) -> None:
    assert due(on(office, date(2016, 8, 8))) == []
    assert due(ordered) == [
        ("receivable:land:T2", "account_freeze"),
        (ACCOUNT, "account_freeze"),
    ]
    pay(ordered, "T2", "50000.00", date(2016, 8, 9), "all")
    assert due(ordered) == [(ACCOUNT, "account_freeze")]


def test_a_second_officer_signs_and_the_taxpayer_sees_what_is_in_force(ordered: Context) -> None:
    own = replace(ordered, actor=OWN)
    with pytest.raises(InputError, match="column grounds"):
        enforcement.propose(ordered, ACCOUNT, grounds=" ")
    proposed = enforcement.propose(ordered, ACCOUNT, grounds="no answer")
    assert (proposed.status, proposed.amount, proposed.two_persons) == (
        "proposed", Decimal(5000), True,
    )  # fmt: skip
    assert enforcement.measures(own) == ()
    assert (ACCOUNT, "account_freeze") not in due(ordered)
    with pytest.raises(Conflict, match="No measure is due"):
        enforcement.propose(ordered, ACCOUNT, grounds="again")
    with pytest.raises(Conflict, match="another must sign"):
        enforcement.impose(ordered, proposed.measure_id)
    imposed = enforcement.impose(replace(ordered, actor=HEAD), proposed.measure_id)
    assert (imposed.status, imposed.imposed_by) == ("imposed", "head")
    assert [each.name for each in enforcement.measures(own)] == ["account_freeze"]
    assert enforcement.measures(replace(ordered, actor=Actor("x", "taxpayer", "T2"))) == ()
    with pytest.raises(Forbidden):
        enforcement.measures(own, taxpayer_id="T2")
    with pytest.raises(Conflict, match="is imposed, not proposed"):
        enforcement.refuse(replace(ordered, actor=HEAD), proposed.measure_id, reason="late")


def test_the_next_measure_waits_and_none_is_skipped(ordered: Context) -> None:
    freeze(ordered)
    for days in (29, 300):  # 5,000 is too little for a seizure, and a court comes after it
        assert (ACCOUNT, "seizure") not in due(on(ordered, ordered.today + timedelta(days=days)))
    charge(ordered, {"T1": "20000.00"}, tax="land", year=2015, due_on=date(2016, 5, 1))
    later = on(ordered, ordered.today + timedelta(days=30))
    assert (ACCOUNT, "seizure") in due(later)
    assert (ACCOUNT, "seizure") not in due(on(later, later.today - timedelta(days=1)))


def test_a_measure_of_a_court_names_its_act(ordered: Context) -> None:
    head, day = replace(ordered, actor=HEAD), ordered.today
    charge(ordered, {"T1": "20000.00"}, tax="land", year=2015, due_on=date(2016, 5, 1))
    freeze(ordered)
    later = on(ordered, day + timedelta(days=30))
    seized = enforcement.propose(later, ACCOUNT, grounds="a lorry is known").measure_id
    enforcement.impose(on(head, later.today), seized)
    court = on(ordered, day + timedelta(days=60))
    asked = enforcement.propose(court, ACCOUNT, grounds="nothing came").measure_id
    with pytest.raises(InputError, match="column document"):
        enforcement.impose(on(head, court.today), asked)
    judged = enforcement.impose(on(head, court.today), asked, document="judgment 17")
    assert (judged.name, judged.document) == ("court", "judgment 17")
    bailiff = on(ordered, day + timedelta(days=70))
    with pytest.raises(InputError, match="column document"):  # one person's, imposed at once
        enforcement.propose(bailiff, ACCOUNT, grounds="to be carried out")
    sent = enforcement.propose(bailiff, ACCOUNT, grounds="to be carried out", document="writ 3")
    assert (sent.name, sent.status, sent.two_persons) == ("bailiff", "imposed", False)


def test_measures_are_lifted_when_their_debts_are_settled(ordered: Context) -> None:
    number = freeze(ordered)
    pay(ordered, "T1", "4999.99", ordered.today, "most")
    assert enforcement.lift_settled(ordered).lifted == 0
    charge(ordered, {"T1": "700.00"}, tax="land", year=2017, due_on=date(2016, 12, 1))
    pay(ordered, "T1", "0.01", ordered.today, "rest")
    assert collection.dun(ordered).lifted == 1
    (lifted,) = enforcement.measures(ordered, taxpayer_id="T1")
    assert (lifted.status, lifted.reason, lifted.open) == ("lifted", "settled", Decimal(0))
    assert enforcement.lift_settled(ordered).lifted == 0
    with pytest.raises(Conflict, match="is lifted, not imposed"):
        enforcement.lift(ordered, number, reason="twice")


def test_what_is_settled_or_suspended_is_not_enforced(ordered: Context) -> None:
    head = replace(ordered, actor=HEAD)
    proposed = enforcement.propose(ordered, ACCOUNT, grounds="no answer").measure_id
    pay(ordered, "T1", "5000.00", ordered.today, "all")
    with pytest.raises(Conflict, match="are settled: refuse it"):
        enforcement.impose(head, proposed)
    assert enforcement.refuse(head, proposed, reason="paid").status == "refused"
    suspensions.suspend(ordered, taxpayer_id="T2", tax="land", period=2016, reason="flood")
    assert due(ordered) == []
    with pytest.raises(NotFound):
        enforcement.lift(ordered, 99, reason="none")


def test_a_wrong_measure_is_lifted_with_a_reason_and_the_ladder_goes_on(ordered: Context) -> None:
    number = freeze(ordered)
    with pytest.raises(InputError, match="column reason"):
        enforcement.lift(ordered, number, reason=" ")
    lifted = enforcement.lift(ordered, number, reason="the account is of another")
    assert (lifted.status, lifted.ended_on) == ("lifted", ordered.today)
    assert (ACCOUNT, "account_freeze") not in due(ordered)


def test_a_pack_without_measures_says_so(installation: Installation) -> None:
    ctx = office_of(installation, {"T1": "1.00"}, pack="us_phl", tax="real_estate")
    with pytest.raises(NotFound, match="has no measures of enforcement"):
        enforcement.due(ctx)
