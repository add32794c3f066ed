import json
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pytest

from kazyna import valuation
from kazyna.core.errors import InputError
from kazyna.core.text import LANGUAGES, Language
from kazyna.services import file_reports, reports
from kazyna.services.file_reports import FileReport, FileValuation, Ru237Columns
from kazyna.valuation import ColumnMap, Holdout
from valuation.markets import AS_OF, COLUMNS, invented


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
    written = file_reports.write_file_report(of_files, out, options=options)
    assert out.read_bytes().startswith(b"%PDF")
    assert written.properties == 120
    assert written.inspect_first > 0


def test_groups_and_areas_are_found_in_the_table(of_files: FileValuation) -> None:
    report = file_reports.file_report(of_files, FileReport())
    assert {part.column for part in report.by} == {"quality", "rooms"}
    assert report.per_m2, "a column called area_m2 is one"


def test_a_group_that_is_not_there_is_named(of_files: FileValuation) -> None:
    with pytest.raises(InputError, match="district"):
        file_reports.file_report(of_files, FileReport(by=("district",)))


def test_another_kind_of_file_is_refused(of_files: FileValuation, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.pdf or \.html"):
        file_reports.write_file_report(of_files, tmp_path / "report.docx")


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
    written = file_reports.write_file_report(found, tmp_path / "report.html")
    assert written.properties == 60
    assert file_reports.file_report(found, FileReport()).map_of_values == ()


def test_the_russian_procedure_writes_its_tables_and_sections(
    of_files: FileValuation, tmp_path: Path
) -> None:
    options = FileReport(
        "ru",
        "Бюджетное учреждение",
        "RUB",
        profile="ru237",
        procedure=Ru237Columns(use_code="rooms"),
    )
    written = file_reports.write_profile(of_files, tmp_path, options=options)
    assert written.unknown_codes == 120, "a number of rooms is no use code"
    assert written.formula is not None
    assert written.formula.startswith("P = ")
    upks = arrow_csv.read_csv(tmp_path / "ru237_upks.csv")
    whole, *by_zone = upks["objects"].to_pylist()
    assert (whole, sum(by_zone)) == (120, 120)
    zones = json.loads((tmp_path / "ru237_zones.geojson").read_text())["features"]
    assert [zone["properties"]["objects"] for zone in zones] == by_zone
    assert str(tmp_path / "ru237_zones.geojson") in written.files
    quality = arrow_csv.read_csv(tmp_path / "ru237_quality.csv")
    assert quality["model"].to_pylist() == ["formula", "formula", "market model"]
    control = quality.filter(pc.equal(quality["sample"], "control"))
    assert control["sales"].to_pylist() == [24, 24]
    file_reports.write_file_report(of_files, tmp_path / "r.html", options=options)
    page = (tmp_path / "r.html").read_text()
    for title in ("Группировка объектов оценки", "Модель для утверждения", "Удельные показатели"):
        assert title in page
    sources = arrow_csv.read_csv(tmp_path / "ru237_factor_sources.csv").to_pylist()
    assert {each["factor"] for each in sources} == {"area_m2", "quality", "rooms"}
    assert {each["way"] for each in sources} == {"as it stands"}
    assert "столбец как есть" in page


def test_specific_values_need_an_area(of_files: FileValuation, tmp_path: Path) -> None:
    without = FileValuation(
        of_files.summary,
        COLUMNS,
        of_files.sales.rename_columns([n.replace("_m2", "") for n in of_files.sales.column_names]),
        of_files.properties.rename_columns(
            [n.replace("_m2", "") for n in of_files.properties.column_names]
        ),
        of_files.values,
        of_files.predictions,
    )
    with pytest.raises(InputError, match="no column of areas"):
        file_reports.write_profile(without, tmp_path, options=FileReport(profile="ru237"))
