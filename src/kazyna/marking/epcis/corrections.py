"""Errors declared in events: which events no longer stand, and which stand in their place.

An event is never changed. Whoever finds one to be wrong sends it again, with the same identifier
and an `errorDeclaration` that says since when, why, and which events are right instead
(EPCIS 2.0 section 7.4.8). The declaration must repeat the event it takes back.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from kazyna.core.errors import Finding
from kazyna.marking.epcis.document import Event
from kazyna.marking.epcis.event_hash import hash_id


@dataclass(frozen=True)
class Standing:
    """The events of a repository after all that was taken back."""

    events: tuple[Event, ...]
    """Those that hold, in the order given; declarations are not among them."""
    taken_back: tuple[str, ...]
    """Identifiers of events declared wrong."""
    corrections_missing: tuple[str, ...]
    """Corrective events that a declaration names and that are not there."""


def event_key(event: Event) -> str:
    """Return the identifier of an event: its own, or the hash where it has none."""
    return event.id or hash_id(event)


def declares_error(event: Event) -> bool:
    """Tell whether an event takes another back."""
    return "errorDeclaration" in event.fields


def standing(events: Iterable[Event]) -> Standing:
    """Return the events that hold after every error declaration among them.

    Parameters
    ----------
    events
        Valid events, declarations among them, in the order they were captured.
    """
    given = tuple(events)
    declarations = [event for event in given if declares_error(event)]
    taken = {event_key(event) for event in declarations}
    known = {event_key(event) for event in given}
    named = dict.fromkeys(
        name
        for event in declarations
        for name in event.fields["errorDeclaration"].get("correctiveEventIDs", ())
    )
    return Standing(
        events=tuple(e for e in given if not declares_error(e) and event_key(e) not in taken),
        taken_back=tuple(sorted(taken)),
        corrections_missing=tuple(name for name in named if name not in known),
    )


def declaration_findings(
    declaration: Event, original: Event | None, source: str
) -> tuple[Finding, ...]:
    """Check an error declaration against the event it takes back.

    Parameters
    ----------
    declaration
        An event with an errorDeclaration.
    original
        The captured event of the same identifier; none where there is none.
    source
        The document's name, for the findings.

    Returns
    -------
    tuple of Finding
        Empty where the declaration repeats the event.
    """
    if original is None:
        reason = f"there is no event {event_key(declaration)} to declare wrong"
        return (Finding(source, reason, "the eventID of a captured event", column="eventID"),)
    if hash_id(declaration) != hash_id(original):
        reason = f"the declaration differs from event {event_key(original)}"
        return (Finding(source, reason, "the event repeated as it was captured"),)
    return ()
