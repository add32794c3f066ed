"""Places that belong to no market: coordinates swapped, a sign turned, a slip of the pen.

One sale of Bishkek that lies in the Arctic Ocean would stretch the plane on which all models see
the market. Such a sale stays, as one whose place is unknown.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from kazyna.valuation.columns import Floats, Sales
from kazyna.valuation.location import extent_of, plane_of

SALES_MIN = 20
"""In fewer sales there is no telling which of them is astray."""
FAR_KM = 500.0
"""A place as far as this from the middle of the sales may be a mistake, if it shows itself as one:
as the mirror of a place amid the others, or as one of very few."""
SHARE_MAX = 0.01
"""More of the sales than this, unless mirrored, are not astray but a part of the market."""
GAP_KM = 1000.0
"""No sale for so far is between a market and what is astray from it."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class StrayPlaces:
    """Which places are astray, and how."""

    mirrored: Mask
    """Amid the others once longitude and latitude change places, or a sign is turned."""
    far: Mask
    """Far from all others."""


def stray_places(lonlat: Floats) -> StrayPlaces:
    """Mark the places that cannot be those of the same market as the others.

    Parameters
    ----------
    lonlat
        Places in degrees, shape (rows, 2); NaN is unknown.
    """
    mirrored, far = (np.zeros(len(lonlat), dtype=np.bool_) for _ in range(2))
    rows = np.flatnonzero(~np.isnan(lonlat).any(axis=1))
    plane = plane_of(lonlat)
    if len(rows) < SALES_MIN or plane is None:
        return StrayPlaces(mirrored, far)
    km = plane.km(lonlat[rows])
    away = np.abs(km).max(axis=1) > FAR_KM
    if not away.any():
        return StrayPlaces(mirrored, far)
    around = extent_of(km[~away])
    outside = np.flatnonzero(away)
    own = lonlat[rows[outside]]
    mirrors = (own[:, ::-1], own * [-1, 1], own * [1, -1], -own)
    turned = np.any(
        [around.beyond(plane.km(mirror)) <= around.reach_km for mirror in mirrors], axis=0
    )
    mirrored[rows[outside[turned]]] = True
    lone = outside[~turned]
    lone = lone[around.beyond(km[lone]) > GAP_KM]
    if len(lone) <= max(SHARE_MAX * len(rows), 1):
        far[rows[lone]] = True
    return StrayPlaces(mirrored, far)


def with_places_of_one_market(sales: Sales) -> Sales:
    """Take the places that are astray for unknown, and say so."""
    found = stray_places(sales.properties.lonlat)
    astray = found.mirrored | found.far
    if not astray.any():
        return sales
    lonlat = np.where(astray[:, None], np.nan, sales.properties.lonlat)
    remarks = [
        f"{int(mask.sum())} of {len(sales)} sales {where}: their place is taken for unknown"
        for mask, where in (
            (found.mirrored, "lie amid the others only with longitude and latitude swapped or a"
             " sign turned"),
            (found.far, f"lie more than {GAP_KM:,.0f} km from all others"),
        )
        if mask.any()
    ]  # fmt: skip
    return replace(
        sales,
        properties=replace(sales.properties, lonlat=lonlat),
        remarks=(*sales.remarks, *remarks),
    )
