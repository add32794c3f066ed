"""Rolls from file to file: streamed, in memory and on Spark they are one."""

import importlib.util
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pytest

from kazyna.core.errors import InputError
from kazyna.packs.pack import Pack, load_pack
from kazyna.services.studies import compute_roll, explain_row
from kazyna.tax import run_roll

ON = date(2026, 1, 1)
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def kg() -> Pack:
    return load_pack("kg")


@pytest.fixture(scope="module")
def cadastre(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An invented cadastre of three thousand objects, one file a tax."""
    files: dict[str, Path] = _generator().write_cadastre(tmp_path_factory.mktemp("kg"), 3000)
    return files


def _generator() -> ModuleType:
    found = importlib.util.spec_from_file_location("cadastre", BENCHMARKS / "invented_cadastre.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


TAXES = ("residential_property", "nonresidential_property", "land", "agricultural_land", "vehicle")


@pytest.mark.parametrize("tax", TAXES)
def test_a_streamed_roll_is_the_one_in_memory(
    tax: str, kg: Pack, cadastre: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "roll.parquet"
    computed = compute_roll(cadastre[tax], pack="kg", tax=tax, on=ON, out=out, id_column="id")
    streamed = pq.read_table(out)
    whole = run_roll(kg.taxes[tax].rules, cadastre[tax], on=ON, id_column="id")
    assert streamed.num_rows == computed.bills == whole.num_rows > 0
    assert streamed.column_names == whole.column_names
    for name in whole.column_names:
        assert streamed[name].to_pylist() == whole[name].to_pylist(), name
        # The bounds of this file make its steps narrow, but not its columns.
        assert streamed[name].type == whole[name].type, name
    assert computed.total == sum(streamed["amount"].to_pylist(), Decimal(0)) > 0


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_csv_gives_the_same_roll(ending: str, cadastre: dict[str, Path], tmp_path: Path) -> None:
    table = pq.read_table(cadastre["vehicle"])
    text = table.set_column(2, "vehicle_class", table["vehicle_class"].cast(pa.string()))
    text = text.set_column(
        text.column_names.index("relief_category"),
        "relief_category",
        text["relief_category"].cast(pa.string()),
    )
    arrow_csv.write_csv(text, tmp_path / "cars.csv")
    rolls = [
        compute_roll(path, pack="kg", tax="vehicle", on=ON, out=tmp_path / f"roll.{ending}",
                     id_column="id").total
        for path in (tmp_path / "cars.csv", cadastre["vehicle"])
    ]  # fmt: skip
    assert rolls[0] == rolls[1] > 0


def spoilt(path: Path, folder: Path, column: str, value: object) -> Path:
    """Write the file with the third value of one column replaced."""
    table = pq.read_table(path)
    field = table.schema.field(column)
    values = table[column].cast(
        field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    )
    cells = values.to_pylist()
    cells[2] = value
    place = table.column_names.index(column)
    pq.write_table(
        table.set_column(place, column, pa.array(cells, values.type)), folder / "x.parquet"
    )
    return folder / "x.parquet"


@pytest.mark.parametrize(
    ("tax", "column", "value", "said"),
    [
        (
            "vehicle",
            "vehicle_class",
            "rocket",
            "row 3, column vehicle_class: 'rocket' is not known",
        ),
        (
            "vehicle",
            "vehicle_class",
            None,
            "row 3, column vehicle_class: the value is missing",
        ),
        ("vehicle", "engine_cm3", -1, "row 3, column engine_cm3: -1 is too small"),
        ("vehicle", "engine_cm3", None, "row 3, column engine_cm3: the value is missing"),
        ("vehicle", "id", 0, "row 3, column id: 0 stands more than once"),
        ("agricultural_land", "land_type", "hayfield", "row 3, column taxable_value: "),
        ("land", "months", 13, "row 3, column months: 13 is too large"),
    ],
)
def test_what_cannot_be_taxed_is_named_and_nothing_is_written(
    tax: str, column: str, value: object, *, said: str, cadastre: dict[str, Path], tmp_path: Path
) -> None:
    path = spoilt(cadastre[tax], tmp_path, column, value)
    if value == "hayfield":
        path = spoilt(path, tmp_path, "place", "batken_district")
    out = tmp_path / "roll.parquet"
    with pytest.raises(InputError, match=said):
        compute_roll(path, pack="kg", tax=tax, on=ON, out=out, id_column="id")
    assert not out.exists()


@pytest.mark.parametrize("named", [str, int])
def test_identifiers_may_stand_in_any_order(
    named: type, cadastre: dict[str, Path], tmp_path: Path
) -> None:
    table = pq.read_table(cadastre["vehicle"])
    ids = [named(n) for n in table["id"].to_pylist()[::-1]]
    pq.write_table(table.set_column(0, "id", [ids]), tmp_path / "cars.parquet", row_group_size=100)
    rolls = [
        compute_roll(path, pack="kg", tax="vehicle", on=ON, out=tmp_path / "roll.parquet",
                     id_column="id").total
        for path in (tmp_path / "cars.parquet", cadastre["vehicle"])
    ]  # fmt: skip
    assert rolls[0] == rolls[1]
    pq.write_table(table.set_column(0, "id", [[*ids[:-1], ids[0]]]), tmp_path / "cars.parquet")
    with pytest.raises(InputError, match="stands more than once"):
        compute_roll(
            tmp_path / "cars.parquet", pack="kg", tax="vehicle", on=ON,
            out=tmp_path / "twice.parquet", id_column="id",
        )  # fmt: skip


def test_an_explanation_asks_only_for_what_the_day_needs(
    cadastre: dict[str, Path], tmp_path: Path
) -> None:
    explained = explain_row(
        cadastre["residential_property"], "1", pack="kg", tax="residential_property", on=ON,
        id_column="id",
    )  # fmt: skip
    assert "plot_tax" in [step.rule for step in explained.steps]
    assert "base_value" not in [step.rule for step in explained.steps]
    assert any(step.doubt for step in explained.steps)


@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs a Java runtime")
@pytest.mark.parametrize("tax", ["residential_property", "land"])
def test_spark_gives_the_same_roll_to_the_last_tyiyn(
    tax: str, cadastre: dict[str, Path], tmp_path: Path
) -> None:
    pytest.importorskip("pyspark")
    out, spark = tmp_path / "roll.parquet", tmp_path / "spark"
    here = compute_roll(cadastre[tax], pack="kg", tax=tax, on=ON, out=out, id_column="id")
    there = compute_roll(
        cadastre[tax], pack="kg", tax=tax, on=ON, out=spark, id_column="id", on_spark=True
    )
    assert (there.bills, there.total) == (here.bills, here.total)
    one, other = (pq.read_table(path).sort_by("id") for path in (out, spark))
    for name in one.column_names:
        assert pc.all(pc.equal(one[name].cast(other[name].type), other[name])).as_py(), name
