from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pytest

from cli.conftest import Kazyna

NAMES = ("--price", "price", "--date", "date", "--id", "id", "--lon", "long", "--lat", "lat")
MEASURES = (
    "n_train n_test median_ratio cod prd prb mdape mape r2 coverage_90 fit_seconds value_seconds"
    " peak_mb segments"
)


def test_a_backtest_prints_one_object(kazyna: Kazyna, sales: Path) -> None:
    done = kazyna("backtest", sales, *NAMES, "--holdout", "random:0.25", "--seed", 7, "--json")
    assert done.code == 0
    assert set(done.result) == set(MEASURES.split())
    assert done.result["n_train"] + done.result["n_test"] == 400
    assert 0.8 < done.result["median_ratio"] < 1.2


def test_a_backtest_prints_a_table_for_people(kazyna: Kazyna, sales: Path) -> None:
    done = kazyna("backtest", sales, *NAMES)
    assert done.code == 0
    assert "median ratio" in done.out
    assert "fit" in done.err


def test_values_are_written_and_can_be_taxed(
    kazyna: Kazyna, sales: Path, county: pa.Table, tmp_path: Path
) -> None:
    ids = county["id"].to_pylist()
    once = [row for row, number in enumerate(ids) if number not in ids[:row]]
    houses, out, rolled = tmp_path / "houses.parquet", tmp_path / "values", tmp_path / "roll.csv"
    pq.write_table(county.take(once), houses)
    valued = kazyna(
        *("value", "--sales", sales, "--properties", houses, "--as-of", "2015-05-31"),
        *("--out", out, "--lon", "long", "--lat", "lat", "--json"),
    )
    assert valued.code == 0, valued.err
    assert valued.result["properties"] == len(once)
    assert {Path(name).name for name in valued.result["files"]} == {"values.parquet", "values.csv"}

    taxed = kazyna(
        *("roll", out / "values.parquet", "--pack", "us_wa", "--on", "2016-01-01"),
        *("--out", rolled, "--json"),
    )
    assert taxed.code == 0, taxed.err
    assert taxed.result["bills"] == len(once)
    assert rolled.is_file()
    assert isinstance(taxed.result["total"], str)


def cell(column: str, value: object) -> Callable[[pa.Table], pa.Table]:
    """Put a wrong value into the third row of a column."""

    def changed(table: pa.Table) -> pa.Table:
        values = [str(item) for item in table[column].to_pylist()]
        values[2] = "" if value is None else str(value)
        return table.set_column(table.column_names.index(column), column, pa.array(values))

    return changed


@pytest.mark.parametrize(
    ("mistake", "column"),
    [
        (cell("id", None), "id"),
        (cell("price", -250000), "price"),
        (cell("price", 0), "price"),
        (cell("price", "dear"), "price"),
        (cell("date", "2014-02-30"), "date"),
        (cell("long", 522.2), "long"),
        (cell("lat", -91), "lat"),
    ],
    ids=["no id", "negative price", "no price", "a word", "no such day", "longitude", "latitude"],
)
def test_a_wrong_value_is_named_by_file_row_and_column(
    kazyna: Kazyna,
    county: pa.Table,
    tmp_path: Path,
    mistake: Callable[[pa.Table], pa.Table],
    column: str,
) -> None:
    path, out = tmp_path / "bad.csv", tmp_path / "values"
    arrow_csv.write_csv(mistake(county), path)
    done = kazyna("backtest", path, *NAMES, "--json")
    assert (done.code, done.out) == (2, "")
    (finding,) = done.failure["findings"]
    assert finding["source"].endswith("bad.csv")
    assert (finding["row"], finding["column"]) == (3, column)
    assert finding["expected"]

    valued = kazyna(
        *("value", "--sales", path, "--properties", path, "--as-of", "2015-05-31", "--out", out),
        *("--lon", "long", "--lat", "lat"),
    )
    assert (valued.code, valued.out) == (2, "")
    assert f"row 3, column {column}" in valued.err
    assert not out.exists()


def test_all_mistakes_are_said_at_once(kazyna: Kazyna, county: pa.Table, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    arrow_csv.write_csv(cell("lat", 95)(cell("price", -1)(county)), path)
    done = kazyna("backtest", path, *NAMES, "--json")
    assert {finding["column"] for finding in done.failure["findings"]} == {"price", "lat"}


def test_a_wrong_column_name_lists_the_columns_there_are(kazyna: Kazyna, sales: Path) -> None:
    done = kazyna("backtest", sales, "--price", "cost", "--date", "date", "--id", "id", "--json")
    assert done.code == 2
    (finding,) = done.failure["findings"]
    assert finding["column"] == "cost"
    assert "price" in finding["reason"]


def test_a_property_that_stands_twice_is_not_valued(
    kazyna: Kazyna, sales: Path, county: pa.Table, tmp_path: Path
) -> None:
    path, out = tmp_path / "twice.parquet", tmp_path / "values"
    pq.write_table(pa.concat_tables([county.slice(0, 3), county.slice(0, 1)]), path)
    done = kazyna(
        *("value", "--sales", sales, "--properties", path, "--as-of", "2015-05-31", "--out", out),
        "--json",
    )
    assert done.code == 2
    assert (done.failure["findings"][0]["row"], done.failure["findings"][0]["column"]) == (4, "id")
    assert not out.exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("broken.parquet", b"PAR1 but not really", "broken"),
        ("empty.csv", b"", "empty"),
        ("header.csv", b"id,date,price,long,lat\n", "no rows"),
        ("ragged.csv", b"id,date,price,long,lat\n1,2015-01-01,5\n", "3 fields"),
        ("sales.docx", b"PK", "unknown kind"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    kazyna: Kazyna, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    done = kazyna("backtest", path, *NAMES, "--json")
    assert (done.code, done.out) == (2, "")
    finding = done.failure["findings"][0]
    assert finding["source"].endswith(name)
    assert said in finding["reason"]


def test_a_missing_file_is_named(kazyna: Kazyna, tmp_path: Path) -> None:
    done = kazyna("backtest", tmp_path / "none.csv", *NAMES)
    assert done.code == 2
    assert "none.csv: the file does not exist" in done.err


def test_semicolons_and_decimal_commas_are_read(
    kazyna: Kazyna, sales: Path, tmp_path: Path
) -> None:
    path = tmp_path / "europe.csv"
    path.write_text(sales.read_text().replace(",", ";").replace(".", ","))
    arguments = (*NAMES, "--holdout", "random:0.25", "--json")
    comma, point = kazyna("backtest", path, *arguments), kazyna("backtest", sales, *arguments)
    assert comma.code == 0, comma.err
    assert comma.result["cod"] == pytest.approx(point.result["cod"])


@pytest.mark.parametrize("holdout", ["tomorrow", "time:2", "cv:1"])
def test_a_holdout_that_cannot_be_read_is_refused(
    kazyna: Kazyna, sales: Path, holdout: str
) -> None:
    done = kazyna("backtest", sales, *NAMES, "--holdout", holdout)
    assert done.code == 2
    assert holdout in done.err
