from pathlib import Path

from cli.conftest import Kazyna

HEAD = "place,parameter,keys,from,to,value,document,source\n"
RATE = "tokmok_city,residential_rate,,2025-01-01,2027-12-31,70,No. 12 of 2025-02-20,\n"


def test_an_invented_cadastre_is_taxed(kazyna: Kazyna, tmp_path: Path) -> None:
    invented = kazyna("pack", "invent", "ru", "--objects", "200", "--out", tmp_path, "--json")
    assert invented.code == 0, invented.err
    files = {each["tax"]: each for each in invented.result["files"]}
    assert {name: each["objects"] for name, each in files.items()} == {
        "individual_property": 140,
        "land": 60,
    }
    law = ("--pack", "ru", "--tax", "land", "--on", "2025-01-01")
    roll = kazyna("roll", files["land"]["file"], *law, "--out", tmp_path / "roll.csv", "--json")
    assert roll.code == 0, roll.err
    assert roll.result["bills"] == 60


def test_no_cadastre_is_invented_of_a_pack_without_one(kazyna: Kazyna, tmp_path: Path) -> None:
    done = kazyna("pack", "invent", "us_wa", "--out", tmp_path / "new", "--json")
    assert (done.code, done.out) == (1, "")
    assert not (tmp_path / "new").exists()


def test_decisions_are_checked_and_laid_over_a_roll(kazyna: Kazyna, tmp_path: Path) -> None:
    decisions, homes = tmp_path / "councils.csv", tmp_path / "homes.csv"
    decisions.write_text(HEAD + RATE)
    homes.write_text(
        "id,dwelling,area_m2,council,relief_category,relief_rank,months\n"
        "1,house,200,tokmok_city,none,1,12\n"
    )
    checked = kazyna("pack", "decisions", decisions, "--pack", "kg", "--json")
    assert checked.code == 0, checked.err
    (found,) = checked.result["decisions"]
    assert (found["place"], found["value"], found["new_place"]) == ("tokmok_city", "70", True)
    law = ("--pack", "kg", "--tax", "residential_property", "--on", "2025-06-01")
    out = ("--decisions", decisions, "--out", tmp_path / "roll.csv", "--json")
    roll = kazyna("roll", homes, *law, *out)
    assert roll.code == 0, roll.err
    assert roll.result["total"] == "3500.00"
    told = kazyna("explain", homes, "1", *law, "--decisions", decisions)
    assert "No. 12 of 2025-02-20" in told.out


def test_a_decision_beyond_the_law_is_refused(kazyna: Kazyna, tmp_path: Path) -> None:
    decisions = tmp_path / "councils.csv"
    decisions.write_text(HEAD + RATE.replace(",70,", ",700,"))
    done = kazyna("pack", "decisions", decisions, "--pack", "kg", "--json")
    assert (done.code, done.out) == (2, "")
    (finding,) = done.failure["findings"]
    assert (finding["row"], finding["column"]) == (1, "value")
