"""GS1 data in every form: what is read is written again, and faults have their place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazyna.core.errors import InputError
from kazyna.marking.gs1 import (
    CSET_82,
    GS,
    Element,
    Fault,
    Message,
    application_identifiers,
    compute_check_digit,
    compute_check_pair,
    parse,
    read,
    write,
    write_bracketed,
    write_link,
    write_row,
)
from kazyna.marking.gs1.parse import _read_by_step
from kazyna.marking.gs1.shapes import read_shape

TEXT = st.text(sorted(CSET_82), min_size=1, max_size=20)
GTINS = st.integers(0, 10**13 - 1).map(lambda n: f"{n:013}" + compute_check_digit(f"{n:013}"))
CODE = "0104601234567893215abc" + GS + "91EE06" + GS + "92" + "x" * 44


@st.composite
def items(draw: st.DrawFn) -> tuple[Element, ...]:
    """Draw the elements of one item: a GTIN, then some that may stand with it, in any order."""
    optional = {
        "10": TEXT,
        "21": TEXT,
        "17": st.sampled_from(["271231", "280229", "300100"]),
        "3103": st.integers(0, 999_999).map(lambda n: f"{n:06}"),
        "30": st.integers(1, 99_999_999).map(str),
        "91": TEXT,
        "92": TEXT,
        "8008": st.sampled_from(["26112709", "2611270930", "261127093000"]),
    }
    chosen = draw(st.permutations(sorted(optional)))[: draw(st.integers(0, 6))]
    gtin = Element("01", draw(GTINS))
    return (gtin, *(Element(ai, draw(optional[ai])) for ai in chosen))


@given(items(), st.sampled_from(["]d2", "]C1", "]Q3", ""]))
def test_every_form_says_the_same(elements: tuple[Element, ...], symbology: str) -> None:
    row = write_row(elements)
    for text in (symbology + row, write_bracketed(elements), "^" + row.replace(GS, "^")):
        found = read(text)
        assert isinstance(found, Message), found
        assert found.elements == elements
        assert write(found) == text
    link = write_link(elements)
    assert isinstance(link, str)
    linked = read(link)
    assert isinstance(linked, Message), (link, linked)
    assert sorted(linked.elements) == sorted(elements)
    assert write(linked) == link


@given(items(), st.data())
@settings(max_examples=200)
def test_the_fast_way_says_what_the_slow_one_does(
    elements: tuple[Element, ...], data: st.DataObject
) -> None:
    """A spoilt code of a shape that was learnt is judged as one that was not."""
    row = write_row(elements)
    place = data.draw(st.integers(0, len(row) - 1))
    spoilt = row[:place] + data.draw(st.sampled_from("0 9aZ" + GS)) + row[place + 1 :]
    slow = _read_by_step(spoilt, associations=True, unknown=False)
    for _ in range(3):
        read(row)
    assert read_shape(row, 0, associations=True) == elements
    assert read(spoilt) == slow


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_its_place(text: str) -> None:
    found = read(text)
    if isinstance(found, Fault):
        assert 0 <= found.offset <= len(text)
        assert found.reason
        assert found.expected


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("0104601234567890", 16, "the check digit is 0"),
        ("010460123456789", 16, "ends after 13 of 14"),
        ("(01)04601234567893(17)271301", 25, "no month 13"),
        ("0104601234567893" + "7012", 17, "begins with '7012'"),
        ("]d2" + CODE[:-1] + "ё", 79, "'ё' is not in character set 82"),
        ("]X90104601234567893", 1, "is no symbology identifier"),
        ("", 1, "the code is empty"),
        (CODE + GS + GS + "10A", 78, "a separator stands where"),
        ("(01)04601234567893(01)04601234567886", 19, "stands twice with different values"),
        ("(02)04601234567893", 1, "needs"),
        ("https://id.gs1.org/99/ABC", 19, "no primary key"),
        ("https://id.gs1.org/01/04601234567890", 36, "the check digit is 0"),
        ("21" + "A" * 21, 23, "the value goes on after 20"),
    ],
)
def test_faults_have_their_place(text: str, position: int, reason: str) -> None:
    found = read(text)
    assert isinstance(found, Fault)
    assert found.position == position
    assert reason in found.reason
    with pytest.raises(InputError, match="position"):
        parse(text)


def test_composites_and_numbers() -> None:
    found = parse("]E04601234567893|]e010LOT\x1d17271231")
    assert (found.plain, found.gtin) == ("4601234567893", "04601234567893")
    assert found.value("10") == "LOT"


def test_the_dictionary_is_whole() -> None:
    """540 identifiers in the dictionary of 2025; each has an order of parts that can be read."""
    known = application_identifiers()
    assert len(known) > 500
    assert known["01"].fixed_length == 14
    assert known["21"].fixed_length is None
    assert all(identifier.title or identifier.ai for identifier in known.values())


def test_check_digits_of_the_specifications() -> None:
    """GS1 General Specifications, section 7.9.1: 629104150021 has 3; 7.9.5: the GMN's pair."""
    assert compute_check_digit("629104150021") == "3"
    assert compute_check_pair("1987654Ad4X4bL5ttr2310c") == "2K"
