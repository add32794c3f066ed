import json
from pathlib import Path

import pytest

from cli.conftest import Kazyna
from conftest import OFFICER, TOWN_HOUSES, make_staff
from kazyna.services import cadastre, taxpayers
from kazyna.services.context import Installation
from kazyna.services.demo_steps import PASSWORD


@pytest.fixture
def on_town(town: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Let the commands work on a small town of one's own with a draft and a second valuer."""
    monkeypatch.setenv("KAZYNA_DATABASE_URL", town.settings.database_url)
    monkeypatch.setenv("KAZYNA_TODAY", town.settings.today)
    monkeypatch.setenv("KAZYNA_DATA", str(town.settings.data_folder))
    monkeypatch.setenv("KAZYNA_PASSWORD", PASSWORD)
    make_staff(town.context(OFFICER), "head", "valuer")
    return town


def test_a_round_goes_from_draft_to_force_by_commands(
    kazyna: Kazyna, on_town: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (line,) = kazyna("round", "list", "--json").result["rounds"]
    assert (line["round_id"], line["status"]) == (1, "draft")
    frozen = kazyna("round", "freeze", 1, "--json").result
    assert kazyna("round", "verify", frozen["folder"], "--json").result["whole"] is True
    again = kazyna("round", "reproduce", frozen["folder"], "--json").result
    assert (again["identical"], again["differing_figures"]) == (True, 0)
    kazyna("round", "publish", 1)
    shown = kazyna("round", "open-objections", 1, "--closes-on", "2016-06-20").out
    assert "the window for objections is open until 2016-06-20" in shown
    monkeypatch.setenv("KAZYNA_TODAY", "2016-06-21")
    refused = kazyna("round", "approve", 1, "--json")
    assert refused.code == 1
    assert "another valuer approves it" in refused.failure["error"]
    assert kazyna("round", "approve", 1, "--as", "head", "--json").result["status"] == "approved"
    assert kazyna("round", "enforce", 1, "--json").result["status"] == "in_force"
    out = tmp_path / "out.csv"
    assert kazyna("round", "export", 1, "--out", out, "--json").result["properties"] == TOWN_HOUSES
    assert len(out.read_text().splitlines()) == TOWN_HOUSES + 1
    assert "in_force" in kazyna("round", "show", 1).out


def test_the_market_of_a_round_is_told_by_parts(kazyna: Kazyna, on_town: Installation) -> None:
    found = kazyna("round", "market", 1, "--part", "98101", "--json").result
    assert found["parts"] == ["98100", "98101", "98102"]
    assert found["part"]["prices"]["name"] == "98101"
    assert found["part"]["points"][-1]["level"] == pytest.approx(1)
    told = kazyna("round", "market", 1).out
    assert "price index: zipcode" in told
    assert kazyna("round", "market", 1, "--part", "nowhere").code == 2


def test_a_cadastre_is_loaded_from_files_whole_or_not(
    kazyna: Kazyna, on_town: Installation, tmp_path: Path
) -> None:
    houses, sales = tmp_path / "houses.csv", tmp_path / "sales.csv"
    houses.write_text("property_id,lon,lat,sqft_living\nx1,-122.3,47.6,1200\n")
    sales.write_text("property_id,sold_on,price\nx1,2014-05-05,1\nx2,2014-05-05,400000\n")
    refused = kazyna("cadastre", "load", houses, "--sales", sales, "--json")
    assert refused.code == 2
    assert [(found["source"], found["row"]) for found in refused.failure["findings"]] == [
        (str(sales), 2)
    ]
    assert kazyna("cadastre", "show", "--json").result["properties"] == TOWN_HOUSES
    sales.write_text("property_id,sold_on,price\nx1,2014-05-05,410000\n")
    for _ in range(2):
        loaded = kazyna("cadastre", "load", houses, "--sales", sales, "--json").result
        assert loaded == {"properties": 1, "sales": 1}
    assert kazyna("cadastre", "show", "--json").result["properties"] == TOWN_HOUSES + 1


def test_a_folder_that_was_touched_ends_with_failure(kazyna: Kazyna, on_town: Installation) -> None:
    folder = Path(kazyna("round", "freeze", 1, "--json").result["folder"])
    (folder / "report.json").write_text("{}")
    checked = kazyna("round", "verify", folder, "--json")
    assert checked.code == 1
    assert checked.result["faults"][0]["name"] == "report.json"
    assert kazyna("round", "reproduce", folder).code == 1


def nobody_answers(*_: object, **__: object) -> str:
    raise EOFError


def test_a_value_by_hand_needs_the_password_of_a_second_account(
    kazyna: Kazyna, on_town: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    kazyna("round", "freeze", 1)
    said = ("--value", "123456", "--reason", "burnt", "--evidence", "photo")
    proposed = kazyna("round", "override", "propose", 1, "h001", *said, "--json").result
    number = proposed["override_id"]
    assert kazyna("round", "override", "confirm", number).code == 1
    monkeypatch.delenv("KAZYNA_PASSWORD", raising=False)
    monkeypatch.setattr("getpass.getpass", nobody_answers)
    unasked = kazyna("round", "override", "confirm", number, "--as", "head")
    assert (unasked.code, "set KAZYNA_PASSWORD" in unasked.err) == (2, True)
    monkeypatch.setenv("KAZYNA_PASSWORD", "wrong password")
    assert kazyna("round", "override", "confirm", number, "--as", "head").code == 1
    monkeypatch.setenv("KAZYNA_PASSWORD", PASSWORD)
    signed = kazyna("round", "override", "confirm", number, "--as", "head", "--json").result
    assert (signed["decision"], signed["decided_by"]) == ("confirmed", "head")
    assert "burnt" in kazyna("round", "override", "list", 1).out


def test_two_rounds_are_compared(kazyna: Kazyna, on_town: Installation) -> None:
    made = kazyna("round", "create", "--on", "2015-02-10", "--seed", 3, "--json")
    assert made.result["status"] == "draft"
    told = kazyna("round", "compare", 1, made.result["round_id"], "--json").result["comparison"]
    assert told["properties"] == TOWN_HOUSES
    shown = kazyna("round", "compare", 1, made.result["round_id"]).out
    for words in ("median change", "by tenth of value", "98101", "largest changes"):
        assert words in shown


def test_an_objection_is_filed_decided_and_weighed(kazyna: Kazyna, on_demo: Installation) -> None:
    officer = on_demo.context(OFFICER)
    house = cadastre.search(officer, "7", limit=1)[0]
    assert house.value is not None
    holder = taxpayers.holders(officer, house.property_id)[0]
    claim = ("--claimed", str(house.value - 50_000), "--grounds", "the roof leaks")
    filed = kazyna(
        "objection", "file", house.property_id, "--taxpayer", holder, *claim,
        "--kind", "condition", "--json",
    )  # fmt: skip
    assert filed.code == 0, filed.err
    number = filed.result["objection_id"]
    assert kazyna("objection", "review", number, "--json").result["status"] == "under_review"
    part = str(house.value - 20_000)
    decided = kazyna(
        "objection", "decide", number, "--value", part, "--reason", "inspected", "--json"
    ).result
    assert (decided["status"], decided["decided_value"]) == ("partly_upheld", part)
    assert "upheld" in kazyna("objection", "list", 1).out
    assert kazyna("objection", "withdraw", number).code == 1
    assert "inspected" in kazyna("objection", "show", number).out
    check = json.loads(kazyna("objection", "check", 1, "--json").out)
    assert check["contested"] == 4


def test_what_to_inspect_and_which_sales_count_are_listed(
    kazyna: Kazyna, on_town: Installation, tmp_path: Path
) -> None:
    out = tmp_path / "inspect.csv"
    listed = kazyna("round", "worklist", 1, "--limit", 5, "--out", out, "--json").result
    assert len(out.read_text().splitlines()) == len(listed["items"]) + 1
    assert "Inspect these first" in kazyna("round", "worklist", 1).out
    sale = ("h002", "2014-01-07")
    said = kazyna("round", "decide-sale", *sale, "leave-out", "--note", "a neighbour", "--json")
    assert (said.result["keep"], said.result["note"]) == (False, "a neighbour")
    assert "sales left out" in kazyna("round", "screening", 1).out
    assert kazyna("round", "freeze", 1).code == 1
    assert kazyna("round", "decide-sale", *sale, "as-screened", "--note", "undone").code == 0
    assert kazyna("round", "freeze", 1).code == 0
