"""Layers of points, lines and polygons in files: as tables, measured, or as bare coordinates."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyogrio
import shapely
from rasterio.errors import CRSError

from kazyna.core.errors import Finding, InputError
from kazyna.store.rasters import LAT_MAX, LON_MAX, WGS84, projected

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]
ShapeKind = Literal["points", "lines", "polygons"]

EQUATOR_M, ECCENTRICITY2 = 6_378_137.0, 0.006_694_379_990_14
"""Equatorial radius and squared eccentricity of the WGS 84 ellipsoid."""
IN_DEGREES = (WGS84, "OGC:CRS84")
KINDS: dict[ShapeKind, tuple[int, int]] = {"points": (0, 4), "lines": (1, 5), "polygons": (3, 6)}
"""Geometry types of each kind, single and multiple, by their numbers in Simple Features."""


@dataclass(frozen=True)
class Shapes:
    """A layer of one kind of shape as bare coordinates."""

    kind: ShapeKind
    lonlat: Floats
    """Shape (vertices, 2), in degrees."""
    part: Ints
    """Shape (vertices,): the point, line or ring that each vertex belongs to, rising from 0."""
    feature: Ints
    """Shape (parts,): the row of `table` that each part belongs to."""
    table: pa.Table
    """What is said of each feature."""


def read_features(path: Path) -> pa.Table:
    """Read a layer of properties as a table.

    A point gives the columns lon and lat; a polygon those of its centroid, and area_m2,
    perimeter_m and vertices.
    """
    table, shapes = _read(path)
    if shapes is None:
        return table
    kinds = shapely.get_type_id(shapes[_given(shapes)])
    if not np.isin(kinds, (*KINDS["points"], *KINDS["polygons"])).all():
        raise InputError(
            Finding(
                str(path),
                "the layer holds other shapes than points and polygons",
                "a layer of points or polygons",
            )
        )
    centres = shapely.centroid(shapes)
    columns = {"lon": shapely.get_x(centres), "lat": shapely.get_y(centres)}
    if np.isin(kinds, KINDS["polygons"]).any():
        columns |= _measures(shapes)
    for name, values in columns.items():
        if name not in table.column_names:
            table = table.append_column(name, pa.array(values, pa.float64(), from_pandas=True))
    return table


def read_shapes(path: Path) -> Shapes:
    """Read a layer of points, lines or polygons as bare coordinates.

    Raises
    ------
    InputError
        When the layer has no shapes, shapes of several kinds, or another coordinate system.
    """
    table, shapes = _read(path)
    if shapes is None or not _given(shapes).any():
        raise InputError(Finding(str(path), "the layer holds no shapes", "points, lines, polygons"))
    types = shapely.get_type_id(shapes[_given(shapes)])
    found = [kind for kind, numbers in KINDS.items() if np.isin(types, numbers).all()]
    if not found:
        raise InputError(
            Finding(str(path), "the layer mixes kinds of shapes", "points, lines or polygons alone")
        )
    split = _rings if found[0] == "polygons" else _parts
    parts, feature = split(shapes)
    lonlat, part = shapely.get_coordinates(parts, return_index=True)
    return Shapes(found[0], lonlat, part, feature, table)


def _read(path: Path) -> tuple[pa.Table, Objects | None]:
    """Read the table of a layer and its shapes, if it has any; both in WGS 84."""
    meta, table = pyogrio.read_arrow(path, layer=_layer_name(path))
    geometry = meta["geometry_name"] or "wkb_geometry"
    if geometry not in table.column_names:
        return table, None
    shapes = shapely.from_wkb(table[geometry].to_numpy(zero_copy_only=False))
    return table.drop_columns([geometry]), _in_degrees(shapes, meta["crs"], path)


def _layer_name(path: Path) -> str | None:
    """Return the one layer of shapes; a file may hold tables beside it, such as styles."""
    layers = [(str(name), kind) for name, kind in pyogrio.list_layers(path)]
    shaped = [name for name, kind in layers if kind is not None]
    if len(shaped) > 1:
        reason = f"the file holds {len(shaped)} layers: {', '.join(shaped)}"
        expected = f"a file of one layer: ogr2ogr one.gpkg {path.name} {shaped[0]}"
        raise InputError(Finding(str(path), reason, expected))
    return next(iter(shaped or [name for name, _ in layers]), None)


def _in_degrees(shapes: Objects, system: str | None, path: Path) -> Objects:
    """Carry shapes into WGS 84 from the reference system that the layer names."""
    coordinates = shapely.get_coordinates(shapes)
    if system is not None and system not in IN_DEGREES:
        try:
            moved = projected(coordinates, source=system, target=WGS84)
        except CRSError as error:
            reason = f"the coordinates are in {system[:80]!r}, which is not known"
            raise InputError(Finding(str(path), reason, "WGS 84 (EPSG:4326)")) from error
        return np.asarray(shapely.set_coordinates(shapely.force_2d(shapes), moved), dtype=object)
    if system is None and (np.abs(coordinates) > (LON_MAX, LAT_MAX)).any():
        reason = "the layer names no reference system, and its coordinates are no degrees"
        expected = f"its system written into it: ogr2ogr -a_srs EPSG:number named.gpkg {path.name}"
        raise InputError(Finding(str(path), reason, expected))
    return shapes


def _given(shapes: Objects) -> npt.NDArray[np.bool_]:
    return np.array([shape is not None for shape in shapes], dtype=np.bool_)


def _parts(shapes: Objects) -> tuple[Objects, Ints]:
    """Take multiple shapes apart; also return which shape each part is of."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    return parts, owner


def _rings(shapes: Objects) -> tuple[Objects, Ints]:
    """Take polygons apart into their outer and inner rings."""
    parts, owner = _parts(shapes)
    rings, part = shapely.get_rings(parts, return_index=True)
    return rings, owner[part]


def _measures(shapes: Objects) -> dict[str, Floats]:
    """Measure polygons on the ellipsoid; what is no polygon has no measure."""
    polygon = np.isin(shapely.get_type_id(shapes), KINDS["polygons"])
    rings, owner = _rings(shapes[polygon])
    lonlat, ring = shapely.get_coordinates(rings, return_index=True)
    inside = ring[1:] == ring[:-1]
    edges = _length_m(lonlat[:-1], lonlat[1:]) * inside
    perimeter = np.bincount(owner[ring[1:]], weights=edges, minlength=int(polygon.sum()))
    corners = np.bincount(owner[ring[1:]], weights=inside, minlength=int(polygon.sum()))
    measures = {
        "area_m2": shapely.area(shapely.transform(shapes[polygon], _equal_area)),
        "perimeter_m": perimeter,
        "vertices": corners,
    }
    whole = {name: np.full(len(shapes), np.nan) for name in measures}
    for name, values in measures.items():
        whole[name][polygon] = values
    return whole


def _equal_area(lonlat: Floats) -> Floats:
    """Project onto the cylinder on which areas are those on the ellipsoid.

    The Lambert cylindrical equal-area projection with the authalic function q of Snyder (1987),
    *Map projections: a working manual*, equations 3-12 and 10-13, 10-14.
    """
    lon, sine = np.radians(lonlat[:, 0]), np.sin(np.radians(lonlat[:, 1]))
    eccentricity = np.sqrt(ECCENTRICITY2)
    q = (1 - ECCENTRICITY2) * (
        sine / (1 - ECCENTRICITY2 * sine**2) + np.arctanh(eccentricity * sine) / eccentricity
    )
    return np.column_stack([EQUATOR_M * lon, EQUATOR_M * q / 2])


def _length_m(start: Floats, end: Floats) -> Floats:
    """Lengths of short edges by the radii of curvature half-way (Snyder 1987, 4-18 and 4-20)."""
    middle = np.radians((start[:, 1] + end[:, 1]) / 2)
    shrink = 1 - ECCENTRICITY2 * np.sin(middle) ** 2
    east = np.radians(end[:, 0] - start[:, 0]) * np.cos(middle) * EQUATOR_M / np.sqrt(shrink)
    radius = EQUATOR_M * (1 - ECCENTRICITY2) / shrink**1.5
    return np.hypot(east, np.radians(end[:, 1] - start[:, 1]) * radius)
