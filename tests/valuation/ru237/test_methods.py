"""The simple methods of the Russian instructions, each counted by hand or by its own definition."""

import numpy as np
import pytest

from kazyna.valuation.ru237.groups import Grouping, specific_values
from kazyna.valuation.ru237.methods import SimpleMethods, simple_methods
from kazyna.valuation.ru237.quality import representativeness

COUNT = 40
AREA = np.tile([50.0, 100.0], COUNT // 2)
PLACE = ["a" if row < COUNT // 2 else "b" for row in range(COUNT)]
PER_M2 = np.where(np.array(PLACE) == "a", 1000.0, 2000.0)
VALUE = AREA * PER_M2
SUBGROUP = tuple("2:1" if row % 4 < 2 else "2:2" for row in range(COUNT))


def applied(value: np.ndarray, earlier: np.ndarray | None = None) -> SimpleMethods:
    grouping = Grouping(("2",) * COUNT, ("houses",) * COUNT, SUBGROUP, 0)
    by = {"район": PLACE}
    return simple_methods(
        [f"p{row}" for row in range(COUNT)], value, AREA, grouping,
        by=by, specific=specific_values(value, AREA, grouping.group, by=by), earlier=earlier,
    )  # fmt: skip


def test_where_only_the_place_counts_the_typical_object_and_the_mean_are_right() -> None:
    found = applied(VALUE, VALUE / 1.25)
    assert found.typical["subgroup"].to_pylist() == ["2:1", "2:2"]
    assert found.typical["objects"].to_pylist() == [20, 20]
    for method in ("reference", "specific", "index"):
        assert found.values[method].to_pylist() == pytest.approx(VALUE.tolist()), method
    assert set(found.values["specific_from"].to_pylist()) == {"район"}
    for row in found.quality.to_pylist():
        assert (row["objects"], row["median_ratio"]) == (COUNT, pytest.approx(1)), row
        assert row["median_deviation"] == pytest.approx(0, abs=1e-9)


def test_a_coefficient_is_the_median_of_the_class_over_that_of_the_group() -> None:
    rows = applied(VALUE).corrections.to_pylist()
    of_place = {r["label"]: r["coefficient"] for r in rows if r["factor"] == "район"}
    assert of_place == {"a": pytest.approx(1000 / 1500), "b": pytest.approx(2000 / 1500)}
    assert sum(r["objects"] for r in rows if r["factor"] == "площадь") == COUNT


def test_what_a_method_does_not_reach_is_empty_and_counted() -> None:
    value = VALUE.copy()
    earlier = np.full(COUNT, np.nan)
    earlier[0] = VALUE[0] / 2
    found = applied(value, earlier)
    assert found.values["index"].null_count == COUNT - 1
    assert found.values["index"][0].as_py() == pytest.approx(VALUE[0])
    assert [row["objects"] for row in found.quality.to_pylist()] == [COUNT, COUNT, 1]
    assert applied(value).quality.to_pylist()[2]["median_ratio"] is None


def test_a_sample_that_misses_the_large_ones_is_not_representative() -> None:
    sales, objects = np.arange(1.0, 51.0), np.arange(1.0, 101.0)
    (row,) = representativeness({"area": sales}, {"area": objects}).to_pylist()
    assert (row["sales_maximum"], row["objects_maximum"], row["outside"]) == (50, 100, 0.5)
    assert row["distance"] == pytest.approx(0.5)
    unknown = {"area": np.full(3, np.nan)}
    assert representativeness(unknown, unknown).num_rows == 0
