"""Queries that are kept under a name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class QueryRow:
    """One query as it was saved."""

    query_no: int
    name: str
    parameters: dict[str, Any]
    created_at: datetime


QUERIES = sql.SQL("SELECT query_no, name, parameters, created_at FROM epcis_queries")


def insert_query(
    tx: Transaction, participant_no: int | None, *, name: str, parameters: dict[str, Any]
) -> bool:
    """Save a query; false where one of that name is there."""
    return bool(
        tx.execute(
            "INSERT INTO epcis_queries (participant_no, name, parameters) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            (participant_no, name, Jsonb(parameters)),
        )
    )


def find_query(tx: Transaction, name: str) -> QueryRow | None:
    """Return a query that the role may see, or None."""
    return tx.row(QueryRow, QUERIES + sql.SQL(" WHERE name = %s"), (name,))


def query_by_number(tx: Transaction, query_no: int) -> QueryRow | None:
    """Return a query that the role may see, or None."""
    return tx.row(QueryRow, QUERIES + sql.SQL(" WHERE query_no = %s"), (query_no,))


def list_queries(tx: Transaction, *, behind: str, limit: int) -> list[QueryRow]:
    """Return queries that the role may see, by name, behind one of them."""
    where = sql.SQL(' WHERE name COLLATE "C" > %s ORDER BY name COLLATE "C" LIMIT %s')
    return tx.rows(QueryRow, QUERIES + where, (behind, limit))


def delete_query(tx: Transaction, name: str) -> bool:
    """Forget a query; false where there is none of that name."""
    return bool(tx.execute("DELETE FROM epcis_queries WHERE name = %s", (name,)))
