"""Codes of one template by the million: issue, read and verify over arrays.

Codes of a template have every part at a fixed place, once it is known which optional values they
have and how long those are. So a table of codes of one layout is a matrix of bytes, and each step
is a few operations over its columns.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from kazyna.marking.ciphers import CHUNK, Bytes
from kazyna.marking.gs1 import GS, is_gtin_14
from kazyna.marking.keys import KeyRegistry, OpenKey
from kazyna.marking.permutation import Words
from kazyna.marking.serials import find_positions, make_serials
from kazyna.marking.tails import TAIL_LENGTHS, is_tail, make_tail, make_tails
from kazyna.marking.template import NO_VALUES, CodeTemplate, Values

Codes = NDArray[np.bytes_]
"""Codes of one length as byte strings, such as dtype S85."""


class Verdict(IntEnum):
    """What a verification found."""

    GENUINE = 0
    MALFORMED = 1
    """Not a code of the template."""
    CHECK_DIGIT = 2
    """The GTIN's check digit is wrong."""
    FOREIGN = 3
    """Another state's code: its key is not known here, and need not be."""
    KEY_UNKNOWN = 4
    KEY_LOCKED = 5
    """The key is known, but its secret is not open here."""
    KEY_REVOKED = 6
    WRONG_TAIL = 7
    """The code names a key that did not make it: forged, or misread."""


@dataclass(frozen=True)
class Layout:
    """Where the parts of a template's codes stand."""

    length: int
    gtin: slice
    serial: slice
    key: slice
    tail: slice
    constants: tuple[tuple[int, int], ...]
    """Places and bytes of identifiers and separators."""
    extras: tuple[tuple[str, slice, slice], ...] = ()
    """Names of other values, where they stand, and where with their identifiers."""

    @property
    def signed(self) -> tuple[slice, ...]:
        """What a tail stands for beside the extra values, in the order of `signed_text`."""
        return (self.gtin, self.serial, self.key)


@dataclass(frozen=True)
class CodeTable:
    """Codes of one template, read."""

    verdict: NDArray[np.uint8]
    """`GENUINE` where the form is right, `MALFORMED` or `CHECK_DIGIT`; tails are not looked at."""
    matrix: Bytes
    layout: Layout

    @property
    def gtins(self) -> Words:
        """The products as numbers; of malformed codes they say nothing."""
        return _gtins(self.matrix, self.layout)


@dataclass(frozen=True)
class Verified:
    """Codes of one template, verified."""

    verdict: NDArray[np.uint8]
    batch: Words
    """Of genuine codes that were issued here."""
    index: Words
    traced: NDArray[np.bool_]
    """Whether the serial leads back to batch and index."""


def layout_of(template: CodeTemplate, values: Values = NO_VALUES) -> Layout:
    """Return where the parts of issued codes stand.

    Raises
    ------
    ValueError
        When a value is missing, has no place in the codes or is not accepted.
    """
    form = template.form_with(values)
    return _layout(form, tuple(len(values[part.called]) for part in form.extras))


@lru_cache(maxsize=256)
def layouts_of(template: CodeTemplate) -> tuple[Layout, ...]:
    """Return every layout that codes of a template may have: by optional values and lengths.

    None where codes of the template are not made here, as those of packages.
    """
    if template.tail is None or template.space is None:
        return ()
    return tuple(
        _layout(form, lengths)
        for form in template.forms
        for lengths in product(*(part.lengths for part in form.extras))
    )


@lru_cache(maxsize=1024)
def _layout(form: CodeTemplate, lengths: tuple[int, ...]) -> Layout:
    """Lay out a form whose extra values have these lengths."""
    text, places = "", {"key": slice(0, 0), "tail": slice(0, 0)}
    constants: list[tuple[int, int]] = []
    extras: list[tuple[str, slice, slice]] = []
    sizes = iter(lengths)
    for part in form.parts:
        begin = len(text) + len(part.ai)
        constants += [(len(text) + at, ord(sign)) for at, sign in enumerate(part.ai)]
        size = next(sizes) if part.role == "extra" else part.lengths[0]
        place = slice(begin, begin + size)
        if part.role == "extra":
            extras.append((part.called, place, slice(len(text), place.stop)))
        else:
            places[part.role] = place
        text += part.ai + " " * size
        if part.separated and part is not form.parts[-1]:
            constants.append((len(text), ord(GS)))
            text += GS
    return Layout(
        len(text), places["gtin"], places["serial"], places["key"], places["tail"],
        tuple(constants), tuple(extras),
    )  # fmt: skip


def issue_codes(
    template: CodeTemplate,
    key: OpenKey,
    *,
    gtin: str,
    issuer: str,
    batch: int,
    indices: Words,
    values: Values = NO_VALUES,
) -> Codes:
    """Issue codes of a batch: serials by permutation, each with its tail.

    Parameters
    ----------
    template
        The form of the codes.
    key
        An open key of the template's kind.
    gtin
        The product, 14 digits.
    issuer
        The character of the state, first in each serial; empty where the template has none.
    batch
        The number of the batch.
    indices
        Which codes of the batch, shape (n,): all, or those of one chunk.
    values
        What else the template has in its codes, such as a price: the same in the whole batch.

    Returns
    -------
    array of byte strings
        The codes as they go into a symbol, without the leading FNC1.
    """
    if key.key.tail != template.tail:
        raise ValueError(f"key {key.key.key_id} makes a {key.key.tail}, not a {template.tail}")
    if not is_gtin_14(gtin) or len(issuer) != template.issuer_first:
        raise ValueError("a GTIN of 14 digits, and the state's character where the template has it")
    layout, space = layout_of(template, values), template.space
    if space is None:
        raise ValueError(f"codes of {template.name} have no serial")
    matrix = np.empty((len(indices), layout.length), dtype=np.uint8)
    row = np.zeros(layout.length, dtype=np.uint8)
    for place, byte in layout.constants:
        row[place] = byte
    row[layout.gtin] = np.frombuffer(gtin.encode(), dtype=np.uint8)
    if layout.key.stop:
        row[layout.key] = np.frombuffer(key.key.key_id.encode(), dtype=np.uint8)
    for name, where, _ in layout.extras:
        row[where] = np.frombuffer(values[name].encode(), dtype=np.uint8)
    if issuer:
        row[layout.serial.start] = ord(issuer)
    own = slice(layout.serial.start + len(issuer), layout.serial.stop)
    for at in range(0, len(indices), CHUNK):
        rows = matrix[at : at + CHUNK]
        rows[:] = row
        rows[:, own] = make_serials(
            key.serial_cipher, space, gtin=int(gtin), batch=batch, indices=indices[at : at + CHUNK]
        )
        rows[:, layout.tail] = _tails(key, _texts(rows, layout))
    return matrix.view(f"S{layout.length}").ravel()


def read_codes(codes: Codes, template: CodeTemplate, *, layout: Layout | None = None) -> CodeTable:
    """Read codes of one template: places, characters and check digits.

    Parameters
    ----------
    codes
        Codes without a symbology identifier and without the leading FNC1; those of another length
        are malformed.
    template
        Their form.
    layout
        Where their parts stand, one of `layouts_of`; the first where it is not said.
    """
    layout = layout or layouts_of(template)[0]
    sized = codes.astype(f"S{layout.length}") if codes.itemsize != layout.length else codes
    matrix = np.ascontiguousarray(sized).view(np.uint8).reshape(len(codes), layout.length)
    verdict = np.empty(len(codes), dtype=np.uint8)
    for at in range(0, len(codes), CHUNK):
        verdict[at : at + CHUNK] = _form(matrix[at : at + CHUNK], layout)
    if codes.itemsize > layout.length:
        longer = np.char.str_len(codes) > layout.length
        verdict[longer] = Verdict.MALFORMED
    return CodeTable(verdict, matrix, layout)


def gtins_of(codes: Codes, layout: Layout) -> Words:
    """Return the products of codes as numbers; of malformed ones anything.

    Parameters
    ----------
    codes
        As `read_codes` takes them, all of the length of the layout.
    layout
        Where their parts stand.
    """
    return _gtins(np.ascontiguousarray(codes).view(np.uint8).reshape(len(codes), -1), layout)


def verify_codes(
    codes: Codes,
    template: CodeTemplate,
    registry: KeyRegistry,
    *,
    on: date,
    issuers: str = "",
    trace: bool = True,
    layout: Layout | None = None,
) -> Verified:
    """Verify codes of one template: form, check digit, key, tail; then find batch and index.

    Parameters
    ----------
    codes
        Codes as `read_codes` takes them.
    template
        Their form.
    registry
        The keys; tags need open keys, signatures the public key only.
    on
        The day, for revocations.
    issuers
        First characters of serials that this state issues; a code with another one whose key is
        not known is foreign. Empty: it is a code of an unknown key.
    trace
        Whether to lead genuine codes back to batch and index; it takes longer than verifying.
    layout
        As `read_codes` takes it.
    """
    table = read_codes(codes, template, layout=layout)
    work = _Work(table.layout, template, registry, on, trace)
    size = len(codes)
    found = Verified(
        table.verdict,
        np.zeros(size, dtype=np.uint64),
        np.zeros(size, dtype=np.uint64),
        np.zeros(size, dtype=np.bool_),
    )
    for at in range(0, size, CHUNK):
        rows = slice(at, at + CHUNK)
        chunk = Verified(
            found.verdict[rows], found.batch[rows], found.index[rows], found.traced[rows]
        )
        _verify_chunk(work, table.matrix[rows], chunk)
    if issuers and template.issuer_first:
        first = table.matrix[:, table.layout.serial.start]
        own = np.isin(first, np.frombuffer(issuers.encode(), dtype=np.uint8))
        # A code of another template may have this form; its serial leads nowhere in this one.
        np.logical_and(found.traced, own, out=found.traced)
        found.verdict[(found.verdict == Verdict.KEY_UNKNOWN) & ~own] = Verdict.FOREIGN
    return found


@dataclass(frozen=True)
class _Work:
    """What all chunks of one verification share."""

    layout: Layout
    template: CodeTemplate
    registry: KeyRegistry
    on: date
    trace: bool


def _verify_chunk(work: _Work, matrix: Bytes, found: Verified) -> None:
    """Verify some rows, key by key, and write what came of it into `found`."""
    right = np.flatnonzero(found.verdict == Verdict.GENUINE)
    for key_ids, rows in _by_key(work, matrix, right):
        standings = [_standing(work, key_id) for key_id in key_ids]
        found.verdict[rows] = next(
            (each for each in standings if each in (Verdict.KEY_UNKNOWN, Verdict.KEY_LOCKED)),
            Verdict.WRONG_TAIL if key_ids else Verdict.KEY_UNKNOWN,
        )
        for key_id, standing in zip(key_ids, standings, strict=True):
            if standing not in (Verdict.GENUINE, Verdict.KEY_REVOKED):
                continue
            own = matrix if len(rows) == len(matrix) else matrix[rows]
            good = _tails_right(work, own, key_id)
            found.verdict[rows[good]] = standing
            if work.trace and key_id in work.registry.opened:
                _trace(work, matrix, rows[good], key_id, found)
            rows = rows[~good]  # noqa: PLW2901 (the next key tries what this one did not make)


def _by_key(
    work: _Work, matrix: Bytes, right: NDArray[np.intp]
) -> Iterator[tuple[list[str], NDArray[np.intp]]]:
    """Yield rows with the keys that may have made them: the one they name, or all of the kind."""
    layout, template = work.layout, work.template
    if not layout.key.stop:
        if template.tail is not None:
            able = work.registry.tagging(template.tail, template.goods)
            yield [each.key.key_id for each in able], right
        return
    ids = np.ascontiguousarray(matrix[:, layout.key]).view(np.uint32).ravel()[right]
    if len(ids) and (ids == ids[0]).all():
        yield [ids[:1].tobytes().decode("ascii")], right
        return
    for number in np.unique(ids):
        yield [number.tobytes().decode("ascii")], right[ids == number]


def _standing(work: _Work, key_id: str) -> Verdict:
    """Say what a right tail of a key is worth."""
    key, template = work.registry.keys.get(key_id), work.template
    if key is None or key.tail != template.tail or not key.serves(template.goods):
        return Verdict.KEY_UNKNOWN
    if key.tail != "signature" and key_id not in work.registry.opened:
        return Verdict.KEY_LOCKED
    return Verdict.KEY_REVOKED if key.is_revoked(work.on) else Verdict.GENUINE


def _tails_right(work: _Work, matrix: Bytes, key_id: str) -> NDArray[np.bool_]:
    """Compare the tails of some rows with those that the key makes."""
    key, layout = work.registry.keys[key_id], work.layout
    texts = _texts(matrix, layout)
    if key.tail == "signature":
        tails = (row.tobytes().decode("ascii") for row in matrix[:, layout.tail])
        signed = (
            is_tail("signature", text.tobytes(), tail, public_key=key.public_key)
            for text, tail in zip(texts, tails, strict=True)
        )
        return np.fromiter(signed, dtype=np.bool_, count=len(matrix))
    made = _tags(work.registry.opened[key_id], texts)
    given = np.ascontiguousarray(matrix[:, layout.tail])
    differ = given.view(np.uint32) != np.ascontiguousarray(made).view(np.uint32)
    if not differ.any():
        return np.ones(len(made), dtype=np.bool_)
    right: NDArray[np.bool_] = ~differ.any(axis=1)
    return right


def _trace(
    work: _Work, matrix: Bytes, rows: NDArray[np.intp], key_id: str, found: Verified
) -> None:
    layout, template = work.layout, work.template
    if template.space is None or not len(rows):
        return
    own = slice(layout.serial.start + template.issuer_first, layout.serial.stop)
    found.batch[rows], found.index[rows], found.traced[rows] = find_positions(
        work.registry.opened[key_id].serial_cipher,
        template.space,
        matrix[rows, own],
        gtins=_gtins(matrix[rows], layout),
    )


def _form(matrix: Bytes, layout: Layout) -> NDArray[np.uint8]:
    """Judge the form of some rows: constants, characters, check digit."""
    wrong = ~_in_set_82(matrix)
    for place, byte in layout.constants:
        np.not_equal(matrix[:, place], byte, out=wrong[:, place])
    columns = np.ascontiguousarray(matrix[:, layout.gtin].T) - np.uint8(ord("0"))
    # At most 252 where all are digits, so eight bits hold it.
    threes = columns[0::2].sum(axis=0, dtype=np.uint8) * np.uint8(3)
    checked = (threes + columns[1::2].sum(axis=0, dtype=np.uint8)) % 10 == 0
    verdict = np.where(checked, 0, Verdict.CHECK_DIGIT).astype(np.uint8)
    not_digits = columns > 9  # noqa: PLR2004
    # Mostly all is right, and one look at all is much less than one at each row.
    if wrong.any() or not_digits.any():
        verdict[wrong.any(axis=1) | not_digits.any(axis=0)] = Verdict.MALFORMED
    return verdict


def _in_set_82(characters: Bytes) -> NDArray[np.bool_]:
    """Tell of each character whether it is of GS1 character set 82, by comparisons alone."""
    found = (characters | np.uint8(0x20)) - np.uint8(ord("a")) < 26  # noqa: PLR2004 (letters)
    found |= characters - np.uint8(ord("%")) <= ord("?") - ord("%")
    found |= characters - np.uint8(ord("!")) <= 1
    found |= characters == ord("_")
    return found


def _texts(matrix: Bytes, layout: Layout) -> Bytes:
    """Lay out what the tails of some rows stand for, as `tails.signed_text` does."""
    sizes = [part.stop - part.start for part in layout.signed]
    others = [part for *_, part in layout.extras]
    length = 1 + sum(sizes) + sum(1 + part.stop - part.start for part in others)
    texts = np.empty((len(matrix), length), dtype=np.uint8)
    texts[:, 0] = sizes[1]
    at = 1
    for part, size in zip(layout.signed, sizes, strict=True):
        texts[:, at : at + size] = matrix[:, part]
        at += size
    for part in others:
        texts[:, at] = ord(GS)
        end = at + 1 + part.stop - part.start
        texts[:, at + 1 : end] = matrix[:, part]
        at = end
    return texts


def _tails(key: OpenKey, texts: Bytes) -> Bytes:
    """Make the tails of some rows with an open key of any kind."""
    if key.key.tail != "signature":
        return _tags(key, texts)
    made = (make_tail("signature", text.tobytes(), signer=key.signer) for text in texts)
    width = TAIL_LENGTHS["signature"]
    return np.frombuffer("".join(made).encode("ascii"), dtype=np.uint8).reshape(-1, width)


def _tags(key: OpenKey, texts: Bytes) -> Bytes:
    if key.cmac is None:
        raise ValueError(f"key {key.key.key_id} has no secret for tags")
    return make_tails(key.key.tail, texts, key.cmac)


def _gtins(matrix: Bytes, layout: Layout) -> Words:
    """Return the products as numbers."""
    digits = matrix[:, layout.gtin] - np.uint8(ord("0"))
    number = np.zeros(len(matrix), dtype=np.uint64)
    for column in digits.T:
        number = number * np.uint64(10) + column
    return number
