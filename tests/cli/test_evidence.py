from pathlib import Path

import pytest

from cli.conftest import Kazyna


@pytest.fixture
def houses(tmp_path: Path) -> Path:
    path = tmp_path / "houses.csv"
    path.write_text("id;Цена;Площадь\na;$ 48 500;150 м2\nb;$ 50 000;80 м2\n", encoding="utf-8")
    return path


def test_columns_are_guessed_as_toml(kazyna: Kazyna, houses: Path) -> None:
    done = kazyna("columns", houses)
    assert done.code == 0
    assert 'price = "Цена"' in done.out
    assert 'parser = "area"' in done.out
    assert "No column was recognised as the date" in done.err
    told = kazyna("columns", houses, "--json")
    assert told.result["toml"] == done.out
    assert told.result["missing"] == ["date"]


def test_columns_are_written_to_a_new_file_only(kazyna: Kazyna, houses: Path) -> None:
    out = houses.with_suffix(".toml")
    done = kazyna("columns", houses, "--out", out)
    assert done.code == 0
    assert "houses.toml" in done.out.replace("\n", "")
    assert 'price = "Цена"' in out.read_text(encoding="utf-8")
    again = kazyna("columns", houses, "--out", out, "--json")
    assert again.code == 2
    assert again.failure["findings"][0]["reason"] == "the file is already there"


MAP = """
id = "id"
price = "Цена"
date = {fixed = 2025-06-01}
[characteristics.area_m2]
column = "Площадь"
parser = "area"
minimum = 100
"""


def test_a_profile_is_shown_told_and_written(kazyna: Kazyna, houses: Path) -> None:
    table_map, page = houses.with_suffix(".toml"), houses.with_suffix(".html")
    table_map.write_text(MAP, encoding="utf-8")
    done = kazyna("profile", houses, "--map", table_map, "--html", page, "--language", "ru")
    assert done.code == 0
    assert "2 of 2 rows are kept" in done.out
    assert "80 м2" in done.out
    assert "<h1>Обзор таблицы</h1>" in page.read_text(encoding="utf-8")
    told = kazyna("profile", houses, "--map", table_map, "--json").result
    assert told["profile"]["rows"] == 2
    read = {item["name"]: item for item in told["reading"]["columns"]}
    assert (read["area_m2"]["read"], read["area_m2"]["impossible"]) == (1, 1)


def test_a_raw_table_is_profiled_without_a_map(kazyna: Kazyna, sales: Path) -> None:
    told = kazyna("profile", sales, "--json").result
    assert told["reading"] is None
    assert told["profile"]["rows"] == 150
    assert {item["name"] for item in told["profile"]["columns"]} >= {"id", "price", "lat"}


def test_an_unknown_language_is_wrong_usage(kazyna: Kazyna, houses: Path) -> None:
    done = kazyna("profile", houses, "--language", "fr")
    assert done.code == 2
    assert "'fr' is not one of en, ru, ky" in done.err


def test_a_profile_says_that_no_price_is_known_until_it_is_named(
    kazyna: Kazyna, tmp_path: Path
) -> None:
    path = tmp_path / "sold.csv"
    rows = [
        f"{n},{9000 + 37 * (n * 11 % 50)},{(9000 + 37 * (n * 11 % 50)) / 89}" for n in range(50)
    ]
    path.write_text("nr,koopsom,x\n" + "\n".join(rows), encoding="utf-8")
    unnamed = kazyna("profile", path, "--json").result["profile"]["issues"]
    assert [issue["kind"] for issue in unnamed] == ["no price"]
    named = kazyna("profile", path, "--price", "koopsom", "--json").result["profile"]["issues"]
    assert [(issue["kind"], issue["column"]) for issue in named] == [("leakage", "x")]
    wrong = kazyna("profile", path, "--price", "kosten", "--json")
    assert wrong.code == 2
    assert wrong.failure["findings"][0]["column"] == "kosten"


def test_a_profile_of_no_rows_is_refused(kazyna: Kazyna, tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("id,price\n", encoding="utf-8")
    refused = kazyna("profile", path, "--json")
    assert refused.code == 2
    assert refused.failure["findings"][0]["reason"] == "the table has no rows"
