"""Pages of collection, asked over HTTP on a small office by a browser without scripts."""

from collections.abc import Iterator
from datetime import date
from http import HTTPStatus

import pytest

from api.conftest import served, signed_in
from conftest import make_staff
from debtors import bill_of, office_of
from kazyna.services import collection, users
from kazyna.services.context import Context, Installation
from kazyna.services.demo_steps import PASSWORD
from web.conftest import sign_in_at

STATEMENT = (
    "id,booked_on,amount,currency,payer,text\n"
    f"1,2016-05-02,100.00,USD,,{bill_of('T1')}\n"
    "2,2016-05-02,77.70,USD,Name of T2,<b>mine</b>\n"
)


@pytest.fixture
def officer(installation: Installation) -> Context:
    ctx = office_of(installation, {"T1": "5000.00", "T2": "77.70", "T4": "9000.00"})
    make_staff(ctx, "officer")
    make_staff(ctx, "head")
    users.create_user(ctx, name="taxpayer", password=PASSWORD, role="taxpayer", taxpayer_id="T1")
    return ctx


@pytest.fixture
def address(officer: Context, installation: Installation) -> Iterator[str]:
    assert installation.context().today == officer.today == date(2016, 6, 15)
    with served(installation) as found:
        yield found


def test_a_statement_is_imported_and_what_waits_is_assigned(address: str) -> None:
    with sign_in_at(address, "officer") as office:
        sent = office.post("/office/bank/files", files={"file": ("day.csv", STATEMENT)})
        assert "day.csv: 1 payments found their bill, 1 wait." in sent.text
        assert "&lt;b&gt;mine&lt;/b&gt;" in sent.text
        assert "the payer&#39;s name, the exact amount" in sent.text
        again = office.post("/office/bank/files", files={"file": ("day.csv", STATEMENT)})
        assert "nothing was posted twice" in again.text
        cut = office.post("/office/bank/files", files={"file": ("cut.csv", STATEMENT[:-30])})
        assert cut.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "cut.csv: line 3 does not end" in cut.text
        number = sent.text.split("/office/bank/transactions/")[1].split('"')[0]
        form = {"account": "receivable:property_tax:T2"}
        done = office.post(f"/office/bank/transactions/{number}", data=form)
        assert "Every payment has found its debt" in done.text
        wrong = office.post(f"/office/bank/transactions/{number}", data={"reference": "RF00"})
        assert "No bill has the reference" in wrong.text


def test_the_day_of_collection(address: str, officer: Context) -> None:
    with sign_in_at(address, "officer") as office:
        charged = office.post("/office/collection/interest")
        assert "Interest of $281.55 charged on 3 debts." in charged.text
        assert "Notices sent: 3" in office.post("/office/collection/dunning").text
        desk = office.get("/office/collection").text
        assert "Days since the oldest debt was due: 46 (+5)" in desk
        assert "Nobody was late on that day" in office.get("/office/collection/risk-test").text
        notice = collection.notices(officer, taxpayer_id="T1")[0].notice_id
        assert office.get(f"/demands/{notice}.pdf").content.startswith(b"%PDF")
        held = {"tax": "property_tax", "period": "2016", "reason": "objection"}
        page = office.post("/office/taxpayers/T2/suspensions", data=held)
        account = office.get(page.headers["location"]).text
        assert "objection" in account
        suspension = account.split("/office/taxpayers/T2/suspensions/")[1].split('"')[0]
        assert office.post(f"/office/taxpayers/T2/suspensions/{suspension}").is_redirect


def test_a_taxpayer_sees_interest_and_applies_for_instalments(address: str) -> None:
    plan = {"tax": "property_tax", "months": "3", "first_due": "2016-07-15"}
    with sign_in_at(address, "taxpayer") as own:
        mine = own.get("/my").text
        assert "$100.00" in mine
        assert own.post("/my/plans", data=plan).headers["location"] == "/my#plans"
        assert "$1,666.67" in own.get("/my").text
        assert own.get("/office/collection").status_code == HTTPStatus.FORBIDDEN
    with sign_in_at(address, "officer") as office:
        large = {"taxpayer_id": "T4", "tax": "property_tax", "months": 3, "first_due": "2016-07-15"}
        with signed_in(address, "head") as head:
            applied = head.post("/v1/plans", json=large).json()
        assert applied["reasons"] == ["debt_too_large"]
        assert "the debt is too large" in office.get("/office/collection").text
        path = f"/office/collection/plans/{applied['plan_id']}"
        assert office.post(path, data={"decision": "grant", "note": "seen"}).is_redirect
        assert "seen" in office.get("/office/taxpayers/T4").text
