"""Vector tiles of the properties, made from the register on request."""

import gzip
from functools import lru_cache
from math import atan, degrees, pi, sinh
from typing import Annotated, Any

import mapbox_vector_tile
import numpy as np
import pyarrow as pa
import shapely
from fastapi import APIRouter, Path, Request, Response

from kazyna.core.errors import NotFound
from kazyna.services import cadastre, rounds
from kazyna.services.context import Context
from kazyna.web.visit import Visiting

router = APIRouter()

EXTENT = 4096
"""Units along the side of a tile, by the Mapbox Vector Tile specification 2.1."""
CELL = 16
"""Of the properties in a cell of 16 units, two pixels on a screen, one is drawn in a thin tile."""
POINTS_MAX = 4_000
"""Tiles with more points than this are thinned."""
ZOOM_MAX = 14
TILES_KEPT = 512
TILE_SECONDS = 300


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
    overview = cadastre.overview(visit.ctx)
    state = f"{latest.round_id if latest else 0}-{overview.properties}"
    etag = f'"{state}"'
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={TILE_SECONDS}"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    content = _cached(_Reader(visit.ctx, visit.ctx.database.url, state), z, x, y)
    return Response(
        content,
        media_type="application/vnd.mapbox-vector-tile",
        headers=headers | {"Content-Encoding": "gzip"},
    )


class _Reader:
    """A context that stands in the cache for the state it reads, not for the visitor."""

    def __init__(self, ctx: Context, url: str, state: str) -> None:
        self.ctx = ctx
        self.key = (url, state)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Reader) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=TILES_KEPT)
def _cached(reader: _Reader, z: int, x: int, y: int) -> bytes:
    west, east = (360 * edge / 2**z - 180 for edge in (x, x + 1))
    south, north = (_latitude(edge / 2**z) for edge in (y + 1, y))
    points = cadastre.points(reader.ctx, west=west, south=south, east=east, north=north)
    return gzip.compress(encode(points, z=z, x=x, y=y), compresslevel=6, mtime=0)


def encode(points: pa.Table, *, z: int, x: int, y: int) -> bytes:
    """Write the points of one tile as a Mapbox Vector Tile with the layer `values`.

    A tile with more points than `POINTS_MAX` keeps one a cell, the one of median value per square
    metre, so that colours tell the truth of the whole cell.
    """
    lon, lat = (np.asarray(points[name].to_numpy()) for name in ("lon", "lat"))
    east = ((lon + 180) / 360 * 2**z - x) * EXTENT
    latitude = np.radians(lat)
    south = ((1 - np.arcsinh(np.tan(latitude)) / pi) / 2 * 2**z - y) * EXTENT
    units = np.rint(np.column_stack([east, south])).astype(np.int64)
    chosen = np.arange(len(units))
    if len(units) > POINTS_MAX:
        chosen = _one_a_cell(units, np.asarray(points["per_m2"].to_numpy(), dtype=float))
    rows = points.select(["property_id", "per_m2", "value"]).take(pa.array(chosen)).to_pylist()
    shapes = shapely.points(units[chosen])
    features = [
        {"geometry": shape, "properties": _properties(row)}
        for shape, row in zip(shapes, rows, strict=True)
    ]
    content: bytes = mapbox_vector_tile.encode(
        [{"name": "values", "features": features}],
        default_options={"y_coord_down": True, "extents": EXTENT},
    )
    return content


def _properties(row: dict[str, Any]) -> dict[str, Any]:
    known = {"id": row["property_id"]}
    if row["per_m2"] is not None:
        known["per_m2"] = round(row["per_m2"])
    if row["value"] is not None:
        known["value"] = round(row["value"])
    return known


def _one_a_cell(units: Any, per_m2: Any) -> Any:
    cells = units // CELL
    cell = cells[:, 0] * (EXTENT // CELL + 1) + cells[:, 1]
    order = np.lexsort([per_m2, cell])
    starts = np.flatnonzero(np.r_[True, np.diff(cell[order]) != 0])
    counts = np.diff(np.r_[starts, len(order)])
    return np.sort(order[starts + counts // 2])


def _latitude(share: float) -> float:
    return degrees(atan(sinh(pi * (1 - 2 * share))))
