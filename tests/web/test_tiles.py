import gzip
from http import HTTPStatus

import httpx
import mapbox_vector_tile
import numpy as np
import pyarrow as pa
import pytest

from kazyna.services import cadastre
from kazyna.services.context import Installation
from kazyna.web.tiles import CELL, EXTENT, POINTS_MAX, encode

ZOOM = 8
X, Y = 40, 89
"""The western one of the two tiles of the demonstration's houses at zoom 8."""


def points(count: int, seed: int = 0) -> pa.Table:
    rng = np.random.default_rng(seed)
    return pa.table(
        {
            "property_id": [f"{number:06d}" for number in range(count)],
            "lon": 360 * (X + rng.random(count)) / 2**ZOOM - 180,
            "lat": np.full(count, 47.6) + rng.random(count) / 10,
            "per_m2": rng.integers(500, 9000, count).astype(float),
            "value": rng.integers(100_000, 9_000_000, count).astype(float),
        }
    )


def features(content: bytes) -> list[dict[str, object]]:
    decoded = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})
    found: list[dict[str, object]] = decoded["values"]["features"]
    return found


@pytest.mark.parametrize("count", [1, 100, POINTS_MAX, POINTS_MAX + 1, 30_000])
def test_every_property_is_counted_in_exactly_one_point(count: int) -> None:
    drawn = features(encode(points(count), z=ZOOM, x=X, y=Y))
    assert sum(feature["properties"]["n"] for feature in drawn) == count  # type: ignore[index]
    if count <= POINTS_MAX:
        assert len(drawn) == count
    else:
        cells = {tuple(c // CELL for c in f["geometry"]["coordinates"]) for f in drawn}  # type: ignore[index]
        assert len(cells) == len(drawn)


def test_a_point_stands_where_its_property_is() -> None:
    table = points(50)
    drawn = features(encode(table, z=ZOOM, x=X, y=Y))
    for row, feature in zip(table.to_pylist(), drawn, strict=True):
        east, south = feature["geometry"]["coordinates"]  # type: ignore[index]
        lon = 360 * (X + east / EXTENT) / 2**ZOOM - 180
        lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (Y + south / EXTENT) / 2**ZOOM))))
        assert lon == pytest.approx(row["lon"], abs=360 / 2**ZOOM / EXTENT)
        assert lat == pytest.approx(row["lat"], abs=360 / 2**ZOOM / EXTENT)


def test_a_property_without_value_is_drawn_without_one() -> None:
    unknown = pa.nulls(1, pa.float64())
    table = points(1).set_column(3, "per_m2", unknown).set_column(4, "value", unknown)
    (feature,) = features(encode(table, z=ZOOM, x=X, y=Y))
    assert set(feature["properties"]) == {"id", "n"}  # type: ignore[call-overload]


def test_the_tiles_of_the_demonstration_hold_all_its_houses(
    public: httpx.Client, shared_demo: Installation
) -> None:
    overview = cadastre.overview(shared_demo.context())
    answer = public.get(f"/tiles/{ZOOM}/{X}/{Y}.mvt")
    assert answer.headers["content-encoding"] == "gzip"
    drawn = features(answer.content)
    beside = features(public.get(f"/tiles/{ZOOM}/{X + 1}/{Y}.mvt").content)
    counts = [feature["properties"]["n"] for feature in (*drawn, *beside)]  # type: ignore[index]
    assert sum(counts) == overview.properties
    tag = answer.headers["etag"]
    again = public.get(f"/tiles/{ZOOM}/{X}/{Y}.mvt", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (HTTPStatus.NOT_MODIFIED, b"")
    with public.stream("GET", f"/tiles/{ZOOM}/{X}/{Y}.mvt") as raw:
        assert features(gzip.decompress(b"".join(raw.iter_raw()))) == drawn


@pytest.mark.parametrize("place", ["8/256/0", "8/0/256", "15/0/0", "8/-1/0", "8/a/0"])
def test_a_tile_outside_the_world_does_not_exist(public: httpx.Client, place: str) -> None:
    status = public.get(f"/tiles/{place}.mvt").status_code
    assert status in {HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}
