"""Files of EPCIS events: are they valid, what are the hashes of their events. No database."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kazyna.core.errors import Finding, InputError
from kazyna.marking.epcis import Document, hash_id, read, standing
from kazyna.marking.epcis.event_hash import Version


@dataclass(frozen=True)
class CheckedDocument:
    """A document in which everything is as it should be."""

    source: str
    kind: str
    version: str
    """Of the schema it was written to."""
    events: int
    types: Mapping[str, int]
    """How many events of each type."""
    taken_back: int
    """Events that declarations in the same file take back."""


@dataclass(frozen=True)
class CheckedDocuments:
    """All documents that were asked for, each valid."""

    events: int
    documents: tuple[CheckedDocument, ...]


@dataclass(frozen=True)
class HashedEvent:
    """One event and the name its content gives it."""

    source: str
    position: int
    """In the document, from 1."""
    type: str
    event_id: str | None
    """The eventID it carries."""
    hash_id: str
    agrees: bool | None
    """Whether an eventID that is a hash is this one; none where it is no hash."""


@dataclass(frozen=True)
class HashedEvents:
    """The events of all documents."""

    events: tuple[HashedEvent, ...]


def validate_documents(paths: Sequence[Path]) -> CheckedDocuments:
    """Validate EPCIS documents in JSON-LD or XML.

    Raises
    ------
    InputError
        With every mistake in every document, each with its path.
    """
    checked = [
        CheckedDocument(
            source=str(path),
            kind=document.kind,
            version=document.schema_version,
            events=len(document.events),
            types=dict(Counter(event.type for event in document.events)),
            taken_back=len(standing(document.events).taken_back),
        )
        for path, document in _documents(paths)
    ]
    return CheckedDocuments(sum(each.events for each in checked), tuple(checked))


def hash_documents(paths: Sequence[Path], *, version: Version = "CBV2.0") -> HashedEvents:
    """Return the event hash identifier of every event.

    Raises
    ------
    InputError
        With every mistake in every document: only valid events have a hash.
    """
    return HashedEvents(
        tuple(
            HashedEvent(
                source=str(path),
                position=position,
                type=event.type,
                event_id=event.id,
                hash_id=(found := hash_id(event, version=version)),
                agrees=found == event.id if (event.id or "").startswith("ni:") else None,
            )
            for path, document in _documents(paths)
            for position, event in enumerate(document.events, start=1)
        )
    )


def _documents(paths: Sequence[Path]) -> list[tuple[Path, Document]]:
    documents: list[tuple[Path, Document]] = []
    findings: list[Finding] = []
    for path in paths:
        try:
            documents.append((path, read(_content(path), str(path))))
        except InputError as error:
            findings += error.findings
    if findings:
        raise InputError(findings)
    return documents


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise InputError(Finding(str(path), reason, "an EPCIS document")) from error
