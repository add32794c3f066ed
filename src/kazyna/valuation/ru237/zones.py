"""Price zones of the Russian procedure: where the market areas that were found begin and end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from kazyna.valuation.columns import Floats, Ints
from kazyna.valuation.market_areas import AreaPlace, FoundAreas, MarketArea

Cells: TypeAlias = npt.NDArray[np.object_]
"""Shape (sites,): the polygon around each site."""


@dataclass(frozen=True)
class PriceZone:
    """One zone, as a table and a map show it."""

    area: MarketArea
    """What is known of its prices."""
    objects: int
    outline: shapely.MultiPolygon
    """In degrees; of several pieces where another zone lies between."""


@dataclass(frozen=True)
class PriceZones:
    """The zones of a territory, and in which of them each object lies."""

    each: tuple[PriceZone, ...]
    label: tuple[str | None, ...]
    """The number of the zone of each object as a text; None where its place is not known."""


def price_zones(areas: FoundAreas, lonlat: Floats) -> PriceZones | None:
    """Draw the market areas that were found as zones, and put every object into one.

    An object belongs to the zone of the sale nearest to it, on a plane that is true at the middle
    of the territory. A zone is therefore the union of the Voronoi cells of its sales, cut off at
    the convex hull of the objects and the sales.

    Parameters
    ----------
    areas
        What the model found: areas, and sales that lie in each.
    lonlat
        Shape (objects, 2), in degrees; not a number where a place is not known.

    Returns
    -------
    The zones, the dearest first, or None where no areas were found or no object has a place.

    References
    ----------
    Aurenhammer, F. (1991), Voronoi diagrams, *ACM Computing Surveys* 23(3), 345-405. Price zoning
    is asked for by the methodical instructions of order P/0336; the way of drawing is ours.
    """
    known = np.isfinite(lonlat).all(axis=1)
    if not areas.places or not known.any():
        return None
    sites, area = _sites(areas.places)
    narrow = np.array([np.cos(np.radians(sites[:, 1].mean())), 1.0])
    label = np.full(len(lonlat), "", dtype=object)
    nearest = cKDTree(sites * narrow).query(lonlat[known] * narrow)[1]
    label[known] = area[nearest].astype(str)
    territory = shapely.convex_hull(
        shapely.multipoints(np.concatenate([sites, lonlat[known]]) * narrow)
    )
    cells = _cells(sites * narrow, territory)
    zones = []
    for found in areas.each:
        parts = cells[area == found.number]
        outline = shapely.intersection(shapely.union_all(parts), territory)
        inhabitants = int((label == str(found.number)).sum())
        zones.append(PriceZone(found, inhabitants, _polygons(outline, narrow)))
    return PriceZones(tuple(zones), tuple(str(each) or None for each in label))


def _sites(places: Sequence[AreaPlace]) -> tuple[Floats, Ints]:
    """Return the places of sales without repetition, and the area of each."""
    lonlat = np.array([(place.lon, place.lat) for place in places])
    area = np.array([place.area for place in places], dtype=np.int64)
    sites, first = np.unique(lonlat, axis=0, return_index=True)
    return sites, area[first]


def _cells(sites: Floats, territory: shapely.Geometry) -> Cells:
    """Return the Voronoi cell of each site; a lone one has the whole territory."""
    if len(sites) == 1:
        return np.array([territory], dtype=object)
    diagram = shapely.voronoi_polygons(
        shapely.multipoints(sites), extend_to=territory, ordered=True
    )
    cells: Cells = shapely.get_parts(diagram)
    return cells


def _polygons(outline: shapely.Geometry, narrow: Floats) -> shapely.MultiPolygon:
    """Return to degrees; lines and points on which a zone touches the border are no part of it."""
    parts = [part for part in shapely.get_parts(outline) if part.geom_type == "Polygon"]
    back = shapely.transform(shapely.multipolygons(parts), lambda xy: xy / narrow)
    # As GeoJSON has it: the outer ring against the clock.
    return shapely.orient_polygons(back)
