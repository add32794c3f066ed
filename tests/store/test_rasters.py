"""Grids of heights, and what is refused of them."""

import struct
from pathlib import Path

import numpy as np
import pytest

from kazyna.core.errors import InputError
from kazyna.store import rasters
from kazyna.store.lzw import lzw_decoded
from kazyna.store.rasters import Raster

DATA = Path(__file__).parent / "data"
"""Written by tifffile 2026.3.3: 40 rows of 50 nodes, 700 + 10 row + column, one of them unknown."""
NODES = 700.0 + 10 * np.arange(40)[:, np.newaxis] + np.arange(50)
NODES[3, 4] = np.nan


EVERYWHERE = np.array([[74.006, 42.994], [74.494, 42.606], [74.5, 42.8]])
Change = tuple[bytes, bytes]


def tag(number: int, kind: int, count: int, before: int, after: int) -> Change:
    """One entry of a directory, changed."""
    head = struct.pack("<HHI", number, kind, count)
    return head + struct.pack("<H", before), head + struct.pack("<H", after)


def key(number: int, before: int, after: int) -> Change:
    head = struct.pack("<HHH", number, 0, 1)
    return head + struct.pack("<H", before), head + struct.pack("<H", after)


def read_raster(path: Path) -> Raster:
    return rasters.read_raster(path, np.array([[74.5, 42.8]]))[0]


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
    heights = np.array([[800, 810], [-32768, 830]], dtype=">i2")
    heights.tofile(tmp_path / "S43W075.hgt")
    found = read_raster(tmp_path / "S43W075.hgt")
    assert (found.west, found.north, found.step) == (-75, -42, (1, 1))
    np.testing.assert_array_equal(found.values, [[800, 810], [np.nan, 830]])


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("h.nc", "CDF", "'.nc' is no kind of grid that is read; expected a GeoTIFF"),
        ("h.tif", "II*", "the file is broken"),
        ("h.tif", "no picture at all", "it does not begin as a TIFF does"),
        ("h.asc", GRID.replace("nrows 2\n", ""), "the header has no nrows"),
        ("h.asc", GRID.replace("yllcorner 42.75\n", ""), "the header has no xllcorner, yllcorner"),
        ("h.asc", GRID.replace("4 -9999", "4"), "5 numbers stand in it, .* 2 rows of 3"),
        ("h.asc", GRID.replace("4 -9999", "4 high"), "a value of the grid is no number"),
        ("h.asc", GRID.replace("ncols 3", "ncols three"), "ncols is 'three'"),
        ("h.asc", GRID.replace("74.5", "453210.0"), "goes from 453210"),
        ("heights.hgt", "abcd", "cannot be told from its name"),
        ("N42E074.hgt", "abcdef", "a whole square tile"),
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
    ("name", "change", "words"),
    [
        ("degrees_deflate_float.tif", tag(259, 3, 1, 8, 50000), "it is packed by ZSTD"),
        ("degrees_deflate_float.tif", tag(277, 3, 1, 1, 3), "it has 3 bands"),
        ("degrees_deflate_float.tif", tag(258, 3, 1, 32, 12), "its numbers are of 12 bits"),
        ("degrees_deflate_float.tif", tag(257, 4, 1, 40, 0), "the file is broken: 0 rows of 50"),
        ("degrees_deflate_float.tif", key(2048, 4326, 32767), "names no reference system"),
        ("degrees_deflate_float.tif", key(2048, 4326, 9999), "EPSG:9999 is not known"),
        ("degrees_deflate_float.tif", (b"\x0e\x83", b"\xff\xff"), "does not say where it lies"),
    ],
)
def test_other_geotiffs_are_refused(tmp_path: Path, name: str, change: Change, words: str) -> None:
    content = (DATA / name).read_bytes()
    assert content.count(change[0]) == 1
    (tmp_path / name).write_bytes(content.replace(*change))
    with pytest.raises(InputError, match=words):
        read_raster(tmp_path / name)


@pytest.mark.parametrize("name", [path.name for path in sorted(DATA.glob("*.tif"))])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.5])
def test_a_geotiff_cut_short_is_broken(tmp_path: Path, name: str, share: float) -> None:
    content = (DATA / name).read_bytes()
    (tmp_path / name).write_bytes(content[: int(len(content) * share)])
    with pytest.raises(InputError, match="the file is broken"):
        rasters.read_raster(tmp_path / name, EVERYWHERE)


def test_an_impossible_code_is_said() -> None:
    with pytest.raises(ValueError, match="code 300 is not in the table"):
        lzw_decoded(bytes([0b10010110, 0b00000000]), 10)
