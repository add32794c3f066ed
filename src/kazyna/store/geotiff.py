"""GeoTIFF grids of one band: some of their nodes, read with NumPy and zlib alone.

By the TIFF 6.0 specification (Adobe 1992) with its supplements, and GeoTIFF 1.1 (OGC 19-008r4). Why
by no library of others is told in decision 0154.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from kazyna.core.errors import Finding, InputError
from kazyna.store.lzw import lzw_decoded

Floats = npt.NDArray[np.float64]

CONVERT = "a GeoTIFF of one band, such as `gdalwarp -t_srs EPSG:4326 -co COMPRESS=DEFLATE` writes"
FIELD_TYPES = {1: "u1", 2: "u1", 3: "u2", 4: "u4", 6: "i1", 8: "i2", 9: "i4", 11: "f4", 12: "f8",
               16: "u8", 17: "i8", 18: "u8"}  # fmt: skip
"""How the values of a tag are stored, by the number of their type."""
WIDTH, HEIGHT, BITS, COMPRESSION, PREDICTOR, BANDS = 256, 257, 258, 259, 317, 277
STRIP_OFFSETS, STRIP_ROWS, STRIP_BYTES = 273, 278, 279
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_BYTES = 322, 323, 324, 325
SAMPLE_FORMAT = 339
PIXEL_SCALE, TIE_POINT, TRANSFORMATION, GEO_KEYS, NODATA = 33550, 33922, 34264, 34735, 42113
MODEL_TYPE, RASTER_TYPE, GEOGRAPHIC, PROJECTED = 1024, 1025, 2048, 3072
IS_POINT, USER_DEFINED = 2, 32767
KINDS = {1: "u", 2: "i", 3: "f"}
PLAIN, LZW, DEFLATES = 1, 5, (8, 32946)
COMPRESSIONS = {6: "JPEG", 7: "JPEG", 32773: "PackBits", 34887: "LERC", 34925: "LZMA",
                50000: "ZSTD", 50001: "WebP"}  # fmt: skip
"""Those that are not read, by name."""
NODES_MAX = 200_000_000
"""Nodes read at once; a place far from all others asks for no more memory than there is."""

Tags = Mapping[int, npt.NDArray[np.generic]]


@dataclass(frozen=True)
class GeoTiff:
    """Where the nodes of a grid lie, and where in the file its blocks are."""

    path: Path
    west: float
    north: float
    """Of the node of the first row and column, in the units of the reference system."""
    step: tuple[float, float]
    """From node to node, eastward and southward."""
    system: str
    """Reference system, such as EPSG:32643."""
    shape: tuple[int, int]
    block: tuple[int, int]
    kind: np.dtype[np.generic]
    tags: Tags


def read_header(path: Path) -> GeoTiff:
    """Read what a GeoTIFF says of itself.

    Raises
    ------
    InputError
        When it is broken, of several bands, or not placed on the globe.
    """
    try:
        with path.open("rb") as file:
            order, tags = _tags(file)
        return _described(path, order, tags)
    except (struct.error, ValueError, KeyError, IndexError) as error:
        reason = f"the file is broken: {error}"
        raise InputError(Finding(str(path), reason, CONVERT)) from error


def read_window(tiff: GeoTiff, rows: slice, columns: slice) -> Floats:
    """Read some of the nodes; NaN is unknown.

    Raises
    ------
    InputError
        When the part is too large or broken, or packed in a way that is not read.
    """
    shape = (rows.stop - rows.start, columns.stop - columns.start)
    if shape[0] * shape[1] > NODES_MAX:
        reason = f"the places lie on {shape[0]:,} rows of {shape[1]:,} nodes"
        expected = "a coarser grid, or places less far apart"
        raise InputError(Finding(str(tiff.path), reason, expected))
    values = np.full(shape, np.nan)
    try:
        with tiff.path.open("rb") as file:
            for top, left, block in _blocks(tiff, file, rows, columns):
                low, right = top + block.shape[0], left + block.shape[1]
                down = slice(max(top, rows.start), min(low, rows.stop))
                across = slice(max(left, columns.start), min(right, columns.stop))
                values[_moved(down, rows.start), _moved(across, columns.start)] = block[
                    _moved(down, top), _moved(across, left)
                ]
    except (zlib.error, ValueError, IndexError) as error:
        reason = f"the file is broken: {error}"
        raise InputError(Finding(str(tiff.path), reason, CONVERT)) from error
    return values


def _moved(part: slice, start: int) -> slice:
    return slice(part.start - start, part.stop - start)


def _tags(file: BinaryIO) -> tuple[str, Tags]:
    """Read the first directory, which is the whole grid; those behind it are coarser ones."""
    head = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None:
        raise ValueError("it does not begin as a TIFF does")
    (version,) = struct.unpack(f"{order}H", head[2:4])
    if version not in (42, 43):
        raise ValueError(f"version {version} of TIFF")
    big = version == 43  # noqa: PLR2004 (BigTIFF)
    at = (
        struct.unpack(f"{order}Q", head[8:])[0] if big else struct.unpack(f"{order}I", head[4:8])[0]
    )
    file.seek(at)
    count, entry, inline = ("Q", "HHQ", 8) if big else ("H", "HHI", 4)
    size = struct.calcsize(f"={entry}") + inline
    (number,) = struct.unpack(order + count, file.read(struct.calcsize(f"={count}")))
    entries = file.read(number * size)
    tags: dict[int, npt.NDArray[np.generic]] = {}
    for start in range(0, number * size, size):
        fixed = entries[start : start + size]
        tag, kind, values = struct.unpack(order + entry, fixed[:-inline])
        if kind not in FIELD_TYPES:
            continue
        stored = np.dtype(order + FIELD_TYPES[kind])
        content = fixed[-inline:]
        if values * stored.itemsize > inline:
            file.seek(struct.unpack(f"{order}{'Q' if big else 'I'}", content)[0])
            content = file.read(values * stored.itemsize)
        tags[tag] = np.frombuffer(content, stored, count=values)
    return order, tags


def _described(path: Path, order: str, tags: Tags) -> GeoTiff:
    bands = _first(tags, BANDS, 1)
    if bands != 1:
        reason = f"it has {bands} bands, and which is wanted cannot be told"
        raise InputError(Finding(str(path), reason, "one band: gdal_translate -b 1 in.tif out.tif"))
    shape = (_first(tags, HEIGHT), _first(tags, WIDTH))
    block = (
        (_first(tags, TILE_HEIGHT), _first(tags, TILE_WIDTH))
        if TILE_WIDTH in tags
        else (min(_first(tags, STRIP_ROWS, shape[0]), shape[0]), shape[1])
    )
    if min(*shape, *block) < 1:
        raise ValueError(f"{shape[0]} rows of {shape[1]}")
    bits, kind = _first(tags, BITS, 1), KINDS.get(_first(tags, SAMPLE_FORMAT, 1))
    if bits not in (8, 16, 32, 64) or kind is None:
        reason = f"its numbers are of {bits} bits and kind {_first(tags, SAMPLE_FORMAT, 1)}"
        raise InputError(Finding(str(path), reason, CONVERT))
    keys = _geo_keys(tags)
    west, north, step = _placed(path, tags, is_point=keys.get(RASTER_TYPE) == IS_POINT)
    stored = np.dtype(f"{order}{kind}{bits // 8}")
    return GeoTiff(path, west, north, step, _system(path, keys), shape, block, stored, tags)


def _first(tags: Tags, tag: int, otherwise: int | None = None) -> int:
    if tag not in tags and otherwise is not None:
        return otherwise
    return int(tags[tag][0])


def _geo_keys(tags: Tags) -> dict[int, int]:
    """Return the keys that hold a number of their own."""
    entries = np.asarray(tags.get(GEO_KEYS, np.zeros(4, np.uint16))).reshape(-1, 4)[1:]
    return {int(key): int(value) for key, place, _, value in entries if place == 0}


def _system(path: Path, keys: Mapping[int, int]) -> str:
    number = keys.get(PROJECTED if keys.get(MODEL_TYPE) == 1 else GEOGRAPHIC, USER_DEFINED)
    if number == USER_DEFINED:
        reason = "it names no reference system by a number of the EPSG register"
        raise InputError(Finding(str(path), reason, CONVERT))
    return f"EPSG:{number}"


def _placed(path: Path, tags: Tags, *, is_point: bool) -> tuple[float, float, tuple[float, float]]:
    """Return the place of the first node and the steps between nodes."""
    half = 0.0 if is_point else 0.5
    if TRANSFORMATION in tags:
        matrix = tags[TRANSFORMATION].astype(np.float64).reshape(4, 4)
        across, down, turned = matrix[0, 0], -matrix[1, 1], bool(matrix[0, 1] or matrix[1, 0])
        west, north = matrix[0, 3] + half * across, matrix[1, 3] - half * down
    elif PIXEL_SCALE in tags and TIE_POINT in tags:
        across, down = (float(scale) for scale in tags[PIXEL_SCALE].astype(np.float64)[:2])
        column, row, _, east, top = tags[TIE_POINT].astype(np.float64)[:5]
        turned = False
        west, north = east + (half - column) * across, top - (half - row) * down
    else:
        across = down = west = north = np.nan
        turned = True
    if turned or not (across > 0 and down > 0):
        reason = "it does not say where it lies, or lies askew"
        raise InputError(Finding(str(path), reason, CONVERT))
    return float(west), float(north), (float(across), float(down))


def _blocks(
    tiff: GeoTiff, file: BinaryIO, rows: slice, columns: slice
) -> Iterator[tuple[int, int, Floats]]:
    """Read the tiles or strips that meet a window, each with its first row and column."""
    tiled = TILE_WIDTH in tiff.tags
    offsets = tiff.tags[TILE_OFFSETS if tiled else STRIP_OFFSETS]
    lengths = tiff.tags[TILE_BYTES if tiled else STRIP_BYTES]
    height, width = tiff.block
    in_a_row = -(-tiff.shape[1] // width)
    for down in range(rows.start // height, -(-rows.stop // height)):
        for across in range(columns.start // width, -(-columns.stop // width)):
            number, top = down * in_a_row + across, down * height
            length = int(lengths[number])
            if length == 0:  # never written: nothing is known there
                continue
            file.seek(int(offsets[number]))
            high = height if tiled else min(height, tiff.shape[0] - top)
            yield top, across * width, _block(tiff, file.read(length), (high, width))


def _block(tiff: GeoTiff, packed: bytes, shape: tuple[int, int]) -> Floats:
    size = shape[0] * shape[1] * tiff.kind.itemsize
    method = _first(tiff.tags, COMPRESSION, PLAIN)
    if method == PLAIN:
        content = packed
    elif method in DEFLATES:
        content = zlib.decompressobj().decompress(packed, size)
    elif method == LZW:
        content = lzw_decoded(packed, size)
    else:
        reason = f"it is packed by {COMPRESSIONS.get(method, f'method {method}')}"
        raise InputError(Finding(str(tiff.path), reason, CONVERT))
    if len(content) < size:
        raise ValueError("a block ends too early")
    values = _unpredicted(tiff, content[:size], shape)
    found = values.astype(np.float64)
    if NODATA in tiff.tags:
        text = tiff.tags[NODATA].tobytes().split(b"\0")[0].decode("ascii", "replace")
        found[values == np.float64(text).astype(values.dtype)] = np.nan
    return found


def _unpredicted(tiff: GeoTiff, content: bytes, shape: tuple[int, int]) -> npt.NDArray[np.generic]:
    """Undo the differences between neighbours in a row that pack better than the values."""
    predictor, width = _first(tiff.tags, PREDICTOR, 1), tiff.kind.itemsize
    if predictor == 3:  # noqa: PLR2004 (floating numbers: their bytes apart, the highest first)
        bytes_ = np.frombuffer(content, np.uint8).reshape(shape[0], -1)
        summed = np.cumsum(bytes_, axis=1, dtype=np.uint8)
        joined = summed.reshape(shape[0], width, shape[1]).transpose(0, 2, 1)
        return np.ascontiguousarray(joined).view(f">f{width}").reshape(shape)
    values = np.frombuffer(content, tiff.kind).reshape(shape)
    if predictor == 1:
        return values
    whole = np.frombuffer(content, tiff.kind.str[0].replace("|", "<") + f"u{width}").reshape(shape)
    summed_whole = np.cumsum(whole, axis=1, dtype=f"u{width}")
    return summed_whole.view(tiff.kind.newbyteorder("="))
