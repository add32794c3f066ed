"""EPCIS events in files: `mark validate`, `mark hash`, `mark capture`."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Group, RenderableType

from kazyna.cli import output
from kazyna.cli.acting import As, acting
from kazyna.cli.progress import ProgressBars

if TYPE_CHECKING:
    from kazyna.services.epcis_files import CapturedFiles
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


def capture(
    documents: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="EPCIS documents, JSON-LD or XML of version 1.x or 2.0, and folders of them.",
            show_default=False,
        ),
    ],
    *,
    proceed: Annotated[
        bool, typer.Option("--proceed", help="Take the good events of a document with others.")
    ] = False,
    participant: Annotated[
        str | None,
        typer.Option("--for", metavar="PARTICIPANT", help="Whose events they are."),
    ] = None,
    as_: As = "",
    as_json: output.Json = False,
) -> int:
    """Capture EPCIS documents: their events are recorded and move the marked goods they name.

    Each document is a job of its own, taken whole or, with `--proceed`, as far as it is right. A
    document that was captured before changes nothing. Exit code 1 where anything was refused.

    Example:
    ```sh
    kazyna mark capture shipments.jsonld arrivals/ --for 01234567890123
    ```
    """
    from kazyna.services.epcis_files import capture_files

    with acting("officer", as_) as ctx, ProgressBars() as progress:
        done = capture_files(
            ctx,
            documents,
            behaviour="proceed" if proceed else "rollback",
            participant_id=participant,
            progress=progress,
        )
    output.show(done, as_json=as_json, table=_captured)
    return output.FAILED if done.refused else output.DONE


def _captured(done: "CapturedFiles") -> RenderableType:
    jobs = output.listing(
        (
            {
                "document": job.source,
                "events": job.events,
                "captured": job.captured,
                "known": job.known,
                "refused": len(job.errors),
            }
            for job in done.jobs
        ),
        title=f"{done.captured:,} events captured, {done.known:,} known before",
    )
    told = [
        *(str(finding) for finding in done.findings),
        *(
            f"{job.source}: {error.path}: {error.reason}; expected {error.expected}"
            for job in done.jobs
            for error in job.errors
        ),
    ]
    return Group(jobs, *told) if told else jobs
