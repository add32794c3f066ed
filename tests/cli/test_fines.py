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
