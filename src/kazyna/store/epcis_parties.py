"""Whom and what captured events name: participants by their GLN, marked products."""

from collections.abc import Sequence
from dataclasses import dataclass

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class PartyRow:
    """A participant and what events may call it."""

    participant_no: int
    participant_id: str
    gln: str | None


def named_participants(
    tx: Transaction, *, glns: Sequence[str], ids: Sequence[str]
) -> list[PartyRow]:
    """Return the participants that have one of the GLNs or one of the ids."""
    return tx.rows(
        PartyRow,
        "SELECT participant_no, participant_id, gln FROM participants_now"
        " WHERE gln = ANY (%s) OR participant_id = ANY (%s)",
        (list(glns), list(ids)),
    )


def marked_products(tx: Transaction, gtins: Sequence[int]) -> set[int]:
    """Return which of the products are in the register."""
    found = tx.value("SELECT array_agg(gtin) FROM products WHERE gtin = ANY (%s)", (list(gtins),))
    return set(found or ())
