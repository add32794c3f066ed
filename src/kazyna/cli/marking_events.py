"""EPCIS events in files: `mark validate`, `mark hash`. No database is needed."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import RenderableType

from kazyna.cli import output

if TYPE_CHECKING:
    from kazyna.services.marking_events import CheckedDocuments, HashedEvents

Documents = Annotated[
    list[Path],
    typer.Argument(
        metavar="DOCUMENT...",
        help="EPCIS documents: JSON-LD, or XML of version 1.x or 2.0.",
        show_default=False,
    ),
]
HashVersion = Literal["CBV2.0", "CBV2.1"]


def validate(documents: Documents, *, as_json: output.Json = False) -> None:
    r"""Check EPCIS documents against EPCIS 2.0 and CBV 2.0.

    Form, formats, vocabulary and identifiers are checked; every mistake is told with the path of
    the value, such as `eventList[3].bizStep`. Documents that declare XML entities, or are too
    large or too deep, are refused before they are read.

    Example:
    ```sh
    kazyna mark validate shipments.jsonld arrivals.xml
    ```
    """
    from kazyna.services.marking_events import validate_documents

    def listed(checked: "CheckedDocuments") -> RenderableType:
        rows = (
            {
                "document": each.source,
                "kind": each.kind,
                "version": each.version,
                "events": each.events,
                "taken back": each.taken_back,
            }
            for each in checked.documents
        )
        return output.listing(rows, title=f"{checked.events:,} valid events")

    output.show(validate_documents(documents), as_json=as_json, table=listed)


def hash_events(
    documents: Documents,
    *,
    version: Annotated[
        HashVersion, typer.Option(help="Version of the algorithm; 2.1 is a draft.")
    ] = "CBV2.0",
    as_json: output.Json = False,
) -> None:
    r"""Name every event by its content: the event hash identifier of CBV.

    The same event has the same identifier in JSON and in XML, whatever the order of its lists and
    the prefixes of its extensions; any change of what happened changes it.

    Example:
    ```sh
    kazyna mark hash shipments.jsonld
    ```
    """
    from kazyna.services.marking_events import hash_documents

    def listed(hashed: "HashedEvents") -> RenderableType:
        return output.listing(
            {"document": e.source, "event": e.position, "type": e.type, "hash": e.hash_id}
            for e in hashed.events
        )

    output.show(hash_documents(documents, version=version), as_json=as_json, table=listed)
