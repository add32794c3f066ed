from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from kazyna import valuation
from kazyna.core.errors import InputError, NotFound
from kazyna.core.text import LANGUAGES, Language
from kazyna.services import reports, rounds
from kazyna.services.context import Context, Installation
from kazyna.services.reports import FileReport, FileValuation
from kazyna.valuation import ColumnMap, Holdout
from valuation.markets import AS_OF, COLUMNS, invented


@pytest.fixture
def ctx(shared_demo: Installation) -> Context:
    return shared_demo.context()


@pytest.fixture
def round_id(ctx: Context) -> int:
    latest = rounds.latest(ctx)
    assert latest is not None
    return latest.round_id


def test_the_report_of_a_round_is_a_page_and_a_paper(ctx: Context, round_id: int) -> None:
    report = reports.round_report(ctx, round_id)
    assert report.valuation_date == date(2015, 5, 31)
    for part in ('id="weak"', 'id="again"', "<svg", "98103"):
        assert part in report.body
    assert reports.round_report_pdf(ctx, round_id, language="ky").startswith(b"%PDF")


def test_the_report_says_what_the_round_says(ctx: Context, round_id: int, tmp_path: Path) -> None:
    published = rounds.find_round(ctx, round_id)
    written = reports.write_round_report(ctx, round_id, tmp_path / "r.html", language="en")
    assert written.properties == published.properties
    assert written.total_value == published.total_value
    assert written.cod == pytest.approx(published.study.cod.value, abs=1e-4)
    assert written.coverage_90 == pytest.approx(100 * published.study.coverage_90)
    assert "<main>" in (tmp_path / "r.html").read_text()


def test_a_round_that_is_not_there_has_no_report(ctx: Context) -> None:
    with pytest.raises(NotFound):
        reports.round_report(ctx, 999)


@pytest.fixture(scope="module")
def of_files() -> FileValuation:
    sales = invented(120)
    model = valuation.fit(sales, columns=COLUMNS, as_of=AS_OF)
    tested = valuation.backtest(sales, columns=COLUMNS, holdout=Holdout.parse("time:0.2"))
    return FileValuation(
        model.summary(), COLUMNS, sales, sales, model.value(sales), tested.predictions
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_valuation_of_files_has_its_report(
    of_files: FileValuation, tmp_path: Path, language: Language
) -> None:
    out = tmp_path / "report.pdf"
    options = FileReport(language, "Agency", "KGS", seed=3)
    written = reports.write_file_report(of_files, out, options=options)
    assert out.read_bytes().startswith(b"%PDF")
    assert written.properties == 120
    assert written.inspect_first > 0


def test_groups_and_areas_are_found_in_the_table(of_files: FileValuation) -> None:
    report = reports.file_report(of_files, FileReport())
    assert {part.column for part in report.by} == {"quality", "rooms"}
    assert report.per_m2, "a column called area_m2 is one"


def test_a_group_that_is_not_there_is_named(of_files: FileValuation) -> None:
    with pytest.raises(InputError, match="district"):
        reports.file_report(of_files, FileReport(by=("district",)))


def test_another_kind_of_file_is_refused(of_files: FileValuation, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.pdf or \.html"):
        reports.write_file_report(of_files, tmp_path / "report.docx")


def test_categories_are_chosen_by_weight() -> None:
    table = pa.table(
        {"a": [1, 1, 2], "b": [0.5, 1.5, 2.5], "c": ["x", "x", "x"], "d": ["p", "q", "p"]}
    )
    assert reports.strata_of(table, ["b", "d", "c", "a", "missing"]) == ("d", "a")


def test_without_coordinates_the_report_has_no_map(tmp_path: Path) -> None:
    sales = invented(60).drop_columns(["x", "y"])
    columns = ColumnMap("pin", "paid", "sold_on")
    model = valuation.fit(sales, columns=columns, as_of=AS_OF)
    tested = valuation.backtest(sales, columns=columns, holdout=Holdout.parse("random:0.3"))
    found = FileValuation(
        model.summary(), columns, sales, sales, model.value(sales), tested.predictions
    )
    written = reports.write_file_report(found, tmp_path / "report.html")
    assert written.properties == 60
    assert reports.file_report(found, FileReport()).map_of_values == ()
