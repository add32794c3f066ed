"""What there is to ask the repository for: types of event, EPCs, steps, places, dispositions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, LiteralString

from kazyna.core.errors import NotFound
from kazyna.marking.epcis.document import EVENT_TYPES
from kazyna.marking.epcis.facts import EPC_PLACES, PLACES
from kazyna.marking.epcis.identifiers import canonical_identifier
from kazyna.marking.epcis.vocabulary import BUSINESS_STEP, DISPOSITION, Vocabulary, bare_word
from kazyna.services.context import Context
from kazyna.store import epcis_events

Kind = Literal["eventTypes", "epcs", "bizSteps", "bizLocations", "readPoints", "dispositions"]

PARAMETER: Mapping[Kind, str] = {
    "eventTypes": "eventType",
    "epcs": "MATCH_anyEPC",
    "bizSteps": "EQ_bizStep",
    "bizLocations": "EQ_bizLocation",
    "readPoints": "EQ_readPoint",
    "dispositions": "EQ_disposition",
}
"""By which a query asks for the events of one."""

AT: Mapping[str, tuple[int, ...]] = {
    "epcs": EPC_PLACES,
    "bizLocations": (PLACES["bizLocation", "id"],),
    "readPoints": (PLACES["readPoint", "id"],),
}
WORDS: Mapping[str, tuple[Vocabulary, LiteralString]] = {
    "bizSteps": (BUSINESS_STEP, "biz_step"),
    "dispositions": (DISPOSITION, "disposition"),
}


@dataclass(frozen=True)
class ValuePage:
    """Some of the values of a kind, in their order."""

    values: tuple[str, ...]
    next_token: str | None = None
    """The last of them, where there are more."""


def list_values(
    ctx: Context, kind: Kind, *, per_page: int = 30, token: str | None = None
) -> ValuePage:
    """Return the values of a kind: of vocabularies the standard's and those in use, else in use."""
    ctx.require("participant", "officer", "auditor")
    behind = token or ""
    if kind == "eventTypes":
        values = sorted(EVENT_TYPES)
    elif kind in WORDS:
        vocabulary, column = WORDS[kind]
        with ctx.transaction() as tx:
            used = epcis_events.values_of(tx, column, behind="", limit=1_000)
        values = sorted({*vocabulary.words, *used})
    else:
        with ctx.transaction() as tx:
            values = epcis_events.identifiers_of(tx, AT[kind], behind=behind, limit=per_page + 1)
    left = [value for value in values if value > behind]
    shown = tuple(left[:per_page])
    return ValuePage(shown, shown[-1] if len(left) > per_page else None)


def require_value(ctx: Context, kind: Kind, value: str) -> str:
    """Return a value of a kind in the form the repository knows it by.

    Raises
    ------
    NotFound
        If the standard does not know it and no event has it.
    """
    ctx.require("participant", "officer", "auditor")
    if kind == "eventTypes":
        known, found = value in EVENT_TYPES, value
    elif kind in WORDS:
        vocabulary, column = WORDS[kind]
        found = bare_word(value, vocabulary)
        known = found in vocabulary.words
        if not known:
            with ctx.transaction() as tx:
                known = epcis_events.has_value(tx, column, found)
    else:
        found = canonical_identifier(value)
        with ctx.transaction() as tx:
            known = epcis_events.has_identifier(tx, found, AT[kind])
    if not known:
        raise NotFound(f"No event has {value!r} among its {kind}.")
    return found
