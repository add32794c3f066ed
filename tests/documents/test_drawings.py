"""Plots are whole SVG documents in which the data are where the axes say."""

import xml.etree.ElementTree as ET
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.documents.drawings import (
    Axis,
    CurvePoint,
    Place,
    Plot,
    Span,
    curve,
    days,
    histogram,
    intervals,
    map_of_points,
    scatter,
)

SVG = "{http://www.w3.org/2000/svg}"
PLOT = Plot("Ratios <of> sales", Axis("Ratio"), Axis("Sales"))


def parts(drawing: str, name: str) -> list[ET.Element]:
    return ET.fromstring(drawing).findall(f"{SVG}{name}")  # noqa: S314 (our own drawing)


def texts(drawing: str) -> list[str]:
    return [each.text or "" for each in parts(drawing, "text")]


def test_a_histogram_has_a_bar_as_high_as_each_count() -> None:
    drawing = histogram(PLOT, [0.8, 1.0, 1.2], [10, 20], mark=1.0)
    low, high = (float(bar.get("height", "0")) for bar in parts(drawing, "rect"))
    assert high == pytest.approx(2 * low, abs=0.2)
    assert ET.fromstring(drawing).get("aria-label") == "Ratios <of> sales"  # noqa: S314
    assert {"Ratio", "Sales", "0.8", "1.2", "20"} <= set(texts(drawing))


def test_a_group_without_an_interval_is_a_dot_alone() -> None:
    drawing = intervals(PLOT, [Span("cheap", 1.1, 1.0, 1.2), Span("dear", 0.9)], mark=1.0)
    assert len(parts(drawing, "circle")) == 2
    assert len([p for p in parts(drawing, "polyline") if p.get("stroke-width") == "7"]) == 1
    assert {"cheap", "dear"} <= set(texts(drawing))


def test_what_lies_beyond_the_axis_is_drawn_at_its_edge() -> None:
    plot = Plot("PRB", Axis("Value", log=True, limits=(10, 1000)), Axis("Ratio", limits=(0, 2)))
    beyond, edge, middle = parts(scatter(plot, [(1e9, 5.0), (1000, 2.0), (100, 1.0)]), "circle")
    assert beyond.attrib == edge.attrib
    assert float(middle.get("cx", "0")) == pytest.approx((62 + 640 - 16) / 2, abs=0.1)


def test_a_curve_over_days_has_months_under_it() -> None:
    first, last = date(2014, 5, 2), date(2015, 5, 20)
    axis = days("Day of the sale", first, last, write=lambda day: f"{day:%m/%y}")
    points = [CurvePoint(d.toordinal(), 1.0, 0.9, 1.1) for d in (first, last)]
    drawing = curve(Plot("Time", axis, Axis("Ratio")), points, mark=1.0)
    assert "06/14" in texts(drawing)
    assert len(parts(drawing, "polygon")) == 1


def test_north_is_up_and_classes_have_their_colours() -> None:
    places = [Place(10.0, 50.0, 0.8), Place(10.0, 51.0, 1.2)]
    drawing = map_of_points(PLOT, places, breaks=(1.0,), colours=("red", "green"))
    south, north = parts(drawing, "circle")
    assert float(north.get("cy", "0")) < float(south.get("cy", "0"))
    assert (south.get("fill"), north.get("fill")) == ("red", "green")
    with pytest.raises(ValueError, match="classes"):
        map_of_points(PLOT, places, breaks=(1.0, 2.0), colours=("red",))


numbers = st.floats(-1e9, 1e9).filter(lambda x: x == 0 or abs(x) > 1e-6)


@given(st.lists(st.tuples(numbers, numbers), max_size=20))
def test_any_points_make_a_whole_drawing_inside_its_frame(
    points: list[tuple[float, float]],
) -> None:
    drawing = scatter(PLOT, points, line=points[:2])
    for dot in parts(drawing, "circle"):
        assert 62 <= float(dot.get("cx", "0")) <= 624
        assert 12 <= float(dot.get("cy", "0")) <= 290
