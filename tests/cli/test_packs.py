import shutil
from pathlib import Path

import pytest

from cli.conftest import Kazyna
from kazyna.core.errors import PackError
from kazyna.packs.pack import BUILT_IN
from kazyna.services.pack_checks import check_pack

HEAD = "place,parameter,keys,from,to,value,document,source\n"
RATE = "tokmok_city,residential_rate,,2025-01-01,2027-12-31,70,No. 12 of 2025-02-20,\n"


def test_an_invented_cadastre_is_taxed(kazyna: Kazyna, tmp_path: Path) -> None:
    invented = kazyna("pack", "invent", "ru", "--objects", "200", "--out", tmp_path, "--json")
    assert invented.code == 0, invented.err
    files = {each["content"]: each for each in invented.result["files"]}
    assert {name: each["rows"] for name, each in files.items()} == {
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


def broken(tmp_path: Path, file: str, was: str, now: str) -> Path:
    """Copy a pack with one mistake in it."""
    folder = tmp_path / "us_phl"
    shutil.copytree(BUILT_IN / "us_phl", folder, ignore=shutil.ignore_patterns("__pycache__"))
    written = (folder / file).read_text()
    assert was in written
    (folder / file).write_text(written.replace(was, now, 1))
    return folder


@pytest.mark.parametrize(
    ("file", "was", "now", "said"),
    [
        ("real_estate.toml", 'unit = "share"', 'units = "share"',
         ["real_estate.toml, column city_rate.units: the key is not known"]),
        ("real_estate.py", "city_rate: Decimal)", "city_rate: Decimal, real_estate_tax: Decimal)",
         ["rules go round in a circle: city_tax → real_estate_tax → city_tax"]),
        ("real_estate.py", "taxable_value: Decimal, city_rate", "taxable_valu: Decimal, city_rate",
         ["column city_tax: 'taxable_valu' is neither an input nor a parameter nor a rule"]),
        ("real_estate.py", "taxable_value * city_rate",
         "taxable_value * taxable_value * taxable_value * city_rate",
         ["column city_tax", "more than 38", "declare a smaller maximum"]),
        ("real_estate.py", "taxable_value * city_rate", "taxable_value * city_rate / 7",
         ["column city_tax", "divide(a, b, rounding)"]),
        ("real_estate.toml", "0.006018", "0.006019", ["cases/real_estate.toml", "comes out as"]),
    ],
    ids=["typing error", "circle", "undefined", "overflow", "division", "golden case"],
)  # fmt: skip
def test_a_pack_with_a_mistake_is_refused_by_file_and_key(
    tmp_path: Path, file: str, was: str, now: str, said: list[str]
) -> None:
    with pytest.raises(PackError) as refused:
        check_pack(str(broken(tmp_path, file, was, now)))
    for words in said:
        assert words in str(refused.value)
    assert "is no tax of the pack" not in str(refused.value)


def test_a_pack_is_checked_by_name_or_folder(kazyna: Kazyna, tmp_path: Path) -> None:
    done = kazyna("pack", "check", "us_phl", "--json")
    assert done.code == 0, done.err
    (tax,) = done.result["taxes"]
    assert (tax["tax"], tax["rules"], tax["doubtful"] > 0, tax["cases"] > 0) == (
        "real_estate", 4, True, True,
    )  # fmt: skip
    folder = broken(tmp_path, "real_estate.toml", "amount", "amonut")
    refused = kazyna("pack", "check", folder)
    assert (refused.code, refused.out) == (2, "")
    assert "real_estate.toml, column amount: the key is missing" in refused.err
