from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from kazyna.core.errors import InputError
from kazyna.valuation.report.valuation_report import ReportOptions, report_of
from valuation.reported import MODEL, predicted, reported, valued


def test_the_totals_are_those_of_the_values() -> None:
    values = valued()
    totals = reported().totals
    assert totals.properties == 600
    assert totals.total_value == Decimal(str(float(np.sum(values["value"].to_numpy()))))
    each = values["value"].to_numpy() / values["area_m2"].to_numpy()
    assert totals.median_per_m2 == pytest.approx(np.median(each))
    assert totals.interval_width == pytest.approx(45.0)


def test_every_group_has_its_study_and_its_coverage() -> None:
    [district] = reported().by
    assert [label for label, _ in district.strata] == ["north", "south"]
    assert sum(study.n for _, study in district.strata) == 400
    assert sum(each.sales for each in district.coverage) == 400


def test_coverage_counts_prices_inside() -> None:
    report = reported()
    tested = predicted()
    price, low, high = (tested[name].to_numpy() for name in ("price", "low", "high"))
    inside = 100 * np.mean((low <= price) & (price <= high))
    parts = report.coverage_by_value
    assert sum(p.inside * p.sales for p in parts) / 400 == pytest.approx(inside)
    assert report.accuracy.coverage_90 == pytest.approx(inside)


def test_values_are_mapped_and_grouped_per_square_metre() -> None:
    report = reported()
    assert report.per_m2
    north = [p.level for p in report.map_of_values if p.lat > 42.87]
    south = [p.level for p in report.map_of_values if p.lat < 42.83]
    assert min(north) > max(south)
    groups = {group.label: group for group in report.values_by}
    assert groups["north"].low <= groups["north"].median <= groups["north"].high
    assert groups["north"].median > groups["south"].median


def test_without_places_areas_or_groups_the_report_does_with_less() -> None:
    bare = ["id", "value", "low", "high"]
    tested = predicted().select([*bare, "date", "price"])
    report = report_of(
        MODEL, valued().select(bare), tested, options=ReportOptions(by=("district",))
    )
    assert (report.by, report.values_by, report.map_of_values) == ((), (), ())
    assert report.horizontal is None
    assert report.neighbours is None
    assert not report.per_m2
    assert report.examples == ()


def test_predictions_kept_without_intervals_keep_the_coverage_that_was_measured() -> None:
    tested = predicted().drop_columns(["low", "high"])
    options = ReportOptions(by=("district",), coverage_90=88.5)
    report = report_of(MODEL, valued(), tested, options=options)
    assert report.accuracy.coverage_90 == 88.5
    assert report.coverage_by_value == ()
    assert report.by[0].coverage == ()


def test_a_few_sales_are_enough_to_say_that_little_is_known() -> None:
    report = report_of(MODEL, valued(3), predicted(6), options=ReportOptions(by=("district",)))
    assert report.study.n == 6
    assert {thin.label for thin in report.weak.thin} == {"north", "south"}


def test_no_predictions_are_refused() -> None:
    with pytest.raises(InputError, match="no rows"):
        report_of(MODEL, valued(), predicted().slice(0, 0))


def test_missing_areas_are_left_out_of_the_map() -> None:
    values = valued()
    area = values["area_m2"].to_numpy().copy()
    area[:300] = np.nan
    values = values.set_column(values.column_names.index("area_m2"), "area_m2", pa.array(area))
    report = report_of(MODEL, values, predicted())
    assert 0 < sum(place.properties for place in report.map_of_values) <= 300
