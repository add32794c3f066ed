"""What captured events do to marked goods: each that tells of an operation is a document of it.

Which event tells of which operation is said by the lifecycle of the pack: type, action, business
step and disposition. An event of goods that are not marked, or of nothing that the lifecycle
knows, is recorded and changes nothing. Marked goods are followed by the unit: where an event names
them by their class alone it is refused, but for what holds back or frees a whole lot.

A declaration of an error takes back what its event did by the operation that the lifecycle names
for it, as a document of its own; where there is none, or the goods have gone on, it is refused.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kazyna.core.errors import Finding, InputError, NotFound, Refused
from kazyna.marking.epcis.document import expanded
from kazyna.marking.epcis.identifiers import canonical_identifier
from kazyna.marking.lifecycle import Lifecycle, Operation
from kazyna.packs.lifecycle import read_lifecycle
from kazyna.services.context import Context
from kazyna.services.epcis_corrections import corrections
from kazyna.services.epcis_lines import (
    CLASS,
    CLASS_LISTS,
    OF_LOTS,
    PACKAGE,
    classes_of,
    document_id,
    epcs_of,
    gtin_of,
    lines_in,
)
from kazyna.services.epcis_rows import Captured
from kazyna.services.epcis_unpacking import partial_findings
from kazyna.services.marking_documents import (
    OWN_SERVICE,
    Document,
    submit_all,
    submit_each,
)
from kazyna.store import codes, epcis_parties
from kazyna.store.connection import Transaction

NAMESPACE = "urn:kazyna:epcis:"
"""Of members by which an event says what a document needs: reason, declaration, country…"""
MASTER_DATA = "urn:epcglobal:cbv:mda"
FROM_MASTER_DATA = {
    "lotNumber": "lot",
    "itemExpirationDate": "expires_on",
    "productionDate": "produced_on",
    "countryOfOrigin": "country",
}
"""What is said of a lot in the words of the CBV, and what documents call it."""

PARTICIPANT = "urn:kazyna:participant:"
FACILITY = "urn:kazyna:facility:"
_PARTY = re.compile(r"https://id\.gs1\.org/41[47]/(\d{13})")


@dataclass(frozen=True)
class Parties:
    """The participants that events name, by GLN and by id."""

    numbers: Mapping[str, int]
    ids: Mapping[str, str]

    def of(self, event: Captured, lists: Sequence[str]) -> Iterator[str]:
        """Yield the ids of the participants named in lists of an event."""
        for name in _parties(event, lists):
            if name in self.ids:
                yield self.ids[name]


@dataclass(frozen=True)
class Performed:
    """What became of events that tell of operations."""

    findings: tuple[Finding, ...] = ()
    refused: frozenset[int] = frozenset()
    """Positions of the events that the lifecycle refuses."""


@dataclass(frozen=True)
class Marked:
    """What events name of marked goods."""

    events: frozenset[int] = frozenset()
    """Positions of the events in which there is a unit, a package or a lot."""
    products: frozenset[int] = frozenset()


def find_parties(tx: Transaction, events: Iterable[Captured]) -> Parties:
    """Look up the participants that events name as sources and destinations."""
    names = {name for each in events for name in _parties(each, ("sourceList", "destinationList"))}
    if not names:
        return Parties({}, {})
    rows = epcis_parties.named_participants(tx, glns=list(names), ids=list(names))
    by_name = [(name, row) for row in rows for name in (row.gln, row.participant_id) if name]
    return Parties(
        {name: row.participant_no for name, row in by_name},
        {name: row.participant_id for name, row in by_name},
    )


def seen_by(event: Captured, parties: Parties) -> tuple[int, ...]:
    """Return the numbers of the participants that an event names."""
    named = _parties(event, ("sourceList", "destinationList"))
    return tuple(sorted({parties.numbers[name] for name in named if name in parties.numbers}))


def perform(
    ctx: Context, events: Sequence[Captured], parties: Parties, *, source: str, proceed: bool
) -> Performed:
    """Submit the operations that events tell of, in their order.

    Parameters
    ----------
    events
        New in the repository.
    source
        The document's name, for the findings.
    proceed
        Whether what is right is done although other events are refused; else all or none.
    """
    try:
        lifecycle = read_lifecycle(ctx.pack.folder)
    except NotFound:
        return Performed()
    told = [(each, kind) for each in events if (kind := _kind(lifecycle, each)) is not None]
    marked = _marked(ctx, [each for each, _ in told]) if told else Marked()
    unclear = _unclear(lifecycle, told, marked, source)
    unpacked = [each for each, kind in told if lifecycle.operations[kind].effect == "unpack"]
    partial = partial_findings(ctx, unpacked, source)
    unclear = Performed(
        unclear.findings + tuple(partial.values()), unclear.refused | partial.keys()
    )
    documents = {
        each.position: _document(each, lifecycle.operations[kind], parties)
        for each, kind in told
        if each.position in marked.events and each.position not in unclear.refused
    }
    corrected = corrections(ctx, lifecycle, events, documents, source)
    documents = dict(sorted({**documents, **corrected.documents}.items()))
    refused = Performed(unclear.findings + corrected.findings, unclear.refused | corrected.refused)
    if not documents or (refused.findings and not proceed):
        return refused
    if proceed:
        apart = _each_alone(ctx, documents, source)
        return Performed(refused.findings + apart.findings, refused.refused | apart.refused)
    try:
        submit_all(ctx, tuple(documents.values()))
    except (InputError, Refused) as error:
        place = _place(documents, error)
        return Performed(_findings(error, source, place), frozenset((place,)))
    return refused


def _unclear(
    lifecycle: Lifecycle,
    told: Sequence[tuple[Captured, str]],
    marked: "Marked",
    source: str,
) -> Performed:
    """Refuse events that name marked goods by class and number: which units, they do not say."""
    findings: list[Finding] = []
    refused: set[int] = set()
    for each, kind in told:
        of_lots = lifecycle.operations[kind].effect in OF_LOTS
        for name in CLASS_LISTS:
            for row, part in enumerate(each.event.fields.get(name, ())):
                found = CLASS.fullmatch(canonical_identifier(part["epcClass"]))
                if found is None or int(found[1]) not in marked.products:
                    continue
                if found[2] is not None and of_lots:
                    continue
                reason = f"{part['epcClass']} is of marked goods, which are followed by the unit"
                expected = "each unit or package in epcList" + (" or a lot" if of_lots else "")
                place = f"eventList[{each.position}].{name}[{row}]"
                findings.append(Finding(source, reason, expected, column=place))
                refused.add(each.position)
    return Performed(tuple(findings), frozenset(refused))


def _each_alone(ctx: Context, documents: Mapping[int, Document], source: str) -> Performed:
    findings: list[Finding] = []
    refused: set[int] = set()
    done = submit_each(ctx, tuple(documents.values()))
    for position, outcome in zip(documents, done, strict=True):
        if isinstance(outcome, InputError | Refused):
            findings += _findings(outcome, source, position)
            refused.add(position)
    return Performed(tuple(findings), frozenset(refused))


def _place(documents: Mapping[int, Document], error: InputError | Refused) -> int:
    """Tell which document a refusal is about; without a word of it, the first."""
    told = str(error)
    for position, document in documents.items():
        if document.document_id in told:
            return position
    return next(iter(documents))


def _findings(error: InputError | Refused, source: str, position: int) -> tuple[Finding, ...]:
    """Say of an event what the lifecycle says of its document."""
    place = f"eventList[{position}]"
    if not isinstance(error, InputError):
        return (Finding(source, str(error), "an operation that is allowed", column=place),)
    return tuple(
        Finding(source, each.reason, each.expected, each.row, f"{place}{_member(each)}")
        for each in error.findings
    )


def _member(finding: Finding) -> str:
    return f": {finding.column}" if finding.column not in (None, "code") else ""


def _kind(lifecycle: Lifecycle, event: Captured) -> str | None:
    """Name the operation that an event tells of, or None."""
    fields = event.event.fields
    if event.declares_error or "action" not in fields or "bizStep" not in fields:
        return None
    kind = lifecycle.operation_of(
        event_type=fields["type"],
        action=fields["action"],
        biz_step=fields["bizStep"],
        disposition=fields.get("disposition"),
    )
    return None if kind in OWN_SERVICE else kind


def _marked(ctx: Context, events: Sequence[Captured]) -> Marked:
    """Find the events in which there is a marked product or a known package."""
    names = {each.position: [canonical_identifier(epc) for epc in epcs_of(each)] for each in events}
    every = {name for each in names.values() for name in each}
    classes = {each.position: list(classes_of(each)) for each in events}
    gtins = {gtin for name in every if (gtin := gtin_of(name)) is not None}
    gtins.update(gtin for each in classes.values() for gtin, _ in each)
    packages = {f"00{found[1]}": name for name in every if (found := PACKAGE.fullmatch(name))}
    with ctx.shards.reading(ctx.acting) as work:
        registered = epcis_parties.marked_products(work.registry, sorted(gtins))
        known = {packages[each] for each in codes.find_names(work, sorted(packages))}
    marked: set[int] = set()
    for position, each in names.items():
        lots = any(gtin in registered and lot for gtin, lot in classes[position])
        if lots or any(name in known or gtin_of(name) in registered for name in each):
            marked.add(position)
            # A package into which it goes is known to the events that follow.
            known.update(name for name in each if PACKAGE.fullmatch(name))
    return Marked(frozenset(marked), frozenset(registered))


def _document(event: Captured, operation: Operation, parties: Parties) -> Document:
    fields = event.event.fields
    return Document(
        kind=operation.name,
        document_id=document_id(event),
        happened_at=datetime.fromisoformat(fields["eventTime"].upper()),
        lines=lines_in(event, operation),
        facility=_facility(fields),
        counterparty=next(parties.of(event, ("destinationList",)), None),
        attributes=_attributes(event),
        event_hash=event.hash_id,
    )


def _facility(fields: Mapping[str, Any]) -> str | None:
    for name in ("bizLocation", "readPoint"):
        place = fields.get(name, {}).get("id", "")
        if place.startswith(FACILITY):
            return str(place).removeprefix(FACILITY)
    return None


def _attributes(event: Captured) -> dict[str, str]:
    """Collect what a document needs to say: of the lot, of papers, of reasons."""
    fields, namespaces = event.event.fields, event.event.namespaces
    found: dict[str, str] = {}
    for part in (fields, fields.get("ilmd", {})):
        for name, value in part.items():
            if ":" not in name or isinstance(value, dict | list):
                continue
            namespace, local = expanded(name, namespaces)
            if namespace == NAMESPACE:
                found[local] = str(value)
            elif namespace == MASTER_DATA and local in FROM_MASTER_DATA:
                found[FROM_MASTER_DATA[local]] = str(value)
    for paper in fields.get("bizTransactionList", ()):
        found.setdefault(str(paper.get("type", "paper")), str(paper["bizTransaction"]))
    return found


def _parties(event: Captured, lists: Sequence[str]) -> Iterator[str]:
    """Yield the GLNs and ids of the parties in lists of an event."""
    for name in lists:
        member = name.removesuffix("List")
        for part in event.event.fields.get(name, ()):
            if part.get("type") == "location":
                continue
            written = canonical_identifier(part[member])
            if found := _PARTY.fullmatch(written):
                yield found[1]
            elif written.startswith(PARTICIPANT):
                yield written.removeprefix(PARTICIPANT)
