"""Queries that are kept under a name, each for who saved it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kazyna.core.errors import Conflict, Finding, InputError, NotFound
from kazyna.marking.epcis import parse_query
from kazyna.services.context import Context
from kazyna.services.epcis_queries import EventPage, query_events
from kazyna.store import epcis_queries
from kazyna.store.epcis_queries import QueryRow

OF_A_PAGE = frozenset(("perPage", "nextPageToken"))
"""Said each time a query is run, not with the query."""


@dataclass(frozen=True)
class SavedQuery:
    """A query under its name."""

    name: str
    query: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True)
class QueryPage:
    """Some of the saved queries, by name."""

    queries: tuple[SavedQuery, ...]
    next_token: str | None = None
    """The name of the last, where there are more."""


def save_query(
    ctx: Context,
    name: str,
    parameters: Mapping[str, Any],
    *,
    namespaces: Mapping[str, str] | None = None,
) -> SavedQuery:
    """Keep a query under a name.

    Raises
    ------
    InputError
        With every parameter that is unknown or wrong.
    Conflict
        If there is another query of that name.
    """
    ctx.require("participant", "officer", "auditor")
    if (paged := sorted(OF_A_PAGE & parameters.keys())) != []:
        raise InputError(
            Finding("query", "it is said when the query is run", "conditions", column=paged[0])
        )
    parse_query(parameters, namespaces=namespaces)
    kept = dict(parameters)
    if namespaces:
        context = kept.get("@context", [])
        kept["@context"] = [*(context if isinstance(context, list) else [context]), namespaces]
    with ctx.transaction() as tx:
        created = epcis_queries.insert_query(
            tx, ctx.actor.participant_no, name=name, parameters=kept
        )
        found = _required(epcis_queries.find_query(tx, name), name)
    if not created and found.query != kept:
        raise Conflict(f"There is another query {name!r}.")
    return found


def find_query(ctx: Context, name: str) -> SavedQuery:
    """Return a saved query.

    Raises
    ------
    NotFound
        If the caller has none of that name.
    """
    ctx.require("participant", "officer", "auditor")
    with ctx.transaction() as tx:
        return _required(epcis_queries.find_query(tx, name), name)


def list_queries(ctx: Context, *, per_page: int = 30, token: str | None = None) -> QueryPage:
    """Return the caller's saved queries, by name."""
    ctx.require("participant", "officer", "auditor")
    with ctx.transaction() as tx:
        rows = epcis_queries.list_queries(tx, behind=token or "", limit=per_page + 1)
    shown = tuple(map(_query, rows[:per_page]))
    return QueryPage(shown, shown[-1].name if len(rows) > per_page else None)


def delete_query(ctx: Context, name: str) -> None:
    """Forget a saved query.

    Raises
    ------
    NotFound
        If the caller has none of that name.
    """
    ctx.require("participant", "officer", "auditor")
    with ctx.transaction() as tx:
        if not epcis_queries.delete_query(tx, name):
            raise NotFound(f"There is no query {name!r}.")


def run_saved_query(
    ctx: Context, name: str, *, per_page: int = 30, token: str | None = None
) -> EventPage:
    """Return one page of the events that a saved query finds now."""
    asked = {**find_query(ctx, name).query, "perPage": per_page}
    return query_events(ctx, asked if token is None else {**asked, "nextPageToken": token})


def _required(row: QueryRow | None, name: str) -> SavedQuery:
    if row is None:
        raise NotFound(f"There is no query {name!r}.")
    return _query(row)


def _query(row: QueryRow) -> SavedQuery:
    return SavedQuery(row.name, row.parameters, row.created_at)
