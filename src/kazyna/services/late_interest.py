"""The interest on all late debts through a day, from where it stood before.

Interest is linear in what is owed: a day adds to each debt the debt times the weight of that day,
as long as nothing moves it. What is kept is no second truth: debts that anything has moved are
computed from the journal, and so are all when their number or sum is not what the books say.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.accounts import (
    InterestRule,
    Standings,
    Terms,
    Weights,
    advanced,
    interest_of,
    standings_of,
)
from kazyna.store import late_interest
from kazyna.store.connection import Transaction
from kazyna.store.late_interest import Changes, Kept

KEPT_ANEW = 20
"""Where stands are kept anew once one debt in so many had to be computed from the journal."""

STANDS = ("first", "principal", "exact", "largest")
"""The columns of what is kept that are where interest stands."""


@dataclass(frozen=True)
class LateInterest:
    """The interest on every late debt through a day, in minor units."""

    debts: pa.Table
    """Columns `tax`, `interest_item`, `charged`, `interest`."""
    standings: Standings
    computed: int
    """Debts that were computed from the journal, not from what was kept."""

    @property
    def not_charged(self) -> pa.ChunkedArray:
        """What has run on each debt beyond what is charged; with a minus, what is too much."""
        return pc.subtract(self.debts["interest"], self.debts["charged"])

    @property
    def to_keep(self) -> bool:
        """Whether what is kept has aged: while few debts move, an earlier day does as well."""
        late = int(self.debts.num_rows)
        return self.computed * KEPT_ANEW >= late > 0

    def charged(self) -> "LateInterest":
        """Return the same once all of it is charged."""
        names = self.debts.schema.names
        place = names.index("charged")
        return replace(self, debts=self.debts.set_column(place, "charged", self.debts["interest"]))


def interest_of_all(
    tx: Transaction, through: date, terms: Terms, *, but: Sequence[str]
) -> LateInterest:
    """Compute the interest on all late debts through a day, except on some accounts."""
    if terms.rule is None or terms.table is None:
        raise AssertionError("who asks has looked whether the law knows interest")
    kept = late_interest.kept(tx, _law(terms.rule))
    if kept is not None and kept.through <= through:
        found = _from_kept(tx, Changes(through, but, kept), kept, terms.rule, terms.table)
        standing = late_interest.late(tx, through, but=but)
        owed = int(found.standings.principal.sum()) if found.debts.num_rows else 0
        if (found.debts.num_rows, owed) == (standing.debts, standing.balance):
            return found
    asked = Changes(through, but, None)
    return _computed(tx, asked, terms.rule, terms.table)


def keep(
    tx: Transaction, found: LateInterest, terms: Terms, *, last_entry: int, left_out: Sequence[str]
) -> None:
    """Keep where interest stands for later days; what 64 bits do not hold is not kept."""
    stands, rule = found.standings, terms.rule
    if rule is None:
        raise AssertionError("who asks has looked whether the law knows interest")
    exact = stands.exact
    if exact.dtype == object:
        fits = np.array([abs(number) < 2**62 for number in exact], bool)
        exact = np.where(fits, exact, 0).astype(np.int64)
    else:
        fits = np.ones(len(exact), bool)
    columns = {"first": stands.first, "principal": stands.principal, "exact": exact,
               "largest": stands.largest}  # fmt: skip
    debts = found.debts.select(["tax", "interest_item", "charged"])
    for name, numbers in {"debt_no": stands.debt, **columns}.items():
        debts = debts.append_column(name, pa.array(numbers))
    steady = debts.filter(pa.array(fits & stands.steady))
    late_interest.keep(
        tx, _law(rule), Kept(stands.through, last_entry, tuple(left_out), steady.combine_chunks())
    )


def _from_kept(
    tx: Transaction, asked: Changes, kept: Kept, rule: InterestRule, table: Weights
) -> LateInterest:
    """Advance what is kept, and compute what has changed since."""
    changed = _computed(tx, asked, rule, table)
    moved = late_interest.items_of(tx, asked)["debt_no"]
    gone = pc.is_in(kept.debts["debt_no"], value_set=pa.concat_tables(
        [pa.table({"debt_no": moved}), pa.table({"debt_no": pa.array(changed.standings.debt)})]
    )["debt_no"].combine_chunks())  # fmt: skip
    same = kept.debts.filter(pc.invert(gone))
    columns = {name: same[name].to_numpy() for name in STANDS}
    debt = same["debt_no"].to_numpy()
    steady = np.ones(len(debt), bool)
    before = Standings(through=kept.through, debt=debt, steady=steady, **columns)
    stands = advanced(before, asked.through, rule, table)
    debts = same.select(["tax", "interest_item", "charged"]).append_column(
        "interest", pa.array(interest_of(stands, rule, table))
    )
    together = pa.concat_tables([debts, changed.debts]).unify_dictionaries()
    return LateInterest(together, _together(stands, changed.standings), changed.computed)


def _computed(tx: Transaction, asked: Changes, rule: InterestRule, table: Weights) -> LateInterest:
    """Compute from the journal."""
    with late_interest.changed(tx, asked) as late:
        moves = late_interest.moves_of_changed(tx)
    stands = standings_of(moves, asked.through, rule, table)
    # A payment may come between the two questions: only what both have seen is computed.
    both = np.isin(stands.debt, late["debt_no"].to_numpy())
    stands = _only(stands, both)
    late = late.filter(pc.is_in(late["debt_no"], value_set=pa.array(stands.debt)))
    interest = pa.array(interest_of(stands, rule, table), pa.int64())
    debts = late.select(["tax", "interest_item", "charged"]).append_column("interest", interest)
    taxes = debts["tax"].dictionary_encode()
    return LateInterest(debts.set_column(0, "tax", taxes), stands, debts.num_rows)


def _only(stands: Standings, which: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Standings:
    return replace(
        stands,
        debt=stands.debt[which],
        first=stands.first[which],
        principal=stands.principal[which],
        exact=stands.exact[which],
        largest=stands.largest[which],
        steady=stands.steady[which],
    )


def _together(some: Standings, others: Standings) -> Standings:
    return replace(
        some,
        debt=np.concatenate([some.debt, others.debt]),
        first=np.concatenate([some.first, others.first]),
        principal=np.concatenate([some.principal, others.principal]),
        exact=np.concatenate([some.exact, others.exact]),
        largest=np.concatenate([some.largest, others.largest]),
        steady=np.concatenate([some.steady, others.steady]),
    )


def _law(rule: InterestRule) -> str:
    """Name the law by which interest came about: other rates or days make another name."""
    return sha256(repr(rule).encode()).hexdigest()
