"""Exact explanations of small trees, by table.

What a tree adds to each reason depends only on which of its splits a row passes. A tree of eight
leaves has seven splits, so a table of 128 columns holds every answer: it is filled once, and a
property is then explained by seven comparisons and a few look-ups a tree, instead of by walking
each tree once more for every coalition of its characteristics. The numbers are those of
path-dependent TreeSHAP (Lundberg et al. 2020, Nature Machine Intelligence 2, 56-67), as LightGBM
gives them with `pred_contrib`.

A value is first replaced by its rank among all the thresholds that its column meets in the bag:
it passes a split when its rank is no higher than the threshold's, and small whole numbers are
compared many at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import factorial
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from kazyna.valuation.columns import Floats, Ints
from kazyna.valuation.models.trees import Tree, trees_of

if TYPE_CHECKING:
    from lightgbm import Booster

Flags = npt.NDArray[np.bool_]
Number = TypeVar("Number", np.int64, np.float64)

SPLITS_MAX = 10
"""A tree of more splits would need a table of more than 1,024 columns."""
CATEGORICAL, DEFAULT_LEFT, MISSING_ZERO, MISSING_NAN = 1, 2, 4, 8
"""Bits of `decision_type` in the text of a LightGBM model."""
BLOCK_ROWS = 8_192
"""Rows explained at once: their ranks and sums stay near the processor."""
BLOCK_TREES = 8
"""Trees whose splits are compared at once."""
BLOCK_LEAVES = 2_048
"""Leaves whose values are shared out at once."""
BITS = 8
"""Of the smallest whole number; a pattern of more splits needs a wider one."""


@dataclass(frozen=True)
class Explainer:
    """The tables of a bag of ensembles, for reasons as the caller groups the columns."""

    base: float
    """The mean prediction; with a row's contributions it adds up to the row's prediction."""
    thresholds: tuple[Floats, ...]
    """Of each column, rising."""
    column: Ints
    """(trees, splits); with the number of columns added where a missing value passes."""
    limit: npt.NDArray[np.unsignedinteger]
    """(trees, splits); a row passes a split when its rank is at most this."""
    first: list[int]
    """The tables at which each tree's begin, and where the last tree's end."""
    reason: list[int]
    """The reason to which each table adds."""
    table: Floats
    """(tables, patterns)"""

    def contributions(self, columns: Floats, reasons: int) -> Floats:
        """Explain rows; shape (rows, reasons)."""
        found = np.empty((len(columns), reasons))
        for start in range(0, len(columns), BLOCK_ROWS):
            block = slice(start, start + BLOCK_ROWS)
            found[block] = self._block(self._ranks(columns[block]), reasons).T
        return found

    def _ranks(self, columns: Floats) -> npt.NDArray[np.unsignedinteger]:
        """Ranks of the values, the columns twice: missing ones pass no split, or every one."""
        width = len(self.thresholds)
        ranks = np.empty((2 * width, len(columns)), dtype=self.limit.dtype)
        for position, thresholds in enumerate(self.thresholds):
            values = columns[:, position]
            ranks[position] = ranks[width + position] = np.searchsorted(thresholds, values)
            ranks[width + position, np.isnan(values)] = 0
        return ranks

    def _block(self, ranks: npt.NDArray[np.unsignedinteger], reasons: int) -> Floats:
        rows = ranks.shape[1]
        sums = np.zeros((reasons, rows))
        added = np.empty(rows)
        for start in range(0, len(self.column), BLOCK_TREES):
            trees = slice(start, start + BLOCK_TREES)
            for tree, pattern in enumerate(self._patterns(ranks, trees), start=start):
                for number in range(self.first[tree], self.first[tree + 1]):
                    # A pattern is always within the table; to clip it spares a check of each.
                    self.table[number].take(pattern, out=added, mode="clip")
                    sums[self.reason[number]] += added
        return sums

    def _patterns(self, ranks: npt.NDArray[np.unsignedinteger], trees: slice) -> Ints:
        """Which splits each row passes in some trees, as bits; shape (trees, rows)."""
        column, limit = self.column[trees], self.limit[trees]
        splits = column.shape[1]
        pattern = np.zeros(
            (len(column), ranks.shape[1]), dtype=np.uint8 if splits <= BITS else np.uint16
        )
        for split in reversed(range(splits)):
            passes = np.less_equal(ranks[column[:, split]], limit[:, split, None])
            pattern += pattern  # by one bit to the left
            pattern |= passes.view(np.uint8)
        return pattern.astype(np.intp)


def explainer(boosters: Sequence["Booster"], reason_of: Ints) -> Explainer | None:
    """Fill the tables of a bag.

    Parameters
    ----------
    boosters
        LightGBM ensembles that see the same columns, and whose mean is the prediction.
    reason_of
        The reason of each column, from 0.

    Returns
    -------
    The tables, or None for a bag that tables do not serve: with a tree of more than
    `SPLITS_MAX` splits, or one that splits by category or takes zero for missing.
    """
    trees = [tree for booster in boosters for tree in trees_of(booster)]
    odd = CATEGORICAL | MISSING_ZERO
    if any(len(t.column) > SPLITS_MAX or (t.decision & odd).any() for t in trees):
        return None
    base = sum(float(t.leaf_value @ t.leaf_count / t.leaf_count.sum()) for t in trees)
    grown = [t for t in trees if len(t.column)]
    splits = max((len(t.column) for t in grown), default=1)
    real = np.arange(splits) < np.array([[len(t.column)] for t in grown]).reshape(-1, 1)
    column = _padded([t.column for t in grown], splits)
    threshold = _padded([t.threshold for t in grown], splits)
    thresholds, limit = _ranked(column, threshold, real, width=len(reason_of))
    decision = _padded([t.decision for t in grown], splits)
    by_default = MISSING_NAN | DEFAULT_LEFT
    # Where training saw no missing value, LightGBM takes a missing one for nought.
    as_nought = (decision & MISSING_NAN == 0) & (threshold >= 0)
    missing_passes = as_nought | (decision & by_default == by_default)
    reasons = np.where(real, np.asarray(reason_of)[column], -1)
    same = (reasons[:, :, None] == reasons[:, None, :]) & real[:, None, :]
    slot = same.argmax(axis=2)
    opens = real & (slot == np.arange(splits))
    number = np.cumsum(opens).reshape(opens.shape) - 1
    return Explainer(
        base=base / len(boosters),
        thresholds=thresholds,
        column=column + len(reason_of) * missing_passes,
        limit=limit,
        first=[0, *np.cumsum(opens.sum(axis=1)).tolist()],
        reason=reasons[opens].tolist(),
        table=_tables(grown, np.take_along_axis(number, slot, axis=1), splits) / len(boosters),
    )


def _ranked(
    column: Ints, threshold: Floats, real: npt.NDArray[np.bool_], *, width: int
) -> tuple[tuple[Floats, ...], npt.NDArray[np.unsignedinteger]]:
    """Thresholds of each column, and the rank of each split's among them."""
    thresholds = tuple(np.unique(threshold[real & (column == each)]) for each in range(width))
    limit = np.zeros(column.shape, dtype=np.min_scalar_type(max(map(len, thresholds), default=0)))
    for each, known in enumerate(thresholds):
        mine = real & (column == each)
        limit[mine] = np.searchsorted(known, threshold[mine])
    return thresholds, limit


def _padded(rows: list[npt.NDArray[Number]], width: int) -> npt.NDArray[Number]:
    """Stack rows of unlike length; what is added is nought."""
    stacked = np.zeros((len(rows), width), dtype=rows[0].dtype if rows else np.int64)
    for number, row in enumerate(rows):
        stacked[number, : len(row)] = row
    return stacked


@dataclass(frozen=True)
class _Ways:
    """Ways from the roots of trees down to some nodes, shape (ways, steps), one step a split."""

    tree: Ints
    split: Ints
    """Within its tree."""
    passes: Flags
    share: Floats
    """Of the training rows at a split, those that go on this way."""

    def part(self, rows: Ints | Flags) -> "_Ways":
        """Take some of the ways."""
        return _Ways(self.tree[rows], self.split[rows], self.passes[rows], self.share[rows])

    def further(self, split: Ints, share: Floats, *, passes: bool) -> "_Ways":
        """Go one step further on each."""
        sides = np.full(len(split), passes)
        return _Ways(
            self.tree,
            np.column_stack([self.split, split]),
            np.column_stack([self.passes, sides]),
            np.column_stack([self.share, share]),
        )

    def beside(self, other: "_Ways") -> "_Ways":
        """Put as long ways together."""
        return _Ways(
            np.concatenate([self.tree, other.tree]),
            np.concatenate([self.split, other.split]),
            np.concatenate([self.passes, other.passes]),
            np.concatenate([self.share, other.share]),
        )


@dataclass(frozen=True)
class _Players:
    """The columns that decide on each leaf, as players of a game, shape (leaves, players)."""

    care: Ints
    """The splits on the way that ask for the player's column, as bits."""
    want: Ints
    """Which of those splits a row must pass to come by."""
    share: Floats
    """The share of training rows that came by them."""
    table: Ints
    """The number of the table to which the player's reason adds."""


def _tables(trees: list[Tree], number: Ints, splits: int) -> Floats:
    """Add up the Shapley values of every leaf for every pattern of passed splits.

    Parameters
    ----------
    number
        Of the table to which each split's reason adds, shape (trees, splits).
    """
    table = np.zeros((int(number.max(initial=-1)) + 1, 2**splits))
    column = _padded([t.column for t in trees], splits)
    for ways, value in _leaves(trees, splits):
        for start in range(0, len(value), BLOCK_LEAVES):
            part = slice(start, start + BLOCK_LEAVES)
            players = _players(ways.part(np.arange(len(value))[part]), column, number)
            _add_leaves(table, players, value[part])
    return table


def _leaves(trees: list[Tree], splits: int) -> Iterator[tuple[_Ways, Floats]]:
    """Walk down all trees at once: the ways of one length that end in leaves, and what is there."""
    left = _padded([t.left for t in trees], splits)
    right = _padded([t.right for t in trees], splits)
    leaf_value = _padded([t.leaf_value for t in trees], splits + 1)
    leaf_count = _padded([t.leaf_count for t in trees], splits + 1)
    count = _padded([t.count for t in trees], splits)
    tree = np.arange(len(trees))
    nothing = np.zeros((len(trees), 0), dtype=np.int64)
    ways = _Ways(tree, nothing, nothing.astype(np.bool_), nothing.astype(np.float64))
    node = np.zeros(len(trees), dtype=np.int64)
    while len(node):
        grown = []
        for side, passes in ((left, True), (right, False)):
            child = side[ways.tree, node]
            rows = np.where(
                child >= 0,
                count[ways.tree, np.maximum(child, 0)],
                leaf_count[ways.tree, np.maximum(-child - 1, 0)],
            )
            grown.append((child, ways.further(node, rows / count[ways.tree, node], passes=passes)))
        node = np.concatenate([child for child, _ in grown])
        ways = grown[0][1].beside(grown[1][1])
        ended = node < 0
        yield ways.part(ended), leaf_value[ways.tree[ended], -node[ended] - 1]
        ways, node = ways.part(~ended), node[~ended]


def _players(ways: _Ways, column: Ints, number: Ints) -> _Players:
    """Find the players of each way; a step whose column was asked for before has none."""
    asked = column[ways.tree[:, None], ways.split]
    player = (asked[:, :, None] == asked[:, None, :]).argmax(axis=2)
    bit = np.int64(1) << ways.split
    care, want, share = np.zeros_like(bit), np.zeros_like(bit), np.ones_like(ways.share)
    rows = np.arange(len(asked))
    for step, at in enumerate(player.T):
        care[rows, at] |= bit[:, step]
        want[rows, at] |= bit[:, step] * ways.passes[:, step]
        share[rows, at] *= ways.share[:, step]
    return _Players(care, want, share, number[ways.tree[:, None], ways.split])


def _add_leaves(table: Floats, players: _Players, value: Floats) -> None:
    """Share the leaves among their players, for every pattern."""
    width = players.care.shape[1]
    came = np.arange(2**width)  # which players came by, as bits
    reached = [(came >> player & 1).astype(np.float64)[None, :] for player in range(width)]
    shares = _shapley(reached, [players.share[:, [player]] for player in range(width)])
    patterns = np.arange(table.shape[1])
    met = np.zeros((len(value), len(patterns)), dtype=np.int64)
    for player in range(width):
        care, want = players.care[:, [player]], players.want[:, [player]]
        met |= ((patterns & care) == want).astype(np.int64) << player
    for player, share in enumerate(shares):
        order = np.argsort(players.table[:, player], kind="stable")
        numbers, first = np.unique(players.table[order, player], return_index=True)
        added = np.take_along_axis(share * value[:, None], met, axis=1)[order]
        table[numbers] += np.add.reduceat(added, first, axis=0)


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
        sums: list[Floats] = [np.ones((len(ratio[player]), reached[player].shape[1]))]
        for other in range(width):
            if other != player:
                without = [ratio[other] * each for each in sums]
                joined = [reached[other] * each for each in sums]
                sums = [without[0], *map(np.add, without[1:], joined[:-1]), joined[-1]]
        expected = sum(weight * each for weight, each in zip(weights, sums, strict=True))
        shares.append((reached[player] - ratio[player]) * expected)
    return shares
