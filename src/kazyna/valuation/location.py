"""Where properties are: kilometres on a local plane."""

from dataclasses import dataclass

import numpy as np

from kazyna.valuation.columns import Floats

KM_PER_DEGREE = 111.32
"""Length of a degree of latitude (and of longitude on the equator), to 0.5 %."""


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
