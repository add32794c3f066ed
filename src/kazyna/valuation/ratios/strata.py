"""Groups of sales by the values of a column: its labels, or tenths where it is a measurement."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import Finding, InputError

Integers = npt.NDArray[np.int64]

LABELS_MAX = 1000
"""More labels than this do not group."""
CODES_MAX = 100
"""A number with more different values than this is a measurement and is cut into tenths."""
TENTHS = 10
MISSING = "(none)"


def groups(values: pa.ChunkedArray, *, column: str) -> Iterator[tuple[str, Integers]]:
    """Yield each group of rows with its label, in order: numbers by size, words by the alphabet.

    Parameters
    ----------
    values
        Labels of any type. Numbers with more than a hundred different values are cut into tenths
        by quantiles (rule R7); the label says from where to where. Rows without a value come last.
    column
        Names the column in the finding.

    Raises
    ------
    InputError
        When there are more than a thousand labels.
    """
    if pa.types.is_dictionary(values.type):
        values = pc.cast(values, values.type.value_type)
    number = pa.types.is_integer(values.type) or pa.types.is_floating(values.type)
    if number or pa.types.is_decimal(values.type):
        values = pc.cast(values, pa.float64(), safe=False)
        values = pc.if_else(pc.is_nan(values), pa.scalar(None, pa.float64()), values)
        if pc.count_distinct(values, mode="only_valid").as_py() > CODES_MAX:
            yield from _tenths(values)
            return
    different = pc.unique(values).drop_null()
    if len(different) > LABELS_MAX:
        raise InputError(
            Finding(
                "ratio study",
                f"the column has {len(different):,} different labels",
                f"a column that groups sales, with at most {LABELS_MAX:,} labels",
                column=column,
            )
        )
    different = different.take(pc.sort_indices(different))
    number_of = pc.index_in(values, value_set=different)
    codes = np.asarray(pc.fill_null(number_of, len(different)).to_numpy(), dtype=np.int64)
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(different) + 2))
    labels = [_label(item) for item in different.to_pylist()] + [MISSING]
    for at, label in enumerate(labels):
        if ends[at + 1] > ends[at]:
            yield label, order[ends[at] : ends[at + 1]]


def _tenths(values: pa.ChunkedArray) -> Iterator[tuple[str, Integers]]:
    numbers = values.to_numpy().astype(np.float64)
    known = np.flatnonzero(np.isfinite(numbers))
    limits = np.quantile(numbers[known], np.arange(1, TENTHS) / TENTHS)
    tenth = np.searchsorted(limits, numbers[known], side="left")
    for at in range(TENTHS):
        rows = known[tenth == at]
        if rows.size:
            low, high = numbers[rows].min(), numbers[rows].max()
            yield f"{low:.10g} – {high:.10g}", rows
    missing = np.flatnonzero(~np.isfinite(numbers))
    if missing.size:
        yield MISSING, missing


def _label(item: object) -> str:
    return f"{item:.10g}" if isinstance(item, float) else str(item)
