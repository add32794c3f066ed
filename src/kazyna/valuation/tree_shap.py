"""Exact explanations of small trees, by table.

What a tree adds to each reason depends only on which of its splits a row passes. A tree of eight
leaves has seven splits, so a table of 128 columns holds every answer: it is filled once, and a
property is then explained by seven comparisons and a few look-ups a tree, instead of by walking
each tree once more for every coalition of its characteristics. The numbers are those of
path-dependent TreeSHAP (Lundberg et al. 2020, Nature Machine Intelligence 2, 56-67), as LightGBM
gives them with `pred_contrib`.
"""

from dataclasses import dataclass
from math import factorial
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from kazyna.valuation.columns import Floats, Ints
from kazyna.valuation.trees import Tree, trees_of

if TYPE_CHECKING:
    from lightgbm import Booster

Flags = npt.NDArray[np.bool_]
Number = TypeVar("Number", np.int64, np.float64)

SPLITS_MAX = 10
"""A tree of more splits would need a table of more than 1,024 columns."""
CATEGORICAL, DEFAULT_LEFT, MISSING_ZERO, MISSING_NAN = 1, 2, 4, 8
"""Bits of `decision_type` in the text of a LightGBM model."""
BLOCK_ROWS = 8_192
"""Rows explained at once: their columns and sums stay in the processor's cache."""


@dataclass(frozen=True)
class Explainer:
    """The tables of one ensemble, for reasons as the caller groups the columns."""

    base: float
    """The mean prediction; with a row's contributions it adds up to the row's prediction."""
    column: Ints
    """(trees, splits)"""
    threshold: Floats
    """(trees, splits); a row passes a split when its value is at most the threshold."""
    missing_passes: Flags
    """(trees, splits)"""
    reason: Ints
    """(trees, splits): the reason to which a slot of the table adds; -1 where the slot is empty."""
    table: Floats
    """(trees, splits, patterns)"""

    def contributions(self, columns: Floats, reasons: int) -> Floats:
        """Explain rows; shape (rows, reasons)."""
        found = np.empty((len(columns), reasons))
        for start in range(0, len(columns), BLOCK_ROWS):
            block = slice(start, start + BLOCK_ROWS)
            found[block] = self._block(np.asfortranarray(columns[block]), reasons).T
        return found

    def _block(self, columns: Floats, reasons: int) -> Floats:
        missing: Flags = np.asarray(np.isnan(columns))
        some_missing = np.flatnonzero(missing.any(axis=0)).tolist()
        sums = np.zeros((reasons, len(columns)))
        for tree in range(len(self.column)):
            pattern = np.zeros(len(columns), dtype=np.uint16)
            for split, column in enumerate(self.column[tree]):
                passes = np.less_equal(columns[:, column], self.threshold[tree, split])
                if column in some_missing and self.missing_passes[tree, split]:
                    passes |= missing[:, column]
                pattern |= np.left_shift(passes.view(np.uint8), split, dtype=np.uint16)
            row = pattern.astype(np.intp)
            for slot, reason in enumerate(self.reason[tree]):
                if reason >= 0:
                    sums[reason] += self.table[tree, slot].take(row)
        return sums


def explainer(booster: "Booster", reason_of: Ints) -> Explainer | None:
    """Fill the tables of an ensemble.

    Parameters
    ----------
    booster
        A LightGBM ensemble.
    reason_of
        The reason of each column, from 0.

    Returns
    -------
    The tables, or None for an ensemble that tables do not serve: a tree with more than
    `SPLITS_MAX` splits, or one that splits by category or takes zero for missing.
    """
    trees = trees_of(booster)
    odd = CATEGORICAL | MISSING_ZERO
    if any(len(t.column) > SPLITS_MAX or (t.decision & odd).any() for t in trees):
        return None
    base = sum(float(t.leaf_value @ t.leaf_count / t.leaf_count.sum()) for t in trees)
    grown = [t for t in trees if len(t.column)]
    splits = max((len(t.column) for t in grown), default=1)
    decision = _padded([t.decision for t in grown], splits)
    threshold = _padded([t.threshold for t in grown], splits)
    by_default = MISSING_NAN | DEFAULT_LEFT
    # Where training saw no missing value, LightGBM takes a missing one for nought.
    as_nought = (decision & MISSING_NAN == 0) & (threshold >= 0)
    reasons = np.asarray(reason_of)[_padded([t.column for t in grown], splits)]
    real = np.arange(splits) < np.array([[len(t.column)] for t in grown]).reshape(-1, 1)
    same = (reasons[:, :, None] == reasons[:, None, :]) & real[:, None, :] & real[:, :, None]
    slot = same.argmax(axis=2)
    return Explainer(
        base=base,
        column=_padded([t.column for t in grown], splits),
        threshold=threshold,
        missing_passes=as_nought | (decision & by_default == by_default),
        reason=np.where(real & (slot == np.arange(splits)), reasons, -1),
        table=_tables(grown, slot, splits),
    )


def _padded(rows: list[npt.NDArray[Number]], width: int) -> npt.NDArray[Number]:
    """Stack rows of unlike length; what is added is nought."""
    stacked = np.zeros((len(rows), width), dtype=rows[0].dtype if rows else np.int64)
    for number, row in enumerate(rows):
        stacked[number, : len(row)] = row
    return stacked


@dataclass(frozen=True)
class _Path:
    """The way to one leaf; the columns that decide on it are the players of a game."""

    tree: int
    value: float
    care: list[int]
    """Of each player: the splits on the way that ask for its column, as bits."""
    want: list[int]
    """Of each player: which of those splits a row must pass to come by."""
    share: list[float]
    """Of each player: the share of training rows that came by its splits."""
    slot: list[int]


def _tables(trees: list[Tree], slot: Ints, splits: int) -> Floats:
    """Add up the Shapley values of every leaf for every pattern of passed splits."""
    paths = [path for number, tree in enumerate(trees) for path in _paths(number, tree, slot)]
    table = np.zeros((len(trees) * splits, 2**splits))
    if paths:
        width = max(len(path.care) for path in paths)
        care = _padded([np.array(path.care) for path in paths], width)
        want = _padded([np.array(path.want) for path in paths], width)
        slots = _padded([np.array(path.slot) for path in paths], width)
        ratio = 1 + _padded([np.array(path.share) - 1 for path in paths], width)
        tree_of = np.array([path.tree for path in paths])
        value = np.array([path.value for path in paths])[:, None]
        patterns = np.arange(2**splits)
        reached = [
            ((patterns & care[:, [player]]) == want[:, [player]]).astype(float)
            for player in range(width)
        ]
        for player, share in enumerate(_shapley(reached, [ratio[:, [p]] for p in range(width)])):
            np.add.at(table, tree_of * splits + slots[:, player], value * share)
    return table.reshape(len(trees), splits, 2**splits)


def _paths(number: int, tree: Tree, slot: Ints) -> list[_Path]:
    """Walk to every leaf; splits that ask for one column are one player."""
    paths = []
    open_ways: list[tuple[int, tuple[tuple[int, bool, float], ...]]] = [(0, ())]
    while open_ways:
        node, steps = open_ways.pop()
        if node < 0:
            paths.append(_path(number, tree, steps, leaf=-node - 1, slot=slot))
            continue
        for child, passes in ((int(tree.left[node]), True), (int(tree.right[node]), False)):
            rows = tree.count[child] if child >= 0 else tree.leaf_count[-child - 1]
            share = float(rows / tree.count[node])
            open_ways.append((child, (*steps, (node, passes, share))))
    return paths


def _path(
    number: int, tree: Tree, steps: tuple[tuple[int, bool, float], ...], *, leaf: int, slot: Ints
) -> _Path:
    players: dict[int, int] = {}
    path = _Path(number, float(tree.leaf_value[leaf]), [], [], [], [])
    for split, passes, share in steps:
        column = int(tree.column[split])
        if column not in players:
            players[column] = len(path.care)
            path.care.append(0)
            path.want.append(0)
            path.share.append(1.0)
            path.slot.append(int(slot[number, split]))
        player = players[column]
        path.care[player] |= 1 << split
        path.want[player] |= passes << split
        path.share[player] *= share
    return path


def _shapley(reached: list[Floats], ratio: list[Floats]) -> list[Floats]:
    """Share a leaf among the players on its way.

    A coalition gets to the leaf by the product of `reached` over its members and of `ratio` over
    all others. Coalitions of one size have one weight, so their sum is a coefficient of the
    product of `ratio + reached * x`. A player with both at one adds nothing and changes nothing.
    """
    width = len(reached)
    weights = [
        factorial(size) * factorial(width - 1 - size) / factorial(width) for size in range(width)
    ]
    shares = []
    for player in range(width):
        sums: list[Floats] = [np.ones_like(reached[player])]
        for other in range(width):
            if other != player:
                without = [ratio[other] * each for each in sums]
                joined = [reached[other] * each for each in sums]
                sums = [without[0], *map(np.add, without[1:], joined[:-1]), joined[-1]]
        expected = sum(weight * each for weight, each in zip(weights, sums, strict=True))
        shares.append((reached[player] - ratio[player]) * expected)
    return shares
