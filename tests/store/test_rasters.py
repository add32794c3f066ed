"""Grids of heights, and what is refused of them."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning

from kazyna.core.errors import InputError
from kazyna.store import rasters
from kazyna.store.rasters import Raster

DATA = Path(__file__).parent / "data"
"""Written by tifffile 2026.3.3: 40 rows of 50 nodes, 700 + 10 row + column, one of them unknown."""
NODES = 700.0 + 10 * np.arange(40)[:, np.newaxis] + np.arange(50)
NODES[3, 4] = np.nan


EVERYWHERE = np.array([[74.006, 42.994], [74.494, 42.606], [74.5, 42.8]])


def read_raster(path: Path) -> Raster:
    return rasters.read_raster(path, np.array([[74.54, 42.89], [74.74, 42.81]]))[0]


GRID = """ncols 3
nrows 2
xllcorner 74.5
yllcorner 42.75
cellsize 0.1
NODATA_value -9999
1 2 3
4 -9999 6
"""


def written(folder: Path, text: str, name: str = "heights.asc") -> Path:
    path = folder / name
    path.write_text(text, encoding="ascii")
    return path


def test_an_ascii_grid_is_read_at_the_middles_of_its_cells(tmp_path: Path) -> None:
    found = read_raster(written(tmp_path, GRID))
    assert (found.west, found.north) == pytest.approx((74.55, 42.9))
    np.testing.assert_array_equal(found.values, [[1, 2, 3], [4, np.nan, 6]])
    centres = GRID.replace("corner", "center").replace("\n", "\r\n")
    assert read_raster(written(tmp_path, centres)).west == pytest.approx(74.5)


def test_a_tile_of_the_mission_is_placed_by_its_name(tmp_path: Path) -> None:
    heights = np.full((1201, 1201), 800, dtype=">i2")
    heights[600, 600], heights[600, 601] = -32768, 830
    heights.tofile(tmp_path / "S43W075.hgt")
    places = np.array([[-74.5, -42.5], [-74.4999, -42.5]])
    found, _ = rasters.read_raster(tmp_path / "S43W075.hgt", places)
    assert (found.west, found.north) == pytest.approx((-74.5, -42.5))
    assert found.step == pytest.approx((1 / 1200, 1 / 1200))
    np.testing.assert_array_equal(found.values, [[np.nan, 830]])


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("h.nc", "CDF", "'.nc' is no kind of grid that is read; expected a GeoTIFF"),
        ("h.tif", "no picture at all", "h.tif: the file cannot be read"),
        ("h.asc", GRID.replace("nrows 2\n", ""), "h.asc: the file cannot be read"),
        ("h.asc", GRID.replace("74.5", "453210.0"), "goes from 453210"),
        ("heights.hgt", "abcd", "heights.hgt: the file cannot be read"),
    ],
)
def test_other_grids_are_refused(tmp_path: Path, name: str, text: str, words: str) -> None:
    path = written(tmp_path, text, name)
    with pytest.raises(InputError, match=words):
        read_raster(path)


def test_a_grid_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the file does not exist"):
        read_raster(tmp_path / "none.asc")


@pytest.mark.parametrize("name", ["degrees_deflate_float.tif", "degrees_plain_bigtiff.tif"])
def test_of_a_geotiff_the_nodes_around_the_places_are_read(name: str) -> None:
    corners = np.array([[74.006, 42.994], [74.494, 42.606], [80.0, 50.0], [np.nan, np.nan]])
    found, places = rasters.read_raster(DATA / name, corners)
    assert (found.west, found.north) == pytest.approx((74.005, 42.995))
    assert found.step == pytest.approx((0.01, 0.01))
    np.testing.assert_array_equal(found.values, NODES)
    np.testing.assert_array_equal(places, corners)
    part, _ = rasters.read_raster(DATA / name, np.array([[74.337, 42.812], [74.342, 42.809]]))
    assert (part.west, part.north) == pytest.approx((74.335, 42.815))
    np.testing.assert_array_equal(part.values, NODES[18:20, 33:35])


def test_places_are_carried_into_the_metres_of_a_geotiff() -> None:
    """Its nodes are points, every 30 m from 459000, 4739000 (UTM 43); the place by pyproj 3.7.2."""
    lonlat = np.array([[74.5, 42.8], [74.5, 42.8001]])
    found, places = rasters.read_raster(DATA / "metres_lzw_big_endian.tif", lonlat)
    assert places[0] == pytest.approx((459_113.851, 4_738_726.739), abs=0.01)
    assert (found.west, found.north) == (459_090, 4_739_000 - 8 * 30)
    np.testing.assert_array_equal(found.values, NODES[8:11, 3:5])


def test_of_a_grid_elsewhere_nothing_is_known() -> None:
    found, _ = rasters.read_raster(DATA / "degrees_plain_bigtiff.tif", np.array([[10.0, 50.0]]))
    assert found.values.shape == (1, 1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"count": 2}, "it has 2 bands"),
        ({"crs": None}, "it names no reference system"),
        ({"transform": Affine(0.01, 0.001, 74.5, 0, -0.01, 42.8)}, "it lies askew"),
        ({"transform": Affine.identity()}, "it does not say where it lies"),
        ({"width": 20_000, "height": 20_000, "transform": Affine(1e-4, 0, 74.0, 0, -1e-4, 43.0)},
         "between the places lie 361,076,004 nodes"),
    ],
)  # fmt: skip
def test_other_geotiffs_are_refused(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    plain: dict[str, Any] = {
        "driver": "GTiff", "width": 3, "height": 2, "count": 1, "dtype": "int16",
        "crs": "EPSG:4326", "transform": Affine(0.01, 0, 74.5, 0, -0.01, 42.8), "SPARSE_OK": True,
    }  # fmt: skip
    path = tmp_path / "heights.tif"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        rasterio.open(path, "w", **plain | change).close()
    with pytest.raises(InputError, match=words):
        rasters.read_raster(path, np.array([[74.05, 42.95], [75.95, 41.05]]))


@pytest.mark.parametrize("name", [path.name for path in sorted(DATA.glob("*.tif"))])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.5])
def test_a_geotiff_cut_short_is_refused(tmp_path: Path, name: str, share: float) -> None:
    content = (DATA / name).read_bytes()
    (tmp_path / name).write_bytes(content[: int(len(content) * share)])
    with pytest.raises(InputError, match=name):
        rasters.read_raster(tmp_path / name, EVERYWHERE)
