"""What a place is near to and which area it lies in, from layers that the user gives.

Distances are straight lines between points of the WGS 84 ellipsoid in space. Over 100 km they are
one metre shorter than along the ground, over 10 km a millimetre.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from kazyna.valuation.columns import Floats, Ints

Mask = npt.NDArray[np.bool_]

EQUATOR_M, ECCENTRICITY2 = 6_378_137.0, 0.006_694_379_990_14
"""Equatorial radius and squared eccentricity of the WGS 84 ellipsoid."""
STEP_M = 100.0
"""Lines are cut into pieces no longer than this, unless that makes too many."""
PIECES_MAX = 2_000_000
MEASUREMENTS = 4
"""Measurements near by of which a mean is taken: the corners of a cell where they are a grid."""
SAME_PLACE_M = 0.01
HALF_STEP = 0.5
"""How far beyond its outermost nodes, in steps, a grid is read."""
PIECES_TRIED = 4
"""Ends of pieces nearest to a place whose pieces are measured exactly."""


@dataclass(frozen=True)
class Layer:
    """Points, lines or polygons as bare coordinates."""

    kind: Literal["points", "lines", "polygons"]
    lonlat: Floats
    """Shape (vertices, 2), in degrees."""
    part: Ints
    """Shape (vertices,): the point, line or ring that each vertex belongs to, rising from 0."""
    feature: Ints
    """Shape (parts,): the feature that each part belongs to."""


def distance_features(
    lonlat: Floats, name: str, layer: Layer, *, radius_m: float | None = None
) -> dict[str, Floats]:
    """Measure how near places are to the features of a layer.

    Parameters
    ----------
    lonlat
        Shape (rows, 2), in degrees; NaN is unknown and stays unknown.
    name
        Begins the names of the columns: `name_distance_m`, `name_within_500_m`.
    layer
        To a polygon the distance is 0 inside and else that to its edge.
    radius_m
        Of points, also count those within this distance.

    Returns
    -------
    Columns by name, each of shape (rows,).

    Notes
    -----
    A line is searched by the ends of its pieces, of at most 100 m each; the pieces at the four
    nearest ends are measured exactly. A distance d found so is right unless other pieces crowd the
    true one out, and never above the square root of d² + 50².
    """
    known = ~np.isnan(lonlat).any(axis=1)
    places = in_space(lonlat[known])
    columns: dict[str, Floats] = {}
    if layer.kind == "points":
        tree = cKDTree(in_space(layer.lonlat))
        columns[f"{name}_distance_m"] = tree.query(places)[0]
        if radius_m is not None:
            counts = tree.query_ball_point(places, radius_m, return_length=True)
            columns[f"{name}_within_{radius_m:g}_m"] = counts.astype(np.float64)
    else:
        distance = _to_lines(places, layer)
        if layer.kind == "polygons":
            distance[area_of(lonlat[known], layer) >= 0] = 0.0
        columns[f"{name}_distance_m"] = distance
    whole = {column: np.full(len(lonlat), np.nan) for column in columns}
    for column, values in columns.items():
        whole[column][known] = values
    return whole


def measured_at(lonlat: Floats, points: Floats, values: Floats) -> Floats:
    """Read off what was measured at points near by, such as the elevation.

    Parameters
    ----------
    lonlat
        Shape (rows, 2), in degrees; NaN is unknown and stays unknown.
    points, values
        Where it was measured, in degrees, and what was found there.

    Returns
    -------
    Shape (rows,): the mean of the four nearest measurements, weighted by the inverse of their
    squared distance; at a point itself what was measured there.

    References
    ----------
    Shepard (1968), *Proceedings of the 23rd ACM National Conference*, 517-524.
    """
    usable = ~np.isnan(points).any(axis=1) & ~np.isnan(values)
    found = np.full(len(lonlat), np.nan)
    known = ~np.isnan(lonlat).any(axis=1)
    if not usable.any() or not known.any():
        return found
    tree = cKDTree(in_space(points[usable]))
    count = min(MEASUREMENTS, int(usable.sum()))
    distance, at = tree.query(in_space(lonlat[known]), k=count)
    distance, at = distance.reshape(-1, count), at.reshape(-1, count)
    weight = 1 / np.maximum(distance, SAME_PLACE_M) ** 2
    found[known] = (weight * values[usable][at]).sum(axis=1) / weight.sum(axis=1)
    return found


@dataclass(frozen=True)
class Grid:
    """Values at the nodes of a grid, north first."""

    west: float
    north: float
    """Of the node of the first row and column, in degrees or in metres."""
    step: tuple[float, float]
    """From node to node, eastward and southward."""
    values: Floats
    """Shape (rows, columns); NaN is unknown."""


def read_off(places: Floats, grid: Grid) -> Floats:
    """Read off a grid, such as one of heights, at places between its nodes.

    Parameters
    ----------
    places
        Shape (rows, 2), in the coordinates of the grid; NaN is unknown and stays unknown.
    grid
        What is read.

    Returns
    -------
    Shape (rows,): bilinear between the four nodes around; where some of these are unknown, by the
    others; NaN where all are, and beyond half a step outside of the grid.
    """
    rows, columns = grid.values.shape
    across = (places[:, 0] - grid.west) / grid.step[0]
    down = (grid.north - places[:, 1]) / grid.step[1]
    beyond = [np.maximum(-at, at - last) for at, last in ((across, columns - 1), (down, rows - 1))]
    inside = np.maximum(*beyond) <= HALF_STEP
    found = np.full(len(places), np.nan)
    x, y = np.clip(across[inside], 0, columns - 1), np.clip(down[inside], 0, rows - 1)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, low = np.minimum(left + 1, columns - 1), np.minimum(top + 1, rows - 1)
    right_share, low_share = x - left, y - top
    corners = [
        (grid.values[top, left], (1 - low_share) * (1 - right_share)),
        (grid.values[top, right], (1 - low_share) * right_share),
        (grid.values[low, left], low_share * (1 - right_share)),
        (grid.values[low, right], low_share * right_share),
    ]
    known = [np.where(np.isnan(value), 0.0, weight) for value, weight in corners]
    weight = np.sum(known, axis=0)
    total = np.sum([np.nan_to_num(c) * w for (c, _), w in zip(corners, known, strict=True)], axis=0)
    found[inside] = np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan)
    return found


def in_space(lonlat: Floats) -> Floats:
    """Turn degrees, shape (rows, 2), into metres from the Earth's centre, shape (rows, 3)."""
    lon, lat = np.radians(lonlat).T
    radius = EQUATOR_M / np.sqrt(1 - ECCENTRICITY2 * np.sin(lat) ** 2)
    return np.column_stack([
        radius * np.cos(lat) * np.cos(lon),
        radius * np.cos(lat) * np.sin(lon),
        radius * (1 - ECCENTRICITY2) * np.sin(lat),
    ])  # fmt: skip


def _to_lines(places: Floats, layer: Layer) -> Floats:
    """Return the distance of each place to the nearest line or ring."""
    ends, follows = _pieces(layer)
    found, at = cKDTree(ends).query(places, k=min(PIECES_TRIED, len(ends)))
    found, at = found.reshape(len(places), -1), at.reshape(len(places), -1)
    nearest: Floats = found[:, 0].copy()
    last = len(ends) - 1
    for tried in at.T:
        for start in (tried, np.maximum(tried - 1, 0)):
            joined = follows[start] & (start < last)
            there = ends[np.minimum(start + 1, last)]
            distance = _to_segment(places, ends[start], there)
            nearest = np.where(joined, np.minimum(nearest, distance), nearest)
    return nearest


def _pieces(layer: Layer) -> tuple[Floats, Mask]:
    """Cut lines into short pieces: their ends, and whether the next end continues the line.

    Between its corners a line is straight in degrees, as RFC 7946, section 3.1.1, has it.
    """
    corners = in_space(layer.lonlat)
    joined = np.append(layer.part[1:] == layer.part[:-1], False)
    length = np.zeros(len(corners))
    length[:-1] = np.linalg.norm(np.diff(corners, axis=0), axis=1) * joined[:-1]
    step = max(STEP_M, length.sum() / PIECES_MAX)
    pieces = np.maximum(np.ceil(length / step).astype(np.int64), 1)
    owner = np.repeat(np.arange(len(corners)), pieces)
    first = np.cumsum(pieces) - pieces
    share = ((np.arange(len(owner)) - first[owner]) / pieces[owner])[:, np.newaxis]
    start, end = layer.lonlat[owner], layer.lonlat[np.minimum(owner + 1, len(corners) - 1)]
    return in_space(start + (end - start) * share), joined[owner]


def _to_segment(places: Floats, start: Floats, end: Floats) -> Floats:
    along = end - start
    squared = np.einsum("ij,ij->i", along, along)
    foot = np.einsum("ij,ij->i", places - start, along) / np.where(squared > 0, squared, 1.0)
    nearest = start + along * np.clip(foot, 0.0, 1.0)[:, np.newaxis]
    return np.asarray(np.linalg.norm(places - nearest, axis=1))


def area_of(lonlat: Floats, layer: Layer) -> Ints:
    """Return the polygon that each place lies in, -1 for none; of several the first.

    The parity of the edges that a ray to the east crosses tells inside from outside (Shimrat 1962);
    holes count by it. Places are sorted by latitude, so that each edge looks only at those it can
    change.
    """
    found = np.full(len(lonlat), -1, dtype=np.int64)
    known = np.flatnonzero(~np.isnan(lonlat).any(axis=1))
    order = known[np.argsort(lonlat[known, 1], kind="stable")]
    lon, lat = lonlat[order].T
    owner = layer.feature[layer.part]
    joined = layer.part[1:] == layer.part[:-1]
    for feature in np.unique(layer.feature)[::-1]:  # the first comes last and so prevails
        edges = np.flatnonzero(joined & (owner[:-1] == feature))
        if len(edges):
            inside = _inside(lon, lat, layer.lonlat[edges], layer.lonlat[edges + 1])
            found[order[inside]] = feature
    return found


def _inside(lon: Floats, lat: Floats, start: Floats, end: Floats) -> Ints:
    """Return the positions of the places, sorted by latitude, that lie inside the edges' rings."""
    corners = np.vstack([start, end])
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    first, last = np.searchsorted(lat, [south, north])
    near: Ints = first + np.flatnonzero((lon[first:last] >= west) & (lon[first:last] <= east))
    if len(near) == 0:
        return near
    x, y = lon[near], lat[near]
    low, high = np.minimum(start[:, 1], end[:, 1]), np.maximum(start[:, 1], end[:, 1])
    begins, ends = np.searchsorted(y, low), np.searchsorted(y, high)
    odd = np.zeros(len(near), dtype=np.bool_)
    for edge in np.flatnonzero(ends > begins):
        crossed = slice(begins[edge], ends[edge])
        (x_start, y_start), (x_end, y_end) = start[edge], end[edge]
        share = (y[crossed] - y_start) / (y_end - y_start)
        odd[crossed] ^= x[crossed] < x_start + share * (x_end - x_start)
    return np.asarray(near[odd])
