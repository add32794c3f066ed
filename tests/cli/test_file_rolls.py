import re
from pathlib import Path

import pytest

from cli.conftest import Kazyna

LAW = ("--pack", "us_wa", "--on", "2016-01-01")


@pytest.fixture
def values(tmp_path: Path) -> Path:
    path = tmp_path / "values.csv"
    path.write_text("id,value\nA1,420011.00\nA2,100000.50\n")
    return path


def test_a_roll_is_computed_and_written(kazyna: Kazyna, values: Path, tmp_path: Path) -> None:
    out = tmp_path / "roll.csv"
    done = kazyna("roll", values, *LAW, "--out", out, "--json")
    assert done.code == 0, done.err
    # 4200.11 + 1000.005 rounded half up to 1000.01
    assert (done.result["bills"], done.result["total"]) == (2, "5200.12")
    assert "4200.11" in out.read_text()


@pytest.mark.parametrize(
    ("row", "column"), [("A3,-5", "value"), ("A3,much", "value"), ("A1,5", "id"), (",5", "id")]
)
def test_a_wrong_value_is_named_and_no_roll_written(
    kazyna: Kazyna, values: Path, tmp_path: Path, row: str, column: str
) -> None:
    values.write_text(values.read_text() + row + "\n")
    out = tmp_path / "roll.parquet"
    done = kazyna("roll", values, *LAW, "--out", out, "--json")
    assert (done.code, done.out) == (2, "")
    (finding,) = done.failure["findings"]
    assert finding["source"].endswith("values.csv")
    assert (finding["row"], finding["column"]) == (3, column)
    assert not out.exists()


def test_a_bill_is_explained_in_a_language(kazyna: Kazyna, values: Path) -> None:
    done = kazyna("explain", values, "A1", *LAW, "--language", "ru")
    assert done.code == 0, done.err
    assert "ст. VII § 2" in done.out
    assert "Налог" in done.out
    assert "4,200.11 USD" in done.out
    told = kazyna("explain", values, "A1", *LAW, "--json").result
    assert told["amount"] == "4200.11"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nobody", *LAW), 1, "no row whose id is 'nobody'"),
        (("A1", "--pack", "atlantis", "--on", "2016-01-01"), 1, "'atlantis'"),
        (("A1", *LAW, "--tax", "window_tax"), 1, "window_tax"),
        (("A1", *LAW, "--id", "number"), 2, "column number: the column is missing"),
        (("A1", "--pack", "us_wa", "--on", "1900-01-01"), 2, "1900-01-01"),
        (("A1", "--pack", "us_wa", "--on", "yesterday"), 2, "not a date"),
        (("A1", *LAW, "--language", "xx"), 2, "xx"),
    ],
)
def test_what_cannot_be_explained_is_said(
    kazyna: Kazyna, values: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = kazyna("explain", values, *arguments)
    assert (done.code, done.out) == (code, "")
    assert said in re.sub(r"[\s│]+", " ", done.err)


def test_a_tax_is_reckoned_from_facts(kazyna: Kazyna) -> None:
    asked = kazyna("calculate", "property_tax", *LAW, "--json").result["questions"]
    assert [each["name"] for each in asked] == ["value"]
    done = kazyna("calculate", "property_tax", *LAW, "--fact", "value=420011", "--language", "ru")
    assert done.code == 0, done.err
    assert "ст. VII § 2" in done.out
    assert "4,200.11 USD" in done.out
    wrong = kazyna("calculate", "property_tax", *LAW, "--fact", "value=house", "--json")
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.failure["findings"][0]["column"] == "value"
