from dataclasses import replace
from datetime import date

import pytest

from cli.conftest import Kazyna
from conftest import OFFICER
from debtors import HEAD, office_of
from kazyna.services import collection, enforcement
from kazyna.services.context import Installation

ACCOUNT = "receivable:land:T1"
WHY = ("--grounds", "no answer")


def test_a_measure_is_due_proposed_imposed_and_lifted(
    kazyna: Kazyna, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = office_of(installation, {"T1": "5000.00"}, pack="kg", tax="land")
    for day in (date(2016, 5, 5), date(2016, 6, 1), date(2016, 7, 29)):
        collection.dun(replace(ctx, today=day))
    today = date(2016, 8, 9)
    monkeypatch.setenv("KAZYNA_DATABASE_URL", installation.settings.database_url)
    monkeypatch.setenv("KAZYNA_TODAY", today.isoformat())
    monkeypatch.setenv("KAZYNA_PACK", "kg")
    (due,) = kazyna("enforcement", "due", "--json").result["due"]
    assert (due["account"], due["overdue"]) == (ACCOUNT, "5000.00")
    assert "5,000.00" in kazyna("enforcement", "due").out
    first = kazyna("enforcement", "propose", ACCOUNT, *WHY, "--json").result["measure_id"]
    alone = kazyna("enforcement", "impose", first)
    assert (alone.code, "another must sign" in alone.err) == (1, True)
    assert kazyna("enforcement", "propose", ACCOUNT, *WHY).code == 1
    assert kazyna("enforcement", "refuse", first, "--reason", "x").code == 1
    second = replace(ctx, today=today, actor=HEAD)
    enforcement.impose(second, first)
    assert kazyna("enforcement", "lift-settled", "--json").result["lifted"] == 0
    lifted = kazyna("enforcement", "lift", first, "--reason", "of another", "--json").result
    assert (lifted["status"], lifted["proposed_by"] != OFFICER.name) == ("lifted", True)
    assert "lifted" in kazyna("enforcement", "list", "--taxpayer", "T1").out
