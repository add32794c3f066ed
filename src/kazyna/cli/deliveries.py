"""Proof of service: `delivery record`, `load`, `list`, `missing`."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import RenderableType

from kazyna.cli import output
from kazyna.cli.acting import As, acting
from kazyna.cli.arguments import day

if TYPE_CHECKING:
    from kazyna.services.deliveries import DeliveryRow, PaperRow

app = typer.Typer(
    help="Proof of service: how and when bills, notices, fines and decisions were received.",
    no_args_is_help=True,
)


Paper = Literal["bill", "notice", "fine", "decision"]
How = Literal["post", "handed_over", "published", "returned"]

Number = Annotated[
    str,
    typer.Argument(help="Reference of the bill, or number of the paper.", show_default=False),
]
KindOfPaper = Annotated[Paper, typer.Argument(help="Kind of paper.", show_default=False)]


@app.command("record")
def record(
    kind: KindOfPaper,
    number: Number,
    *,
    how: Annotated[How, typer.Option(help="How it was served.", show_default=False)],
    served_on: Annotated[
        date,
        typer.Option("--on", parser=day, metavar="DATE", help="When.", show_default=False),
    ],
    tracking: Annotated[str, typer.Option(help="The post's number.")] = "",
    evidence: Annotated[str, typer.Option(help="Where the proof is kept.")] = "",
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Record how and when one paper was served.

    Example:
    ```sh
    kazyna delivery record bill RF720001 --how post --on 2026-07-24 --tracking RR4711KG
    ```
    """
    from kazyna.services import deliveries

    with acting("officer", name) as ctx:
        done = deliveries.record_one(
            ctx, kind=kind, number=number, how=how, served_on=served_on,
            tracking=tracking, evidence=evidence,
        )  # fmt: skip
    output.show(done, as_json=as_json)


@app.command("load")
def load(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV: kind, number, how, served_on, tracking, evidence.",
            exists=True,
            dir_okay=False,
            show_default=False,
        ),
    ],
    *,
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Record the proofs of service of a CSV file, all or none; the same again changes nothing.

    Example:
    ```sh
    kazyna delivery load post-of-july.csv
    ```
    """
    from kazyna.services import deliveries

    with acting("officer", name) as ctx:
        done = deliveries.record_file(ctx, file.read_bytes(), file=str(file))
    output.show(done, as_json=as_json)


@app.command("list")
def listed(
    taxpayer_id: Annotated[
        str | None, typer.Option("--taxpayer", help="Only to this taxpayer.")
    ] = None,
    *,
    kind: Annotated[Paper | None, typer.Option(help="Only of this kind.")] = None,
    number: Annotated[str | None, typer.Option(help="Only of this paper.")] = None,
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """List the proofs of service, the latest first.

    Example:
    ```sh
    kazyna delivery list --taxpayer T1
    ```
    """
    from kazyna.services import deliveries

    with acting("officer", name) as ctx:
        found = deliveries.deliveries(ctx, kind=kind, number=number, taxpayer_id=taxpayer_id)
    output.show({"deliveries": found}, as_json=as_json, table=_deliveries)


@app.command("missing")
def missing(kind: KindOfPaper, *, name: As = "", as_json: output.Json = False) -> None:
    """List papers that nothing proves to have reached anybody, the oldest first.

    Example:
    ```sh
    kazyna delivery missing bill
    ```
    """
    from kazyna.services import deliveries

    with acting("officer", name) as ctx:
        found = deliveries.not_served(ctx, kind=kind)
    output.show({"papers": found}, as_json=as_json, table=_papers)


def _deliveries(found: dict[str, tuple["DeliveryRow", ...]]) -> RenderableType:
    return output.listing(
        {
            "paper": f"{each.kind} {each.number}",
            "taxpayer": each.taxpayer_id,
            "how": each.how,
            "on": each.served_on,
            "tracking": each.tracking,
            "evidence": each.evidence,
            "recorded by": each.actor,
        }
        for each in found["deliveries"]
    )


def _papers(found: dict[str, tuple["PaperRow", ...]]) -> RenderableType:
    return output.listing(
        {"paper": f"{each.kind} {each.number}", "taxpayer": each.taxpayer_id,
         "issued on": each.issued_on}
        for each in found["papers"]
    )  # fmt: skip
