"""What a notice of value needs beside the register of rounds: the properties around."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class NeighbourRow:
    """A property of a round with what the model said of it and what is recorded of it."""

    property_id: str
    value: Decimal
    base: Decimal
    reasons: list[dict[str, Any]]
    characteristics: dict[str, Any]


def neighbours(
    tx: Transaction, *, round_id: int, lon: float | None, lat: float | None, limit: int
) -> list[NeighbourRow]:
    """Return the valued properties nearest to a place, or without a place, some of them.

    Their characteristics are those that the round knew. Nearest by degrees of latitude and
    longitude, which is near enough to see what is usual.
    """
    if lon is None or lat is None:
        return tx.rows(
            NeighbourRow,
            """
            SELECT property_id, value, base, reasons, known.characteristics
            FROM values JOIN properties_of_rounds AS known USING (round_id, property_id)
            WHERE round_id = %s ORDER BY property_id LIMIT %s
            """,
            (round_id, limit),
        )
    return tx.rows(
        NeighbourRow,
        """
        SELECT near.property_id, value, base, reasons, known.characteristics
        FROM (
            SELECT property_id, value, base, reasons,
                   point(lon, lat) <-> point(%(lon)s, %(lat)s) AS distance
            FROM values JOIN properties USING (property_id)
            WHERE round_id = %(round)s
            ORDER BY distance, property_id
            LIMIT %(limit)s
        ) AS near
        JOIN properties_of_rounds AS known
            ON known.round_id = %(round)s AND known.property_id = near.property_id
        ORDER BY distance, near.property_id
        """,
        {"round": round_id, "lon": lon, "lat": lat, "limit": limit},
    )
