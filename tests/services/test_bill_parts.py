"""Rolls whose bills may be paid in parts: charged, missed, corrected, withdrawn, and planned."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from conftest import OFFICER
from kazyna.core.dated import Dated
from kazyna.core.text import Text
from kazyna.packs.grounds import Grounds
from kazyna.packs.parts import PartOfYear, PartsLaw, TaxParts
from kazyna.services import (
    accruals,
    books,
    interest,
    ledger,
    objects,
    open_debts,
    plans,
    roll_lifecycle,
    rolls,
    taxpayers,
)
from kazyna.services.context import Context, Installation
from kazyna.services.settings import Settings
from kazyna.services.taxpayers import Holder
from kazyna.store.connection import Database
from services.kyrgyz_office import CAR_YEAR, CARS, issue_cars, kyrgyz_pack, open_cars

D = Decimal
SETTINGS = Settings.read({"KAZYNA_PACK": "kg"})
HALF = Decimal("0.5")
ISSUED = date(2026, 3, 2)
SPRING, WHOLE, AUTUMN = date(2026, 5, 31), date(2026, 9, 1), date(2026, 11, 30)
HALVES = PartsLaw(
    parts=(PartOfYear(5, 31, HALF), PartOfYear(11, 30, HALF)),
    divide_from=Decimal(1000),
    first_at_least=Decimal(0),
    unit=None,
    remainder="first",
    missed="whole",
    grounds=Grounds("invented"),
)


def with_halves(office: Installation, today: date = ISSUED) -> Installation:
    """Let the tax on cars of an office be paid in halves."""
    pack = kyrgyz_pack()
    parts = TaxParts(Text("Halves", "", ""), Dated.of([(date(2022, 1, 1), HALVES)]))
    collecting = pack.accounts.collection
    if collecting.instalments is not None:  # the law's own asks for more than these cars owe
        plan = replace(collecting.instalments, minimum=Decimal(1), automatic_up_to=Decimal(10_000))
        collecting = replace(collecting, instalments=plan)
    law = replace(
        pack,
        taxes={**pack.taxes, CARS: replace(pack.taxes[CARS], parts=parts)},
        accounts=replace(pack.accounts, collection=collecting),
    )
    settings = replace(office.settings, today=today.isoformat())
    return Installation(office.database, law, settings)


@pytest.fixture(scope="module")
def issued(module_clone: Callable[[str], str], empty_template: str) -> str:
    """Issue the roll of three cars: T1 owes 1,500 in halves and 750, T2 1,200 in halves and 750."""
    url = module_clone(empty_template)
    with Database(url) as database:
        issue_cars(with_halves(open_cars(database)))
    return urlsplit(url).path.removeprefix("/")


@pytest.fixture
def office(clone: Callable[[str], str], issued: str) -> Iterator[Installation]:
    with Database(clone(issued)) as database:
        pack = with_halves(Installation(database, kyrgyz_pack(), SETTINGS))
        yield pack


@pytest.fixture
def officer(office: Installation) -> Context:
    return office.context(OFFICER)


def at(ctx: Context, month: int, day: int) -> Context:
    return replace(ctx, today=date(CAR_YEAR, month, day))


def bill(ctx: Context, taxpayer_id: str, car: str) -> rolls.Bill:
    own = rolls.bills_of_taxpayer(ctx, taxpayer_id)
    return next(each for each in own if each.property_id == car)


def debts(ctx: Context, taxpayer_id: str = "T1") -> dict[date, int]:
    """Return what is open of the tax by due day; the amounts of this world are whole."""
    found = open_debts.open_debts(ctx, taxpayer_id=taxpayer_id, tax=CARS, period=CAR_YEAR)
    return {debt.due_on: int(debt.amount) for debt in found if debt.bucket == "tax"}


def pay(ctx: Context, amount: str, on: date, key: str, *, who: str = "T1") -> None:
    reference = bill(ctx, who, "V3").reference
    ledger.record_payment(ctx, reference=reference, amount=Decimal(amount), received_on=on, key=key)


def settled(ctx: Context) -> bool:
    """Whether the books are sound, and say of every account what the law says of it."""
    left = [interest.interest_to(ctx, taxpayer_id=who).not_charged for who in ("T1", "T2")]
    return books.audit(ctx).sound and not any(left)


def change(ctx: Context, car: str, engine_cm3: int) -> None:
    """Correct the roll after a car turned out to have another engine; 0.75 som for each cm3."""
    objects.change_object(
        ctx, car, {"engine_cm3": str(engine_cm3)}, valid_from=date(CAR_YEAR, 1, 1), document="seen"
    )
    roll_lifecycle.correct_roll(ctx, tax=CARS, year=CAR_YEAR, reason="engine")


def test_each_part_is_a_debt_with_its_day(officer: Context) -> None:
    divided, small = bill(officer, "T1", "V1"), bill(officer, "T1", "V3")
    assert [(part.due_on, part.amount) for part in divided.parts] == [
        (SPRING, D(750)),
        (AUTUMN, D(750)),
    ]
    assert (divided.due_on, divided.falls_due) == (SPRING, True)
    assert (small.amount, small.parts, small.due_on) == (D(750), (), WHOLE)
    assert debts(officer) == {SPRING: 750, WHOLE: 750, AUTUMN: 750}
    owed = rolls.payable(officer, tax=CARS, year=CAR_YEAR)
    assert sum(each.amount for each in owed) == 4200
    assert all(sum(part.amount for part in each.parts) in {0, each.amount} for each in owed)
    assert ledger.trial_balance(officer).debit == 4200
    pdf = rolls.bill_pdf(officer, reference=divided.reference, language="ky")
    assert pdf.startswith(b"%PDF")


def test_who_misses_a_part_owes_the_rest_with_interest(officer: Context) -> None:
    late = at(officer, 6, 10)
    pay(late, "600", date(2026, 4, 1), "t2", who="T2")  # the first half of 1,200
    assert ledger.arrears(late).total == 750
    to_day = interest.interest_to(late, taxpayer_id="T1").not_charged
    assert to_day == Decimal("13.50")  # 1,500 at 0.09 % for ten days, known before it is posted
    interest.accrue(late)
    assert debts(late) == {SPRING: 1500, WHOLE: 750}
    assert debts(late, "T2") == {WHOLE: 750, AUTUMN: 600}
    assert ledger.arrears(late).total == Decimal("1513.50")
    assert interest.accrue(late).debts == 0
    assert settled(late)


def test_the_interest_of_a_day_knows_what_fell_due(officer: Context) -> None:
    late = at(officer, 6, 10)
    assert accruals.record(late).accrued == Decimal("24.30")  # on 1,500 of T1 and 1,200 of T2
    assert debts(late) == {SPRING: 1500, WHOLE: 750}
    assert accruals.record(at(officer, 6, 11)).added == Decimal("2.43")


def test_a_payment_in_time_that_comes_to_light_late_undoes_it(officer: Context) -> None:
    late = at(officer, 6, 10)
    interest.accrue(late)
    pay(late, "750", date(2026, 5, 30), "t1")
    interest.accrue(late)
    assert debts(late) == {WHOLE: 750, AUTUMN: 750}
    assert not interest.interest_to(late, taxpayer_id="T1").debts
    assert settled(late)


def test_the_set_and_one_account_played_again_agree(officer: Context) -> None:
    """T1 is moved with all others, T2 is played from its first fact: a som came in June."""
    late = at(officer, 7, 1)
    pay(late, "1", date(2026, 6, 20), "t2", who="T2")
    interest.accrue(late)
    assert debts(late, "T2")[SPRING] == 1199
    assert AUTUMN not in debts(late, "T2") | debts(late)
    assert settled(late)


def test_what_was_paid_of_a_part_that_had_fallen_due_is_not_lost(officer: Context) -> None:
    """T2 owes 600, 750, 600; the money of July reached the autumn before anybody let it fall."""
    late = at(officer, 8, 1)
    pay(late, "1400", date(2026, 7, 1), "t2", who="T2")
    assert debts(late, "T2") == {AUTUMN: 550}
    interest.accrue(late)
    assert debts(late, "T2") == {WHOLE: 550}
    assert settled(late)


def test_a_correction_goes_to_the_parts_that_are_not_due(officer: Context) -> None:
    august = at(officer, 8, 1)
    pay(august, "750", date(2026, 5, 1), "t1")
    change(august, "V1", 2400)  # 1,800 in place of 1,500
    assert [part.amount for part in bill(august, "T1", "V1").parts] == [750, 1050]
    assert debts(august) == {WHOLE: 750, AUTUMN: 1050}
    change(august, "V1", 1600)  # 1,200: what is past stands
    assert [part.amount for part in bill(august, "T1", "V1").parts] == [750, 450]
    assert debts(august) == {WHOLE: 750, AUTUMN: 450}


def test_before_anything_is_due_a_bill_is_divided_anew(officer: Context) -> None:
    spring = at(officer, 3, 20)
    change(spring, "V1", 1200)  # 900, less than what is divided
    assert (bill(spring, "T1", "V1").amount, bill(spring, "T1", "V1").parts) == (D(900), ())
    assert debts(spring) == {WHOLE: 1650}


def test_what_fell_due_is_lowered_like_the_part_it_was(officer: Context) -> None:
    late = at(officer, 6, 10)
    interest.accrue(late)
    change(at(officer, 8, 1), "V1", 1400)  # 1,050: the second half keeps 300
    august = at(officer, 8, 2)
    interest.accrue(august)
    assert debts(august) == {SPRING: 1050, WHOLE: 750}
    assert settled(august)


def test_a_plan_is_about_what_is_due(officer: Context) -> None:
    june = at(officer, 6, 5)
    plan = plans.apply(june, taxpayer_id="T1", tax=CARS, months=3, first_due=date(CAR_YEAR, 7, 5))
    assert (plan.status, plan.reasons) == ("running", ())
    assert plan.debt == 750  # the first half, which is late; the rest of the year stays as it is
    pay(june, "750", june.today, "t1")
    assert plans.plans_of(june, taxpayer_id="T1")[0].paid == 750
    assert debts(june) == {WHOLE: 750, AUTUMN: 750}


def test_a_roll_that_is_withdrawn_asks_for_nothing(officer: Context) -> None:
    interest.accrue(at(officer, 6, 10))
    august = at(officer, 8, 1)
    change(august, "V2", 2000)
    pay(august, "100", date(2026, 7, 1), "t1")
    roll_lifecycle.withdraw_roll(august, tax=CARS, year=CAR_YEAR, reason="wrong law")
    assert (debts(august), debts(august, "T2")) == ({}, {})
    assert books.audit(august).sound


def test_a_bill_that_comes_late_is_due_on_the_days_ahead(officer: Context) -> None:
    august = at(officer, 8, 1)
    taxpayers.transfer(
        august, "V2", holders=[Holder("T3", Decimal(1))], on=date(2025, 6, 1), document="deed"
    )
    roll_lifecycle.correct_roll(august, tax=CARS, year=CAR_YEAR, reason="deed")
    (late,) = rolls.bills_of_taxpayer(august, "T3")
    assert (late.due_on, late.parts, late.amount) == (AUTUMN, (), D(1200))
    assert debts(august, "T3") == {AUTUMN: 1200}
