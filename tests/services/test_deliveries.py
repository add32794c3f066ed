"""Proof of service: recorded one by one, from a file, and by reading; days that count from it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from conftest import OFFICER
from kazyna.core.errors import Conflict, Forbidden, InputError
from kazyna.packs.grounds import Grounds
from kazyna.packs.pack import ServiceLaw
from kazyna.services import bill_objections, deliveries, fines, rolls
from kazyna.services.context import Actor, Context, Installation
from kazyna.services.fines import NewFine
from kazyna.services.settings import Settings
from kazyna.store.connection import Database
from services.kyrgyz_office import OTHER, OWN, issue_cars, kyrgyz_pack, open_cars

ISSUED = date(2026, 7, 20)
DAYS = timedelta(days=30)
SETTINGS = Settings.read({"KAZYNA_PACK": "kg", "KAZYNA_TODAY": ISSUED.isoformat()})
HEADER = "kind,number,how,served_on,tracking,evidence\n"


@pytest.fixture(scope="module")
def issued(module_clone: Callable[[str], str], empty_template: str) -> str:
    """Issue the roll of three cars in a database to be cloned."""
    url = module_clone(empty_template)
    with Database(url) as database:
        issue_cars(open_cars(database))
    return urlsplit(url).path.removeprefix("/")


@pytest.fixture
def officer(clone: Callable[[str], str], issued: str) -> Iterator[Context]:
    with Database(clone(issued)) as database:
        yield Installation(database, kyrgyz_pack(), SETTINGS).context(OFFICER)


def on(ctx: Context, day: date, *, actor: Actor | None = None) -> Context:
    return replace(ctx, today=day, actor=actor or ctx.actor)


def bill(ctx: Context) -> rolls.Bill:
    return rolls.bills_of_taxpayer(ctx, "T1")[0]


def last_day(ctx: Context) -> date | None:
    return bill_objections.last_day_to_object(ctx, bill(ctx))


def serve(ctx: Context, how: str, day: date, **said: str) -> None:
    deliveries.record_one(
        ctx, kind="bill", number=bill(ctx).reference, how=how, served_on=day, **said
    )


def test_the_days_to_object_count_from_the_first_service(officer: Context) -> None:
    later = on(officer, date(2026, 9, 10))
    assert last_day(later) == ISSUED + DAYS  # nothing is proved: the day of issue stands
    serve(later, "post", date(2026, 8, 3), tracking="RR1", evidence="folder 7")
    serve(later, "handed_over", date(2026, 8, 20))
    assert last_day(later) == date(2026, 8, 3) + DAYS
    serve(later, "returned", date(2026, 8, 25), tracking="RR1")
    assert last_day(later) == date(2026, 8, 20) + DAYS
    own = on(officer, date(2026, 9, 19), actor=OWN)
    reference = bill(officer).reference
    filed = bill_objections.file_objection(
        own, reference=reference, claimed=Decimal(1), grounds="sold"
    )
    assert filed.status == "filed"
    found = deliveries.deliveries(later, kind="bill", number=reference)
    assert [(each.how, each.tracking) for each in found] == [
        ("returned", "RR1"), ("handed_over", ""), ("post", "RR1"),
    ]  # fmt: skip
    assert found[-1].actor == OFFICER.name


def test_where_the_law_presumes_nothing_the_days_have_not_begun(officer: Context) -> None:
    law = ServiceLaw(presumed_after_days=None, grounds=Grounds("invented"))
    ctx = replace(officer, pack=replace(officer.pack, service=law))
    assert last_day(ctx) is None
    assert last_day(replace(officer, pack=replace(officer.pack, service=None))) == ISSUED + DAYS
    served = replace(ctx, today=date(2027, 1, 5))
    serve(served, "published", date(2027, 1, 4))
    assert last_day(served) == date(2027, 1, 4) + DAYS


def test_what_a_taxpayer_opens_is_served_once(officer: Context) -> None:
    august, september = date(2026, 8, 5), date(2026, 9, 1)
    reference = bill(officer).reference
    deliveries.opened(officer, "bill", reference)  # an officer reads, nothing is served
    deliveries.opened(on(officer, august, actor=OTHER), "bill", reference)  # nor by another
    assert deliveries.deliveries(officer) == ()
    for day in (august, september):
        deliveries.opened(on(officer, day, actor=OWN), "bill", reference)
    (read,) = deliveries.deliveries(officer)
    assert (read.how, read.served_on, read.actor) == ("portal", august, OWN.name)
    assert deliveries.deliveries(on(officer, august, actor=OTHER)) == ()
    assert reference not in {each.number for each in deliveries.not_served(officer, kind="bill")}


def test_a_fine_can_be_objected_to_from_the_day_it_was_served(officer: Context) -> None:
    new = NewFine("T1", "vehicle", 2026, "late_payment_of_individual", Decimal(1000), "late")
    fine = fines.propose(officer, new)
    with pytest.raises(Conflict, match="nothing is decided"):
        fines.fine_pdf(officer, fine.fine_id)
    fine = fines.impose(replace(officer, actor=Actor("head", "officer")), fine.fine_id)
    assert (fine.object_until, fine.may_object) == (ISSUED + DAYS, True)
    later = on(officer, ISSUED + DAYS + timedelta(days=1))
    assert not fines.find_fine(later, fine.fine_id).may_object
    with pytest.raises(Conflict, match="until 2026-08-19"):
        fines.object_to(later, fine.fine_id, grounds="paid")
    deliveries.record_one(
        later, kind="fine", number=str(fine.fine_id), how="handed_over", served_on="2026-08-01"
    )
    found = fines.find_fine(later, fine.fine_id)
    assert (found.object_until, found.may_object) == (date(2026, 8, 31), True)
    assert fines.fine_pdf(later, fine.fine_id, language="ru").startswith(b"%PDF")
    assert fines.object_to(later, fine.fine_id, grounds="paid").status == "objected"
    reference = bill(later).reference
    printed = rolls.bill_pdf(later, reference=reference, language="en", interest_on=later.today)
    assert printed.startswith(b"%PDF")


def test_a_file_is_recorded_whole_or_refused_by_row(officer: Context) -> None:
    later = on(officer, date(2026, 8, 10))
    first, second = (each.reference for each in rolls.bills_of_taxpayer(later, "T1"))
    good = f"{HEADER}bill,{first},post,2026-08-01,RR1,\nbill,{second},handed_over,2026-08-02,,7\n"
    done = deliveries.record_file(later, good.encode(), file="post.csv")
    assert (done.given, done.recorded) == (2, 2)
    again = deliveries.record_file(later, good.encode(), file="post.csv")
    assert (again.given, again.recorded) == (2, 0)
    bad = (
        f"{HEADER}bill,{first},post,2026-08-03,RR2,\nbill,RF00,post,2026-08-01,RR3,\n"
        f"bill,{first},post,2026-07-01,RR4,\nbill,{second},post,2026-08-01,,\n"
    )
    with pytest.raises(InputError) as refused:
        deliveries.record_file(later, bad.encode(), file="post.csv")
    assert [(each.row, each.column) for each in refused.value.findings] == [
        (2, "number"), (3, "served_on"), (4, "tracking"),
    ]  # fmt: skip
    with pytest.raises(InputError, match="how"):
        deliveries.record_file(
            later, f"{HEADER}bill,{first},pigeon,2026-08-01,,\n".encode(), file="x"
        )
    assert len(deliveries.deliveries(later)) == 2
    with pytest.raises(Forbidden):
        deliveries.record_file(on(later, later.today, actor=OWN), good.encode(), file="post.csv")
