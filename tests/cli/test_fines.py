import pytest

from cli.conftest import Kazyna
from debtors import office_of
from kazyna.services import users
from kazyna.services.context import Context, Installation

PASSWORD = "a long word for the head"
LATE = ("T1", "late_payment_of_individual", "--tax", "land", "--period", 2016)
WHY = ("--amount", "1000", "--grounds", "paid in May")


@pytest.fixture
def kyrgyz_office(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Context:
    """Let the commands work on a small office whose law knows fines."""
    ctx = office_of(installation, {"T1": "5000.00"}, pack="kg", tax="land")
    monkeypatch.setenv("KAZYNA_DATABASE_URL", installation.settings.database_url)
    monkeypatch.setenv("KAZYNA_TODAY", ctx.today.isoformat())
    monkeypatch.setenv("KAZYNA_PACK", "kg")
    return ctx


def test_a_fine_goes_through_three_hands(
    kazyna: Kazyna, kyrgyz_office: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("head", "third"):
        users.create_user(kyrgyz_office, name=name, password=PASSWORD, role="officer")
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
