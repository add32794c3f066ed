"""Vector tiles of the properties, made from the register on request."""

import gzip
from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus
from math import atan, degrees, pi, sinh
from typing import Annotated, Any

import mapbox_vector_tile
import numpy as np
import pyarrow as pa
import shapely
from fastapi import APIRouter, Path, Request, Response

from kazyna.core.errors import NotFound
from kazyna.services import cadastre, rounds
from kazyna.services.context import Installation
from kazyna.web.visit import Visiting

router = APIRouter()

EXTENT = 4096
"""Units along the side of a tile, by the Mapbox Vector Tile specification 2.1."""
CELL = 16
"""Of the properties in a cell of 16 units, two pixels on a screen, one is drawn in a thin tile."""
POINTS_MAX = 4_000
"""Tiles with more points than this are thinned."""
ZOOM_MIN, ZOOM_MAX = 6, 14
TILES_KEPT = 512
TILE_SECONDS = 300


TileMaker = Callable[[str, int, int, int], bytes]
"""Makes the tile z/x/y of one state of the register, packed by gzip."""


@router.get("/tiles/{z}/{x}/{y}.mvt")
def tile(
    visit: Visiting,
    request: Request,
    z: Annotated[int, Path(ge=0, le=ZOOM_MAX)],
    x: Annotated[int, Path(ge=0)],
    y: Annotated[int, Path(ge=0)],
) -> Response:
    """Return the properties of one tile with their value per square metre."""
    if x >= 2**z or y >= 2**z:
        raise NotFound(f"There is no tile {z}/{x}/{y}.")
    latest = rounds.latest(visit.ctx)
    values = f"{latest.round_id}-{latest.total_value}" if latest else "0"
    state = f"{values}-{cadastre.overview(visit.ctx).properties}"
    headers = {"ETag": f'"{state}"', "Cache-Control": f"public, max-age={TILE_SECONDS}"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    make: TileMaker = request.app.state.make_tile
    return Response(
        make(state, z, x, y),
        media_type="application/vnd.mapbox-vector-tile",
        headers=headers | {"Content-Encoding": "gzip"},
    )


def tile_maker(installation: Installation) -> TileMaker:
    """Make tiles as the public sees them, and keep the last ones: all visitors see the same."""

    @lru_cache(maxsize=TILES_KEPT)
    def make(_state: str, z: int, x: int, y: int) -> bytes:
        west, east = (360 * edge / 2**z - 180 for edge in (x, x + 1))
        south, north = (_latitude(edge / 2**z) for edge in (y + 1, y))
        ctx = installation.context()
        points = cadastre.points(ctx, west=west, south=south, east=east, north=north)
        return gzip.compress(encode(points, z=z, x=x, y=y), compresslevel=6, mtime=0)

    return make


def encode(points: pa.Table, *, z: int, x: int, y: int) -> bytes:
    """Write the points of one tile as a Mapbox Vector Tile with the layer `values`.

    A tile with more points than `POINTS_MAX` keeps one a cell, the one of median value per square
    metre, so that colours tell the truth of the whole cell; `n` says for how many it stands.
    """
    lon, lat = (np.asarray(points[name].to_numpy()) for name in ("lon", "lat"))
    east = ((lon + 180) / 360 * 2**z - x) * EXTENT
    latitude = np.radians(lat)
    south = ((1 - np.arcsinh(np.tan(latitude)) / pi) / 2 * 2**z - y) * EXTENT
    units = np.rint(np.column_stack([east, south])).astype(np.int64)
    chosen, counts = np.arange(len(units)), np.ones(len(units), np.int64)
    if len(units) > POINTS_MAX:
        chosen, counts = _one_a_cell(units, np.asarray(points["per_m2"].to_numpy(), dtype=float))
    rows = points.select(["property_id", "per_m2", "value"]).take(pa.array(chosen)).to_pylist()
    shapes = shapely.points(units[chosen])
    features = [
        {"geometry": shape, "properties": _properties(row, count)}
        for shape, row, count in zip(shapes, rows, counts.tolist(), strict=True)
    ]
    content: bytes = mapbox_vector_tile.encode(
        [{"name": "values", "features": features}],
        default_options={"y_coord_down": True, "extents": EXTENT},
    )
    return content


def _properties(row: dict[str, Any], count: int) -> dict[str, Any]:
    known = {"id": row["property_id"], "n": count}
    if row["per_m2"] is not None:
        known["per_m2"] = round(row["per_m2"])
    if row["value"] is not None:
        known["value"] = round(row["value"])
    return known


def _one_a_cell(units: Any, per_m2: Any) -> tuple[Any, Any]:
    """Choose the property of median value per square metre in each cell, and count the cell."""
    cells = units // CELL
    cell = cells[:, 0] * (EXTENT // CELL + 1) + cells[:, 1]
    order = np.lexsort([per_m2, cell])
    starts = np.flatnonzero(np.r_[True, np.diff(cell[order]) != 0])
    counts = np.diff(np.r_[starts, len(order)])
    return order[starts + (counts - 1) // 2], counts


def _latitude(share: float) -> float:
    return degrees(atan(sinh(pi * (1 - 2 * share))))
