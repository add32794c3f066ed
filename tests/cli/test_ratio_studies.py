from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pytest

from cli.conftest import Kazyna
from valuation.invented_ratios import market

APPRAISED_AND_PRICE = ("--appraised", "value", "--price", "price")


@pytest.fixture(scope="module")
def sales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four hundred sales with days, places, areas and a kind; the last month is valued too high."""
    estimate, price = market(400)
    estimate /= np.median(estimate / price)
    estimate[370:] *= 1.2
    random = np.random.default_rng(1)
    path = tmp_path_factory.mktemp("ratio") / "sales.csv"
    table = pa.table(
        {
            "value": estimate.round(),
            "price": price.round(),
            "sold": np.datetime64("2014-05-02") + np.arange(400),
            "lon": 74.6 + 0.1 * random.random(400),
            "lat": 42.8 + 0.1 * random.random(400),
            "area": random.integers(30, 200, 400),
            "kind": ["flat", "house"] * 200,
        }
    )
    arrow_csv.write_csv(table, path)
    return path


def test_a_ratio_study_is_repeated_by_group(kazyna: Kazyna, tmp_path: Path) -> None:
    path = tmp_path / "study.csv"
    path.write_text("value,price,area\n90,100,a\n100,100,a\n110,100,a\n120,100,b\n")
    arguments = ("ratio-study", path, *APPRAISED_AND_PRICE, "--by", "area")
    done = kazyna(*arguments, "--json")
    assert done.result["n"] == 4
    assert [name for name, _ in done.result["strata"]] == ["a", "b"]
    assert done.result["strata"][0][1]["cod"]["value"] == pytest.approx(6.6667, abs=1e-4)
    assert done.result["strata"][0][1]["too_few"] is True
    shown = kazyna(*arguments)
    assert "Ratio study, sales: 4" in shown.out
    assert "By group" in shown.out
    assert "too few" in shown.out


def test_both_intervals_and_verdicts_are_in_the_object(kazyna: Kazyna, sales: Path) -> None:
    done = kazyna("ratio-study", sales, *APPRAISED_AND_PRICE, "--type", "vacant-land", "--json")
    cod, by_formula = done.result["cod"], done.result["analytic"]["cod"]
    assert cod["low"] < cod["value"] < cod["high"]
    assert by_formula["low"] == pytest.approx(cod["low"], rel=0.05)
    verdicts = {each["statistic"]: each for each in done.result["verdicts"]}
    assert (verdicts["cod"]["low"], verdicts["cod"]["high"]) == (5, 25)
    assert verdicts["median_ratio"]["by_interval"] == "confirmed"
    assert len(done.result["vertical_equity"]["groups"]) == 4
    assert done.result["horizontal_equity"] is None


def test_days_places_and_areas_add_their_parts(kazyna: Kazyna, sales: Path) -> None:
    done = kazyna(
        *("ratio-study", sales, *APPRAISED_AND_PRICE, "--date", "sold", "--as-of", "2015-01-31"),
        *("--lon", "lon", "--lat", "lat", "--area", "area", "--like", "kind", "--json"),
    )
    assert done.code == 0, done.err
    techniques = [test["technique"] for test in done.result["sales_chasing"]["tests"]]
    assert techniques[-1] == "split sample"
    assert done.result["trend"]["percent_a_month"] > 0
    assert sum(month["sales"] for month in done.result["trend"]["months"]) == 400
    assert done.result["horizontal_equity"]["properties"] == 400
    assert abs(done.result["spatial_autocorrelation"]["z"]) < 4


def test_the_unsold_are_compared_with_the_sold(kazyna: Kazyna, sales: Path, tmp_path: Path) -> None:
    table = arrow_csv.read_csv(sales)
    value = table["value"].to_numpy()
    unsold, both = tmp_path / "unsold.csv", tmp_path / "sold.csv"
    for path, raised in ((unsold, 1.05), (both, 1.25)):
        arrow_csv.write_csv(table.append_column("before", pa.array(value / raised)), path)
    done = kazyna(
        *("ratio-study", both, *APPRAISED_AND_PRICE, "--unsold", unsold, "--before", "before"),
        *("--independent", "before", "--area", "area", "--json"),
    )
    assert done.code == 0, done.err
    tests = {test["technique"]: test for test in done.result["sales_chasing"]["tests"]}
    assert tests["change of value"]["suspected"]
    assert tests["change of value"]["found"] == pytest.approx(1.25)
    assert not tests["value per unit"]["suspected"]
    assert tests["mass appraisal"]["suspected"]
    assert tests["mass appraisal"]["expected"] == pytest.approx(1.05)
    assert done.result["sales_chasing"]["suspected"]


def test_outliers_and_their_study_stand_beside_the_whole(
    kazyna: Kazyna, sales: Path, tmp_path: Path
) -> None:
    text = sales.read_text().splitlines()
    first = text[1].split(",")
    first[0] = "99000000"
    path = tmp_path / "out.csv"
    path.write_text("\n".join([text[0], ",".join(first), *text[2:]]))
    arguments = ("ratio-study", path, *APPRAISED_AND_PRICE, "--trim", "iqr3")
    done = kazyna(*arguments, "--json")
    assert done.result["trimmed"]["removed"]["rows"] == [1]
    assert done.result["trimmed"]["study"]["n"] == 399
    assert "1 of 1 outside" in kazyna(*arguments).out


@pytest.mark.parametrize("language", ["en", "ru", "ky"])
def test_a_page_of_plots_is_written(
    kazyna: Kazyna, sales: Path, tmp_path: Path, language: str
) -> None:
    page = tmp_path / "study.html"
    done = kazyna(
        *("ratio-study", sales, *APPRAISED_AND_PRICE, "--plots", page, "--language", language),
        *("--date", "sold", "--lon", "lon", "--lat", "lat"),
    )
    assert done.code == 0
    assert str(page) in done.err.replace("\n", "")
    assert page.read_text(encoding="utf-8").count("<svg") == 5


@pytest.mark.parametrize(
    ("arguments", "column"),
    [
        (("--by", "region"), "region"),
        (("--type", "castle"), "type"),
        (("--date", "kind"), "kind"),
        (("--lon", "price", "--lat", "lat"), "price"),
        (("--area", "kind"), "kind"),
        (("--as-of", "2015-01-31"), "date"),
        (("--unsold", "nowhere.csv"), "unsold"),
    ],
)
def test_a_column_that_cannot_be_used_is_named(
    kazyna: Kazyna, sales: Path, arguments: tuple[str, ...], column: str
) -> None:
    done = kazyna("ratio-study", sales, *APPRAISED_AND_PRICE, *arguments, "--json")
    assert (done.code, done.out) == (2, "")
    assert done.failure["findings"][0]["column"] == column


def test_a_price_of_nothing_is_named_by_file_row_and_column(kazyna: Kazyna, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("v,p\n90,100\n90,0\n")
    done = kazyna("ratio-study", path, "--appraised", "v", "--price", "p", "--json")
    (finding,) = done.failure["findings"]
    assert finding["source"].endswith("bad.csv")
    assert (finding["row"], finding["column"]) == (2, "p")


def test_half_a_place_is_wrong_usage(kazyna: Kazyna, sales: Path) -> None:
    done = kazyna("ratio-study", sales, *APPRAISED_AND_PRICE, "--lon", "lon", "--json")
    assert done.code == 2
    assert done.failure["findings"][0]["column"] == "lat"


def test_groups_of_several_kinds_have_ranges_of_their_own(
    kazyna: Kazyna, sales: Path, tmp_path: Path
) -> None:
    named = ("ratio-study", sales, "--appraised", "value", "--price", "price", "--by", "kind")
    kinds = ("--type", "residential-newer", "--type", "flat=vacant-land")
    told = kazyna(*named, *kinds, "--json").result
    ranges = {label: part["kind"]["cod"] for label, part in told["strata"]}
    assert (told["kind"]["cod"], ranges) == ([5, 10], {"flat": [5, 25], "house": [5, 10]})
    page = tmp_path / "study.html"
    shown = kazyna(*named, *kinds, "--plots", page)
    assert "5 to 25" in shown.out
    assert "5 … 25" in page.read_text(encoding="utf-8")
    wrong = kazyna(*named, "--type", "barn=income", "--json")
    assert wrong.code == 2
    assert "no group is called 'barn'" in wrong.failure["findings"][0]["reason"]
