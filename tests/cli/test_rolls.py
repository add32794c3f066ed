"""Commands of rolls, reliefs and objections to bills, on a small Kyrgyz office."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.conftest import Kazyna
from conftest import OFFICER
from kazyna.services import rolls
from kazyna.services.context import Installation
from kazyna.services.demo_steps import PASSWORD
from kazyna.store.connection import Database
from services.kyrgyz_office import issue_cars, open_cars

ROLL = ("--tax", "vehicle", "--year", 2026)


@pytest.fixture(scope="module")
def cars(module_clone: Callable[[str], str], empty_template: str) -> Iterator[Installation]:
    with Database(module_clone(empty_template)) as database:
        yield open_cars(database)


@pytest.fixture(autouse=True)
def office(cars: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.setenv("KAZYNA_DATABASE_URL", cars.database.url)
    monkeypatch.setenv("KAZYNA_PACK", "kg")
    monkeypatch.setenv("KAZYNA_TODAY", cars.settings.today)
    monkeypatch.setenv("KAZYNA_PASSWORD", PASSWORD)
    return cars


def test_a_year_of_a_roll(kazyna: Kazyna, office: Installation, tmp_path: Path) -> None:
    assert kazyna("tax-roll", "issue", *ROLL).code == 1
    drafted = kazyna("tax-roll", "draft", *ROLL, "--json").result
    assert (drafted["bills"], drafted["total"]) == (4, "4200.00")
    assert kazyna("tax-roll", "discard", *ROLL).code == 0
    assert kazyna("tax-roll", "draft", *ROLL).code == 0
    confirmed = kazyna("law", "confirm", "--all", *ROLL, "--document", "Tax Code", "--json")
    assert confirmed.code == 0, confirmed.err
    alone = kazyna("tax-roll", "issue", *ROLL, "--json")
    assert (alone.code, alone.out) == (1, "")
    assert "another than the one who drafted" in alone.failure["error"]
    issued = kazyna("tax-roll", "issue", *ROLL, "--as", "head", "--json")
    assert issued.result["total"] == "4200.00", issued.err
    assert kazyna("tax-roll", "compare", *ROLL, "--json").result["groups"][0]["change"] == "new"
    printed = kazyna("tax-roll", "print", *ROLL, "--out", tmp_path, "--json").result
    assert printed["bills"] == 4
    assert Path(printed["files"][0]).read_bytes().startswith(b"%PDF")

    claim = ("relief", "claim", "T1", "V1", "relief_category=parent_of_child_with_disability")
    filed = kazyna(*claim, "--since", "2026-01-01", "--evidence", "certificate 7", "--json").result
    granted = kazyna("relief", "grant", filed["claim_id"], "--document", "order 5")
    assert "granted" in granted.out
    assert kazyna("law", "confirm", "--all", *ROLL, "--document", "Tax Code").code == 0
    # half of 1,500 on one car
    corrected = kazyna("tax-roll", "correct", *ROLL, "--reason", "order 5", "--json").result
    assert corrected["difference"] == "-750.00"
    priced = kazyna("tax-roll", "expenditure", "--year", 2026, "--json").result
    assert (priced["billed"], priced["forgone"]) == ("3450.00", "750.00")
    assert "Relief of the" in kazyna("tax-roll", "expenditure", "--year", 2026).out
    assert "order 5" in kazyna("tax-roll", "history", *ROLL).out

    (bill,) = _bills(office, "V2")
    objection = ("bill-objection", "file", bill, "--claimed", "900", "--grounds", "1,200 cm3")
    number = kazyna(*objection, "--json").result["objection_id"]
    assert kazyna(*objection).code == 1
    decided = kazyna("bill-objection", "decide", number, "engine_cm3=1200", "--reason", "seen",
                     "--json").result  # fmt: skip
    assert (decided["status"], decided["decided_amount"]) == ("upheld", "900.00")
    again = kazyna(*objection[:4], "800", "--grounds", "older", "--json").result["objection_id"]
    assert kazyna("bill-objection", "withdraw", again).code == 0
    listed = kazyna("bill-objection", "list", "--json").result["objections"]
    assert [each["status"] for each in listed] == ["upheld", "withdrawn"]
    _appeal(kazyna, objection[:4])
    withdrawn = kazyna("tax-roll", "withdraw", *ROLL, "--reason", "annulled", "--json")
    assert withdrawn.result["status"] == "withdrawn"


def _appeal(kazyna: Kazyna, objection: tuple[str, ...]) -> None:
    """Have an objection rejected, and go on to the next body."""
    third = kazyna(*objection, "700", "--grounds", "older", "--json").result["objection_id"]
    kazyna("bill-objection", "decide", third, "--reason", "no proof")
    assert "answer by" in kazyna("bill-objection", "list").out
    appeal = ("bill-appeal", "file", third, "--body", "tax_service", "--claimed", "700")
    first = kazyna(*appeal, "--grounds", "not looked at", "--json").result["appeal_id"]
    assert kazyna("bill-appeal", "withdraw", first, "--json").result["status"] == "withdrawn"
    second = kazyna(*appeal, "--grounds", "not looked at", "--json").result["appeal_id"]
    said = ("--document", "decision 9", "--reason", "it was looked at")
    judged = kazyna("bill-appeal", "decide", second, "--amount", "800", *said, "--json").result
    assert (judged["status"], judged["lowered"]) == ("partly_upheld", "100.00")
    assert "decision" in kazyna("bill-appeal", "list").out


def test_what_is_looked_up_at_the_counter(kazyna: Kazyna) -> None:
    found = kazyna("register", "find", "berm", "--json").result
    assert [each["taxpayer_id"] for each in found["taxpayers"]] == ["T2"]
    assert "V2" in kazyna("tax-roll", "forecast", "T2").out
    missing = kazyna("declaration", "missing", "--tax", "vat", "--of", "2026-06", "--json")
    assert missing.result == {"missing": []}


def test_reliefs_are_refused_and_ended(kazyna: Kazyna) -> None:
    claim = ("relief", "claim", "T2", "V3", "relief_category=parent_of_child_with_disability",
             "--since", "2026-01-01", "--evidence", "certificate 8", "--json")  # fmt: skip
    number = kazyna(*claim).result["claim_id"]
    refused = kazyna("relief", "refuse", number, "--document", "no such certificate", "--json")
    assert refused.result["status"] == "refused"
    second = kazyna(*claim).result["claim_id"]
    kazyna("relief", "grant", second, "--document", "order 6")
    ended = kazyna("relief", "end", second, "--on", "2026-09-01", "--document", "order 9", "--json")
    assert ended.result["status"] == "ended"
    listed = kazyna("relief", "list", "--json").result["claims"]
    assert {second, number} <= {each["claim_id"] for each in listed}
    assert kazyna("relief", "grant", 99, "--document", "order").code == 1
    wrong = kazyna("relief", "claim", "T2", "V2", "relief_category=king", "--since", "2026-01-01",
                   "--evidence", "none", "--json")  # fmt: skip
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.failure["findings"][0]["column"] == "relief_category"


def _bills(office: Installation, property_id: str) -> list[str]:
    found = rolls.bills_of_property(office.context(OFFICER), property_id)
    return [bill.reference for bill in found]


def test_the_revenue_gap_of_a_year(kazyna: Kazyna, office: Installation) -> None:
    issue_cars(office, 2025)
    (lost,) = kazyna("account", "gap", 2025, "--json").result["rolls"]
    unpaid = {part["cause"]: part["cases"] for part in lost["parts"]}["unpaid"]
    assert (lost["settled"], unpaid) == ("0.00", 2)
    assert "no holder (estimated)" in kazyna("account", "gap", 2025).out
    assert kazyna("account", "gap", 2031).code == 1
