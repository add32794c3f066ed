from pathlib import Path

from cli.conftest import Kazyna
from debtors import bill_of
from kazyna.services.context import Context

HEADER = "id,booked_on,amount,currency,payer,text\n"


def test_a_statement_is_imported_and_what_waits_is_assigned(
    kazyna: Kazyna, on_office: Context, tmp_path: Path
) -> None:
    file = tmp_path / "day.csv"
    file.write_text(
        HEADER + f"1,2016-05-02,100.00,USD,,{bill_of('T1')}\n2,2016-05-02,5.00,USD,X,for T1\n"
    )
    done = kazyna("account", "import-bank", file, "--json").result
    assert (done["matched"], done["unmatched"], done["created"]) == (1, 1, True)
    again = kazyna("account", "import-bank", file)
    assert "nothing was posted twice" in again.err
    queue = kazyna("account", "unmatched", "--json").result
    (proposal,) = queue["payments"][0]["proposals"]
    number = queue["payments"][0]["transaction_id"]
    assert "1 payments wait, 5.00 USD" in kazyna("account", "unmatched").out
    assigned = kazyna(
        "account", "assign", number, "--account", proposal["account"], "--json"
    ).result
    assert assigned["taxpayer_id"] == "T1"
    assert len(kazyna("account", "bank-files", "--json").result["files"]) == 1
    unknown = kazyna("account", "send-back", number, "--reason", "not ours")
    assert (unknown.code, unknown.out) == (1, "")
    assert "is not waiting: assigned" in unknown.err
    assert kazyna("account", "sign-return", "1").code == 1
    assert kazyna("account", "returns", "--json").result == {"returns": []}
    cut = tmp_path / "cut.csv"
    cut.write_text(HEADER + "3,2016-05-02,7.0")
    refused = kazyna("account", "import-bank", cut, "--json")
    assert (refused.code, refused.out) == (2, "")
    assert "cut.csv" in refused.failure["findings"][0]["source"]


def test_debtors_are_told_seen_and_scored(
    kazyna: Kazyna, on_office: Context, tmp_path: Path
) -> None:
    assert kazyna("account", "dun", "--json").result["notices"] == 1
    assert kazyna("account", "dun", "--json").result["notices"] == 0
    (told,) = kazyna("account", "notices", "--taxpayer", "T1", "--json").result["notices"]
    out = tmp_path / "n.pdf"
    written = kazyna("account", "notice", told["notice_id"], "--out", out, "--json").result
    assert written["bytes"] == out.stat().st_size
    assert kazyna("account", "worklist", "--json").result["items"][0]["recoverable"] == "4500.00"
    assert "4,500.00" in kazyna("account", "worklist").out
    (risk,) = kazyna("account", "risks", "--json").result["risks"]
    assert sum(reason["points"] for reason in risk["reasons"]) == risk["score"]
    assert "Has never paid anything" in " ".join(kazyna("account", "risks").out.split())
    tested = kazyna("account", "risk-test", "--on", "2016-05-01", "--days", 30, "--json").result
    assert (tested["until"], tested["auc"]) == ("2016-05-31", None)
    assert kazyna("account", "risk-test", "--on", "2016-06-01").code == 2
    assert kazyna("account", "lapsed", "--json").result["debts"] == []
    assert kazyna("account", "figures", "2016", "--json").result["in_time_by_number"] == "0.0000"
    areas = kazyna("account", "performance", "2016", "--json").result["areas"]
    assert [area["number"] for area in areas] == list(range(1, 10))
    assert "TADAT P9-25" in kazyna("account", "performance", "2016").out
    coming = kazyna("account", "forecast", "--months", "3", "--json").result
    assert [each["month"] for each in coming["months"]] == [
        "2016-06-01",
        "2016-07-01",
        "2016-08-01",
    ]
    assert "2016-06" in kazyna("account", "forecast").out


def test_a_plan_is_applied_for_and_a_debt_suspended(kazyna: Kazyna, on_office: Context) -> None:
    of = ("T1", "--tax", "property_tax")
    asked = ("account", "plan", *of, "--months", "3", "--first-due", "2016-07-15", "--json")
    plan = kazyna(*asked).result
    assert plan["status"] == "running"
    assert kazyna(*asked).code == 1
    assert kazyna("account", "review-plans", "--json").result["running"] == 1
    ended = kazyna("account", "withdraw-plan", plan["plan_id"], "--json").result
    assert ended["status"] == "withdrawn"
    assert kazyna("account", "decide-plan", plan["plan_id"], "--note", "late").code == 1
    assert len(kazyna("account", "plans", "--json").result["plans"]) == 1
    held = ("account", "suspend", *of, "--period", "2016", "--reason", "objection", "--json")
    number = kazyna(*held).result["suspension_id"]
    assert kazyna(*held).code == 1
    assert kazyna("account", "resume", number, "--json").result["last_day"] == "2016-06-15"
