"""Grids of heights and the like, such as GeoTIFF, by GDAL."""

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio import warp
from rasterio.errors import CRSError, NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from kazyna.core.errors import Finding, InputError

Floats = npt.NDArray[np.float64]

DRIVERS = {".tif": "GTiff", ".tiff": "GTiff", ".asc": "AAIGrid", ".hgt": "SRTMHGT", ".img": "HFA"}
"""How each kind of file is read; a kind that may name other files, such as .vrt, is not."""
OTHER_RASTERS = (".vrt", ".jp2", ".bil", ".nc")
CONVERT = "a GeoTIFF of one band, such as `gdalwarp -t_srs EPSG:4326` writes"
WGS84 = "EPSG:4326"
LON_MAX, LAT_MAX = 180.0, 90.0
NODES_MAX = 200_000_000
"""Nodes read at once; a place far from all others asks for no more memory than there is."""


@dataclass(frozen=True)
class Raster:
    """Values at the nodes of a grid, north first."""

    west: float
    north: float
    """Where the node of the first row and column is, in the units of the reference system."""
    step: tuple[float, float]
    """From node to node, eastward and southward."""
    values: Floats
    """Shape (rows, columns); NaN is unknown."""


def read_raster(path: Path, lonlat: Floats) -> tuple[Raster, Floats]:
    """Read of a grid what lies around some places.

    Parameters
    ----------
    path
        A GeoTIFF or Erdas grid of one band in any reference system that it names; an ESRI ASCII
        grid, in degrees where no .prj beside it says otherwise; a tile of the SRTM mission.
    lonlat
        The places, shape (rows, 2), WGS 84; NaN is unknown.

    Returns
    -------
    tuple
        The grid, and the places in its coordinates.

    Raises
    ------
    InputError
        When the file is missing, broken, of another kind, or of no known place.
    """
    driver = DRIVERS.get(path.suffix.lower())
    if driver is None:
        reason = f"{path.suffix!r} is no kind of grid that is read"
        raise InputError(Finding(str(path), reason, CONVERT))
    if not path.is_file():
        raise InputError(Finding(str(path), "the file does not exist", "a file that can be read"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # refused below
            with rasterio.open(path, driver=driver) as grid:
                return _around(grid, lonlat, path)
    except (RasterioError, CRSError, ValueError) as error:
        finding = Finding(str(path), f"the file cannot be read: {error}", CONVERT)
        raise InputError(finding) from error


def projected(places: Floats, *, source: str, target: str) -> Floats:
    """Carry places, shape (rows, 2), from one reference system into another; NaN stays NaN.

    East stands before north, whatever the axes of the systems are by their definition.

    Raises
    ------
    rasterio.errors.CRSError
        When a system is not known.
    """
    moved = np.full(places.shape, np.nan)
    known = np.isfinite(places).all(axis=1)
    if known.any():
        moved[known] = np.column_stack(warp.transform(source, target, *places[known].T))
    moved[~np.isfinite(moved).all(axis=1)] = np.nan
    return moved


def _around(grid: DatasetReader, lonlat: Floats, path: Path) -> tuple[Raster, Floats]:
    """Read the part of a grid that the places need: its edge, where none lies on it."""
    _require_plain(grid, path)
    system = WGS84 if grid.crs is None else grid.crs.to_wkt()
    places = lonlat if system == WGS84 else projected(lonlat, source=WGS84, target=system)
    step = (grid.transform.a, -grid.transform.e)
    west, north = grid.transform @ (0.5, 0.5)
    across, down = (places[:, 0] - west) / step[0], (north - places[:, 1]) / step[1]
    last_row, last_column = grid.height - 1, grid.width - 1
    on = (np.abs(across * 2 - last_column) <= last_column + 1) & (
        np.abs(down * 2 - last_row) <= last_row + 1
    )
    rows, columns = _span(down[on], last_row), _span(across[on], last_column)
    if (nodes := len(rows) * len(columns)) > NODES_MAX:
        reason = f"between the places lie {nodes:,} nodes"
        raise InputError(Finding(str(path), reason, f"a coarser grid; no more than {NODES_MAX:,}"))
    window = Window(columns.start, rows.start, len(columns), len(rows))
    read = grid.read(1, window=window, masked=True).astype(np.float64).filled(np.nan)
    values = read * grid.scales[0] + grid.offsets[0]
    corner = (west + columns.start * step[0], north - rows.start * step[1])
    return Raster(*corner, step, values), places


def _span(at: Floats, last: int) -> range:
    """Return the nodes on both sides of all positions."""
    if len(at) == 0:
        return range(1)
    first, final = np.clip([np.floor(at.min()), np.ceil(at.max())], 0, last).astype(int).tolist()
    return range(first, final + 1)


def _require_plain(grid: DatasetReader, path: Path) -> None:
    """Refuse a grid of several bands, one that lies askew, and one of no known place."""
    turn = grid.transform
    reasons = {
        f"it has {grid.count} bands": grid.count != 1,
        "it lies askew": turn.b != 0 or turn.d != 0 or turn.a <= 0 or turn.e >= 0,
        "it does not say where it lies": turn.is_identity,
    }
    if grid.crs is None:
        west, south, east, north = grid.bounds
        beyond = max(abs(west), abs(east)) > LON_MAX + turn.a or (
            max(abs(south), abs(north)) > LAT_MAX - turn.e
        )
        reach = f"from {west:g}, {south:g} to {east:g}, {north:g}"
        reasons[f"it names no reference system, and goes {reach}"] = (
            beyond or grid.driver == "GTiff"
        )
    findings = [Finding(str(path), reason, CONVERT) for reason, holds in reasons.items() if holds]
    if findings:
        raise InputError(findings)
