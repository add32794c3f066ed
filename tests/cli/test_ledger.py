import re
from decimal import Decimal

import pytest

from cli.conftest import Kazyna
from conftest import OFFICER
from kazyna.services import rolls
from kazyna.services.context import Context, Installation

PAID = ("--amount", "12.50", "--on", "2016-06-01", "--key")


def a_bill(demo: Installation) -> rolls.Payable:
    return rolls.payable(demo.context(OFFICER), tax="property_tax", year=2016)[0]


def test_a_payment_is_posted_once_shown_and_undone(kazyna: Kazyna, on_demo: Installation) -> None:
    bill = a_bill(on_demo)
    first = kazyna("account", "pay", bill.reference, *PAID, "k1", "--json").result
    again = kazyna("account", "pay", bill.reference, *PAID, "k1", "--json").result
    assert (first["created"], again["created"]) == (True, False)
    assert first["amount"] == "12.50"

    shown = kazyna("account", "statement", bill.taxpayer_id)
    assert {bill.taxpayer_id, "12.50"} <= set(re.split(r"[\s│:]+", shown.out))
    undone = kazyna(
        *("account", "reverse", first["entry_id"], "--reason", "cheque returned"),
        *("--key", "k1-back", "--json"),
    ).result
    assert Decimal(undone["balance"]) == Decimal(first["balance"]) + Decimal("12.50")


def test_the_books_are_shown_and_balance(kazyna: Kazyna, on_demo: Installation) -> None:
    books = kazyna("account", "trial-balance", "--json").result
    assert books["debit"] == books["credit"]
    revenue = kazyna("account", "revenue", "--json").result
    arrears = kazyna("account", "arrears", "--limit", 3, "--json").result
    owed = Decimal(revenue["charged"]) - Decimal(revenue["received"])
    assert owed == Decimal(arrears["outstanding"])
    assert len(arrears["largest"]) == 3
    for command in ("trial-balance", "revenue", "arrears"):
        shown = kazyna("account", command)
        assert shown.code == 0
        assert "property_tax" in shown.out or "late on 2016-06-15" in shown.out


def test_a_statement_tells_the_interest_that_is_not_posted_yet(
    kazyna: Kazyna, on_office: Context
) -> None:
    late = ("account", "statement", "T1", "--on", "2016-06-15")
    told = kazyna(*late, "--json").result
    since = Decimal(told["interest"]["not_charged"])
    assert since > 0
    owed = Decimal(told["statements"][0]["balance"]) + since
    shown = kazyna(*late).out
    assert f"Interest through 2016-06-15, not posted yet: {since:,} USD" in shown
    assert f"Owed with it: {owed:,} USD" in shown
    assert "not posted yet" not in kazyna("account", "statement", "T1", "--on", "2016-04-30").out
    known = kazyna(*late, "--known-on", "2016-06-15", "--json").result
    assert "interest" not in known


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("pay", "RF00", *PAID, "k"), 1, "RF00"),
        (("pay", "RF00", "--amount", "1,5", "--on", "2016-06-01", "--key", "k"), 2, "'1,5'"),
        (("statement", "nobody"), 1, "nobody"),
        (("reverse", "999999999", "--reason", "x", "--key", "k"), 1, "999999999"),
        (("arrears", "--limit", "0"), 2, "greater than"),
        (("forgive",), 2, "forgive"),
    ],
)
def test_what_is_refused_is_said(
    kazyna: Kazyna, on_demo: Installation, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = kazyna("account", *arguments)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    as_json = kazyna("account", *arguments, "--json")
    assert (as_json.code, as_json.out) == (code, "")
    assert said in str(as_json.failure)


def test_interest_is_charged_once_and_shown_to_the_day(kazyna: Kazyna, on_office: Context) -> None:
    may = ("account", "accrue", "--in-total", "--through", "2016-05-31", "--json")
    assert [kazyna(*may).result["added"] for _ in range(2)] == ["50.00", "0.00"]
    first = kazyna("account", "accrue", "--through", "2016-05-31", "--json").result
    again = kazyna("account", "accrue", "--through", "2016-05-31", "--json").result
    assert (first["debts"], first["charged"], again["debts"]) == (1, "50.00", 0)
    shown = kazyna("account", "interest", "T1", "--json").result
    assert shown["not_charged"] == "50.00"
    assert "Not charged yet: 50.00 USD" in kazyna("account", "interest", "T1").out
    assert len(kazyna("account", "interest-runs", "--json").result["runs"]) == 1
    early = kazyna("account", "accrue", "--through", "2016-05-30", "--json")
    assert (early.code, early.out) == (1, "")
