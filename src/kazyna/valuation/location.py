"""Where properties are: kilometres on a local plane."""

from dataclasses import dataclass

import numpy as np

from kazyna.valuation.columns import Floats

KM_PER_DEGREE = 111.32
"""Length of a degree of latitude (and of longitude on the equator), to 0.5 %."""
REACH_KM = 100.0
"""A market tells of places as far beyond its sales as it is wide itself, or as this at least."""


@dataclass(frozen=True)
class Plane:
    """A plane that touches the globe amid the sales; good to a few hundred kilometres."""

    lon: float
    lat: float

    def km(self, lonlat: Floats) -> Floats:
        """Project degrees, shape (rows, 2), to kilometres east and north; NaN stays NaN."""
        east = (lonlat[:, 0] - self.lon) * np.cos(np.radians(self.lat))
        return np.column_stack([east, lonlat[:, 1] - self.lat]) * KM_PER_DEGREE


def plane_of(lonlat: Floats) -> Plane | None:
    """Return the plane amid these places; None when they do not tell the properties apart."""
    known = lonlat[~np.isnan(lonlat).any(axis=1)]
    if len(np.unique(known, axis=0)) < 2:  # noqa: PLR2004
        return None
    lon, lat = np.median(known, axis=0)
    return Plane(float(lon), float(lat))


@dataclass(frozen=True)
class Extent:
    """The least box that holds the sales, in kilometres on their plane."""

    low: tuple[float, float]
    high: tuple[float, float]

    @property
    def reach_km(self) -> float:
        """How far beyond the box the sales still tell of a place."""
        width, height = (end - start for start, end in zip(self.low, self.high, strict=True))
        return max(REACH_KM, width, height)

    def beyond(self, km: Floats) -> Floats:
        """How far each place, shape (rows, 2), lies beyond the box; not above 0 inside of it."""
        return np.asarray(np.maximum(self.low - km, km - self.high).max(axis=1))

    def within_reach(self, km: Floats) -> Floats:
        """Take the places beyond reach for unknown: they are none of this market's."""
        return np.where((self.beyond(km) > self.reach_km)[:, None], np.nan, km)


def extent_of(km: Floats) -> Extent:
    """Return the box around these places, of which one at least is known."""
    west, south = np.nanmin(km, axis=0).tolist()
    east, north = np.nanmax(km, axis=0).tolist()
    return Extent((west, south), (east, north))
