"""Distances on the Earth and points in polygons."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.valuation.columns import Floats
from kazyna.valuation.evidence.places import (
    Grid,
    Layer,
    area_of,
    distance_features,
    in_space,
    read_off,
)

BISHKEK = (74.6, 42.87)


def points(*lonlat: tuple[float, float]) -> Layer:
    order = np.arange(len(lonlat))
    return Layer("points", np.array(lonlat), order, order)


def rings(*corners: list[tuple[float, float]], feature: list[int] | None = None) -> Layer:
    closed = [[*ring, ring[0]] for ring in corners]
    part = np.repeat(np.arange(len(closed)), [len(ring) for ring in closed])
    owner = np.array(feature) if feature is not None else np.arange(len(closed))
    return Layer("polygons", np.array([corner for ring in closed for corner in ring]), part, owner)


def lines(*corners: list[tuple[float, float]]) -> Layer:
    part = np.repeat(np.arange(len(corners)), [len(line) for line in corners])
    lonlat = np.array([corner for line in corners for corner in line])
    return Layer("lines", lonlat, part, np.arange(len(corners)))


def test_distances_are_those_on_the_ellipsoid() -> None:
    """A thousandth of a degree of latitude is that of the meridian's radius of curvature."""
    lon, lat = BISHKEK
    places = np.array([BISHKEK, (lon, lat + 0.001), (np.nan, lat)])
    found = distance_features(places, "school", points(BISHKEK, (lon, lat + 0.002)), radius_m=120)
    squared = 0.00669437999014
    radius = 6_378_137.0 * (1 - squared) / (1 - squared * np.sin(np.radians(lat)) ** 2) ** 1.5
    step = np.radians(0.001) * radius
    np.testing.assert_allclose(found["school_distance_m"], [0, step, np.nan], atol=0.01)
    np.testing.assert_array_equal(found["school_within_120_m"], [1, 2, np.nan])
    far = distance_features(places[:1], "town", points((73.85, 42.81)))
    assert list(far) == ["town_distance_m"]
    assert far["town_distance_m"][0] == pytest.approx(61_640, rel=0.005)


def test_a_line_is_near_between_its_corners() -> None:
    lon, lat = BISHKEK
    road = lines([(lon - 1, lat), (lon + 1, lat)], [(lon, lat + 0.5), (lon + 0.1, lat + 0.5)])
    places = np.array([(lon, lat + 0.001), (lon + 0.05, lat + 0.499), (lon + 2, lat)])
    found = distance_features(places, "road", road)["road_distance_m"]
    assert found.tolist() == pytest.approx([111.09, 111.10, 81_711.62], rel=1e-4)


def test_a_park_is_at_no_distance_from_within() -> None:
    lon, lat = BISHKEK
    park = rings([(lon, lat), (lon + 0.01, lat), (lon + 0.01, lat + 0.01), (lon, lat + 0.01)])
    places = np.array([(lon + 0.005, lat + 0.005), (lon - 0.001, lat + 0.005)])
    found = distance_features(places, "park", park)["park_distance_m"]
    assert found[0] == 0
    assert found[1] == pytest.approx(81.7, rel=0.01)


def brute_force(place: Floats, layer: Layer) -> float:
    vertices, at = in_space(layer.lonlat), in_space(place[np.newaxis])[0]
    best = np.inf
    for i in range(len(vertices) - 1):
        if layer.part[i] == layer.part[i + 1]:
            along = vertices[i + 1] - vertices[i]
            share = np.clip((at - vertices[i]) @ along / max(along @ along, 1e-30), 0, 1)
            best = min(best, float(np.linalg.norm(at - vertices[i] - share * along)))
    return best


CORNER = st.tuples(st.floats(74.5, 74.51), st.floats(42.8, 42.81))


@given(
    st.lists(st.lists(CORNER, min_size=2, max_size=5), min_size=1, max_size=4),
    st.lists(CORNER, min_size=1, max_size=5),
)
def test_lines_are_searched_exactly(
    corners: list[list[tuple[float, float]]], at: list[tuple[float, float]]
) -> None:
    layer, places = lines(*corners), np.array(at)
    found = distance_features(places, "x", layer)["x_distance_m"]
    true = np.array([brute_force(place, layer) for place in places])
    sag_m = 0.1  # of a straight line of a kilometre in space below one along the ground
    assert (found >= true - sag_m).all()
    assert (found <= np.sqrt(true**2 + 50.0**2) + sag_m).all()


SQUARE = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)]
HOLE = [(1.0, 1.0), (1.0, 3.0), (3.0, 3.0), (3.0, 1.0)]


def test_areas_have_holes_and_may_overlap() -> None:
    layer = rings(SQUARE, HOLE, [(3.5, 0.0), (8.0, 0.0), (8.0, 4.0)], feature=[0, 0, 1])
    places = np.array([(0.5, 0.5), (2, 2), (3.9, 0.1), (7, 1), (9, 9), (np.nan, 1), (-1, 2)])
    assert area_of(places, layer).tolist() == [0, -1, 0, 1, -1, -1, -1]


def test_neighbours_share_no_place_on_their_border() -> None:
    layer = rings(SQUARE, [(x + 4, y) for x, y in SQUARE], [(x, y + 4) for x, y in SQUARE])
    border = np.array([(4.0, y) for y in np.linspace(0, 3.9, 14)] + [(1.0, 4.0), (4.0, 4.0)])
    found = area_of(border, layer)
    assert set(found[:14]) == {1}
    assert found[14] == 2


# Hundredths: nearer to an edge than rounding can tell, inside has no meaning.
INSIDE = st.integers(0, 1000).map(lambda n: n / 100)
BESIDE = st.integers(-100, 1100).map(lambda n: n / 100)


@given(
    st.lists(st.tuples(INSIDE, INSIDE), min_size=3, max_size=12),
    st.lists(st.tuples(BESIDE, BESIDE), min_size=1, max_size=20),
)
def test_inside_is_an_odd_number_of_crossings(
    ring: list[tuple[float, float]], at: list[tuple[float, float]]
) -> None:
    found = area_of(np.array(at), rings(ring))
    for (x, y), label in zip(at, found, strict=True):
        odd = False
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if min(y1, y2) <= y < max(y1, y2):
                odd ^= x < x1 + (y - y1) / (y2 - y1) * (x2 - x1)
        assert (label == 0) == odd


def test_a_grid_is_read_between_its_nodes() -> None:
    grid = Grid(74.0, 43.0, (0.5, 0.25), np.array([[0, 10, 20], [100, 110, np.nan]], float))
    places = np.array([
        (74.0, 43.0), (74.25, 43.0), (74.25, 42.875), (75.0, 42.75), (74.75, 42.8), (74.0, 43.1),
        (74.0, 43.2), (75.3, 43.0), (np.nan, 43.0),
    ])  # fmt: skip
    unknown_apart = (0.2 * 0.5 * 10 + 0.2 * 0.5 * 20 + 0.8 * 0.5 * 110) / (1 - 0.8 * 0.5)
    np.testing.assert_allclose(
        read_off(places, grid), [0, 5, 55, np.nan, unknown_apart, 0, np.nan, np.nan, np.nan]
    )


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_plane_is_read_off_a_grid_exactly(
    east: float, south: float, across: float, down: float
) -> None:
    row, column = np.mgrid[:4, :5]
    grid = Grid(10.0, 20.0, (0.25, 0.5), east * column + south * row)
    found = read_off(np.array([(10 + across, 20 - 1.5 * down)]), grid)
    assert found[0] == pytest.approx(east * across * 4 + south * down * 3, abs=1e-9)
