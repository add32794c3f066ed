"""Reliefs: claimed, granted or refused, ended; what is granted is a fact of the register."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class ClaimRow:
    """One claim as recorded."""

    claim_id: int
    taxpayer_id: str
    object_id: str
    input: str
    value: str
    valid_from: date
    valid_to: date | None
    evidence: str
    status: str
    claimed_on: date
    claimed_by: str


def insert(tx: Transaction, claim: dict[str, Any]) -> int | None:
    """Record a claim; None when one of the same kind for the object is open or granted."""
    number: int | None = tx.value(
        """
        INSERT INTO relief_claims (taxpayer_id, object_id, input, value, valid_from, valid_to,
                                   evidence)
        VALUES (%(taxpayer_id)s, %(object_id)s, %(input)s, %(value)s, %(valid_from)s, %(valid_to)s,
                %(evidence)s)
        ON CONFLICT (taxpayer_id, object_id, input) WHERE status IN ('claimed', 'granted')
        DO NOTHING RETURNING claim_id
        """,
        claim,
    )
    return number


def holds(tx: Transaction, *, taxpayer_id: str, object_id: str) -> bool:
    """Tell whether a taxpayer holds an object, as it is known now."""
    found: bool = tx.value(
        "SELECT EXISTS (SELECT FROM holdings WHERE taxpayer_id = %s AND property_id = %s)",
        (taxpayer_id, object_id),
    )
    return found


def find(tx: Transaction, claim_id: int) -> ClaimRow | None:
    """Return one claim that the role may see, or None."""
    return tx.row(
        ClaimRow,
        "SELECT claim_id, taxpayer_id, object_id, input, value, valid_from, valid_to, evidence,"
        " status, claimed_on, claimed_by FROM relief_claims WHERE claim_id = %s",
        (claim_id,),
    )


def claims(tx: Transaction, *, taxpayer_id: str | None, limit: int) -> list[ClaimRow]:
    """Return the claims of one taxpayer or of all, those that wait first."""
    return tx.rows(
        ClaimRow,
        """
        SELECT claim_id, taxpayer_id, object_id, input, value, valid_from, valid_to, evidence,
               status, claimed_on, claimed_by
        FROM relief_claims WHERE %(taxpayer)s::text IS NULL OR taxpayer_id = %(taxpayer)s
        ORDER BY status <> 'claimed', claim_id DESC LIMIT %(limit)s
        """,
        {"taxpayer": taxpayer_id, "limit": limit},
    )


def move(tx: Transaction, claim: ClaimRow, *, to_status: str, document: str) -> None:
    """Record the next step of a claim."""
    tx.execute(
        "INSERT INTO relief_events (claim_id, from_status, to_status, document)"
        " VALUES (%s, %s, %s, %s)",
        (claim.claim_id, claim.status, to_status, document),
    )


def put(tx: Transaction, claim: ClaimRow, *, valid_to: date | None, change_no: int) -> None:
    """Say from when to when a relief holds; what was known of it is closed."""
    tx.execute(
        "UPDATE relief_facts SET known_to = %s WHERE claim_id = %s AND known_to IS NULL",
        (change_no, claim.claim_id),
    )
    if valid_to is None or valid_to > claim.valid_from:
        tx.execute(
            """
            INSERT INTO relief_facts (claim_id, taxpayer_id, object_id, input, value, valid_from,
                                      valid_to, known_from)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
            """,
            (claim.claim_id, claim.taxpayer_id, claim.object_id, claim.input, claim.value,
             claim.valid_from, valid_to, change_no),
        )  # fmt: skip
