"""A printed sheet, turned into pixels, is read by a decoder: every label, byte by byte."""

import zlib
from datetime import date

import numpy as np
import pytest
import zxingcpp

from kazyna.documents.labels import LabelSheet, render_labels
from kazyna.marking.symbol import symbol

DAY = date(2026, 6, 1)
CODES = [f"0104601234567893215{n:03}aB_\x1d93dG{n % 10}z" for n in range(30)]
OTHERS = ["(00)040123450000003338", "https://id.gs1.org/01/04012345123456/21/12"]


def pixels(png: bytes) -> np.ndarray:
    """Decode the grey of a PNG of eight bits; the typesetter's pages are black and white."""
    position, parts, width, height = 8, [], 0, 0
    while position < len(png):
        length, kind = (
            int.from_bytes(png[position : position + 4]),
            png[position + 4 : position + 8],
        )
        data = png[position + 8 : position + 8 + length]
        if kind == b"IHDR":
            width, height = int.from_bytes(data[:4]), int.from_bytes(data[4:8])
            assert data[8:] == bytes([8, 6, 0, 0, 0])
        elif kind == b"IDAT":
            parts.append(data)
        position += 12 + length
    rows = np.frombuffer(zlib.decompress(b"".join(parts)), dtype=np.uint8).reshape(height, -1)
    image, above = np.empty((height, width), dtype=np.uint8), np.zeros(width, dtype=np.uint8)
    for number, row in enumerate(rows):
        above = unfiltered(int(row[0]), row[1::4], above)
        image[number] = above
    return image


def unfiltered(kind: int, row: np.ndarray, above: np.ndarray) -> np.ndarray:
    if kind == 0:
        return row
    if kind == 1:
        return np.asarray(np.cumsum(row, dtype=np.uint8))
    if kind == 2:
        return np.asarray(row + above)
    left = corner = 0
    line = []
    for value, up in zip(row.tolist(), above.tolist(), strict=True):
        near = (left + up) // 2 if kind == 3 else paeth(left, up, corner)
        left, corner = (value + near) & 255, up
        line.append(left)
    return np.array(line, dtype=np.uint8)


def paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda each: abs(guess - each))


def test_every_label_of_a_sheet_is_read_back() -> None:
    sheet = LabelSheet(tuple(map(symbol, CODES)), DAY, title="Order 7", module_mm=0.6)
    found = zxingcpp.read_barcodes(pixels(render_labels(sheet, page_format="png")))
    assert sorted(each.bytes.decode() for each in found) == sorted(CODES)
    assert {each.symbology_identifier for each in found} == {"]d2"}


def test_other_kinds_of_symbols_are_read_back() -> None:
    sheet = LabelSheet(tuple(map(symbol, OTHERS)), DAY, module_mm=0.6)
    found = zxingcpp.read_barcodes(pixels(render_labels(sheet, page_format="png")))
    texts = {each.symbology_identifier: each.bytes.decode() for each in found}
    assert texts == {"]C1": "00040123450000003338", "]Q1": OTHERS[1]}


def test_the_same_sheet_is_the_same_file() -> None:
    sheet = LabelSheet(tuple(map(symbol, CODES[:3])), DAY, captions=("a", "b", "#c"))
    pdf = render_labels(sheet)
    assert pdf.startswith(b"%PDF")
    assert pdf == render_labels(sheet)


def test_each_symbol_has_its_caption() -> None:
    with pytest.raises(ValueError, match="2 captions for 1 symbols"):
        render_labels(LabelSheet((symbol(CODES[0]),), DAY, captions=("a", "b")))
