"""From what a roll could ask for to what it has brought: the parts that are counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class BilledRow:
    """A roll's bills, and what became of the debts; debts in minor units."""

    bills: int
    billed: Decimal
    overdue: int
    overdue_debts: int
    not_due: int
    given_up: int


@dataclass(frozen=True)
class UnregisteredRow:
    """What a roll misses for want of a holder or an object, by the mean bill of the place."""

    shares: int
    """Billed objects of which a share has no known holder."""
    of_shares: Decimal
    objects: int
    """Objects of the register without a bill and without a known holder."""
    of_objects: Decimal
    properties: int
    """Properties of the cadastre that are no object of tax."""
    of_properties: Decimal


def billed(tx: Transaction, *, roll_id: int, tax: str, year: int, on: date) -> BilledRow:
    """Add up the bills of a roll as they stand, and what is unpaid or was given up of them."""
    return tx.only(
        BilledRow,
        """
        WITH debt AS (
            SELECT item_id, due_on, balance FROM items JOIN accounts USING (account)
            WHERE kind = 'receivable' AND tax = %(tax)s AND period = %(year)s AND bucket = 'tax'
        )
        SELECT count(*) AS bills, coalesce(sum(amount), 0) AS billed,
               (SELECT coalesce(sum(balance), 0) FROM debt WHERE due_on < %(on)s)::bigint
                   AS overdue,
               (SELECT count(*) FROM debt WHERE due_on < %(on)s AND balance > 0) AS overdue_debts,
               (SELECT coalesce(sum(balance), 0) FROM debt WHERE due_on >= %(on)s)::bigint
                   AS not_due,
               (SELECT coalesce(-sum(amount), 0) FROM debt JOIN movements USING (item_id)
                JOIN entries USING (entry_id)
                WHERE entries.kind IN ('write_off', 'remission'))::bigint AS given_up
        FROM standing_bills WHERE roll_id = %(roll)s
        """,
        {"roll": roll_id, "tax": tax, "year": year, "on": on},
    )


def unregistered(
    tx: Transaction,
    *,
    roll_id: int,
    on: date,
    kinds: Sequence[str],
    of_cadastre: bool,
    place: str | None,
) -> UnregisteredRow:
    """Estimate what a roll would ask for of what nobody is known to hold, and of what it lacks.

    Parameters
    ----------
    tx
        The transaction.
    roll_id
        Of the roll.
    on
        The day whose objects count: the first of the tax year.
    kinds
        The kinds of object that the tax is on.
    of_cadastre
        Whether the properties of the cadastre are of these kinds.
    place
        The characteristic that names the place of an object.

    Returns
    -------
    UnregisteredRow
        Of an object that is billed in part the missing share of its own tax; of any other the mean
        tax of a whole object in its place, or in all places where none of its place is billed.
    """
    return tx.only(
        UnregisteredRow,
        """
        WITH billed AS (
            SELECT property_id, max(place) AS place, sum(amount) AS amount,
                   least(sum(share), 1) AS share
            FROM standing_bills WHERE roll_id = %(roll)s AND steps <> '{}' GROUP BY property_id
        ), mean AS (
            SELECT place, avg(amount / share) AS amount FROM billed GROUP BY place
        ), everywhere AS (
            SELECT coalesce(avg(amount / share), 0) AS amount FROM billed
        ), unheld AS (
            SELECT coalesce(characteristics ->> %(place)s, '') AS place FROM object_facts AS fact
            WHERE kind = ANY(%(kinds)s) AND known_to IS NULL
              AND valid_from <= %(on)s AND coalesce(valid_to, 'infinity') > %(on)s
              AND NOT EXISTS (SELECT FROM billed WHERE property_id = object_id)
              AND NOT EXISTS (
                  SELECT FROM holding_facts AS held
                  WHERE held.object_id = fact.object_id AND held.taxpayer_id IS NOT NULL
                    AND held.known_to IS NULL)
        ), outside AS (
            SELECT count(*) AS properties FROM properties
            WHERE %(of_cadastre)s
              AND NOT EXISTS (SELECT FROM objects WHERE object_id = property_id)
        )
        SELECT (SELECT count(*) FROM billed WHERE share < 1) AS shares,
               (SELECT coalesce(sum(amount * (1 - share) / share), 0) FROM billed) AS of_shares,
               (SELECT count(*) FROM unheld) AS objects,
               (SELECT coalesce(sum(coalesce(mean.amount, everywhere.amount)), 0)
                FROM unheld CROSS JOIN everywhere LEFT JOIN mean USING (place)) AS of_objects,
               properties, properties * everywhere.amount AS of_properties
        FROM outside CROSS JOIN everywhere
        """,
        {
            "roll": roll_id,
            "on": on,
            "kinds": list(kinds),
            "of_cadastre": of_cadastre,
            "place": place or "",
        },
    )
