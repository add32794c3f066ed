"""Addresses of units in long runs: found among others, and written out from ranges."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kazyna.marking.units import are_among, spread

KEYS = st.lists(st.integers(0, 12), max_size=30)


@given(values=KEYS, others=KEYS)
def test_runs_are_found_as_single_values_are(values: list[int], others: list[int]) -> None:
    ordered = np.unique(np.array(others, dtype=np.int64))
    found = are_among(np.array(values, dtype=np.int64), ordered)
    assert found.tolist() == [value in others for value in values]


@given(ranges=st.lists(st.tuples(st.integers(0, 1_000), st.integers(0, 5)), max_size=10))
def test_ranges_are_written_out(ranges: list[tuple[int, int]]) -> None:
    firsts = np.array([first for first, _ in ranges], dtype=np.int64)
    counts = np.array([count for _, count in ranges], dtype=np.int64)
    written = [first + step for first, count in ranges for step in range(count)]
    assert spread(firsts, counts).tolist() == written
