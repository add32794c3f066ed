"""Every symbol is read back by a decoder that had no part in making it, with equal bytes."""

import io
import re
import zlib

import numpy as np
import pytest
import zint
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from kazyna.core.errors import InputError
from kazyna.marking.symbol import Symbol, symbol
from kazyna.marking.symbol_datamatrix import (
    SIZES,
    CodeForm,
    Modules,
    datamatrix,
    datamatrix_batch,
    form_of,
)
from kazyna.marking.symbol_drawing import png, svg, zpl, zpl_native
from kazyna.marking.symbol_reed_solomon import check_words

MASK = "99" + "9" * 14 + "99" + "X" * 13 + "|" + "99" + "X" * 4 + "|" + "99" + "X" * 44
SIGNS = "".join(map(chr, range(33, 127)))


def some_codes(count: int) -> list[str]:
    """Codes of the form of the EAEU: 01, 21, 91, 92 with 44 signs."""
    draw = np.random.default_rng(7)

    def signs(n: int) -> str:
        return "".join(SIGNS[i] for i in draw.integers(0, len(SIGNS), n))

    return [
        f"01{draw.integers(10**13, 10**14)}21{signs(13)}\x1d91{signs(4)}\x1d92{signs(44)}"
        for _ in range(count)
    ]


def dots_of(modules: Modules, *, quiet: int = 4, scale: int = 3) -> np.ndarray:
    framed = np.pad(modules, quiet)
    dots = np.kron(1 - framed, np.ones((scale, scale), dtype=np.uint8)) * 255
    return np.ascontiguousarray(dots.astype(np.uint8))


def read_back(dots: np.ndarray) -> tuple[str, str]:
    found = zxingcpp.read_barcode(dots)
    assert found is not None
    return found.symbology_identifier, found.bytes.decode()


def by_zint(data: str) -> Modules:
    maker = zint.Symbol()
    maker.symbology = zint.Symbology.DATAMATRIX
    maker.input_mode = zint.InputMode.GS1 | zint.InputMode.GS1NOCHECK
    maker.option_3 = int(zint.DataMatrixOptions.SQUARE)
    maker.encode(data)
    packed = np.asarray(maker.encoded_data)[: maker.rows]
    return np.unpackbits(packed, axis=1, bitorder="little")[:, : maker.width]


def test_check_words_of_the_standard() -> None:
    """ISO/IEC 16022:2006 annex O: "123456" is 142 164 186, its check words 114 25 5 88 102."""
    assert check_words(bytes([142, 164, 186]), 5) == bytes([114, 25, 5, 88, 102])


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size.side))
def test_every_size_has_the_modules_that_zint_draws(size) -> None:  # type: ignore[no-untyped-def]
    value = "".join("aB-cD_"[n % 6] for n in range(size.data_words - 2))
    assert datamatrix(f"10{value}").shape == (size.side, size.side)
    assert (datamatrix(f"10{value}") == by_zint(f"[10]{value}")).all()


def test_a_batch_is_read_back() -> None:
    codes = some_codes(40)
    modules = datamatrix_batch(codes, CodeForm(MASK))
    assert modules.shape == (40, 36, 36)
    for code, each in zip(codes, modules, strict=True):
        assert read_back(dots_of(each)) == ("]d2", code)


def test_a_batch_has_the_modules_of_its_codes_one_by_one() -> None:
    codes = some_codes(5_000)
    modules = datamatrix_batch([code.encode() for code in codes], CodeForm(MASK))
    for row in (0, 1, 4_095, 4_096, 4_999):
        single = datamatrix_batch([codes[row]], CodeForm(MASK))
        assert (modules[row] == single[0]).all()


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(min_codepoint=29, max_codepoint=126), min_size=1, max_size=90))
def test_any_element_string_is_read_back(text: str) -> None:
    content = "10" + text.replace("\x1e", "0").replace("\x1f", "1")
    assert read_back(dots_of(datamatrix(content))) == ("]d2", content)


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        (["0104601234567893"], "16 characters"),
        (["010460123456789x21" + "a" * 67], "not of the form"),
        (["01" * 9 + "a" * 67], "not of the form"),
    ],
)
def test_codes_that_are_not_of_the_form_are_refused_by_row(codes: list[str], words: str) -> None:
    good = some_codes(1)
    with pytest.raises(InputError, match=words) as error:
        datamatrix_batch(good + codes, CodeForm(MASK))
    assert error.value.findings[0].row == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "or none"),
        ("10ё", "beyond ASCII"),
        ("10" + "a" * 2_000, "code words"),
        ("(01)04601234567890", "Bad checksum"),
        ("(00)040123450000003339", "Bad checksum"),
        ("(xx)1", "AI"),
        ("https://x.example/" + "a" * 4_000, "too long"),
    ],
)
def test_what_cannot_be_a_symbol_is_refused(content: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        symbol(content)


def test_a_mask_has_known_signs_only() -> None:
    with pytest.raises(ValueError, match="9, X and"):
        CodeForm("99Z")
    assert form_of("01a\x1d").mask == "99X|"


KINDS = [
    ("0104601234567893215abc\x1d93dGVz", "datamatrix", "]d2", "0104601234567893215abc\x1d93dGVz"),
    ("(01)04601234567893(21)5a(91)X1", "datamatrix", "]d2", "010460123456789321" + "5a\x1d91X1"),
    ("(00)040123450000003338", "gs1-128", "]C1", "00040123450000003338"),
    ("https://id.gs1.org/01/04012345123456/21/12", "qr", "]Q1", None),
]


def dots_of_png(data: bytes) -> np.ndarray:
    """Read the one kind of PNG that is written here, with nothing of the writer's."""
    stream = io.BytesIO(data)
    assert stream.read(8) == b"\x89PNG\r\n\x1a\n"
    parts = {}
    while head := stream.read(8):
        length, kind = int.from_bytes(head[:4]), head[4:]
        parts[kind] = stream.read(length)
        assert zlib.crc32(kind + parts[kind]) == int.from_bytes(stream.read(4))
    width, height = (int.from_bytes(parts[b"IHDR"][at : at + 4]) for at in (0, 4))
    rows = np.frombuffer(zlib.decompress(parts[b"IDAT"]), dtype=np.uint8).reshape(height, -1)
    return np.ascontiguousarray(np.unpackbits(rows[:, 1:], axis=1)[:, :width] * np.uint8(255))


def dots_of_svg(text: str) -> np.ndarray:
    width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', text).groups())  # type: ignore[union-attr]
    modules = np.zeros((height, width), dtype=np.uint8)
    for x, y, across, down in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-\d+z", text):
        modules[int(y) : int(y) + int(down), int(x) : int(x) + int(across)] = 1
    return dots_of(modules, quiet=2)


def dots_of_zpl(text: str) -> np.ndarray:
    found = re.search(r"\^GFA,(\d+),\1,(\d+),([0-9A-F]+)\^FS", text)
    assert found is not None
    rows = np.frombuffer(bytes.fromhex(found.group(3)), dtype=np.uint8)
    bits = np.unpackbits(rows.reshape(-1, int(found.group(2))), axis=1)
    return dots_of(bits, quiet=70, scale=1)


@pytest.mark.parametrize(("content", "kind", "identifier", "expected"), KINDS)
def test_each_kind_in_each_format_is_read_back(
    content: str, kind: str, identifier: str, expected: str | None
) -> None:
    made = symbol(content)
    assert made.kind == kind
    wanted = (identifier, content if expected is None else expected)
    assert read_back(dots_of_png(png(made))) == wanted
    assert read_back(dots_of_svg(svg(made))) == wanted
    assert read_back(dots_of_zpl(zpl(made))) == wanted


def test_a_square_symbol_has_its_size_on_paper() -> None:
    assert 'width="19mm" height="19mm"' in svg(symbol(some_codes(1)[0]), module_mm=0.5)


def printed(field: str) -> str:
    """What the escapes of a ^BX field stand for."""
    text = re.sub(r"_d(\d{3})|_1", lambda m: chr(int(m[1])) if m[1] else "\x1d", field)
    assert text.startswith("\x1d")
    return text[1:]


@pytest.mark.parametrize("code", some_codes(30))
def test_the_printers_own_encoder_is_told_the_same(code: str) -> None:
    label = zpl_native(code)
    found = re.fullmatch(r"\^XA\^FO6,6\^BXN,6,200,,,,_\^FD(.*)\^FS\^XZ", label)
    assert found is not None
    assert not set("^~") & set(found.group(1)), "a code never becomes a command"
    assert printed(found.group(1)) == code


def test_symbols_are_framed_by_their_quiet_zone() -> None:
    made = Symbol("datamatrix", np.ones((2, 2), dtype=np.uint8), "")
    assert made.framed.shape == (4, 4)
    assert made.framed.sum() == 4
