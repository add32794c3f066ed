"""Which batches have units that a role may see."""

from collections.abc import Sequence

from kazyna.marking.units import BUCKETS
from kazyna.store.connection import Transaction
from kazyna.store.shards import Work


def batches_seen(work: Work) -> list[int]:
    """Return the batches of which the role sees units: of a participant, those it deals with."""
    work.reach(range(BUCKETS))
    found: set[int] = set()
    for tx in work.servers():
        rows = tx.connection.execute("SELECT DISTINCT batch FROM code_blocks")
        found |= {int(batch) for (batch,) in rows}
    return sorted(found)


def batches_held_back(tx: Transaction, kinds: Sequence[str]) -> list[tuple[int, int, int]]:
    """Return where units may be held back: batch, first and last index of what was ever held."""
    rows = tx.connection.execute(
        """
        SELECT batch, min(first_index), max(last_index) FROM marking_events
        WHERE kind = ANY (%s) GROUP BY batch ORDER BY batch
        """,
        (list(kinds),),
    )
    return [(int(batch), int(first), int(last)) for batch, first, last in rows]
