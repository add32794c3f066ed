from collections.abc import Callable
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pytest

from cli.conftest import Kazyna, Outcome
from valuation.markets import invented, replaced

NAMES = ("--price", "price", "--date", "date", "--id", "id", "--lon", "long", "--lat", "lat")
MEASURES = (
    "n_train n_test median_ratio cod prd prb mdape mape r2 coverage_90 fit_seconds value_seconds"
    " peak_mb segments notes guessed_map"
)


def test_a_backtest_prints_one_object(kazyna: Kazyna, sales: Path, county: pa.Table) -> None:
    done = kazyna("backtest", sales, *NAMES, "--holdout", "random:0.25", "--seed", 7, "--json")
    assert done.code == 0
    assert set(done.result) == set(MEASURES.split())
    assert done.result["n_train"] + done.result["n_test"] == county.num_rows
    assert 0.8 < done.result["median_ratio"] < 1.2


def test_a_backtest_prints_a_table_for_people(kazyna: Kazyna, sales: Path) -> None:
    done = kazyna("backtest", sales, *NAMES)
    assert done.code == 0
    assert "median ratio" in done.out
    assert "fit" in done.err


def test_thin_segments_of_a_backtest_are_measured_together(kazyna: Kazyna, tmp_path: Path) -> None:
    market, path = invented(60), tmp_path / "sales.parquet"
    district = ["city"] * 30 + [None] * 15 + [f"village {number % 3}" for number in range(15)]
    pq.write_table(replaced(market, "district", district), path)
    done = kazyna(
        *("backtest", path, "--price", "paid", "--date", "sold_on", "--id", "pin"),
        *("--segment", "district", "--holdout", "cv:2", "--json"),
    )
    assert done.code == 0, done.err
    assert [(each["segment"], each["n_test"]) for each in done.result["segments"]] == [
        ("city", 30), ("(none)", 15), ("3 segments of fewer than 10 sales", 15),
    ]  # fmt: skip


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
    assert {Path(name).name for name in valued.result["files"]} == {
        "values.parquet", "values.csv", "index.csv",
    }  # fmt: skip
    assert sum(each["sales"] for each in valued.result["strata"]) == valued.result["sales_used"]

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
        (cell("price", "dear"), "price"),
        (cell("date", "2014-02-30"), "date"),
        (cell("long", 522.2), "long"),
        (cell("lat", -91), "lat"),
    ],
    ids=["no id", "negative price", "a word", "no such day", "longitude", "latitude"],
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


def test_columns_that_nobody_names_are_guessed_and_shown(
    kazyna: Kazyna, sales: Path, tmp_path: Path
) -> None:
    done = kazyna("backtest", sales, "--holdout", "random:0.25")
    assert done.code == 0, done.err
    assert 'lon = "long"' in done.err
    assert "guessed map" not in done.out
    guessed = tmp_path / "guessed.toml"
    told = kazyna("backtest", sales, "--holdout", "random:0.25", "--json").result
    guessed.write_text(told["guessed_map"], encoding="utf-8")
    by_map = kazyna("backtest", sales, "--holdout", "random:0.25", "--map", guessed, "--json")
    assert by_map.result["guessed_map"] == ""
    assert by_map.result["cod"] == told["cod"]


def test_what_cannot_be_guessed_is_asked_for(kazyna: Kazyna, tmp_path: Path) -> None:
    path = tmp_path / "offers.csv"
    path.write_text("id;день;Площадь\na;2024-01-02;150 м2\nb;2024-01-03;80 м2\n", encoding="utf-8")
    done = kazyna("backtest", path, "--json")
    assert done.code == 2
    (finding,) = done.failure["findings"]
    assert finding["reason"] == "no column was recognised as the price"
    assert "kazyna columns" in finding["expected"]


def test_a_map_and_names_beside_it_are_not_mixed(
    kazyna: Kazyna, sales: Path, tmp_path: Path
) -> None:
    table_map = tmp_path / "map.toml"
    table_map.write_text('id = "id"\nprice = "price"\ndate = "date"\n')
    done = kazyna("backtest", sales, "--map", table_map, "--price", "price")
    assert done.code == 2
    assert "leave out --price" in " ".join(done.err.split())


def test_a_map_names_the_areas_and_values_are_split(
    kazyna: Kazyna, sales: Path, county: pa.Table, tmp_path: Path
) -> None:
    houses, table_map, out = tmp_path / "h.parquet", tmp_path / "map.toml", tmp_path / "values"
    pq.write_table(county.slice(0, 5), houses)
    table_map.write_text(
        'id = "id"\nprice = "price"\ndate = "date"\nlon = "long"\nlat = "lat"\n'
        'land_area = "sqft_lot"\nrising = ["sqft_living"]\n'
    )
    done = kazyna(
        *("value", "--sales", sales, "--properties", houses, "--as-of", "2015-05-31"),
        *("--out", out, "--map", table_map, "--floor-area", "sqft_living", "--json"),
    )
    assert done.code == 0, done.err
    for row in pq.read_table(out / "values.parquet").to_pylist():
        assert row["land"] + row["building"] == row["value"]
        assert row["base"] + sum(r["amount"] for r in row["reasons"]) == row["value"]


def test_what_is_declared_and_decided_counts_in_a_valuation(
    kazyna: Kazyna, county: pa.Table, tmp_path: Path
) -> None:
    path, decided, out = tmp_path / "s.csv", tmp_path / "decided.csv", tmp_path / "values"
    deed = ["warranty"] * county.num_rows
    deed[3] = deed[4] = "gift"
    arrow_csv.write_csv(county.append_column("deed", pa.array(deed)), path)
    pin, day = county["id"][9].as_py(), county["date"][9].as_py()
    decided.write_text(f"id,date,decision,note\n{pin},{day},leave_out,sold to a neighbour\n")
    houses = tmp_path / "h.parquet"
    pq.write_table(county.slice(0, 3), houses)
    done = kazyna(
        *("value", "--sales", path, "--properties", houses, "--as-of", "2015-05-31", "--out", out),
        *("--lon", "long", "--lat", "lat", "--flag", "deed=family:gift", "--decisions", decided),
        "--json",
    )
    assert done.code == 0, done.err
    notes = done.result["notes"]
    assert any(note.startswith("2 sales left out") and "relatives" in note for note in notes), notes
    assert "1 sales left out: left out by an analyst" in notes
    refused = kazyna("backtest", path, *NAMES, "--decisions", decided)
    assert refused.code == 2
    assert "--screen" in refused.err


def test_tables_of_a_database_are_valued(
    kazyna: Kazyna, county: pa.Table, database_url: str, tmp_path: Path
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "CREATE TABLE sold (id text, date date, price int, long float, lat float, sqft int)"
        )
        columns = ["id", "date", "price", "long", "lat", "sqft_living"]
        rows = county.select(columns).to_pylist()
        with connection.cursor().copy("COPY sold FROM STDIN") as copy:
            for row in rows:
                copy.write_row(tuple(row.values()))
        connection.execute("CREATE TABLE cadastre AS SELECT DISTINCT ON (id) * FROM sold LIMIT 20")
    sold, cadastre = (f"{database_url}&table={name}" for name in ("sold", "cadastre"))
    done = kazyna(
        *("value", "--sales", sold, "--properties", cadastre, "--as-of", "2015-05-31"),
        *("--out", tmp_path / "values", "--lon", "long", "--lat", "lat", "--json"),
    )
    assert done.code == 0, done.err
    assert done.result["properties"] == 20
    screened = kazyna("screen", sold, *NAMES, "--out", tmp_path / "screened.csv", "--json")
    assert screened.code == 0, screened.err
    assert screened.result["sales"] == county.num_rows


@pytest.fixture
def thin(tmp_path: Path) -> Path:
    """Write forty sales of one place, quickly valued."""
    rows = [
        f"P{n},{30_000 + 500 * (n * 7 % 40)},2024-0{n % 9 + 1}-10,{74.5 + n / 500},"
        f"{42.8 + n % 7 / 100},{40 + n * 7 % 40}"
        for n in range(40)
    ]
    path = tmp_path / "thin.csv"
    path.write_text("id,price,date,lon,lat,area\n" + "\n".join(rows), encoding="utf-8")
    return path


PLACED = ("--price", "price", "--date", "date", "--id", "id", "--lon", "lon", "--lat", "lat")


def valued_at(kazyna: Kazyna, sales: Path, homes: str) -> Outcome:
    path = sales.with_name("homes.csv")
    path.write_text("id,lon,lat,area\n" + homes, encoding="utf-8")
    return kazyna(
        *("value", "--sales", sales, "--properties", path, "--as-of", "2024-12-31"),
        *("--out", sales.with_name("values"), *PLACED, "--json"),
    )


def test_properties_that_are_all_elsewhere_are_refused(kazyna: Kazyna, thin: Path) -> None:
    refused = valued_at(kazyna, thin, "a,42.82,74.51,60\nb,42.83,74.52,70\n")
    assert refused.code == 2
    (finding,) = refused.failure["findings"]
    assert finding["reason"] == "none of the 2 places is near a sale"
    assert "swapped" in finding["expected"]
    assert not thin.with_name("values").joinpath("values.csv").exists()


def test_properties_without_a_place_are_told(kazyna: Kazyna, thin: Path) -> None:
    valued = valued_at(kazyna, thin, "a,42.82,74.51,60\nb,74.52,42.83,70\nc,,,70\nd,0,0,70\n")
    assert valued.code == 0, valued.err
    notes = valued.result["notes"]
    assert "2 of 4 properties have no place" in notes
    assert "1 of 4 properties lie far from all sales: their place is taken for unknown" in notes


def test_sales_of_tomorrow_are_left_out_with_and_without_a_map(
    kazyna: Kazyna, thin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAZYNA_TODAY", "2024-08-31")
    for columns in (PLACED, ()):
        tested = kazyna("backtest", thin, *columns, "--json")
        assert tested.code == 0, tested.err
        assert any("4 sales left out: the date is in the future" in each
                   for each in tested.result["notes"])  # fmt: skip
        screened = kazyna("screen", thin, *columns, "--out", thin.with_name("s.csv"), "--json")
        assert screened.result["sales"] == 36
    monkeypatch.setenv("KAZYNA_TODAY", "2023-08-31")
    refused = kazyna("backtest", thin, *PLACED, "--json")
    assert refused.code == 2
    assert "the date is in the future: 40 rows" in refused.failure["findings"][0]["reason"]


@pytest.mark.parametrize("named", [PLACED, ("--price", "price")], ids=["all parts", "the price"])
def test_named_parts_are_read_as_offices_write_them(
    kazyna: Kazyna, thin: Path, named: tuple[str, ...]
) -> None:
    plain = kazyna("backtest", thin, *named, "--json")
    header, *rows = thin.read_text().splitlines()
    cells = [row.split(",") for row in rows]
    written = [
        f'{n};"$ {int(price):,}";{day[8:]}.{day[5:7]}.{day[:4]};{";".join(rest)}'
        for n, price, day, *rest in cells
    ]
    again = written[3], written[4].replace("44,000", "45,000")
    thin.write_text("\n".join([header.replace(",", ";"), *written, *again, "P50;0;;74;42;50"]))
    done = kazyna("backtest", thin, *named, "--json")
    assert done.code == 0, done.err
    assert [note for note in done.result["notes"] if "sales left out" in note] == [
        "1 sales left out: the price is not above 0 (row 43)",
        "1 sales left out: the same sale stands in an earlier row (row 41)",
        "2 sales left out: several prices of one property on one day (rows 5, 42)",
    ]
    assert done.result["n_train"] + done.result["n_test"] == 39
    assert plain.result["n_train"] + plain.result["n_test"] == 40


def test_a_table_without_days_is_of_today(
    kazyna: Kazyna, thin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAZYNA_TODAY", "2024-12-31")
    thin.write_text(thin.read_text().replace("date", "lot").replace("-10,", "10,"))
    for named in ((), ("--price", "price")):
        done = kazyna("backtest", thin, *named, "--holdout", "random:0.25", "--json")
        assert done.code == 0, done.err
        told = "The table tells no days; all rows are dated 2024-12-31."
        assert told in done.result["notes"]
    refused = kazyna("backtest", thin, "--json")
    assert "random:0.2" in refused.failure["findings"][0]["expected"]


def test_another_column_may_be_called_as_a_part_is(kazyna: Kazyna, thin: Path) -> None:
    plain = kazyna("backtest", thin, *PLACED, "--json")
    thin.write_text(thin.read_text().replace("id,price,date", "date,paid,sold_on", 1))
    named = ("--price", "paid", "--date", "sold_on", "--id", "date")
    done = kazyna("backtest", thin, *named, "--lon", "lon", "--lat", "lat", "--json")
    assert done.code == 0, done.err
    assert done.result["mdape"] == plain.result["mdape"]


def test_numbers_written_as_text_stay_numbers_and_a_word_among_them_is_told(
    kazyna: Kazyna, thin: Path
) -> None:
    header, *rows = (row.split(",") for row in thin.read_text().splitlines())
    totals = []
    for mark in ("", " "):
        written = [",".join([*rest, f"1{mark}0{area}"]) for *rest, area in rows]
        thin.write_text("\n".join([",".join(header), *written]))
        valued = valued_at(kazyna, thin, f"a,74.51,42.82,1{mark}060\nb,74.52,42.83,1{mark}070\n")
        assert valued.code == 0, valued.err
        totals.append(valued.result["total_value"])
    assert totals[0] == totals[1]
    thin.write_text(thin.read_text().replace("1 047", "large"))
    told = kazyna("backtest", thin, *PLACED, "--json").result["notes"]
    assert "column area: values that cannot be read, taken for not known: 1, such as" in told[0]
    assert told[0].endswith("'large' (row 2)")
