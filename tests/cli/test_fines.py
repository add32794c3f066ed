from pathlib import Path

import pytest

from cli.conftest import Kazyna
from conftest import make_staff
from kazyna.services.context import Context
from kazyna.services.demo_steps import PASSWORD

LATE = ("T1", "late_payment_of_individual", "--tax", "land", "--period", 2016)
WHY = ("--amount", "1000", "--grounds", "paid in May")


def test_a_fine_goes_through_three_hands(
    kazyna: Kazyna, kyrgyz_office: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("head", "third"):
        make_staff(kyrgyz_office, name)
    monkeypatch.setenv("KAZYNA_PASSWORD", PASSWORD)
    fine = kazyna("fine", "propose", *LATE, *WHY, "--json").result["fine_id"]
    low = kazyna("fine", "propose", *LATE, "--amount", "5", "--grounds", "x", "--json")
    assert (low.code, low.out) == (2, "")
    alone = kazyna("fine", "impose", fine)
    assert (alone.code, "another must sign" in alone.err) == (1, True)
    assert kazyna("fine", "impose", fine, "--as", "head", "--json").result["open"] == "1000.00"
    waived = kazyna("fine", "waive", fine, "--reason", "hardship", "--json").result
    assert waived["kind"] == "remission"
    kazyna("fine", "object", fine, "--grounds", "in time", "--json")
    decided = kazyna(
        "fine", "decide", fine, "--amount", "0", "--reason", "true", "--as", "third", "--json"
    ).result
    assert decided["status"] == "cancelled"
    second = kazyna("fine", "propose", *LATE, *WHY, "--json").result["fine_id"]
    refused = kazyna("fine", "refuse", second, "--reason", "no proof", "--as", "head", "--json")
    assert refused.result["status"] == "refused"
    assert "cancelled" in kazyna("fine", "list", "--taxpayer", "T1").out


def test_a_decision_is_printed_and_its_service_proved(
    kazyna: Kazyna, kyrgyz_office: Context, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_staff(kyrgyz_office, "head")
    monkeypatch.setenv("KAZYNA_PASSWORD", PASSWORD)
    fine = kazyna("fine", "propose", *LATE, *WHY, "--json").result["fine_id"]
    out = tmp_path / "fine.pdf"
    early = kazyna("fine", "print", fine, "--out", out)
    assert (early.code, "nothing is decided" in early.err) == (1, True)
    kazyna("fine", "impose", fine, "--as", "head", "--json")
    assert kazyna("fine", "print", fine, "--out", out, "--language", "ky", "--json").code == 0
    assert out.read_bytes().startswith(b"%PDF")
    missing = kazyna("delivery", "missing", "fine", "--json").result["papers"]
    assert [each["number"] for each in missing] == [str(fine)]
    served = ("--how", "handed_over", "--on", kyrgyz_office.today.isoformat())
    assert kazyna("delivery", "record", "fine", fine, *served, "--json").result["recorded"] == 1
    (proof,) = kazyna("delivery", "list", "--taxpayer", "T1", "--json").result["deliveries"]
    assert (proof["how"], proof["number"]) == ("handed_over", str(fine))
    rows = tmp_path / "post.csv"
    rows.write_text("kind,number,how,served_on\nfine,99,published,2016-06-15\n")
    refused = kazyna("delivery", "load", rows)
    assert (refused.code, "row 1" in refused.err, "number" in refused.err) == (2, True, True)
    owed = kazyna("account", "debts", "T1", "--json").result["debts"]
    assert {each["bucket"] for each in owed} == {"tax", "penalty"}
    assert kazyna("account", "fall-due", "--json").result["debts"] == 0
