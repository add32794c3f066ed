"""Which sales the models learn from where there are very many, and what the others still say.

Past some tens of thousands of sales a curve or a tree hardly errs less for more of them, but takes
time and memory by each. A capital's history of a million sales is therefore learnt from by a
sample. The sales beyond the sample stay evidence: every one of them is compared with, near by each
property, and stands among its comparables.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kazyna.valuation.columns import Floats, Ints, Sales
from kazyna.valuation.features import Design

LEARNT_MAX = 100_000
"""Sales that the models learn from: all of a table up to this size."""
SEGMENT_WHOLE = 5_000
"""A segment of up to so many sales is learnt from whole: it has none to spare."""
BLOCK_SALES = 20_000
"""Sales looked at together, so that what is laid out beside them stays small."""


@dataclass(frozen=True)
class Beside:
    """Sales that the models did not learn from, as evidence to compare with."""

    design: Design
    target: Floats
    """Their log prices as of the day of the learnt sales' targets."""
    fold: Ints
    """Their folds: a sale is tested without those of its own fold."""


def learnt_of(sales: Sales, *, segment: str | None, seed: int) -> npt.NDArray[np.bool_] | None:
    """Mark the sales that the models learn from; None where they learn from all.

    Properties are drawn with all their sales, each as likely as any other of its segment.

    Parameters
    ----------
    sales
        The market.
    segment
        The column of the segments; thin ones are taken whole, so far as others have sales to
        spare.
    seed
        Decides the draw.
    """
    if len(sales) <= LEARNT_MAX:
        return None
    _, owner = np.unique(sales.properties.id.astype(str), return_inverse=True)
    chance = np.random.default_rng(seed).permutation(int(owner.max()) + 1) / (owner.max() + 1)
    share = _shares(np.zeros(len(sales), dtype=np.int64) if segment is None
                    else _codes(sales.properties.characteristics[segment]))  # fmt: skip
    return np.asarray(chance[owner] < share)


def parted(sales: Sales, *, segment: str | None, seed: int) -> tuple[Sales, Sales | None]:
    """Part the sales that the models learn from and those beside them, if there are any."""
    learnt = learnt_of(sales, segment=segment, seed=seed)
    if learnt is None:
        return sales, None
    return sales.take(learnt), sales.take(~learnt)


def joined(learnt: Sales, beside: Sales) -> Sales:
    """Put the sales together again: those learnt from first. Say how they were parted."""
    own, others = learnt.properties, beside.properties
    together = replace(
        own,
        id=np.concatenate([own.id, others.id]),
        lonlat=np.vstack([own.lonlat, others.lonlat]),
        characteristics=pa.concat_tables([own.characteristics, others.characteristics]),
    )
    count = len(learnt) + len(beside)
    remark = (
        f"{len(learnt)} of {count} sales are learnt from, drawn by chance, and thin segments"
        f" whole; values are compared with all {count}"
    )
    return replace(
        learnt,
        properties=together,
        price=np.concatenate([learnt.price, beside.price]),
        day=np.concatenate([learnt.day, beside.day]),
        remarks=(*learnt.remarks, remark),
    )


def blocks(rows: int) -> Iterator[slice]:
    """Cut so many rows into blocks."""
    return (slice(start, start + BLOCK_SALES) for start in range(0, rows, BLOCK_SALES))


def _shares(code: Ints) -> Floats:
    """Share of each sale's segment that is learnt from: all of a thin one, less of a rich one."""
    count = np.bincount(code)
    whole = count <= SEGMENT_WHOLE
    if count[whole].sum() > LEARNT_MAX / 2:
        return np.full(len(code), LEARNT_MAX / len(code))
    spare = count[~whole].sum()
    rest = (LEARNT_MAX - count[whole].sum()) / max(spare, 1)
    return np.asarray(np.where(whole, 1.0, min(rest, 1.0))[code])


def _codes(values: pa.ChunkedArray) -> Ints:
    """Give each sale the number of its segment; those of none have the last."""
    text = values.cast(pa.string()).combine_chunks().dictionary_encode()
    codes = text.indices.fill_null(len(text.dictionary))
    return np.asarray(codes, dtype=np.int64)
