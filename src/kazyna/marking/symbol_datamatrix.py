"""GS1 DataMatrix (ECC 200) symbols: one of any element string, and many of one form at speed.

All codes of a form have the same length and digits at the same places, so the layout of their code
words is the same: what varies is a table look-up, the check words are exclusive-ors of table rows,
and the placement of the bits is one permutation for all.

Source: ISO/IEC 16022:2006 (encodation 5.2, sizes table 7, placement annex F, Reed–Solomon annex E);
GS1 General Specifications section 5.6 (leading FNC1).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from kazyna.core.errors import Finding, InputError
from kazyna.marking.symbol_reed_solomon import contribution_tables

Modules = NDArray[np.uint8]
"""1 is a dark module; rows from the top."""

SEPARATOR = "\x1d"
"""What a scanner reports for an FNC1 between elements."""

FNC1, PAD, PAIRS = 232, 129, 130
SEPARATOR_BYTE = 29
ASCII_MAX = 127
SINGLE_WORDS = np.arange(1, 257, dtype=np.uint16).astype(np.uint8)
SINGLE_WORDS[SEPARATOR_BYTE] = FNC1
"""The code word of each character that stands alone."""
ROWS_AT_ONCE = 4_096
"""Symbols made together: their code words stay in the processor's cache."""
FIXED_WORD = 0b0000_0001
"""Stands behind the code words: its first bit is always light, its last one always dark."""
LIGHT, DARK = 0, 7


@dataclass(frozen=True)
class Size:
    """One square size of symbols."""

    side: int
    """Modules with the finder pattern, without the quiet zone."""
    regions: int
    """Data regions beside and below one another."""
    data_words: int
    check_words: int
    blocks: int

    @property
    def inner(self) -> int:
        """Modules of one side that hold data."""
        return self.side - 2 * self.regions


SIZES = tuple(
    Size(*row)
    for row in (
        (10, 1, 3, 5, 1),
        (12, 1, 5, 7, 1),
        (14, 1, 8, 10, 1),
        (16, 1, 12, 12, 1),
        (18, 1, 18, 14, 1),
        (20, 1, 22, 18, 1),
        (22, 1, 30, 20, 1),
        (24, 1, 36, 24, 1),
        (26, 1, 44, 28, 1),
        (32, 2, 62, 36, 1),
        (36, 2, 86, 42, 1),
        (40, 2, 114, 48, 1),
        (44, 2, 144, 56, 1),
        (48, 2, 174, 68, 1),
        (52, 2, 204, 84, 2),
        (64, 4, 280, 112, 2),
        (72, 4, 368, 144, 4),
        (80, 4, 456, 192, 4),
        (88, 4, 576, 224, 4),
        (96, 4, 696, 272, 4),
        (104, 4, 816, 336, 6),
        (120, 6, 1050, 408, 6),
        (132, 6, 1304, 496, 8),
    )
)
"""The square sizes whose blocks are all alike: every one but 144."""


@dataclass(frozen=True)
class CodeForm:
    """Where the codes of one form have digits, other characters and separators.

    `mask` has a sign for each character of the code: `9` for what is always a digit, `X` for any
    character of ASCII, `|` for a separator.
    """

    mask: str

    def __post_init__(self) -> None:
        if not self.mask or set(self.mask) - set("9X|"):
            raise ValueError(f"the mask of a code has 9, X and | only, not {self.mask!r}")


@cache
def words_of(mask: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return where each code word of a mask begins in the code, and how many characters it has."""
    starts: list[int] = []
    lengths: list[int] = []
    position = 0
    while position < len(mask):
        length = 2 if mask[position : position + 2] == "99" else 1
        starts.append(position)
        lengths.append(length)
        position += length
    return tuple(starts), tuple(lengths)


def size_for(data_words: int) -> Size:
    """Return the smallest size that holds so many data words.

    Raises
    ------
    InputError
        If there is none.
    """
    for size in SIZES:
        if data_words <= size.data_words:
            return size
    most = SIZES[-1].data_words
    raise InputError(Finding("code", f"{data_words} code words", f"at most {most}"))


@cache
def placement(size: Size) -> NDArray[np.intp]:
    """Return which bit of the code words each module shows.

    Returns
    -------
    array of (side, side)
        Bit numbers, eight a word, highest first; those of `FIXED_WORD` behind the last stand for
        modules that are always light or always dark.
    """
    bits = 8 * (size.data_words + size.check_words)
    dashed = np.array([bits + DARK, bits + LIGHT])
    inner = _utah(size.inner, bits)
    step = size.inner // size.regions
    modules = np.empty((size.side, size.side), dtype=np.intp)
    for row in range(size.regions):
        for column in range(size.regions):
            top, left = row * (step + 2), column * (step + 2)
            region = modules[top : top + step + 2, left : left + step + 2]
            # Solid at the left and below, dashed above and at the right.
            region[0] = np.resize(dashed, step + 2)
            region[:, -1] = np.resize(dashed[::-1], step + 2)
            region[:, 0] = bits + DARK
            region[-1] = bits + DARK
            region[1:-1, 1:-1] = inner[
                row * step : (row + 1) * step, column * step : (column + 1) * step
            ]
    return modules


_Spots = tuple[tuple[int, int], ...]

UTAH: _Spots = ((-2, -2), (-2, -1), (-1, -2), (-1, -1), (-1, 0), (0, -2), (0, -1), (0, 0))
"""Where the eight bits of a word stand relative to its last."""

CORNERS: tuple[tuple[int, _Spots], ...] = (
    (0, ((-1, 0), (-1, 1), (-1, 2), (0, -2), (0, -1), (1, -1), (2, -1), (3, -1))),
    (-2, ((-3, 0), (-2, 0), (-1, 0), (0, -4), (0, -3), (0, -2), (0, -1), (1, -1))),
)
"""Words that stand across corners: met in the first column, so many rows from the end; their bits,
negative numbers counted from the far edge. The annex has two more, for oblong symbols."""


def _walk(side: int) -> Iterator[tuple[int, int]]:
    """Yield where the last bit of each word may stand: up one diagonal, down the next."""
    row, column = 4, 0
    while row < side or column < side:
        while row >= 0 and column < side:
            yield row, column
            row, column = row - 2, column + 2
        row, column = row + 1, column + 3
        while row < side and column >= 0:
            yield row, column
            row, column = row + 2, column - 2
        row, column = row + 3, column + 1


def _utah(side: int, bits: int) -> NDArray[np.intp]:
    """Place words along diagonals as annex F walks them."""
    grid = np.full((side, side), -1, dtype=np.intp)
    corners = {(side + below, 0): spots for below, spots in CORNERS}
    word = 0
    for row, column in _walk(side):
        if (row, column) in corners:
            spots = corners[row, column]
        elif 0 <= row < side and 0 <= column < side and grid[row, column] < 0:
            spots = tuple(_wrapped(row + down, column + right, side) for down, right in UTAH)
        else:
            continue
        for bit, (down, right) in enumerate(spots):
            grid[down, right] = 8 * word + bit
        word += 1
    if grid[-1, -1] < 0:
        # Where no word reaches the last corner it has a fixed pattern.
        light, dark = bits + LIGHT, bits + DARK
        grid[-2:, -2:] = [[dark, light], [light, dark]]
    return grid


def _wrapped(row: int, column: int, side: int) -> tuple[int, int]:
    """Bring what falls off one edge in at the other, shifted."""
    shift = 4 - (side + 4) % 8
    if row < 0:
        row, column = row + side, column + shift
    if column < 0:
        row, column = row + shift, column + side
    return row, column


def _padding(first: int, count: int) -> list[int]:
    """Return so many pad words from a position counted from 1; all but the first are scrambled."""
    words = [PAD] if count else []
    for position in range(first + 1, first + count):
        scrambled = PAD + 149 * position % 253 + 1
        words.append(scrambled if scrambled <= 254 else scrambled - 254)  # noqa: PLR2004
    return words


def datamatrix(element_string: str) -> Modules:
    """Encode one GS1 element string as a square Data Matrix with a leading FNC1.

    Parameters
    ----------
    element_string
        Application identifiers and values as a scanner reports them, without the symbology
        identifier; `SEPARATOR` ends elements of variable length.

    Returns
    -------
    array of (side, side)
        Without a quiet zone.

    Raises
    ------
    InputError
        For characters beyond ASCII, or more than a symbol holds.

    References
    ----------
    ISO/IEC 16022:2006; GS1 General Specifications 5.6.
    """
    if not element_string or any(ord(sign) > ASCII_MAX for sign in element_string):
        reason = f"{element_string!r} has a character beyond ASCII, or none"
        raise InputError(Finding("code", reason, "an element string"))
    modules: Modules = datamatrix_batch([element_string], form_of(element_string))[0]
    return modules


def form_of(element_string: str) -> CodeForm:
    """Return the form of one code alone: whatever is a digit in it is taken for one always."""
    signs = (
        "9" if "0" <= sign <= "9" else "|" if sign == SEPARATOR else "X" for sign in element_string
    )
    return CodeForm("".join(signs))


def datamatrix_batch(codes: Sequence[str] | Sequence[bytes], form: CodeForm) -> Modules:
    """Encode many element strings of one form.

    Parameters
    ----------
    codes
        Element strings, each as long as the mask of the form.
    form
        Where digits, other characters and separators stand.

    Returns
    -------
    array of (codes, side, side)
        Without quiet zones.

    Raises
    ------
    InputError
        For the first codes that are not of the form, each by its row.
    """
    characters = _characters(codes, form)
    starts, lengths = words_of(form.mask)
    size = size_for(1 + len(starts))
    order = placement(size).ravel()
    symbols = np.empty((len(characters), size.side, size.side), dtype=np.uint8)
    for first in range(0, len(characters), ROWS_AT_ONCE):
        part = characters[first : first + ROWS_AT_ONCE]
        words = np.empty((len(part), size.data_words + size.check_words + 1), dtype=np.uint8)
        _write_data(words, part, starts, lengths, size)
        _write_checks(words, size)
        words[:, -1] = FIXED_WORD
        bits = np.unpackbits(words, axis=1)
        target = symbols[first : first + len(part)].reshape(len(part), -1)
        # Every number of the permutation is within bounds; `clip` spares the check of each.
        np.take(bits, order, axis=1, out=target, mode="clip")
    return symbols


def _characters(codes: Sequence[str] | Sequence[bytes], form: CodeForm) -> NDArray[np.uint8]:
    """Return the characters of codes as an array, and refuse what is not of the form."""
    length = len(form.mask)
    if any(size != length for size in set(map(len, codes))):
        raise InputError(
            Finding("codes", f"{len(code)} characters", f"{length}", row=row)
            for row, code in enumerate(codes, start=1)
            if len(code) != length
        )
    characters = np.frombuffer(_joined(codes), dtype=np.uint8).reshape(len(codes), length)
    mask = np.frombuffer(form.mask.encode(), dtype=np.uint8)
    least = np.where(mask == ord("9"), ord("0"), 0).astype(np.uint8)
    most = np.where(mask == ord("9"), 9, ASCII_MAX).astype(np.uint8)
    # What is less than the least wraps around.
    wrong = (characters - least > most).any(axis=1)
    wrong |= ((characters == SEPARATOR_BYTE) != (mask == ord("|"))).any(axis=1)
    if wrong.any():
        raise InputError(
            Finding("codes", f"{codes[row]!r} is not of the form", form.mask, row=int(row) + 1)
            for row in np.flatnonzero(wrong)[:100]
        )
    return characters


def _joined(codes: Sequence[str] | Sequence[bytes]) -> bytes:
    texts = [code for code in codes if isinstance(code, str)]
    if not texts:
        return b"".join(code for code in codes if isinstance(code, bytes))
    try:
        return "".join(texts).encode("ascii")
    except UnicodeEncodeError as error:
        row = error.start // len(texts[0])
        finding = Finding("codes", f"{texts[row]!r}", "ASCII characters", row=row + 1)
        raise InputError(finding) from None


def _write_data(
    words: NDArray[np.uint8],
    characters: NDArray[np.uint8],
    starts: tuple[int, ...],
    lengths: tuple[int, ...],
    size: Size,
) -> None:
    """Write the data words of codes: FNC1, pairs of digits, other characters, padding."""
    words[:, 0] = FNC1
    for begin, end in _runs(lengths):
        place, first = slice(1 + begin, 1 + end), starts[begin]
        if lengths[begin] == 1:
            single = characters[:, first : first + end - begin]
            np.take(SINGLE_WORDS, single, out=words[:, place], mode="clip")
        else:
            digits = characters[:, first : first + 2 * (end - begin)]
            # The zeros of both digits and the first word of pairs in one number, modulo 256.
            shift = np.uint8((PAIRS - 11 * ord("0")) % 256)
            words[:, place] = digits[:, 0::2] * np.uint8(10) + digits[:, 1::2] + shift
    used = 1 + len(starts)
    words[:, used : size.data_words] = _padding(used + 1, size.data_words - used)


def _runs(lengths: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """Yield where words of one kind that follow each other begin and end."""
    begin = 0
    for _, group in groupby(lengths):
        end = begin + len(list(group))
        yield begin, end
        begin = end


def _write_checks(words: NDArray[np.uint8], size: Size) -> None:
    """Write the check words; in large sizes the words of the blocks take turns."""
    data, check = words[:, : size.data_words], words[:, size.data_words : -1]
    for block in range(size.blocks):
        count = size.check_words // size.blocks
        check[:, block :: size.blocks] = _block_checks(data[:, block :: size.blocks], count)


def _block_checks(data: NDArray[np.uint8], count: int) -> NDArray[np.uint8]:
    """Return the check words of one block; what all rows share is added once."""
    tables = wide_tables(data.shape[1], count)
    varying = (data != data[0]).any(axis=0)
    shared = np.flatnonzero(~varying)
    start = np.bitwise_xor.reduce(tables[shared, data[0, shared]], axis=0)
    sums = np.repeat(start[None, :], len(data), axis=0)
    row = np.empty_like(sums)
    for position in np.flatnonzero(varying):
        np.take(tables[position], data[:, position], axis=0, out=row, mode="clip")
        np.bitwise_xor(sums, row, out=sums)
    check: NDArray[np.uint8] = sums.view(np.uint8)[:, :count]
    return check


@cache
def wide_tables(data_words: int, count: int) -> NDArray[np.uint64]:
    """Return the tables of check words as words of 64 bits: eight are added at once."""
    width = -(-count // 8) * 8
    padded = np.zeros((data_words, 256, width), dtype=np.uint8)
    padded[:, :, :count] = contribution_tables(data_words, count)
    return padded.view(np.uint64)
