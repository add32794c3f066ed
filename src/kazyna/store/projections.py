"""Coordinates of one reference system in another, by the PROJ inside of the layers' reader."""

import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import numpy.typing as npt
import pyogrio
import shapely

Floats = npt.NDArray[np.float64]

WGS84 = "EPSG:4326"
IN_DEGREES = (WGS84, "OGC:CRS84")
WARPED = """<OGRVRTDataSource><OGRVRTWarpedLayer>
<OGRVRTLayer name="places">
<SrcDataSource relativeToVRT="1">places.fgb</SrcDataSource>
</OGRVRTLayer>
<TargetSRS>{target}</TargetSRS>
</OGRVRTWarpedLayer></OGRVRTDataSource>"""


def projected(places: Floats, *, source: str, target: str) -> Floats:
    """Carry places from one reference system into another.

    pyogrio brings PROJ for its layers and lends it to nobody, but a virtual layer asks for it; a
    second PROJ would weigh 33 MB.

    Parameters
    ----------
    places
        Shape (rows, 2): longitude and latitude, or east and north, whatever the axes of the system
        are by its definition.
    source, target
        Reference systems, by the number of the register such as EPSG:32643, or as WKT.

    Returns
    -------
    Floats
        As many rows; NaN where a place is not known or has no image.

    Raises
    ------
    LookupError
        When a system is not known.
    """
    moved = np.full(places.shape, np.nan)
    known = np.isfinite(places).all(axis=1)
    if not known.any():
        return moved
    try:
        moved[known] = _carried(places[known], source, target)
    except (IndexError, pyogrio.errors.CRSError, pyogrio.errors.DataSourceError) as error:
        raise LookupError(f"{source} or {target} is not known") from error
    return moved


def _carried(places: Floats, source: str, target: str) -> Floats:
    with tempfile.TemporaryDirectory() as folder:
        pyogrio.raw.write(
            Path(folder) / "places.fgb",
            geometry=shapely.to_wkb(shapely.points(places)),
            field_data=[],
            fields=[],
            geometry_type="Point",
            crs=source,
            SPATIAL_INDEX="NO",  # which would order the places anew
        )
        virtual = Path(folder) / "places.vrt"
        virtual.write_text(WARPED.format(target=escape(target)), encoding="utf-8")
        meta, table = pyogrio.read_arrow(virtual)
    points = shapely.from_wkb(
        table[meta["geometry_name"] or "wkb_geometry"].to_numpy(zero_copy_only=False)
    )
    found = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
    found[~np.isfinite(found).all(axis=1)] = np.nan
    return found
