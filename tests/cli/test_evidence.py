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
