from pathlib import Path

import pytest

from cli.conftest import Kazyna
from conftest import OFFICER, make_staff
from kazyna.services import ledger
from kazyna.services.context import Installation
from kazyna.services.demo_steps import PASSWORD


def test_two_persons_give_a_debt_up(
    kazyna: Kazyna, on_demo: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = on_demo.context(OFFICER)
    make_staff(office, "head2")
    debtor = ledger.arrears(office, limit=1).largest[0].taxpayer_id
    asked = kazyna(
        *("account", "request", "write_off", debtor, "--amount", "5.00", "--tax", "property_tax"),
        *("--reason", "insolvent", "--claimed-on", "2016-05-02", "--json"),
    ).result
    assert asked["claimed_on"] == "2016-05-02"
    alone = kazyna("account", "approve", asked["request_id"], "--json")
    assert (alone.code, alone.out) == (1, "")
    monkeypatch.setenv("KAZYNA_PASSWORD", PASSWORD)
    signed = kazyna("account", "approve", asked["request_id"], "--as", "head2", "--json").result
    assert (signed["status"], signed["decided_by"]) == ("approved", "head2")
    second = kazyna(
        *("account", "request", "remission", debtor, "--amount", "5.00", "--tax", "property_tax"),
        *("--reason", "flood", "--json"),
    ).result
    number = second["request_id"]
    refused = kazyna("account", "refuse", number, "--note", "no flood", "--as", "head2", "--json")
    assert refused.result["status"] == "refused"
    assert "insolvent" in kazyna("account", "requests").out


def test_the_books_are_closed_audited_and_exported(
    kazyna: Kazyna, on_demo: Installation, tmp_path: Path
) -> None:
    closed = kazyna("account", "close", "2016-01-31", "--json").result
    assert (closed["event"], closed["closed_to"]) == ("closed", "2016-01-31")
    assert kazyna("account", "reopen", "--reason", "late", "--json").result["event"] == (
        "reopening_asked"
    )
    assert len(kazyna("account", "periods", "--json").result["periods"]) == 2
    sealed = kazyna("account", "seal", "--json").result
    found = kazyna("account", "audit", "--digest", sealed["digest"], "--json").result
    assert found["sound"] is True
    assert kazyna("account", "audit", "--digest", "0" * 64).code == 1
    for name in ("journal.csv", "journal.xml"):
        out = tmp_path / name
        dates = ("--from", "2016-01-01", "--to", "2016-12-31", "--out", out)
        assert kazyna("account", "export", *dates, "--json").result["bytes"] == out.stat().st_size
    out = tmp_path / "budgets.csv"
    days = ("--from", "2016-01-01", "--to", "2016-12-31", "--out", out)
    divided = kazyna("account", "budgets", *days, "--json").result
    assert divided["receipts"][0]["tax"] == "property_tax"
    assert len(out.read_text().splitlines()) == 1 + len(divided["receipts"])
    places = kazyna("account", "revenue", "--by-place", "--json").result["places"]
    assert places[0]["tax"] == "property_tax"
