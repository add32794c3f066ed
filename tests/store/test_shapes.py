"""Layers: as tables of properties with their measures, and as bare coordinates."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kazyna.core.errors import InputError
from kazyna.store.files import read_layer, read_table

BISHKEK = (74.6, 42.87)


def geojson(tmp_path: Path, *shapes: dict[str, Any] | None) -> Path:
    path = tmp_path / "layer.geojson"
    features = [
        {"type": "Feature", "properties": {"name": f"n{number}"}, "geometry": shape}
        for number, shape in enumerate(shapes)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def box(west: float, south: float, size: float) -> list[list[float]]:
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def polygon(*rings: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def test_a_polygon_is_measured_on_the_ellipsoid(tmp_path: Path) -> None:
    """The area between two parallels is the integral of the product of the radii of curvature."""
    squared, latitudes = 0.00669437999014, np.radians(np.linspace(42, 43, 10_001))
    shrink = 1 - squared * np.sin(latitudes) ** 2
    cell = 6_378_137.0**2 * (1 - squared) * np.cos(latitudes) / shrink**2
    area_m2 = np.trapezoid(cell, latitudes) * np.radians(1)
    path = geojson(tmp_path, polygon(box(74, 42, 1)), point(*BISHKEK), None)
    rows = read_table(path).to_pylist()
    assert rows[0]["area_m2"] == pytest.approx(area_m2, rel=1e-8)
    assert (rows[0]["lon"], rows[0]["lat"]) == pytest.approx((74.5, 42.5))
    assert rows[0]["vertices"] == 4
    width = np.radians(1) * 6_378_137.0 * (np.cos(latitudes) / np.sqrt(shrink))[[0, -1]]
    height = np.trapezoid(6_378_137.0 * (1 - squared) / shrink**1.5, latitudes)
    assert rows[0]["perimeter_m"] == pytest.approx(width.sum() + 2 * height, rel=1e-6)
    assert rows[1] == {"name": "n1", "lon": 74.6, "lat": 42.87, "area_m2": None,
                       "perimeter_m": None, "vertices": None}  # fmt: skip
    assert set(rows[2].values()) == {"n2", None}


def test_holes_and_many_parts_belong_to_their_feature(tmp_path: Path) -> None:
    lon, lat = BISHKEK
    outer, inner = box(lon, lat, 0.003), box(lon + 0.001, lat + 0.001, 0.001)
    other = box(lon + 1, lat, 0.001)
    holed = polygon(outer, inner)
    both = {"type": "MultiPolygon", "coordinates": [[outer, inner], [other]]}
    whole, ring, pair, small = read_table(
        geojson(tmp_path, polygon(outer), holed, both, polygon(other))
    ).to_pylist()
    assert ring["area_m2"] == pytest.approx(whole["area_m2"] * 8 / 9, rel=1e-4)
    assert pair["area_m2"] == pytest.approx(ring["area_m2"] + small["area_m2"], rel=1e-9)
    assert pair["perimeter_m"] == pytest.approx(ring["perimeter_m"] + small["perimeter_m"])
    assert [row["vertices"] for row in (whole, ring, pair, small)] == [4, 8, 12, 4]


def test_a_layer_is_read_as_coordinates(tmp_path: Path) -> None:
    line = {"type": "MultiLineString", "coordinates": [[[1, 2], [3, 4]], [[5, 6], [7, 8], [9, 9]]]}
    short = {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}
    lines = read_layer(geojson(tmp_path, line, None, short))
    assert lines.kind == "lines"
    assert lines.lonlat.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8], [9, 9], [0, 0], [1, 1]]
    assert lines.part.tolist() == [0, 0, 1, 1, 1, 2, 2]
    assert lines.feature.tolist() == [0, 0, 2]
    points = read_layer(geojson(tmp_path, point(1, 2), point(3, 4)))
    assert (points.kind, points.feature.tolist()) == ("points", [0, 1])
    areas = read_layer(
        geojson(tmp_path, polygon(box(0, 0, 3), box(1, 1, 1)), polygon(box(5, 5, 1)))
    )
    assert (areas.kind, areas.feature.tolist()) == ("polygons", [0, 0, 1])
    assert areas.table["name"].to_pylist() == ["n0", "n1"]
    assert len(np.unique(areas.part)) == 3


def test_layers_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    for shapes, words in (
        ((point(1, 2), polygon(box(0, 0, 1))), "mixes kinds"),
        ((None,), "holds no shapes"),
    ):
        with pytest.raises(InputError, match=words):
            read_layer(geojson(tmp_path, *shapes))
    (tmp_path / "t.csv").write_text("a\n1\n")
    with pytest.raises(InputError, match=r"'\.csv' is no kind of layer"):
        read_layer(tmp_path / "t.csv")
    with pytest.raises(InputError, match="the file does not exist"):
        read_layer(tmp_path / "none.gpkg")
