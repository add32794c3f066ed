import re
from http import HTTPStatus

import httpx


def key_of(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found
    return found[1]


def first_debtor(office: httpx.Client) -> tuple[str, str]:
    """Return the taxpayer who owes most and the reference of a bill of theirs."""
    taxpayer = office.get("/office").text.split('href="/office/taxpayers/')[1].split('"')[0]
    page = office.get(f"/office/taxpayers/{taxpayer}").text
    return taxpayer, page.split('href="/bills/')[1].split('"')[0]


def test_a_payment_is_recorded_once_and_can_be_reversed(office: httpx.Client) -> None:
    taxpayer, reference = first_debtor(office)
    form = {
        "reference": f" {reference.lower()} ",
        "amount": "12,50",
        "received_on": "2016-06-01",
        "key": key_of(office.get("/office").text),
    }
    first = office.post("/office/payments", data=form)
    assert first.status_code == HTTPStatus.OK
    assert "Payment of $12.50 recorded" in first.text
    assert "nothing was posted twice" in office.post("/office/payments", data=form).text

    account = office.get(f"/office/taxpayers/{taxpayer}").text
    assert "$12.50" in account
    entry = re.findall(r'name="entry_id" value="(\d+)"', account)[-1]
    reversal = {"entry_id": entry, "taxpayer_id": taxpayer, "reason": "cheque <b>bounced</b>"}
    undone = office.post("/office/reversals", data=reversal | {"key": key_of(account)})
    assert undone.headers["location"] == f"/office/taxpayers/{taxpayer}"
    account = office.get(undone.headers["location"]).text
    assert "cheque &lt;b&gt;bounced&lt;/b&gt;" in account
    assert 'class="undone"' in account
    again = office.post("/office/reversals", data=reversal | {"key": "another"})
    assert again.status_code == HTTPStatus.CONFLICT


def test_a_refused_payment_keeps_what_was_typed_and_says_why(office: httpx.Client) -> None:
    form = {"reference": "RF00", "amount": "1.0005", "received_on": "2017-01-01", "key": "k"}
    answer = office.post("/office/payments", data=form)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "The payment was not recorded." in answer.text
    assert 'value="1.0005"' in answer.text
    assert "the amount is 1.0005" in answer.text
    assert "received on 2017-01-01" in answer.text
    unreadable = office.post("/office/payments", data=form | {"received_on": "yesterday"})
    assert unreadable.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "received_on" in unreadable.text


def test_the_public_posts_nothing(office: httpx.Client) -> None:
    with httpx.Client(base_url=office.base_url, timeout=60) as public:
        form = {"reference": "x", "amount": "1", "received_on": "2016-06-01", "key": "k"}
        answer = public.post("/office/payments", data=form)
        assert answer.headers["location"] == "/sign-in?next=/"


def test_the_books_are_asked_closed_and_proved(office: httpx.Client) -> None:
    taxpayer, _ = first_debtor(office)
    form = {"kind": "write_off", "taxpayer_id": taxpayer, "amount": "5,00", "reason": "insolvent",
            "tax": "property_tax"}  # fmt: skip
    asked = office.post("/office/books/requests", data=form)
    assert asked.headers["location"] == "/office/books"
    page = office.get("/office/books").text
    assert "insolvent" in page
    assert "waits for a second signature" in page
    own = office.post("/office/books/requests/1", data={"decision": "approve", "note": "x"})
    assert own.status_code == HTTPStatus.CONFLICT
    office.post("/office/books/closing", data={"through": "2016-01-31"})
    office.post("/office/books/reopening", data={"reason": "late bank day"})
    assert "asked to open again" in office.get("/office/books").text
    assert "every balance is the sum of its entries" in office.get("/office/books/proof").text
    days = {"first": "2016-01-01", "last": "2016-12-31", "form": "xml"}
    sent = office.get("/office/books/journal", params=days)
    assert sent.headers["content-disposition"].endswith('.xml"')
    assert b"AuditFile" in sent.content
    sent = office.get("/office/books/journal", params=days | {"form": "budgets"})
    assert sent.text.startswith("month,tax,place,budget")
    shown = office.get("/office/books").text
    assert "Receipts by budget" in shown
    assert "not divided" in shown


def test_an_account_as_of_a_day(office: httpx.Client) -> None:
    taxpayer, _ = first_debtor(office)
    address = f"/office/taxpayers/{taxpayer}"
    assert "No account is open" in office.get(address, params={"on": "2015-12-31"}).text
    assert "No account is open" not in office.get(address, params={"known_on": "2016-12-31"}).text
    odd = office.get(address, params={"on": "yesterday"})
    assert odd.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
