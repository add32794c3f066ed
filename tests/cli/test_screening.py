from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pytest

from cli.conftest import Kazyna

NAMES = ("--price", "price", "--date", "date", "--id", "id", "--lon", "long", "--lat", "lat")


@pytest.fixture
def suspect(county: pa.Table, tmp_path: Path) -> Path:
    """Write sales of the county with a tenfold price, a token price and a column of deeds."""
    price, deed = county["price"].to_pylist(), ["warranty"] * county.num_rows
    price[5], price[6], deed[7] = price[5] * 10, 10, "Auction"
    table = county.set_column(county.column_names.index("price"), "price", pa.array(price))
    path = tmp_path / "suspect.csv"
    arrow_csv.write_csv(table.append_column("deed", pa.array(deed)), path)
    return path


def test_every_sale_is_written_with_its_verdict(
    kazyna: Kazyna, suspect: Path, county: pa.Table, tmp_path: Path
) -> None:
    out = tmp_path / "screened.parquet"
    flag = ("--flag", "deed=forced:auction,tax sale")
    done = kazyna("screen", suspect, *NAMES, *flag, "--out", out, "--json")
    assert done.code == 0, done.err
    told = pq.read_table(out)
    assert told.num_rows == county.num_rows
    assert told["deed"].to_pylist()[7] == "Auction"
    verdicts = told.select(["screening_kept", "screening_reason"]).to_pylist()
    assert [tuple(verdicts[row].values()) for row in (5, 6, 7)] == [
        (False, "outlier_high"), (False, "token_price"), (False, "forced"),
    ]  # fmt: skip
    result = done.result
    assert result["kept"] + result["left_out"] == result["sales"] == county.num_rows
    assert sum(reason["sales"] for reason in result["reasons"]) == result["left_out"]
    assert result["before"]["log_deviation"] > result["after"]["log_deviation"]


def test_decisions_override_and_are_counted(
    kazyna: Kazyna, suspect: Path, county: pa.Table, tmp_path: Path
) -> None:
    decided, out = tmp_path / "decided.csv", tmp_path / "screened.csv"
    pin, day = county["id"][5].as_py(), county["date"][5].as_py()
    rows = f"{pin},{day},keep,seen the deed\n9,2014-05-05,leave_out,elsewhere\n"
    decided.write_text("id,date,decision,note\n" + rows)
    done = kazyna(
        *("screen", suspect, *NAMES, "--decisions", decided, "--out", out, "--json"),
        *("--language", "ru"),
    )
    assert done.code == 0, done.err
    assert (done.result["decisions_applied"], done.result["decisions_unused"]) == (1, 1)
    told = arrow_csv.read_csv(out).slice(5, 1).to_pylist()[0]
    assert told["screening_kept"] is True
    assert "решение аналитика: seen the deed" in told["screening_explanation"]


def test_people_see_reasons_and_prices(kazyna: Kazyna, suspect: Path, tmp_path: Path) -> None:
    done = kazyna("screen", suspect, *NAMES, "--out", tmp_path / "screened.csv")
    assert done.code == 0, done.err
    assert "token price" in done.out
    assert "log deviation" in done.out


@pytest.mark.parametrize(
    ("flag", "said"),
    [("deed", "deed"), ("deed=odd:x", "odd"), ("none=family:x", "no such column")],
)
def test_a_flag_that_cannot_be_read_is_named(
    kazyna: Kazyna, suspect: Path, tmp_path: Path, flag: str, said: str
) -> None:
    out = tmp_path / "screened.csv"
    done = kazyna("screen", suspect, *NAMES, "--flag", flag, "--out", out, "--json")
    assert (done.code, done.out) == (2, "")
    assert said in done.failure["findings"][0]["reason"]
    assert not out.exists()


def test_a_flag_of_a_value_that_no_sale_has_is_told(
    kazyna: Kazyna, suspect: Path, tmp_path: Path
) -> None:
    out = tmp_path / "screened.csv"
    done = kazyna("screen", suspect, *NAMES, "--flag", "deed=family:kin", "--out", out, "--json")
    assert "no sale has 'kin' in deed, which was to declare family" in done.result["notes"]


def test_a_wrong_decision_is_named_by_row(kazyna: Kazyna, suspect: Path, tmp_path: Path) -> None:
    decided = tmp_path / "decided.csv"
    decided.write_text("id,date,decision,note\n1,2014-05-05,perhaps,\n")
    done = kazyna(
        *("screen", suspect, *NAMES, "--decisions", decided, "--out", tmp_path / "o.csv", "--json")
    )
    assert done.code == 2
    assert {f["column"] for f in done.failure["findings"]} >= {"decision"}


def test_a_handful_of_sales_is_judged_without_a_model(kazyna: Kazyna, tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("id,date,price,long,lat\n1,2015-01-01,100,1,1\n2,2015-01-02,120,1,1\n")
    done = kazyna("screen", path, *NAMES, "--out", tmp_path / "o.csv", "--json")
    assert done.code == 0, done.err
    assert done.result["kept"] == 2
    assert "no residuals" in done.result["notes"][0]


def test_a_raw_table_is_screened_by_its_map(kazyna: Kazyna, tmp_path: Path) -> None:
    path, guessed = tmp_path / "raw.csv", tmp_path / "raw.toml"
    rows = [f"{n};$ {40 + n % 7} 500;2024-01-{1 + n % 28:02};{60 + n % 7} м2" for n in range(60)]
    rows[9] = "9;$ 5;2024-01-10;62 м2"
    path.write_text("id;price;date;area\n" + "\n".join(rows) + "\n")
    assert kazyna("columns", path, "--out", guessed).code == 0
    out = tmp_path / "screened.parquet"
    done = kazyna("screen", path, "--map", guessed, "--out", out, "--json")
    assert done.code == 0, done.err
    told = pq.read_table(out).to_pylist()
    assert (told[9]["price"], told[9]["screening_reason"]) == (5.0, "token_price")


def test_the_price_alone_may_be_named(kazyna: Kazyna, suspect: Path, tmp_path: Path) -> None:
    out = tmp_path / "o.csv"
    done = kazyna("screen", suspect, "--price", "price", "--out", out, "--json")
    assert done.code == 0, done.err
    named = kazyna("screen", suspect, *NAMES, "--out", tmp_path / "n.csv", "--json")
    assert done.result["reasons"] == named.result["reasons"]
    assert out.read_text() == (tmp_path / "n.csv").read_text()
