"""Groups of sales: in order, complete, and refused where they do not group."""

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.core.errors import InputError
from kazyna.valuation.ratios.strata import groups


def labels(values: pa.Array) -> list[tuple[str, int]]:
    found = groups(pa.chunked_array([values]), column="column")
    return [(label, len(rows)) for label, rows in found]


def test_numbers_stand_by_size_and_words_by_the_alphabet() -> None:
    assert labels(pa.array([10, 9, 10])) == [("9", 1), ("10", 2)]
    assert labels(pa.array([Decimal("2.50"), None])) == [("2.5", 1), ("(none)", 1)]
    assert labels(pa.array(["b", "a", None])) == [("a", 1), ("b", 1), ("(none)", 1)]
    assert labels(pa.array(["b", "a"]).dictionary_encode()) == [("a", 1), ("b", 1)]
    assert labels(pa.array([True, False, True])) == [("False", 1), ("True", 2)]


def test_a_measurement_is_cut_into_tenths() -> None:
    found = labels(pa.array([*range(1, 201), None], pa.int64()))
    assert [size for _, size in found] == [20] * 10 + [1]
    assert (found[0][0], found[-1][0]) == ("1 – 20", "(none)")


def test_names_do_not_group() -> None:
    with pytest.raises(InputError, match="1,001 different labels") as caught:
        labels(pa.array([str(n) for n in range(1001)]))
    assert caught.value.findings[0].column == "column"


@given(st.lists(st.one_of(st.none(), st.floats(allow_infinity=False)), min_size=1, max_size=300))
def test_every_row_is_in_one_group(values: list[float | None]) -> None:
    found = groups(pa.chunked_array([pa.array(values, pa.float64())]), column="column")
    rows = sorted(int(row) for _, part in found for row in part)
    assert rows == list(range(len(values)))
