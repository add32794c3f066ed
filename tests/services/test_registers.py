"""The registers: what is loaded, published, issued and who may do it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from conftest import ADMINISTRATOR, AUDITOR, OFFICER, VALUER, issue_roll
from kazyna.core.errors import Conflict, Forbidden, InputError, NotFound, SignInRequired
from kazyna.core.money import to_minor
from kazyna.services import (
    cadastre,
    drafts,
    ledger,
    objections,
    overrides,
    roll_lifecycle,
    rolls,
    round_files,
    rounds,
    taxpayers,
    users,
)
from kazyna.services.context import PUBLIC, Actor, Context, Installation
from kazyna.services.demo import TAX, TAX_YEAR
from kazyna.services.demo_steps import PASSWORD

HOUSES: dict[str, list[Any]] = {
    "property_id": ["h1", "h2"],
    "lon": [-122.3, -122.4],
    "lat": [47.6, 47.5],
    "sqft_living": [1000, 2000],
}
SALES: dict[str, list[Any]] = {
    "property_id": ["h1", "h2"],
    "sold_on": [date(2015, 1, 1), date(2015, 2, 1)],
    "price": [300_000, 500_000],
}


def load(ctx: Context, houses: dict[str, Any], sales: dict[str, Any]) -> cadastre.LoadedCadastre:
    return cadastre.load_cadastre(
        ctx, properties=pa.table(houses), sales=pa.table(sales), source="f.csv"
    )


def test_the_same_cadastre_loaded_twice_is_loaded_once(installation: Installation) -> None:
    valuer = installation.context(VALUER)
    assert load(valuer, HOUSES, SALES) == load(valuer, HOUSES, SALES)
    overview = cadastre.overview(valuer)
    assert (overview.properties, overview.sales) == (2, 2)
    assert overview.extent == cadastre.Extent(-122.4, 47.5, -122.3, 47.6)
    card = cadastre.find_property(installation.context(), "h1")
    assert card.area_m2 == Decimal("92.9")  # 1,000 sq ft x 0.09290304
    assert card.valuation is None
    assert card.sales == (cadastre.Sale(date(2015, 1, 1), Decimal("300000.00")),)


@pytest.mark.parametrize(
    ("houses", "sales", "reason"),
    [
        ({"property_id": ["h1", "h1"]}, {}, "f.csv, row 2, column property_id: 'h1' stands more"),
        (
            {"property_id": ["h1", None]},
            {},
            "row 2, column property_id: the value is missing",
        ),
        ({"lon": [-122.3, 999.0]}, {}, "f.csv, row 2, column lon: 999.0 is too large"),
        (
            {},
            {"sold_on": ["2015-01-01", "2199-01-01"]},
            "f.csv, row 2, column sold_on: 2199-01-01 is a day to come; expected a day up to",
        ),
        (
            {"colour": ["red", "blue"]},
            {},
            "column colour: the pack does not know the column",
        ),
        ({"sqft_living": [-5, 1]}, {}, "f.csv, row 1, column sqft_living: -5 is too small"),
        ({}, {"price": [-1, 1]}, "f.csv, row 1, column price: -1.000000 is too small"),
        ({}, {"property_id": ["h1", "h9"]}, "row 2, column property_id: 'h9' is no property"),
        ({}, {"sold_on": ["2015-02-30", "2015-01-01"]}, "row 1, column sold_on: '2015-02-30'"),
        ({"lat": [47.6, None]}, {}, "f.csv, row 2, column lat: the longitude is given alone"),
        ({"lon": [-122.3, None]}, {}, "f.csv, row 2, column lon: the latitude is given alone"),
        ({}, {"price": [1, 10**17]}, "row 2, column price: 100000000000000000.000000 is too lar"),
        (
            {},
            {"property_id": ["h1", "h1"], "sold_on": [date(2015, 1, 1)] * 2},
            "column sold_on: 'h1' was sold 2 times on 2015-01-01",
        ),
    ],
)
def test_a_cadastre_that_is_wrong_is_refused_whole(
    installation: Installation, houses: dict[str, Any], sales: dict[str, Any], reason: str
) -> None:
    valuer = installation.context(VALUER)
    with pytest.raises(InputError) as refused:
        load(valuer, HOUSES | houses, SALES | sales)
    assert reason in str(refused.value)
    assert cadastre.overview(valuer).properties == 0


def test_the_mistakes_of_both_tables_are_said_at_once(installation: Installation) -> None:
    with pytest.raises(InputError) as refused:
        load(installation.context(VALUER), HOUSES | {"lon": [999, 0]}, SALES | {"price": [-1, 1]})
    assert [finding.column for finding in refused.value.findings] == ["lon", "price"]


def test_tables_without_rows_are_refused(installation: Installation) -> None:
    with pytest.raises(InputError) as refused:
        cadastre.load_cadastre(
            installation.context(VALUER),
            properties=pa.table(HOUSES).slice(0, 0),
            sales=pa.table(SALES).slice(0, 0),
        )
    reasons = [finding.reason for finding in refused.value.findings]
    assert reasons == ["the table has no rows"] * 2


def test_what_is_not_a_number_is_not_recorded(installation: Installation) -> None:
    valuer = installation.context(VALUER)
    nowhere = {"lon": [float("nan"), -122.4], "lat": [float("nan"), 47.5]}
    load(valuer, HOUSES | nowhere, SALES)
    assert cadastre.find_property(valuer, "h1").lon is None
    assert cadastre.overview(valuer).extent == cadastre.Extent(-122.4, 47.5, -122.4, 47.5)


OWNERS: dict[str, list[Any]] = {
    "taxpayer_id": ["a", "b"],
    "name": ["A", "B"],
    "language": ["en", "ky"],
    "synthetic": [True, True],
}
HOLDINGS: dict[str, list[Any]] = {
    "property_id": ["h1", "h2"],
    "taxpayer_id": ["a", "b"],
    "share": ["1", "0.5"],
    "held_from": [date(2015, 1, 1)] * 2,
}


def hold(
    ctx: Context, holdings: dict[str, Any], owners: dict[str, Any] = OWNERS
) -> taxpayers.LoadedHoldings:
    return taxpayers.load_holdings(
        ctx, owners=pa.table(owners), holdings=pa.table(HOLDINGS | holdings), source="o.csv"
    )


@pytest.mark.parametrize(
    ("holdings", "reason"),
    [
        ({"share": ["0", "1"]}, "o.csv, row 1, column share: 0.000000 is too small"),
        ({"share": ["1.1", "1"]}, "o.csv, row 1, column share: 1.100000 is too large"),
        ({"share": ["half", "1"]}, "o.csv, row 1, column share: 'half' cannot be read"),
        (
            {"property_id": ["h1", "h1"], "taxpayer_id": ["a", "a"]},
            "column held_from: 'a' begins to hold 'h1' 2 times on 2015-01-01",
        ),
        (
            {"property_id": ["h1", "h1"], "share": ["0.7", "0.5"]},
            "column share: the shares of 'h1' from 2015-01-01 in rows 1, 2 add up to 1.2",
        ),
    ],
)
def test_holdings_that_are_wrong_are_refused_whole(
    installation: Installation, holdings: dict[str, Any], reason: str
) -> None:
    load(installation.context(VALUER), HOUSES, SALES)
    officer = installation.context(OFFICER)
    with pytest.raises(InputError) as refused:
        hold(officer, holdings)
    assert reason in str(refused.value)
    assert taxpayers.count(officer) == 0


def test_a_holding_of_nobody_or_of_nothing_is_refused(installation: Installation) -> None:
    load(installation.context(VALUER), HOUSES, SALES)
    officer = installation.context(OFFICER)
    with pytest.raises(InputError) as refused:
        hold(officer, {"property_id": ["h8", "h9"], "taxpayer_id": ["a", "z"]})
    assert [str(found) for found in refused.value.findings] == [
        "o.csv, row 1, column property_id: 'h8' is not registered; expected a number that is",
        "o.csv, row 2, column property_id: 'h9' is not registered; expected a number that is",
        "o.csv, row 2, column taxpayer_id: 'z' is not registered; expected a number that is",
    ]
    assert taxpayers.count(officer) == 0


def test_clerks_at_the_same_time_cannot_give_away_more_than_the_whole(
    installation: Installation,
) -> None:
    load(installation.context(VALUER), HOUSES, SALES)
    officer = installation.context(OFFICER)
    clerks = 8

    def give(number: int) -> bool:
        person = {"taxpayer_id": [f"p{number}"], "name": ["P"], "language": ["en"]}
        holding = {
            "property_id": ["h1"],
            "taxpayer_id": [f"p{number}"],
            "share": ["0.4"],
            "held_from": [date(2015, 1, 1)],
        }
        try:
            hold(officer, holding, person | {"synthetic": [True]})
        except InputError:
            return False
        return True

    with ThreadPoolExecutor(clerks) as pool:
        assert sum(pool.map(give, range(clerks))) == 2
    with officer.transaction() as tx:
        assert tx.value("SELECT sum(share) FROM holdings") == Decimal("0.8")


def test_shares_of_a_property_cannot_exceed_the_whole(installation: Installation) -> None:
    load(installation.context(VALUER), HOUSES, SALES)
    officer = installation.context(OFFICER)

    def give(share: str) -> taxpayers.LoadedHoldings:
        return hold(
            officer,
            {
                "property_id": ["h1", "h1"],
                "share": ["0.5", share],
                "held_from": [date(2015, 1, 1), date(2015, 6, 1)],
            },
        )

    said = "o.csv, row 2, column share: with those held already, the shares of 'h1' on 2015-06-01"
    with pytest.raises(InputError, match=f"{said} are 1.01; expected at most 1 together"):
        give("0.51")
    assert taxpayers.count(officer) == 0
    assert give("0.5").holdings == 2


def test_a_round_is_published_once_and_a_roll_is_issued_once(demo: Installation) -> None:
    published = rounds.latest(demo.context())
    assert published is not None
    with pytest.raises(Conflict, match="published already"):
        drafts.create_round(demo.context(VALUER), valuation_date=published.valuation_date)
    before = ledger.trial_balance(demo.context(OFFICER))
    with pytest.raises(Conflict, match="issued already"):
        rolls.issue_roll(demo.context(OFFICER), tax=TAX, year=TAX_YEAR)
    assert ledger.trial_balance(demo.context(OFFICER)) == before
    with pytest.raises(NotFound, match="has no tax 'land_tax'; it has property_tax"):
        rolls.issue_roll(demo.context(OFFICER), tax="land_tax", year=TAX_YEAR)


def test_another_year_is_another_roll_and_charges_again(demo: Installation) -> None:
    officer = demo.context(OFFICER)
    first = ledger.revenue(officer).charged
    roll = issue_roll(officer, tax=TAX, year=TAX_YEAR + 1)
    assert roll.due_on == date(2017, 4, 30)
    assert ledger.revenue(officer).charged == first + roll.total


def test_what_cannot_be_taxed_yet_says_why(installation: Installation) -> None:
    officer = installation.context(OFFICER)
    with pytest.raises(NotFound, match="publish a valuation round first"):
        roll_lifecycle.draft_roll(officer, tax=TAX, year=TAX_YEAR)
    with pytest.raises(InputError):
        drafts.create_round(installation.context(VALUER), valuation_date=date(2015, 5, 31))


def test_the_value_is_its_base_and_reasons_to_the_cent(shared_demo: Installation) -> None:
    public = shared_demo.context()
    for found in cadastre.search(public, "9", limit=25):
        valuation = cadastre.find_property(public, found.property_id).valuation
        assert valuation is not None
        amounts = sum((reason.amount for reason in valuation.reasons), Decimal(0))
        assert valuation.base + amounts == valuation.value == found.value
        assert valuation.low <= valuation.value <= valuation.high
        assert valuation.land is not None
        assert valuation.building is not None
        assert min(valuation.land, valuation.building) > 0
        assert valuation.land + valuation.building == valuation.value
        assert valuation.confidence is not None
        assert len(valuation.comparables) == 5
        assert found.property_id not in {near.property_id for near in valuation.comparables}
        for near in valuation.comparables:
            steps = near.time + sum(each.amount for each in near.adjustments) + near.rest
            assert near.price + steps == near.adjusted_price
            assert len(near.adjustments) > 5, "a sold property is valued, and so explained, too"
        assert sum(near.weight for near in valuation.comparables) == pytest.approx(1)


def test_co_owners_pay_the_propertys_tax_between_them(shared_demo: Installation) -> None:
    officer = shared_demo.context(OFFICER)
    with officer.transaction() as tx:
        shared = tx.connection.execute(
            "SELECT property_id FROM holdings WHERE share < 1 GROUP BY 1 ORDER BY 1 LIMIT 20"
        ).fetchall()
    assert shared
    for (property_id,) in shared:
        bills = rolls.bills_of_property(officer, property_id)
        assert sum(bill.amount for bill in bills) == bills[0].steps[-1].value
        minors = [to_minor(bill.amount, shared_demo.pack.currency) for bill in bills]
        assert max(minors) - min(minors) <= 1


def test_search_prefers_beginnings_and_takes_signs_literally(
    shared_demo: Installation,
) -> None:
    public = shared_demo.context()
    found = [row.property_id for row in cadastre.search(public, "20", limit=50)]
    kinds = [begins for begins, _ in groupby(found, key=lambda number: number.startswith("20"))]
    assert kinds[0] is True
    assert kinds in ([True], [True, False])
    assert cadastre.search(public, "%") == cadastre.search(public, "_") == ()
    assert cadastre.search(public, " ") == ()


def test_signing_in_and_out(demo: Installation) -> None:
    public = demo.context()
    session = users.sign_in(public, name="officer", password=PASSWORD)
    assert users.actor_of(public, session.token) == Actor("officer", "officer")
    users.sign_out(public, session.token)
    assert users.actor_of(public, session.token) is None
    answers = set()
    for name, password in (("officer", "wrong"), ("nobody", PASSWORD)):
        with pytest.raises(Forbidden) as refused:
            users.sign_in(public, name=name, password=password)
        answers.add(str(refused.value))
    assert len(answers) == 1


def test_an_account_needs_a_long_password_and_a_taxpayer_where_there_is_one(
    demo: Installation,
) -> None:
    officer = demo.context(OFFICER)
    with pytest.raises(InputError, match="the password has 5 characters"):
        users.create_user(officer, name="x", password="short", role="participant")
    with pytest.raises(InputError, match="a taxpayer for the role taxpayer"):
        users.create_user(officer, name="x", password="long enough", role="taxpayer")
    with pytest.raises(InputError, match="nobody signs in as public"):
        users.create_user(officer, name="x", password="long enough", role="public")
    with pytest.raises(NotFound, match="No taxpayer has the number 'T9'"):
        users.create_user(
            officer, name="x", password="long enough", role="taxpayer", taxpayer_id="T9"
        )


def test_a_bill_is_printed_for_its_taxpayer_and_for_nobody_elses(shared_demo: Installation) -> None:
    session = users.sign_in(shared_demo.context(), name="taxpayer", password=PASSWORD)
    taxpayer = shared_demo.context(session.actor)
    (bill, *_) = rolls.my_bills(taxpayer)
    assert rolls.bill_pdf(taxpayer, reference=bill.reference, language="ky").startswith(b"%PDF")
    officer = shared_demo.context(OFFICER)
    other = next(
        row for row in rolls.payable(officer, tax=TAX, year=TAX_YEAR)
        if row.taxpayer_id != session.actor.taxpayer_id
    )  # fmt: skip
    with pytest.raises(NotFound):
        rolls.bill_pdf(taxpayer, reference=other.reference, language="en")
    with pytest.raises(Forbidden, match="another taxpayer's account"):
        ledger.statement(taxpayer, taxpayer_id=other.taxpayer_id)


Call = Callable[[Context], object]
DAY = date(2016, 1, 1)
PRIVILEGED: dict[str, tuple[set[str], Call]] = {
    "load_cadastre": ({"valuer"}, lambda ctx: load(ctx, HOUSES, SALES)),
    "create_round": ({"valuer"}, lambda ctx: drafts.create_round(ctx, valuation_date=DAY)),
    "freeze_round": ({"valuer"}, lambda ctx: round_files.freeze_round(ctx, 1)),
    "publish_round": ({"valuer"}, lambda ctx: rounds.publish_round(ctx, 1)),
    "open_objections": ({"valuer"}, lambda ctx: rounds.open_objections(ctx, 1)),
    "approve_round": ({"valuer"}, lambda ctx: rounds.approve_round(ctx, 1)),
    "enforce_round": ({"valuer"}, lambda ctx: rounds.enforce_round(ctx, 1)),
    "withdraw_round": ({"valuer"}, lambda ctx: rounds.withdraw_round(ctx, 1, note="x")),
    "export_round": (
        {"valuer", "officer", "auditor"},
        lambda ctx: round_files.export_round(ctx, 1, Path("x.csv")),
    ),
    "propose_override": (
        {"valuer"},
        lambda ctx: overrides.propose_override(
            ctx, 1, "x", value=Decimal(1), reason="r", evidence="e"
        ),
    ),
    "confirm_override": ({"valuer"}, lambda ctx: overrides.confirm_override(ctx, 1)),
    "refuse_override": ({"valuer"}, lambda ctx: overrides.refuse_override(ctx, 1, note="n")),
    "overrides_of_round": (
        {"valuer", "auditor"},
        lambda ctx: overrides.overrides_of_round(ctx, 1),
    ),
    "file_objection": (
        {"taxpayer", "officer"},
        lambda ctx: objections.file_objection(
            ctx, "x", objections.NewObjection(Decimal(1), "other", "g")
        ),
    ),
    "review_objection": ({"valuer"}, lambda ctx: objections.review_objection(ctx, 1)),
    "decide_objection": (
        {"valuer"},
        lambda ctx: objections.decide_objection(ctx, 1, value=None, reason="r"),
    ),
    "withdraw_objection": (
        {"taxpayer", "officer"},
        lambda ctx: objections.withdraw_objection(ctx, 1),
    ),
    "find_objection": (
        {"taxpayer", "officer", "valuer", "auditor"},
        lambda ctx: objections.find_objection(ctx, 1),
    ),
    "objections_of_round": (
        {"taxpayer", "officer", "valuer", "auditor"},
        lambda ctx: objections.objections_of_round(ctx, 1),
    ),
    "my_objections": ({"taxpayer"}, objections.my_objections),
    "objection_check": (
        {"officer", "valuer", "auditor"},
        lambda ctx: objections.objection_check(ctx, 1),
    ),
    "holders": ({"officer", "auditor"}, lambda ctx: taxpayers.holders(ctx, "x")),
    "load_holdings": (
        {"officer"},
        lambda ctx: taxpayers.load_holdings(ctx, owners=pa.table({}), holdings=pa.table({})),
    ),
    "issue_roll": ({"officer"}, lambda ctx: rolls.issue_roll(ctx, tax=TAX, year=2016)),
    "issued": ({"officer", "valuer", "auditor"}, rolls.issued),
    "payable": ({"officer", "auditor"}, lambda ctx: rolls.payable(ctx, tax=TAX, year=2016)),
    "my_bills": ({"taxpayer"}, rolls.my_bills),
    "record_payment": (
        {"officer"},
        lambda ctx: ledger.record_payment(
            ctx, reference="x", amount=Decimal(1), received_on=DAY, key="k"
        ),
    ),
    "record_payments": ({"officer"}, lambda ctx: ledger.record_payments(ctx, [])),
    "reverse": ({"officer"}, lambda ctx: ledger.reverse(ctx, 1, reason="r", key="k")),
    "statement": (
        {"officer", "auditor", "taxpayer"},
        lambda ctx: ledger.statement(ctx, taxpayer_id="T0000001"),
    ),
    "revenue": ({"officer", "auditor"}, ledger.revenue),
    "arrears": ({"officer", "auditor"}, ledger.arrears),
    "trial_balance": ({"officer", "auditor"}, ledger.trial_balance),
    "create_user": (
        {"administrator"},
        lambda ctx: users.create_user(ctx, name="x", password="long enough", role="auditor"),
    ),
    "end_user": ({"officer", "administrator"}, lambda ctx: users.end_user(ctx, "x")),
    "accounts": ({"officer", "auditor", "administrator"}, users.accounts),
    "account_changes": ({"officer", "auditor", "administrator"}, users.account_changes),
}
ACTORS = (
    OFFICER, VALUER, AUDITOR, ADMINISTRATOR, Actor("t", "taxpayer", "T0000001"),
    Actor("p", "participant"),
)  # fmt: skip


@pytest.mark.parametrize("name", PRIVILEGED)
def test_every_privileged_service_refuses_every_other_role(
    shared_demo: Installation, name: str
) -> None:
    allowed, call = PRIVILEGED[name]
    for actor in ACTORS:
        if actor.role not in allowed:
            with pytest.raises(Forbidden, match="This needs the role"):
                call(shared_demo.context(actor))
    with pytest.raises(SignInRequired):
        call(shared_demo.context(PUBLIC))
