"""Declarations of errors: what they take back of what captured events did to marked goods.

The lifecycle names the operation that undoes another. What an event did is undone by a document of
that operation, with the units that the event names; where the lifecycle has none, or the goods have
gone on since, the declaration is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kazyna.core.errors import Finding
from kazyna.marking.lifecycle import Lifecycle, Operation
from kazyna.services.context import Context
from kazyna.services.epcis_lines import document_id, lines_in, own_document
from kazyna.services.epcis_rows import Captured
from kazyna.services.marking_documents import Document
from kazyna.store import marking_log
from kazyna.store.connection import Transaction

TAKEN_BACK = "taken back: "
"""Before the hash of an event, the id of the document that takes it back."""


@dataclass(frozen=True)
class Corrections:
    """What declarations of errors ask of the registry."""

    documents: Mapping[int, Document] = field(default_factory=dict)
    """By the position of the declaration, the document that takes its event back."""
    findings: tuple[Finding, ...] = ()
    refused: frozenset[int] = frozenset()
    """Positions of the declarations whose event nothing takes back."""


def corrections(
    ctx: Context,
    lifecycle: Lifecycle,
    events: Sequence[Captured],
    documents: Mapping[int, Document],
    source: str,
) -> Corrections:
    """Find what takes back the documents of events that are declared wrong.

    Parameters
    ----------
    ctx, lifecycle
        Who declares, and by which law.
    events
        New in the repository.
    documents
        What events of the same document are about to do, by their positions.
    source
        The document's name, for the findings.
    """
    declarations = [each for each in events if each.declares_error]
    if not declarations:
        return Corrections()
    coming = {document.document_id: document.kind for document in documents.values()}
    with ctx.transaction() as tx:
        done = {
            each.position: coming.get(document_id(each)) or _recorded_kind(ctx, tx, each)
            for each in declarations
        }
    undoing: dict[int, Document] = {}
    findings: list[Finding] = []
    refused: set[int] = set()
    for each in declarations:
        kind = done[each.position]
        if kind is None:
            continue
        operation = lifecycle.operations[kind]
        if operation.undone_by is not None:
            undoing[each.position] = _undoing(each, lifecycle.operations[operation.undone_by])
        else:
            known = [o.name for o in lifecycle.operations.values() if o.undone_by is not None]
            reason = f"{each.event_id} told of {kind}, which nothing takes back"
            expected = f"an event of {', '.join(known)}; else one that tells what is right"
            place = f"eventList[{each.position}].errorDeclaration"
            findings.append(Finding(source, reason, expected, column=place))
            refused.add(each.position)
    return Corrections(undoing, tuple(findings), frozenset(refused))


def _recorded_kind(ctx: Context, tx: Transaction, event: Captured) -> str | None:
    """Return the kind of the document that an event caused, or that was written as the event."""
    own = own_document(event)
    for name in (document_id(event), *(() if own is None else (own,))):
        row = marking_log.find_document(tx, ctx.actor.participant_no, name)
        if row is not None:
            return row.kind
    return None


def _undoing(event: Captured, operation: Operation) -> Document:
    """Write the document that takes an event back, with the units that the event names."""
    declared = event.event.fields["errorDeclaration"]
    return Document(
        kind=operation.name,
        document_id=f"{TAKEN_BACK}{event.hash_id}",
        happened_at=datetime.fromisoformat(declared["declarationTime"].upper()),
        lines=lines_in(event, operation),
        attributes={"reason": str(declared.get("reason", "declared wrong"))},
        event_hash=event.hash_id,
    )
