"""Grids of heights and the like: GeoTIFF, ESRI ASCII grids and tiles of the SRTM mission."""

import re
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kazyna.core.errors import Finding, InputError
from kazyna.store.geotiff import GeoTiff, read_header, read_window
from kazyna.store.projections import WGS84, projected

Floats = npt.NDArray[np.float64]

GEOTIFFS = (".tif", ".tiff")
SUFFIXES = (*GEOTIFFS, ".asc", ".hgt")
OTHER_RASTERS = (".img", ".vrt", ".jp2", ".bil", ".nc")
CONVERT = "a GeoTIFF, or an ESRI ASCII grid in WGS 84: gdalwarp -t_srs EPSG:4326 … heights.tif"
TILE = re.compile(r"([NS])(\d{2})([EW])(\d{3})", re.IGNORECASE)
"""The name of a tile: the degrees of its south-west corner."""
VOID = -32_768
"""Where the mission saw nothing."""
LON_MAX, LAT_MAX = 180.0, 90.0


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
    system: str = WGS84


def read_raster(path: Path, lonlat: Floats) -> tuple[Raster, Floats]:
    """Read of a grid what lies around some places.

    Parameters
    ----------
    path
        A GeoTIFF of one band in any reference system that the EPSG register numbers; an ESRI ASCII
        grid in degrees; a tile of the SRTM mission.
    lonlat
        The places, shape (rows, 2), WGS 84.

    Returns
    -------
    tuple
        The grid, and the places in its coordinates.

    Raises
    ------
    InputError
        When the file is missing, broken, of another kind, or of no known place.
    """
    kind = path.suffix.lower()
    if kind not in SUFFIXES:
        raise InputError(Finding(str(path), f"{kind!r} is no kind of grid that is read", CONVERT))
    try:
        if kind in GEOTIFFS:
            return _around(read_header(path), lonlat)
        found = _tile(path) if kind == ".hgt" else _ascii_grid(path)
    except FileNotFoundError as error:
        finding = Finding(str(path), "the file does not exist", "a file that can be read")
        raise InputError(finding) from error
    except (OSError, UnicodeDecodeError) as error:
        finding = Finding(str(path), f"the file cannot be read: {error}", CONVERT)
        raise InputError(finding) from error
    _in_degrees(found, path)
    return found, lonlat


def _around(tiff: GeoTiff, lonlat: Floats) -> tuple[Raster, Floats]:
    """Read the part of a GeoTIFF that the places need: its edge, where none lies on it."""
    places = lonlat
    if tiff.system != WGS84:
        try:
            places = projected(lonlat, source=WGS84, target=tiff.system)
        except LookupError as error:
            reason = f"the reference system {tiff.system} is not known"
            raise InputError(Finding(str(tiff.path), reason, CONVERT)) from error
    across = (places[:, 0] - tiff.west) / tiff.step[0]
    down = (tiff.north - places[:, 1]) / tiff.step[1]
    last_row, last_column = tiff.shape[0] - 1, tiff.shape[1] - 1
    on = (np.abs(across * 2 - last_column) <= last_column + 1) & (
        np.abs(down * 2 - last_row) <= last_row + 1
    )
    rows, columns = _span(down[on], last_row), _span(across[on], last_column)
    west = tiff.west + columns.start * tiff.step[0]
    north = tiff.north - rows.start * tiff.step[1]
    values = read_window(tiff, rows, columns)
    return Raster(west, north, tiff.step, values, tiff.system), places


def _span(at: Floats, last: int) -> slice:
    """Return the nodes on both sides of all positions."""
    if len(at) == 0:
        return slice(0, 1)
    first = int(np.clip(np.floor(at.min()), 0, last))
    return slice(first, int(np.clip(np.ceil(at.max()), 0, last)) + 1)


def _tile(path: Path) -> Raster:
    named = TILE.search(path.stem)
    numbers = np.fromfile(path, dtype=">i2")
    size = round(len(numbers) ** 0.5)
    if named is None or size < 2 or size**2 != len(numbers):  # noqa: PLR2004
        expected = "a whole square tile by its own name, such as N42E074.hgt"
        raise InputError(Finding(str(path), "the tile cannot be told from its name", expected))
    lat = float(named[2]) * (-1 if named[1] in "sS" else 1)
    lon = float(named[4]) * (-1 if named[3] in "wW" else 1)
    values = numbers.astype(np.float64).reshape(size, size)
    values[values == VOID] = np.nan
    step = 1 / (size - 1)
    return Raster(lon, lat + 1, (step, step), values)


def _ascii_grid(path: Path) -> Raster:
    text = path.read_text(encoding="ascii")
    header: dict[str, float] = {}
    start = 0
    for line in re.finditer(r"[ \t]*([a-zA-Z_]+)[ \t]+(\S+)[ \t]*\r?\n", text):
        if line.start() != start:
            break
        header[line[1].lower()] = _number(line[2], line[1], path)
        start = line.end()
    lacking = [key for key in ("ncols", "nrows", "cellsize") if key not in header]
    corner = {"xllcorner", "yllcorner"} <= header.keys()
    if not corner and not {"xllcenter", "yllcenter"} <= header.keys():
        lacking.append("xllcorner, yllcorner")
    if lacking:
        raise InputError(Finding(str(path), f"the header has no {key}", CONVERT) for key in lacking)
    shape, size = (int(header["nrows"]), int(header["ncols"])), header["cellsize"]
    values = _numbers(text[start:], path)
    if values.size != shape[0] * shape[1] or values.size == 0:
        reason = f"{values.size} numbers stand in it, the header says {shape[0]} rows of {shape[1]}"
        raise InputError(Finding(str(path), reason, CONVERT))
    if "nodata_value" in header:
        values[values == header["nodata_value"]] = np.nan
    half = size / 2 if corner else 0.0
    west = header["xllcorner" if corner else "xllcenter"] + half
    south = header["yllcorner" if corner else "yllcenter"] + half
    return Raster(west, south + (shape[0] - 1) * size, (size, size), values.reshape(shape))


def _number(text: str, key: str, path: Path) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise InputError(Finding(str(path), f"{key} is {text!r}", "a number")) from error


def _numbers(text: str, path: Path) -> Floats:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)  # of a text that is no number
            return np.fromstring(text, sep=" ")
    except (DeprecationWarning, ValueError) as error:
        reason = "a value of the grid is no number"
        raise InputError(Finding(str(path), reason, CONVERT)) from error


def _in_degrees(found: Raster, path: Path) -> None:
    rows, columns = found.values.shape
    east = found.west + (columns - 1) * found.step[0]
    south = found.north - (rows - 1) * found.step[1]
    beyond = (
        max(abs(found.west), abs(east)) > LON_MAX or max(abs(found.north), abs(south)) > LAT_MAX
    )
    if beyond or found.step[0] <= 0:
        reason = f"the grid goes from {found.west:g}, {south:g} to {east:g}, {found.north:g}"
        raise InputError(Finding(str(path), reason, f"degrees; {CONVERT}"))
