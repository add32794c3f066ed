"""Grids of heights, and what is refused of them."""

from pathlib import Path

import numpy as np
import pytest

from kazyna.core.errors import InputError
from kazyna.store.rasters import read_raster

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
        ("h.tif", "II", "'.tif' is no kind of grid that is read; expected an ESRI ASCII grid"),
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
